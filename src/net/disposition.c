/* disposition.c - see disposition.h. The parameters are found first, and decoded only when all
 * of the value could be read. */
#include "net/disposition.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/text.h"
#include "net/fieldvalue.h"

static size_t skip_token(struct fieldvalue *rest)
{
	const char *begin;

	fieldvalue_skip_space(rest);
	begin = rest->at;
	while (rest->at < rest->end && *rest->at && strchr(TEXT_TOKEN_CHARS, *rest->at))
		rest->at++;
	return (size_t)(rest->at - begin);
}

/* Up to the next ";". False when there is a quote in it, which nobody knows the meaning of. */
static bool take_plain(struct fieldvalue *rest, struct field_param *param)
{
	const char *stop;

	fieldvalue_skip_space(rest);
	param->value = rest->at;
	stop = memchr(rest->at, ';', (size_t)(rest->end - rest->at));
	rest->at = stop ? stop : rest->end;
	param->value_len = (size_t)(rest->at - param->value);
	while (param->value_len > 0 &&
		fieldvalue_is_space(param->value[param->value_len - 1]))
		param->value_len--;
	return !memchr(param->value, '"', param->value_len);
}

enum step { STEP_PARAM, STEP_END, STEP_MALFORMED };

/* ";" name "=" value, with white space wherever it may be; what has no name is none. */
static enum step next_param(struct fieldvalue *rest, struct field_param *param)
{
	*param = (struct field_param){.name = NULL};
	if (!fieldvalue_skip(rest, ';'))
		return rest->at == rest->end ? STEP_END : STEP_MALFORMED;
	fieldvalue_skip_space(rest);
	if (rest->at == rest->end || *rest->at == ';')
		return STEP_PARAM;
	param->name = rest->at;
	param->name_len = skip_token(rest);
	if (param->name_len == 0 || !fieldvalue_skip(rest, '='))
		return STEP_MALFORMED;
	if (fieldvalue_skip(rest, '"'))
		return fieldvalue_take_quoted(rest, param) ? STEP_PARAM
							   : STEP_MALFORMED;
	return take_plain(rest, param) ? STEP_PARAM : STEP_MALFORMED;
}

/* Each byte is the character of its number. */
static void add_latin1(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte >= 0x80)
			buf_addch(out, (char)(0xc0 | byte >> 6));
		buf_addch(out, (char)(byte < 0x80 ? byte : 0x80 | (byte & 0x3f)));
	}
}

/* The text, if it is one and not empty, else NULL. */
static char *finish(struct buf *bytes, bool latin1)
{
	struct buf text = BUF_INIT;

	if (bytes->len > 0 && !memchr(bytes->data, '\0', bytes->len)) {
		if (latin1)
			add_latin1(&text, bytes->data, bytes->len);
		else if (text_is_utf8(bytes->data, bytes->len))
			buf_add(&text, bytes->data, bytes->len);
	}
	if (text.len > 0)
		return buf_detach(&text);
	buf_release(&text);
	return NULL;
}

/* filename. Old servers send ISO-8859-1, most others UTF-8, and the latter is never the former by
 * accident. */
static char *read_plain(const struct field_param *param)
{
	struct buf bytes _cleanup_(buf_release) = BUF_INIT;

	for (size_t i = 0; i < param->value_len;)
		buf_addch(&bytes, field_param_byte(param, &i));
	return finish(&bytes, !text_is_utf8(bytes.data, bytes.len));
}

/* What follows the prefix, without regard to case; NULL where that is not there. */
static const char *behind(const char *text, const char *end, const char *prefix)
{
	size_t len = strlen(prefix);

	return (size_t)(end - text) >= len && strncasecmp(text, prefix, len) == 0
		       ? text + len
		       : NULL;
}

/* filename*: charset "'" [ language ] "'" characters, some of them as %XX. */
static char *read_extended(const struct field_param *param)
{
	struct buf bytes _cleanup_(buf_release) = BUF_INIT;
	const char *end = param->value + param->value_len;
	const char *at = behind(param->value, end, "UTF-8'");
	bool latin1 = !at;

	if (latin1)
		at = behind(param->value, end, "ISO-8859-1'");
	at = at ? memchr(at, '\'', (size_t)(end - at)) : NULL;
	if (param->quoted || !at)
		return NULL;
	for (at++; at < end; at++) {
		int byte = *at == '%' ? hex_escape(at, (size_t)(end - at)) : *at;

		if (byte < 0 || (*at != '%' && (byte <= ' ' || byte > '~')))
			return NULL;
		buf_addch(&bytes, (char)byte);
		at += *at == '%' ? 2 : 0;
	}
	return finish(&bytes, latin1);
}

char *disposition_name(const char *value, size_t len)
{
	struct fieldvalue rest = {.at = value, .end = value + len};
	struct field_param plain = {.name = NULL}, extended = {.name = NULL}, param;
	char *name = NULL;
	enum step step;

	if (skip_token(&rest) == 0)
		return NULL;
	while ((step = next_param(&rest, &param)) == STEP_PARAM) {
		struct field_param *slot = field_param_is(&param, "filename") ? &plain
					   : field_param_is(&param, "filename*")
						   ? &extended
						   : NULL;

		if (slot && slot->name)
			return NULL;
		if (slot)
			*slot = param;
	}
	if (step == STEP_MALFORMED)
		return NULL;
	if (extended.name)
		name = read_extended(&extended);
	return name || !plain.name ? name : read_plain(&plain);
}
