/* fuzz_digests.c - net/announced.h. Each line is a field, "NAME: VALUE".
 *
 * Claims: a digest that is announced has a known algorithm, was sent in base64 just so in a
 * field of that name, and the strongest one of those that cover what is asked for is told; a
 * checksum of checksums and one of what was packed are never told. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "net/announced.h"

#define FIELDS_MAX 16

struct field {
	char *line, *value;
	size_t name_len;
};

static bool has_name(const struct field *field, const char *name)
{
	return field->name_len == strlen(name) &&
	       strncasecmp(field->line, name, field->name_len) == 0;
}

static bool was_sent(const struct field *fields, size_t count,
	const struct announcement *announcement)
{
	unsigned char text[4 * ((DIGEST_MAX + 2) / 3) + 1];

	must(EVP_EncodeBlock(text, announcement->sum.bytes,
		     (int)checksum_len(announcement->sum.alg)) > 0);
	for (size_t i = 0; i < count; i++)
		if (has_name(&fields[i], announcement->by) &&
			strstr(fields[i].value, (const char *)text))
			return true;
	return false;
}

static void check_slot(const struct field *fields, size_t count,
	const struct announcement *announcement)
{
	enum digest_alg alg = announcement->sum.alg;

	if (alg == DIGEST_NONE)
		return;
	must(alg <= DIGEST_SHA512 && checksum_len(alg) > 0);
	must(announcement->by);
	must(was_sent(fields, count, announcement));
}

static void check_best(const struct announced *announced, unsigned covers)
{
	const struct announcement *best = announced_best(announced, covers);
	enum digest_alg alg = best ? best->sum.alg : DIGEST_NONE;

	must(!best || alg != DIGEST_NONE);
	must(best != &announced->amz || !announced->composite);
	must(best != &announced->goog || !announced->packed);
	if (covers & ANNOUNCED_CONTENT)
		must(alg >= announced->content.sum.alg);
	else
		must(best != &announced->content && best != &announced->amz);
	if (covers & ANNOUNCED_WHOLE)
		must(alg >= announced->whole.sum.alg);
	else
		must(best != &announced->whole && best != &announced->goog);
}

static void read_field(
	struct announced *announced, struct fuzz_bytes *bytes, struct field *field)
{
	char *colon;

	field->line = fuzz_take_line(bytes);
	colon = strchr(field->line, ':');
	field->value = colon ? colon + 1 : field->line + strlen(field->line);
	field->value += strspn(field->value, " \t");
	field->name_len = colon ? (size_t)(colon - field->line) : 0;
	announced_field(announced, field->line, field->name_len, field->value,
		strlen(field->value));
}

void fuzz_digests(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	struct announced announced = {.packed = false};
	struct field fields[FIELDS_MAX] = {{.line = NULL}};
	size_t count = 0;

	while (bytes.left > 0 && count < FIELDS_MAX)
		read_field(&announced, &bytes, &fields[count++]);
	check_slot(fields, count, &announced.content);
	check_slot(fields, count, &announced.whole);
	check_slot(fields, count, &announced.goog);
	check_slot(fields, count, &announced.amz);
	check_best(&announced, ANNOUNCED_CONTENT);
	check_best(&announced, ANNOUNCED_WHOLE);
	check_best(&announced, ANNOUNCED_CONTENT | ANNOUNCED_WHOLE);
	for (size_t i = 0; i < count; i++)
		free(fields[i].line);
}
