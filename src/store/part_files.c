/* part_files.c - which parts have their file open; see part.h.
 *
 * A part is written to now and then, and its file can be opened again in no time. So where
 * descriptors are few it is closed for another's sake: that which has not been in use for longest
 * goes first. Those in use stay, whatever the limit; they are as many as there are threads.
 *
 * A disk that is far away may say no sooner than at the closing that it has not kept what it took:
 * then whoever comes next to the part is told. */
#include <stdio.h>

#include "store/part_parts.h"

void parts_set_room(struct parts *parts, size_t files)
{
	parts->room = files;
}

struct sink *part_take(struct part *part)
{
	struct sink *sink = part->sink;

	if (!sink)
		return NULL;
	list_remove(&part->idle);
	part->sink = NULL;
	part->parts->n_open--;
	return sink;
}

void part_close(struct part *part)
{
	int result = sink_close(part_take(part));

	if (result < 0)
		part->lost = -result;
}

static void make_room(struct parts *parts)
{
	while (parts->room > 0 && parts->n_open >= parts->room &&
		!list_empty(&parts->idle))
		part_close(container_of(parts->idle.next, struct part, idle));
}

int part_open(struct part *part, int64_t size, struct error *err)
{
	struct parts *parts = part->parts;
	char name[JOURNAL_PART_SIZE];

	if (part->sink)
		return 0;
	if (part->lost)
		return error_errno(err, KIND_DISK, part->lost, "cannot write '%s'",
			part->entry->path);
	make_room(parts);
	journal_part_name(name, part->id);
	part->sink = part->name[0]
			     ? sink_reopen(parts->outdir, part->entry, part->name, err)
			     : sink_open(parts->outdir, part->entry, name, size, err);
	if (!part->sink)
		return -1;
	snprintf(part->name, sizeof(part->name), "%s", sink_name(part->sink));
	parts->n_open++;
	list_add_before(&parts->idle, &part->idle);
	return 0;
}

int part_hold(struct part *part, struct error *err)
{
	struct parts *parts = part->parts;
	int failed;

	pthread_mutex_lock(&parts->lock);
	failed = part_open(part, -1, err);
	if (!failed) {
		part->held++;
		list_remove(&part->idle);
	}
	pthread_mutex_unlock(&parts->lock);
	return failed;
}

void part_let_go(struct part *part)
{
	struct parts *parts = part->parts;

	pthread_mutex_lock(&parts->lock);
	if (--part->held == 0 && part->sink)
		list_add_before(&parts->idle, &part->idle);
	pthread_mutex_unlock(&parts->lock);
}
