/* presence.c - see presence.h. Where servers name files a file is an entry's by its mark (mark.h),
 * else by its name alone. */
#include "app/presence.h"

#include "store/mark.h"
#include "store/stamp.h"

/* May its server name it? Not where anybody has given it a name; an object's key is one. */
static bool is_given_names(const struct settings *settings, const struct entry *entry)
{
	return settings->content_disposition && (!entry->out || entry->out_gives_way) &&
	       !entry_bucket(entry, 0);
}

/* Is the entry's file there, as ledger_present? */
static enum present look_for(struct ledger *ledger, const struct settings *settings,
	struct entry *entry, struct error *err)
{
	enum present present;

	if (settings->existing != EXISTING_UPDATE ||
		stamp_get(ledger->outdir, entry->path, &entry->there) != 0)
		return ledger_present(ledger, settings->existing, entry, err);
	present = ledger_current(ledger, entry, err);
	entry->is_there = present == PRESENT_WHOLE;
	return present == PRESENT_WHOLE ? PRESENT_NOT : present;
}

/* Of a file without a mark. */
static bool may_be_replaced(const struct settings *settings)
{
	return settings->existing == EXISTING_OVERWRITE ||
	       settings->existing == EXISTING_UPDATE;
}

/* What somebody has written to since it was fetched counts by its name alone. That the machine went
 * down is not why it has another length, and it could not be fetched again. */
static bool is_kept(const struct settings *settings, enum whose whose)
{
	return settings->existing == EXISTING_SKIP && whose == WHOSE_EDITED;
}

/* What we had fetched is gone, so that none of it is in doubt. */
static enum present keep(struct ledger *ledger, const struct entry *entry)
{
	journal_gone(ledger->journal, entry->path);
	return PRESENT_WHOLE;
}

/* The same where servers name files: one that has the entry's path may be another entry's. From
 * now on nobody else may replace it, if it counts as this entry's. */
static enum present look_for_marked(struct ledger *ledger,
	const struct settings *settings, struct entry *entry, struct error *err)
{
	struct outdir *outdir = ledger->outdir;
	enum present present = PRESENT_NOT;
	char mark[MARK_SIZE];
	enum whose whose;

	if (mark_of(mark, entry, err) != 0)
		return PRESENT_WRONG;
	outdir_lock_names(outdir);
	if (mark_look(outdir, entry->path, mark, &whose) == 0 &&
		whose != WHOSE_ANOTHERS)
		present = is_kept(settings, whose)
				  ? keep(ledger, entry)
				  : look_for(ledger, settings, entry, err);
	if ((present == PRESENT_WHOLE || entry->is_there) && whose == WHOSE_NOBODYS &&
		may_be_replaced(settings) &&
		mark_adopt(outdir, entry->path, mark) != 0) {
		entry->is_there = false;
		present = PRESENT_NOT;
	}
	outdir_unlock_names(outdir);
	return present;
}

enum present presence_of(struct ledger *ledger, const struct settings *settings,
	struct entry *entry, struct error *err)
{
	entry->is_given_names = is_given_names(settings, entry);
	if (settings->content_disposition)
		return look_for_marked(ledger, settings, entry, err);
	/* Each entry has a name of its own: there is no need to ask the disk for each. */
	if (outdir_is_new(ledger->outdir))
		return PRESENT_NOT;
	return look_for(ledger, settings, entry, err);
}
