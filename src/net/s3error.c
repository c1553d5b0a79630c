/* s3error.c - see s3error.h. The parser fails where the body does, and what it has told by then is
 * what there is. Code and region go into decisions, so each has its alphabet: a text with anything
 * else in it, or one that is too long, says nothing. */
#include "net/s3error.h"

#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/xml.h"

#define TEXT_MAX ((size_t)16 * 1024)
#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789-"
#define NAME LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ."

struct reading {
	struct s3error *error;
	size_t depth; /* elements around us */
	size_t inner; /* depth of what is right in <Error>; 0: we are not in it */
};

static const struct {
	const char *name;
	size_t offset, size;
	const char *alphabet;
} words[] = {
#define WORD(name, member, alphabet)                                                   \
	{                                                                              \
		name, __builtin_offsetof(struct s3error, member),                      \
			sizeof(((struct s3error *)NULL)->member), alphabet             \
	}
	WORD("Code", code, NAME),
	WORD("Region", region, LOWER),
#undef WORD
};

static void on_start(void *context, const char *ns _unused_, const char *name,
	const struct xml_attributes *attributes _unused_)
{
	struct reading *reading = context;

	reading->depth++;
	if (!reading->inner && reading->depth <= 2 && strcmp(name, "Error") == 0)
		reading->inner = reading->depth + 1;
}

/* One line: any white space is a space, and cut where a character ends. */
static void take_message(struct s3error *error, const char *text)
{
	_cleanup_(buf_release) struct buf line = BUF_INIT, shown = BUF_INIT;
	size_t len, used = 0;
	unsigned code;

	for (; *text; text++) {
		if (!strchr(" \t\r\n", *text))
			buf_addch(&line, *text);
		else if (line.len > 0 && line.data[line.len - 1] != ' ')
			buf_addch(&line, ' ');
	}
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		buf_truncate(&line, line.len - 1);
	text_add_printable(&shown, line.data, line.len);
	while ((len = text_utf8_next(shown.data + used, shown.len - used, &code)) > 0 &&
		used + len < sizeof(error->message))
		used += len;
	memcpy(error->message, shown.data, used);
	error->message[used] = '\0';
}

static void on_end(void *context, const char *ns _unused_, const char *name,
	const char *text, size_t len)
{
	struct reading *reading = context;
	bool is_inner = reading->depth == reading->inner;

	reading->depth--;
	if (reading->depth + 1 < reading->inner)
		reading->inner = 0;
	if (!is_inner)
		return;
	if (strcmp(name, "Message") == 0)
		take_message(reading->error, text);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(name, words[i].name) == 0 && len < words[i].size &&
			strspn(text, words[i].alphabet) == len)
			memcpy((char *)reading->error + words[i].offset, text, len + 1);
}

bool s3error_read(struct s3error *error, const char *body, size_t len)
{
	static const struct xml_handler handler = {.start = on_start, .end = on_end};
	static const struct xml_limits limits = {
		.document = S3ERROR_BODY_MAX, .text = TEXT_MAX};
	struct reading reading = {.error = error};
	struct error why;
	struct xml *xml;

	*error = (struct s3error){.code = ""};
	if (len > S3ERROR_BODY_MAX)
		len = S3ERROR_BODY_MAX;
	xml = xml_new(&handler, &reading, &limits, KIND_PROTOCOL, NULL);
	if (xml_feed(xml, body, len, true, &why) < 0)
		log_debug("an error's body ends badly: %s", why.text);
	xml_free(xml);
	if (!error->code[0])
		*error = (struct s3error){.code = ""};
	return error->code[0] != '\0';
}
