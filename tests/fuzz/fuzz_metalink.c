/* fuzz_metalink.c - input/metalink.h, as a source (see entries.h for the claims) and as what is
 * fetched from a URL.
 *
 * Claims: the same files come of the bytes, however they are cut (of what breaks off, it may be
 * that one way has seen more of it); each has a name, which is marked as foreign, and only http
 * and https URLs, and those of single objects in buckets. */
#include "input/metalink.h"

#include <string.h>
#include <strings.h>

#include "core/s3.h"
#include "entries.h"

#define SHOWN "shown"
#define PIECE 7

static struct source *open_metalink(void)
{
	return metalink_open(entries_reader(), "-", NULL);
}

static bool is_object(const char *url)
{
	struct s3_name name;
	bool one;

	if (!s3_is_url(url) || s3_parse(&name, url, NULL) != 0)
		return false;
	one = !name.many;
	s3_name_release(&name);
	return one;
}

static void check_file(const struct entry *entry)
{
	entries_check_entry(entry);
	must(entry->out && entry->out_is_foreign);
	must(entry->headers.count == 0 && !entry->dir && !entry->referer);
	for (size_t i = 0; i < entry->urls.count; i++)
		must(strncasecmp(entry->urls.items[i], "http:", 5) == 0 ||
			strncasecmp(entry->urls.items[i], "https:", 6) == 0 ||
			is_object(entry->urls.items[i]));
}

/* Takes all that is ready; false when there is no more to come. */
static bool take_all(struct metalink *metalink, struct buf *told, bool *broken)
{
	for (;;) {
		struct error err = {.kind = KIND_NONE};
		struct entry *entry = NULL;

		switch (metalink_take(metalink, &entry, &err)) {
		case SOURCE_ENTRY:
			check_file(entry);
			entries_add(told, entry);
			entry_free(entry);
			continue;
		case SOURCE_BAD:
			entries_check_error(&err, SHOWN, ENTRIES_QUOTE);
			buf_addf(told, "bad: %s\n", err.text);
			continue;
		case SOURCE_BROKEN:
			entries_check_error(&err, SHOWN, ENTRIES_QUOTE);
			*broken = true;
			return false;
		case SOURCE_AGAIN:
			return true;
		case SOURCE_END:
			return false;
		case SOURCE_LATER:
			must(!"it waits for nothing");
		}
	}
}

/* In pieces of this length. Is it broken? */
static bool read_pieces(const uint8_t *data, size_t len, size_t piece, struct buf *told)
{
	struct metalink *metalink =
		metalink_new(SHOWN, "http://base.example/dir/x.meta4", "de,at");
	bool goes_on = true, broken = false;

	while (goes_on) {
		size_t count = len < piece ? len : piece;

		metalink_feed(metalink, (const char *)data, count, count == len);
		data += count;
		len -= count;
		goes_on = take_all(metalink, told, &broken);
		must(!goes_on || len > 0);
	}
	metalink_free(metalink);
	return broken;
}

void fuzz_metalink(const uint8_t *data, size_t len)
{
	_cleanup_(buf_release) struct buf whole = BUF_INIT, pieces = BUF_INIT;
	bool broken;

	if (len == 0)
		data = (const uint8_t *)"";
	broken = read_pieces(data, len, len + 1, &whole);
	must(read_pieces(data, len, PIECE, &pieces) == broken);
	must(broken ? fuzz_one_begins(&whole, &pieces)
		    : strcmp(whole.data, pieces.data) == 0);
	entries_check(open_metalink, ENTRIES_QUOTE, data, len);
}
