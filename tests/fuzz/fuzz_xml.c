/* fuzz_xml.c - base/xml.h.
 *
 * Claims: the same is told, however the bytes are cut (of what fails, it may be that one way
 * has seen more of it); elements begin and end in pairs, not deeper than there may be; names
 * and texts are UTF-8 without a NUL; a parser that has failed tells no more; whoever asks
 * for an attribute gets it, or nothing. */
#include "base/xml.h"

#include <string.h>

#include "base/text.h"
#include "fuzz.h"

#define PIECE 5

struct told {
	struct buf text;
	struct buf open; /* names of the elements that are open, each with its NUL */
	size_t depth;
	bool failed;
	struct xml *xml;
};

static void check_text(const char *text, size_t len)
{
	must(strlen(text) == len && text_is_utf8(text, len));
}

static void start(void *context, const char *ns, const char *name,
	const struct xml_attributes *attributes)
{
	struct told *told = context;
	const char *value = xml_attribute(attributes, "name");

	must(!told->failed);
	must(++told->depth <= XML_DEPTH_MAX);
	check_text(ns, strlen(ns));
	check_text(name, strlen(name));
	must(*name);
	if (value)
		check_text(value, strlen(value));
	must(xml_line(told->xml) >= 1);
	buf_add(&told->open, name, strlen(name) + 1);
	buf_addf(&told->text, "<%s|%s name=%s>", ns, name, value ? value : "(none)");
}

static void end(
	void *context, const char *ns, const char *name, const char *text, size_t len)
{
	struct told *told = context;
	size_t size = strlen(name) + 1;

	must(!told->failed);
	must(told->depth-- > 0);
	check_text(text, len);
	must(told->open.len >= size);
	must(strcmp(told->open.data + told->open.len - size, name) == 0);
	buf_truncate(&told->open, told->open.len - size);
	buf_addf(&told->text, "%s</%s|%s>", text, ns, name);
}

static void read_pieces(
	const uint8_t *data, size_t len, size_t piece, struct told *told)
{
	static const struct xml_handler handler = {.start = start, .end = end};
	static const struct xml_limits limits = {.document = 100000, .text = 500};
	struct xml *xml = xml_new(&handler, told, &limits, KIND_INPUT, "shown");
	struct error err = {.kind = KIND_NONE}, again = {.kind = KIND_NONE};

	told->xml = xml;
	while (!told->failed) {
		size_t count = len < piece ? len : piece;
		bool last = count == len;

		told->failed = xml_feed(xml, (const char *)data, count, last, &err) < 0;
		data += count;
		len -= count;
		if (last)
			break;
	}
	must(told->failed == (err.kind != KIND_NONE));
	must(told->failed || told->depth == 0);
	if (told->failed) {
		must(err.kind == KIND_INPUT && strncmp(err.text, "shown:", 6) == 0);
		must(xml_feed(xml, "<a/>", 4, true, &again) < 0);
		must(strcmp(err.text, again.text) == 0);
	}
	xml_free(xml);
}

static void told_release(struct told *told)
{
	buf_release(&told->text);
	buf_release(&told->open);
}

void fuzz_xml(const uint8_t *data, size_t len)
{
	_cleanup_(told_release) struct told whole = {
		.text = BUF_INIT, .open = BUF_INIT};
	_cleanup_(told_release) struct told pieces = {
		.text = BUF_INIT, .open = BUF_INIT};

	if (len == 0)
		data = (const uint8_t *)"";
	read_pieces(data, len, len + 1, &whole);
	read_pieces(data, len, PIECE, &pieces);
	must(whole.failed == pieces.failed);
	must(whole.failed ? fuzz_one_begins(&whole.text, &pieces.text)
			  : strcmp(whole.text.data, pieces.text.data) == 0);
}
