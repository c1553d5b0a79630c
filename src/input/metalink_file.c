/* metalink_file.c - see metalink_file.h. Everything goes into the entry as it comes, but for
 * the URLs, which are put in order at the end, and piece hashes, which are checked against
 * the size at the end, since it may come after them. */
#include "input/metalink_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/units.h"
#include "core/s3.h"

#define SPACE " \t\r\n"
#define SCHEME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."
#define URLS_MAX 1000 /* of a file: no list of mirrors is longer */
#define NUMBER_MAX 20 /* digits of what may fit into 64 bits */

static const char *skip_space(const char *text)
{
	return text + strspn(text, SPACE);
}

/* The length of the text without the white space at its end. */
static size_t trimmed(const char *text)
{
	size_t len = strlen(text);

	while (len > 0 && strchr(SPACE, text[len - 1]))
		len--;
	return len;
}

static int read_number(const char *text, int64_t *number)
{
	char digits[NUMBER_MAX + 1];
	size_t len;

	text = skip_space(text);
	len = trimmed(text);
	if (len > NUMBER_MAX)
		return -1;
	memcpy(digits, text, len);
	digits[len] = '\0';
	return units_parse_count(digits, number);
}

printf_like(2, 3) static void make_bad(struct metalink_file *file, const char *fmt, ...)
{
	char why[sizeof(file->bad.text)];
	va_list args;

	if (file->bad.kind != KIND_NONE)
		return;
	va_start(args, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, args); /* may be cut */
	va_end(args);
	(void)error_set(&file->bad, KIND_INPUT, 0, "%s:%" PRIu64 ": %s", file->shown,
		file->line, why);
}

void metalink_file_begin(
	struct metalink_file *file, const char *shown, uint64_t line, const char *name)
{
	metalink_file_release(file);
	file->shown = shown;
	file->line = line;
	file->no_url = "it has no URL";
	file->entry = entry_new();
	file->entry->line = line;
	if (name && *name) {
		file->entry->out = xstrdup(name);
		file->entry->out_is_foreign = true;
	} else {
		make_bad(file, "the file has no name");
	}
}

void metalink_file_release(struct metalink_file *file)
{
	entry_free(file->entry);
	for (size_t i = 0; i < file->n_urls; i++)
		free(file->urls[i].text);
	free(file->urls);
	if (file->digests.data)
		buf_release(&file->digests);
	*file = (struct metalink_file){.digests = BUF_INIT};
}

void metalink_file_size(struct metalink_file *file, const char *text)
{
	if (read_number(text, &file->entry->size) < 0)
		make_bad(file, "its size is no number of bytes");
}

void metalink_file_hash(
	struct metalink_file *file, enum digest_alg alg, const char *hex)
{
	struct checksum *known = &file->entry->checksum;
	struct checksum sum = {.alg = DIGEST_NONE};

	if (alg == DIGEST_NONE)
		return;
	hex = skip_space(hex);
	/* To go on without it could mean to go on with a weaker one. */
	if (checksum_from_hex(&sum, alg, hex, trimmed(hex)) < 0)
		make_bad(file, "its %s hash is not %zu hexadecimal digits",
			checksum_name(alg), 2 * checksum_len(alg));
	else if (sum.alg == known->alg && !checksum_equal(&sum, known))
		make_bad(file, "it has two different %s hashes", checksum_name(alg));
	else
		checksum_keep_stronger(known, &sum);
}

static bool is_scheme(const char *url, size_t len, const char *scheme)
{
	return len == strlen(scheme) && strncasecmp(url, scheme, len) == 0;
}

/* Many objects are no file. */
static bool is_object(const char *url)
{
	struct s3_name name;
	bool one = s3_is_url(url) && s3_parse(&name, url, NULL) == 0;

	if (!one)
		return false;
	one = !name.many;
	s3_name_release(&name);
	return one;
}

/* The URL as it can be asked for; yours. NULL: it cannot. `url` is without spaces around. A
 * document of a server (base) does not send us to buckets: nobody but the user spends his
 * credentials. */
static char *usable_url(struct metalink_file *file, const char *url, const char *base)
{
	size_t scheme = strspn(url, SCHEME_CHARS);
	char *resolved = NULL;
	struct error err;

	if (url[scheme] == ':') {
		if (is_scheme(url, scheme, "http") || is_scheme(url, scheme, "https") ||
			(!base && is_object(url)))
			return xstrdup(url);
		file->no_url = base ? "it has no URL of http or https"
				    : "it has no URL of http, https or "
				      "an object in a bucket";
	} else if (!base) {
		file->no_url = "its URLs are relative, and to what is not known";
	} else {
		resolved = url_resolve(base, url, &err);
		if (!resolved)
			file->no_url = "it has no URL that can be used";
	}
	if (!resolved)
		log_info("%s:%" PRIu64 ": a URL that cannot be used is left out",
			file->shown, file->line);
	return resolved;
}

void metalink_file_url(struct metalink_file *file, const char *text, const char *base,
	const struct metalink_rank *rank)
{
	_cleanup_(freep) char *trim = NULL;
	size_t order = file->n_urls;
	char *url;

	text = skip_space(text);
	trim = xstrndup(text, trimmed(text));
	if (!*trim)
		return;
	if (order == URLS_MAX) {
		make_bad(file, "it has over %d URLs", URLS_MAX);
		return;
	}
	url = usable_url(file, trim, base);
	if (!url)
		return;
	if ((order & (order - 1)) == 0)
		file->urls = xreallocarray(
			file->urls, order ? 2 * order : 1, sizeof(*file->urls));
	file->urls[file->n_urls++] =
		(struct metalink_url){.rank = *rank, .order = order, .text = url};
}

void metalink_file_pieces(
	struct metalink_file *file, enum digest_alg alg, const char *length)
{
	const struct pieces *known = file->entry->pieces;

	file->alg = known && known->alg >= alg ? DIGEST_NONE : alg;
	file->n_pieces = 0;
	file->bad_pieces = NULL;
	buf_clear(&file->digests);
	if (!length || read_number(length, &file->length) < 0 || file->length == 0)
		file->bad_pieces = "the length of a piece is no number from 1";
}

void metalink_file_piece(struct metalink_file *file, const char *index, const char *hex)
{
	struct checksum sum;
	int64_t number;

	if (file->alg == DIGEST_NONE || file->bad_pieces)
		return;
	hex = skip_space(hex);
	if (index &&
		(read_number(index, &number) < 0 || (uint64_t)number != file->n_pieces))
		file->bad_pieces = "they are not in order";
	else if (checksum_from_hex(&sum, file->alg, hex, trimmed(hex)) < 0)
		file->bad_pieces = "one is of a wrong length, or no hexadecimal digits";
	else
		buf_add(&file->digests, sum.bytes, checksum_len(file->alg));
	file->n_pieces++;
}

/* They are whole; how many there should be is not known before the file has ended. */
void metalink_file_pieces_end(struct metalink_file *file)
{
	struct pieces *pieces;

	if (file->alg == DIGEST_NONE)
		return;
	if (file->bad_pieces) {
		log_warn("%s:%" PRIu64 ": %s: its %s piece hashes are left out: %s",
			file->shown, file->line,
			file->entry->out ? file->entry->out : "",
			checksum_name(file->alg), file->bad_pieces);
	} else if (file->n_pieces > 0) {
		pieces = xmalloc(sizeof(*pieces) + file->digests.len);
		pieces->alg = file->alg;
		pieces->length = file->length;
		pieces->count = file->n_pieces;
		memcpy(pieces->digests, file->digests.data, file->digests.len);
		free(file->entry->pieces);
		file->entry->pieces = pieces;
	}
	file->alg = DIGEST_NONE;
	buf_clear(&file->digests);
}

static void check_pieces(struct metalink_file *file)
{
	struct entry *entry = file->entry;

	if (!entry->pieces || entry->size < 0 || pieces_fit(entry->pieces, entry->size))
		return;
	log_warn("%s:%" PRIu64 ": %s: its %s piece hashes are left out: they are not "
		 "as many as its size needs",
		file->shown, file->line, entry->out ? entry->out : "",
		checksum_name(entry->pieces->alg));
	free(entry->pieces);
	entry->pieces = NULL;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int by_rank(const void *left, const void *right)
{
	const struct metalink_url *a = left, *b = right;
	int order = compare((int64_t)a->rank.location, (int64_t)b->rank.location);

	if (order == 0)
		order = compare(a->rank.priority, b->rank.priority);
	return order ? order : compare((int64_t)a->order, (int64_t)b->order);
}

static void give_urls(struct metalink_file *file)
{
	if (file->n_urls > 1)
		qsort(file->urls, file->n_urls, sizeof(*file->urls), by_rank);
	for (size_t i = 0; i < file->n_urls; i++)
		strings_take(&file->entry->urls, file->urls[i].text);
	file->n_urls = 0;
}

struct entry *metalink_file_end(struct metalink_file *file, struct error *err)
{
	struct entry *entry = NULL;

	if (file->n_urls == 0)
		make_bad(file, "%s", file->no_url);
	if (file->bad.kind == KIND_NONE) {
		check_pieces(file);
		give_urls(file);
		entry = file->entry;
		file->entry = NULL;
	} else if (err) {
		*err = file->bad;
	}
	metalink_file_release(file);
	return entry;
}
