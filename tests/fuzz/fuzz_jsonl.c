/* fuzz_jsonl.c - input/jsonl.h and input/rerun.h: see entries.h and written.h for the
 * claims. What the bytes are decides whether only what has failed is asked for. */
#include "input/jsonl.h"

#include "base/json.h"
#include "entries.h"
#include "written.h"

static struct source *open_all(void)
{
	return jsonl_open(entries_reader(), "-", ONLY_ALL);
}

static struct source *open_failed(void)
{
	return jsonl_open(entries_reader(), "-", ONLY_FAILED);
}

static void add_record(struct buf *input, const char *url, const char *out)
{
	json_t *object = json_new();

	json_put_text(object, "url", url);
	json_put_text(object, "out", *out ? out : NULL);
	json_add_line(input, object);
	json_decref(object);
}

void fuzz_jsonl(const uint8_t *data, size_t len)
{
	bool failed = fuzz_choice(data, len) & 1;

	entries_check(
		failed ? open_failed : open_all, ENTRIES_QUOTE_NOTHING, data, len);
	written_check(
		"", add_record, open_all, (struct fuzz_bytes){.at = data, .left = len});
}
