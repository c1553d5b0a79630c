#include "store/there.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/naming.h"
#include "store/journal.h"
#include "store/mark.h"
#include "store/stamp.h"

struct look {
	struct outdir *outdir;
	const struct entry *entry;
	const struct offer *offer;
	char mark[MARK_SIZE];
};

/* Is it as long as the server says? */
static bool is_as_long(const struct look *look, const char *path)
{
	return look->offer->size < 0 ||
	       look->offer->size == outdir_size(look->outdir, path);
}

static enum journal_place place_of(const struct entry *entry, const char *path)
{
	return strcmp(path, entry->path) == 0 ? JOURNAL_THERE : JOURNAL_BESIDE;
}

bool there_in_doubt(struct outdir *outdir, const struct entry *entry, const char *path)
{
	struct journal *journal = outdir_journal(outdir);

	return journal && journal_trust(journal, entry->path, place_of(entry, path),
				  outdir_size(outdir, path)) != JOURNAL_TRUSTED;
}

static bool is_finished(const struct look *look)
{
	struct journal *journal = outdir_journal(look->outdir);
	const char *path = look->entry->path;
	uint64_t urls = journal_urls(&look->entry->urls);

	return journal &&
	       (journal_finished(journal, path, urls, JOURNAL_THERE) ||
		       journal_finished(journal, path, urls, JOURNAL_BESIDE));
}

/* As --existing=update asks a server of a file whose name is known. */
static bool is_current(const struct look *look, const char *path)
{
	const struct offer *offer = look->offer;
	struct version there;
	bool current;

	if (stamp_get(look->outdir, path, &there) != 0)
		return false;
	if (there.etag)
		current = strcmp(there.etag, offer->etag) == 0;
	else
		current = offer->mtime >= 0 && offer->mtime == there.mtime;
	version_release(&there);
	return current;
}

/* The file has the entry's mark; as it was left? */
static enum there judge_own(const struct look *look, enum existing existing,
	const char *path, bool as_left, struct error *err)
{
	bool wanted = existing == EXISTING_UPDATE ? !is_current(look, path)
		      : existing != EXISTING_SKIP ? !is_finished(look)
						  : false;

	if (wanted)
		return THERE_NOT;
	if ((as_left || existing != EXISTING_SKIP) &&
		there_in_doubt(look->outdir, look->entry, path)) {
		log_info("'%.120s' may have been lost when the machine went down: "
			 "fetching it again",
			path);
		return THERE_NOT;
	}
	if (is_as_long(look, path))
		return THERE_WHOLE;
	if (existing != EXISTING_SKIP)
		return THERE_NOT;
	error_set(err, KIND_EXISTS, EEXIST,
		"'%.120s' exists already, but has not the %" PRId64
		" bytes that its server tells of",
		path, look->offer->size);
	return THERE_WRONG;
}

static enum there judge(const struct look *look, enum existing existing,
	const char *path, enum whose whose, struct error *err)
{
	if (whose == WHOSE_OURS || whose == WHOSE_EDITED)
		return judge_own(look, existing, path, whose == WHOSE_OURS, err);
	if (whose == WHOSE_NOT_THERE || existing == EXISTING_RENAME ||
		(whose == WHOSE_NOBODYS && existing != EXISTING_SKIP))
		return THERE_NOT;
	mark_refuse(whose, path, err);
	return THERE_WRONG;
}

/* What cannot be looked at now is found out when the file is to get its name. */
static enum whose whose_is(const struct look *look, const char *path)
{
	enum whose whose;

	return mark_look(look->outdir, path, look->mark, &whose) == 0 ? whose
								      : WHOSE_NOT_THERE;
}

enum there there_look(struct outdir *outdir, const struct entry *entry,
	enum existing existing, const struct offer *offer, char **path,
	struct error *err)
{
	struct look look = {.outdir = outdir, .entry = entry, .offer = offer};
	_cleanup_(freep) char *first = naming_beside(entry->path, offer->name);
	/* Where files are kept beside others it may have another name. */
	bool beside = existing == EXISTING_RENAME && is_finished(&look);
	enum there there;
	enum whose whose;

	*path = NULL;
	if (mark_of(look.mark, entry, err) != 0)
		return THERE_WRONG;
	*path = xstrdup(first);
	for (unsigned k = 1;; k++) {
		whose = whose_is(&look, *path);
		there = judge(&look, existing, *path, whose, err);
		if (there != THERE_NOT || !beside || whose == WHOSE_NOT_THERE)
			break;
		free(*path);
		*path = naming_alternative(first, k);
	}
	if (there != THERE_WHOLE) {
		free(*path);
		*path = NULL;
	}
	return there;
}
