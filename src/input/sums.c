/* sums.c - see sums.h. Two maps over the same records: by name, and by the last component
 * of the name, where a record that another one meets is marked as no answer. */
#include "input/sums.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/map.h"
#include "input/clearsigned.h"
#include "input/reader.h"

#define BREATH 4096 /* lines at a time: others have to be served */

struct sum {
	struct checksum checksum;
	bool ambiguous; /* another file has the same last component */
	char name[];
};

struct sums {
	const struct strings *files;
	size_t next;           /* of files */
	struct reader *reader; /* NULL: between files */
	bool blake2;           /* what the present file's name says of 128 digits */
	struct clearsigned message; /* of the present file */
	bool broken;
	bool breathing;      /* the last SOURCE_AGAIN was ours, not the reader's */
	struct map *by_name; /* owns the records */
	struct map *by_base;
};

struct sums *sums_new(const struct strings *files)
{
	struct sums *sums = xcalloc(1, sizeof(*sums));

	sums->files = files;
	sums->by_name = map_new();
	sums->by_base = map_new();
	return sums;
}

void sums_free(struct sums *sums)
{
	if (!sums)
		return;
	reader_free(sums->reader);
	map_free(sums->by_base, NULL);
	map_free(sums->by_name, free);
	free(sums);
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *without_dots(const char *name)
{
	while (strncmp(name, "./", 2) == 0)
		name += 2 + strspn(name + 2, "/");
	return name;
}

/* -1: it contradicts what is known of the name. */
static int keep(struct sums *sums, const char *name, const struct checksum *checksum)
{
	struct sum *sum = map_get(sums->by_name, name), *other;
	size_t size = strlen(name) + 1;

	if (sum && sum->checksum.alg == checksum->alg)
		return checksum_equal(&sum->checksum, checksum) ? 0 : -1;
	if (sum) {
		checksum_keep_stronger(&sum->checksum, checksum);
		return 0;
	}
	sum = xcalloc(1, sizeof(*sum) + size);
	sum->checksum = *checksum;
	memcpy(sum->name, name, size);
	map_put(sums->by_name, sum->name, sum);
	other = map_get(sums->by_base, last_component(sum->name));
	if (other)
		other->ambiguous = true;
	else
		map_put(sums->by_base, last_component(sum->name), sum);
	return 0;
}

/* What so many digits are. */
static enum digest_alg alg_of(const struct sums *sums, size_t digits)
{
	static const enum digest_alg algs[] = {DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA224,
		DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512};

	for (size_t i = 0; i < ARRAY_LEN(algs); i++)
		if (digits == 2 * checksum_len(algs[i]))
			return algs[i] == DIGEST_SHA512 && sums->blake2 ? DIGEST_BLAKE2B
									: algs[i];
	return DIGEST_NONE;
}

/* "HEX  NAME". Returns the name; NULL when it is no such line. */
static char *plain_line(const struct sums *sums, char *line, struct checksum *checksum)
{
	size_t digits = 0;
	enum digest_alg alg;

	while (hex_digit(line[digits]) >= 0)
		digits++;
	alg = alg_of(sums, digits);
	if (alg == DIGEST_NONE || line[digits] != ' ' ||
		checksum_from_hex(checksum, alg, line, digits) < 0)
		return NULL;
	line += digits + 1;
	return *line == ' ' || *line == '*' ? line + 1 : line;
}

/* "ALG (NAME) = HEX". The name may have parentheses; the digest has none. */
static char *tagged_line(char *line, struct checksum *checksum)
{
	char *open = strstr(line, " ("), *close = strrchr(line, ')');
	enum digest_alg alg;

	if (!open || !close || close < open || strncmp(close, ") = ", 4) != 0)
		return NULL;
	alg = checksum_find(line, (size_t)(open - line));
	if (alg == DIGEST_NONE ||
		checksum_from_hex(checksum, alg, close + 4, strlen(close + 4)) < 0)
		return NULL;
	*close = '\0';
	return open + 2;
}

/* In place. -1 on an escape that there is not. */
static int unescape(char *name)
{
	char *to = name;

	for (; *name; name++) {
		if (*name == '\\') {
			name++;
			if (!*name || !strchr("nr\\", *name))
				return -1;
			*to++ = *name == 'n' ? '\n' : *name == 'r' ? '\r' : '\\';
		} else {
			*to++ = *name;
		}
	}
	*to = '\0';
	return 0;
}

/* Why the line is none; NULL when all is well. */
static const char *take_line(struct sums *sums, char *line)
{
	struct checksum checksum;
	bool escaped = *line == '\\';
	char *name;

	if (*line == '#' || line[strspn(line, " \t")] == '\0')
		return NULL;
	line += escaped;
	name = plain_line(sums, line, &checksum);
	if (!name)
		name = tagged_line(line, &checksum);
	if (!name || !*name || (escaped && unescape(name) < 0))
		return "this is no checksum and name of a file";
	if (keep(sums, without_dots(name), &checksum) < 0)
		return "there is another checksum of this name before";
	return NULL;
}

/* False when there is no further file. */
static bool open_next(struct sums *sums, struct error *err)
{
	const char *file, *base;

	if (sums->broken || sums->next == sums->files->count)
		return false;
	file = sums->files->items[sums->next++];
	base = last_component(file);
	sums->blake2 = strcasestr(base, "b2sum") || strcasestr(base, "blake2");
	sums->message = (struct clearsigned){0};
	sums->reader = reader_open(file, err);
	sums->broken = !sums->reader;
	return true;
}

static void end_file(struct sums *sums)
{
	reader_free(sums->reader);
	sums->reader = NULL;
}

/* What is known is not all. */
static enum source_status break_off(struct sums *sums)
{
	sums->broken = true;
	end_file(sums);
	return SOURCE_BROKEN;
}

static enum source_status read_line(struct sums *sums, char *line, struct error *err)
{
	uint64_t number = reader_number(sums->reader);
	const char *why;
	char *text = clearsigned_line(&sums->message, line, &why);

	if (!text) {
		(void)reader_refuse(sums->reader, number, why, err);
		return break_off(sums);
	}
	why = take_line(sums, text);
	if (!why)
		return SOURCE_AGAIN;
	(void)reader_refuse(sums->reader, number, why, err);
	return SOURCE_BAD;
}

static enum source_status read_end(struct sums *sums, struct error *err)
{
	const char *shown = reader_shown(sums->reader);

	if (clearsigned_breaks_off(&sums->message)) {
		error_set(err, KIND_INPUT, 0, "%s: breaks off in a signed message",
			shown);
		return break_off(sums);
	}
	if (clearsigned_is_signed(&sums->message))
		log_warn("%s: its signature is not checked", shown);
	end_file(sums);
	return SOURCE_END;
}

static enum source_status read_file(struct sums *sums, struct error *err)
{
	sums->breathing = false;
	for (int i = 0; i < BREATH; i++) {
		enum source_status status;
		char *line;
		size_t len;

		switch (reader_next(sums->reader, &line, &len, err)) {
		case READER_LINE:
			status = read_line(sums, line, err);
			if (status == SOURCE_AGAIN)
				break;
			return status;
		case READER_AGAIN:
			return SOURCE_AGAIN;
		case READER_BAD:
			return SOURCE_BAD;
		case READER_BROKEN:
			return break_off(sums);
		case READER_END:
			return read_end(sums, err);
		}
	}
	sums->breathing = true;
	return SOURCE_AGAIN;
}

enum source_status sums_read(struct sums *sums, struct error *err)
{
	while (sums->reader || open_next(sums, err)) {
		enum source_status status =
			sums->broken ? SOURCE_BROKEN : read_file(sums, err);

		if (status != SOURCE_END)
			return status;
	}
	return SOURCE_END;
}

int sums_fd(const struct sums *sums)
{
	return sums->reader && !sums->breathing ? reader_fd(sums->reader) : -1;
}

const struct checksum *sums_find(const struct sums *sums, const char *path)
{
	const struct sum *sum = map_get(sums->by_name, path);

	if (sum)
		return &sum->checksum;
	sum = map_get(sums->by_base, last_component(path));
	return sum && !sum->ambiguous ? &sum->checksum : NULL;
}
