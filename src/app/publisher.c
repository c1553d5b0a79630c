/* publisher.c - see publisher.h. */
#include "app/publisher.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/stamp.h"

struct disk_publisher {
	struct publisher publisher;
	enum existing existing;
	struct naming *naming;
	struct ledger *ledger;
};

/* Has another entry got this file in an earlier run of the job? */
static bool is_anothers(
	const struct ledger *ledger, const struct entry *entry, const char *path)
{
	return strcmp(path, entry->path) != 0 &&
	       outdir_size(ledger->outdir, path) >= 0 &&
	       journal_finished(ledger->journal, path) &&
	       !journal_finished(ledger->journal, entry->path);
}

/* NULL when nothing safe comes of what is given. Yours. */
static char *choose_path(
	const struct disk_publisher *disk, const struct entry *entry, const char *given)
{
	_cleanup_(freep) char *plain = naming_given(entry, given, false);
	_cleanup_(freep) char *apart = naming_given(entry, given, true);
	bool is_apart;

	if (!plain || !apart)
		return NULL;
	is_apart = outdir_size(disk->ledger->outdir, apart) >= 0 ||
		   is_anothers(disk->ledger, entry, plain);
	return naming_claim(disk->naming, entry, is_apart ? apart : plain);
}

/* Is the file of this name what the answer offers, as --existing=update asks a server in other
 * cases: by its ETag, if that is known, else by its date? */
static bool is_current(
	struct outdir *outdir, const char *path, const struct offer *offer)
{
	struct version there;
	bool current;

	if (stamp_get(outdir, path, &there) != 0)
		return false;
	if (there.etag)
		current = strcmp(there.etag, offer->etag) == 0;
	else
		current = offer->mtime >= 0 && offer->mtime == there.mtime &&
			  (offer->size < 0 || offer->size == there.size);
	version_release(&there);
	return current;
}

static enum present disk_publish(struct publisher *publisher, const struct entry *entry,
	const struct offer *offer, char **path, struct error *err)
{
	const struct disk_publisher *disk =
		container_of(publisher, struct disk_publisher, publisher);
	char *chosen = choose_path(disk, entry, offer->name);

	*path = NULL;
	if (!chosen)
		log_info("%s: no safe name in the one that its server gives",
			entry->path);
	/* Of its own path it is known whether a file is there. */
	if (!chosen || strcmp(chosen, entry->path) == 0) {
		free(chosen);
		return PRESENT_NOT;
	}
	*path = chosen;
	if (disk->existing == EXISTING_UPDATE)
		return is_current(disk->ledger->outdir, chosen, offer) ? PRESENT_WHOLE
								       : PRESENT_NOT;
	return ledger_present(disk->ledger, disk->existing, entry, chosen, err);
}

struct publisher *publisher_new(
	enum existing existing, struct naming *naming, struct ledger *ledger)
{
	struct disk_publisher *disk = xcalloc(1, sizeof(*disk));

	disk->publisher.publish = disk_publish;
	disk->existing = existing;
	disk->naming = naming;
	disk->ledger = ledger;
	return &disk->publisher;
}

void publisher_free(struct publisher *publisher)
{
	if (publisher)
		free(container_of(publisher, struct disk_publisher, publisher));
}
