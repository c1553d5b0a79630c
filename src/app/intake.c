/* From lines to named entries.
 *
 * A list whose files are all there would keep one call busy to its end; so after BREATH
 * entries that came to nothing the source says SOURCE_AGAIN without a descriptor: call
 * again.
 *
 * Checksum files come before all entries. One that cannot be read to its end ends the job
 * before it begins: files that were to be verified must not come unverified. */
#include "app/intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/presence.h"
#include "base/alloc.h"
#include "core/repeats.h"
#include "input/sums.h"

#define BREATH 256

enum stage { READING_SUMS, READING_INPUTS, NO_MORE };

struct intake_source {
	struct source source;
	struct intake_setup setup;
	struct sums *sums; /* NULL: no checksum files */
	struct repeats *repeats;
	enum stage stage;
	bool breathing; /* the last SOURCE_AGAIN was ours, not the inputs' */
	uint64_t looked_up, found;
	bool name_warned;
};

static void tell(const struct intake_setup *setup, enum event_type type,
	const struct entry *entry, const struct error *err)
{
	static const struct history none;

	observer_tell(setup->observer, &(struct event){.type = type,
					       .now = clock_now(),
					       .entry = entry,
					       .history = entry ? &none : NULL,
					       .error = err});
}

/* A line, or an entry, which goes. */
static void tell_bad(
	const struct intake_setup *setup, struct entry *entry, const struct error *err)
{
	tell(setup, entry ? EVENT_FAILED : EVENT_BAD_LINE, entry, err);
	entry_free(entry);
}

/* Where an object's bucket is. */
static int locate_object(const struct intake_setup *setup, const char *text,
	char **bucket, struct url *url, struct error *err)
{
	struct s3_name name;
	int failed;

	if (s3_parse(&name, text, err) != 0)
		return -1;
	if (name.many)
		failed = error_set(err, KIND_BAD_URL, 0,
			"it names several objects, and this is to be one file");
	else
		failed = s3_locate(setup->s3, &name, url, err);
	*bucket = failed ? NULL : xstrdup(name.bucket);
	s3_name_release(&name);
	return failed;
}

/* Whether other URLs than the first are any is looked at later, if that is ever of interest. But
 * what has no "://" is a name more likely, from a list of another kind. */
static int check_mirror(const char *text, struct error *err)
{
	struct url url;

	if (strstr(text, "://"))
		return 0;
	if (url_parse(&url, text, err) != 0)
		return -1;
	url_release(&url);
	return 0;
}

/* Where this one of the entry's URLs leads. */
static int locate(const struct intake_setup *setup, struct entry *entry, size_t index,
	struct error *err)
{
	const char *text = entry->urls.items[index];
	char *bucket _cleanup_(freep) = NULL;
	struct url url;

	if (!s3_is_url(text))
		return index > 0 ? check_mirror(text, err)
				 : url_parse(&entry->url, text, err);
	if (locate_object(setup, text, &bucket, &url, err) != 0)
		return -1;
	entry_set_home(entry, index, index > 0 ? xstrdup(url.text) : NULL, bucket);
	if (index > 0)
		url_release(&url);
	else
		entry->url = url;
	return 0;
}

static void warn_of_mirror(
	const struct entry *entry, const char *text, const struct error *err)
{
	_cleanup_(buf_release) struct buf shown = BUF_INIT;

	url_add_redacted(&shown, text);
	log_warn("%s:%" PRIu64 ": %s: %s; using the other mirrors",
		entry->input ? entry->input : "argument", entry->line, shown.data,
		err->text);
}

/* URLs that are none are dropped, with a warning as long as another mirror remains. */
static int parse_urls(
	const struct intake_setup *setup, struct entry *entry, struct error *err)
{
	size_t index = 0;

	if (entry->url.text) /* who made the entry knew better */
		return 0;
	while (index < entry->urls.count) {
		if (locate(setup, entry, index, err) == 0) {
			index++;
			continue;
		}
		if (entry->urls.count == 1)
			return -1;
		warn_of_mirror(entry, entry->urls.items[index], err);
		strings_remove(&entry->urls, index);
	}
	return 0;
}

/* The stronger one of the entry's own checksum and that of the checksum files. */
static void look_up(struct intake_source *intake, struct entry *entry)
{
	const struct checksum *sum = sums_find(intake->sums, entry->path);

	intake->looked_up++;
	if (!sum) {
		log_info("%s: no --checksum-file names it", entry->path);
		return;
	}
	intake->found++;
	if (sum->alg > entry->checksum.alg) {
		entry->checksum = *sum;
		entry->checksum_from_file = true;
	}
}

/* A template would make a name of each URL; whoever wrote it may not expect that some come with
 * a name. (Who writes out= does.) */
static void warn_of_name(struct intake_source *intake, const struct entry *entry)
{
	if (!entry->out_is_foreign || !intake->setup.settings->name ||
		intake->name_warned)
		return;
	intake->name_warned = true;
	log_warn("--name is not for what a bucket or a Metalink names: "
		 "that is called as it is there");
}

/* It will not be fetched. */
static void refuse(
	const struct intake_setup *setup, struct entry *entry, const struct error *err)
{
	tell(setup, EVENT_FAILED, entry, err);
	if (entry->document)
		source_lost(entry);
	entry_free(entry);
}

/* Is it one that was there before? That is fetched once, unless it is to have another name. */
static bool is_repeated(struct intake_source *intake, const struct entry *entry)
{
	return entry->url.text && naming_is_by_content(intake->setup.naming, entry) &&
	       repeats_add(intake->repeats, entry);
}

/* Whether the entry is still to be fetched. If not, it has been told of and freed. */
static bool take(struct intake_source *intake, struct entry *entry)
{
	const struct intake_setup *setup = &intake->setup;
	enum present present;
	struct error err;

	if (parse_urls(setup, entry, &err) == 0 && entry->document)
		return true;
	if (is_repeated(intake, entry)) {
		tell(setup, EVENT_REPEATED, entry, NULL);
		entry_free(entry);
		return false;
	}
	if (!entry->url.text ||
		!(entry->path = naming_path(setup->naming, entry, &err))) {
		refuse(setup, entry, &err);
		return false;
	}
	warn_of_name(intake, entry);
	if (intake->sums)
		look_up(intake, entry);
	present = presence_of(setup->ledger, setup->settings, entry, &err);
	if (present == PRESENT_WRONG) {
		refuse(setup, entry, &err);
		return false;
	}
	if (present == PRESENT_NOT && setup->settings->resume)
		entry->resume = parts_resume(setup->ledger->parts, entry,
			setup->settings->ignore_server_digests);
	else
		parts_forget_own(setup->ledger->parts, entry);
	if (present == PRESENT_NOT)
		return true;
	tell(setup, EVENT_PRESENT, entry, NULL);
	entry_free(entry);
	return false;
}

static enum source_status read_sums(struct intake_source *intake)
{
	struct error why;

	for (int i = 0; i < BREATH; i++) {
		enum source_status status = sums_read(intake->sums, &why);

		if (status == SOURCE_BAD) {
			tell(&intake->setup, EVENT_BAD_LINE, NULL, &why);
			continue;
		}
		if (status == SOURCE_BROKEN)
			tell(&intake->setup, EVENT_BROKEN, NULL, &why);
		if (status != SOURCE_AGAIN)
			intake->stage = status == SOURCE_END ? READING_INPUTS : NO_MORE;
		return status;
	}
	intake->breathing = true;
	return SOURCE_AGAIN;
}

/* A checksum file for other files than these proves nothing: somebody should know. */
static void end_inputs(struct intake_source *intake)
{
	if (intake->looked_up > 0 && intake->found == 0)
		log_warn("no --checksum-file names any of the files fetched");
	intake->looked_up = 0; /* said once */
}

static enum source_status read_inputs(
	struct intake_source *intake, struct entry **entry)
{
	const struct intake_setup *setup = &intake->setup;
	struct error why;

	for (int i = 0; i < BREATH; i++) {
		enum source_status status;

		*entry = NULL;
		status = source_next(setup->inputs, entry, &why);
		if (status == SOURCE_BAD)
			tell_bad(setup, *entry, &why);
		else if (status == SOURCE_BROKEN)
			tell(setup, EVENT_BROKEN, NULL, &why);
		else if (status == SOURCE_END)
			end_inputs(intake);
		if (status == SOURCE_END || status == SOURCE_AGAIN ||
			status == SOURCE_LATER ||
			(status == SOURCE_ENTRY && take(intake, *entry)))
			return status;
	}
	intake->breathing = true;
	return SOURCE_AGAIN;
}

static enum source_status intake_next(
	struct source *source, struct entry **entry, struct error *err _unused_)
{
	struct intake_source *intake =
		container_of(source, struct intake_source, source);

	intake->breathing = false;
	if (intake->stage == READING_SUMS && read_sums(intake) == SOURCE_AGAIN)
		return SOURCE_AGAIN;
	return intake->stage == NO_MORE ? SOURCE_END : read_inputs(intake, entry);
}

static int intake_fd(const struct source *source)
{
	const struct intake_source *intake =
		container_of(source, struct intake_source, source);

	if (intake->breathing)
		return -1;
	return intake->stage == READING_SUMS ? sums_fd(intake->sums)
					     : source_fd(intake->setup.inputs);
}

static void intake_free(struct source *source)
{
	struct intake_source *intake =
		container_of(source, struct intake_source, source);

	sums_free(intake->sums);
	repeats_free(intake->repeats);
	free(intake);
}

struct source *intake_new(const struct intake_setup *setup)
{
	static const struct source_ops ops = {
		.next = intake_next,
		.fd = intake_fd,
		.free = intake_free,
	};
	struct intake_source *intake = xcalloc(1, sizeof(*intake));

	intake->source.ops = &ops;
	intake->setup = *setup;
	intake->repeats = repeats_new(setup->seed);
	intake->stage = READING_INPUTS;
	if (setup->settings->checksum_files.count > 0) {
		intake->sums = sums_new(&setup->settings->checksum_files);
		intake->stage = READING_SUMS;
	}
	return &intake->source;
}
