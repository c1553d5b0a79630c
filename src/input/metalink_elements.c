/* metalink_elements.c - which element may be where, and what it means, is a table. Both versions
 * share it, for they differ in little more than where things are. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/units.h"
#include "input/metalink_parts.h"

#define PRIORITY_LAST 999999 /* RFC 5854, 4.2.16.1; that of a URL that has none */
#define PREFERENCE_BEST 100  /* the same in version 3, the other way round */

static void start_file(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	metalink->names_files = true;
	metalink_file_begin(&metalink->file, metalink->shown, xml_line(metalink->xml),
		xml_attribute(attributes, "name"));
}

static void end_file(struct metalink *metalink, const char *text _unused_)
{
	struct error err;

	metalink_put(metalink, metalink_file_end(&metalink->file, &err), &err);
}

static void end_size(struct metalink *metalink, const char *text)
{
	metalink_file_size(&metalink->file, text);
}

static enum digest_alg find_alg(const struct xml_attributes *attributes)
{
	const char *type = xml_attribute(attributes, "type");

	return type ? checksum_find(type, strlen(type)) : DIGEST_NONE;
}

static void start_hash(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	metalink->alg = find_alg(attributes);
}

static void end_hash(struct metalink *metalink, const char *text)
{
	metalink_file_hash(&metalink->file, metalink->alg, text);
}

static void start_pieces(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	metalink_file_pieces(&metalink->file, find_alg(attributes),
		xml_attribute(attributes, "length"));
}

static void end_pieces(struct metalink *metalink, const char *text _unused_)
{
	metalink_file_pieces_end(&metalink->file);
}

/* Only version 3 numbers them, from 0. */
static void start_piece(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	free(metalink->index);
	metalink->index = xstrdup(xml_attribute(attributes, "piece"));
}

static void end_piece(struct metalink *metalink, const char *text)
{
	metalink_file_piece(&metalink->file, metalink->index, text);
}

static size_t rank_location(const struct metalink *metalink, const char *location)
{
	size_t i;

	for (i = 0; location && i < metalink->preferred.count; i++)
		if (strcasecmp(metalink->preferred.items[i], location) == 0)
			return i;
	return metalink->preferred.count;
}

static int64_t priority(
	const struct metalink *metalink, const struct xml_attributes *attributes)
{
	bool is_v3 = metalink->dialect == DIALECT_3;
	const char *text = xml_attribute(attributes, is_v3 ? "preference" : "priority");
	int64_t number;

	if (!text || units_parse_count(text, &number) < 0 || number > PRIORITY_LAST)
		return PRIORITY_LAST;
	if (!is_v3)
		return number;
	return number < PREFERENCE_BEST ? PREFERENCE_BEST + 1 - number : 1;
}

static void start_url(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	const char *type = xml_attribute(attributes, "type");

	metalink->rank.location =
		rank_location(metalink, xml_attribute(attributes, "location"));
	metalink->rank.priority = priority(metalink, attributes);
	/* Version 3 has torrents among the mirrors; their URLs are of http, too. */
	metalink->torrent = metalink->dialect == DIALECT_3 && type &&
			    strcasecmp(type, "http") != 0 &&
			    strcasecmp(type, "https") != 0;
}

static void end_url(struct metalink *metalink, const char *text)
{
	if (!metalink->torrent)
		metalink_file_url(
			&metalink->file, text, metalink->base, &metalink->rank);
}

static void start_signature(
	struct metalink *metalink, const struct xml_attributes *attributes _unused_)
{
	if (!metalink->told_signature)
		log_warn("%s:%" PRIu64 ": unverified signature ignored",
			metalink->shown, xml_line(metalink->xml));
	metalink->told_signature = true;
}

static const struct element elements[] = {
	{DIALECT_BOTH, IN_NOTHING, "metalink", IN_METALINK, NULL, NULL},
	{DIALECT_3, IN_METALINK, "files", IN_FILES, NULL, NULL},
	{DIALECT_3, IN_FILES, "file", IN_FILE, start_file, end_file},
	{DIALECT_4, IN_METALINK, "file", IN_FILE, start_file, end_file},
	{DIALECT_BOTH, IN_FILE, "size", IN_SIZE, NULL, end_size},
	{DIALECT_3, IN_FILE, "resources", IN_RESOURCES, NULL, NULL},
	{DIALECT_3, IN_RESOURCES, "url", IN_URL, start_url, end_url},
	{DIALECT_4, IN_FILE, "url", IN_URL, start_url, end_url},
	{DIALECT_3, IN_FILE, "verification", IN_VERIFICATION, NULL, NULL},
	{DIALECT_3, IN_VERIFICATION, "hash", IN_HASH, start_hash, end_hash},
	{DIALECT_4, IN_FILE, "hash", IN_HASH, start_hash, end_hash},
	{DIALECT_3, IN_VERIFICATION, "pieces", IN_PIECES, start_pieces, end_pieces},
	{DIALECT_4, IN_FILE, "pieces", IN_PIECES, start_pieces, end_pieces},
	{DIALECT_BOTH, IN_PIECES, "hash", IN_PIECE, start_piece, end_piece},
	{DIALECT_3, IN_VERIFICATION, "signature", IN_SIGNATURE, start_signature, NULL},
	{DIALECT_4, IN_FILE, "signature", IN_SIGNATURE, start_signature, NULL},
};

static enum state here(const struct metalink *metalink)
{
	return metalink->states[metalink->depth];
}

const struct element *metalink_element(
	const struct metalink *metalink, enum dialect dialect, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
		const struct element *element = &elements[i];

		if (element->parent == here(metalink) && (element->dialect & dialect) &&
			strcmp(element->name, name) == 0)
			return element;
	}
	return NULL;
}

const struct element *metalink_element_here(const struct metalink *metalink)
{
	for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
		const struct element *element = &elements[i];

		if (element->state == here(metalink) &&
			(element->dialect & metalink->dialect))
			return element;
	}
	return NULL;
}
