/* fieldvalue.h - the pieces that values of header fields are made of: white space, delimiters,
 * and parameters whose values may be quoted (RFC 9110, 5.6). For the parsers of single fields, which
 * know what may follow what. Copies nothing. Pure; any thread. Internal to net/. */
#ifndef SEINE_NET_FIELDVALUE_H
#define SEINE_NET_FIELDVALUE_H

#include <stdbool.h>
#include <stddef.h>

/* What is left of a value. */
struct fieldvalue {
	const char *at, *end;
};

/* A parameter; points into the value. NULL: it has none. A quoted value is without its quotes, but
 * not freed of its escapes. */
struct field_param {
	const char *name, *value;
	size_t name_len, value_len;
	bool quoted;
};

bool fieldvalue_is_space(char c);
void fieldvalue_skip_space(struct fieldvalue *rest);
/* This character, maybe behind white space; false, and only that is passed, when it is not next. */
bool fieldvalue_skip(struct fieldvalue *rest, char c);
/* What stands behind an opening quote is the parameter's value. False when there is no closing
 * one. */
bool fieldvalue_take_quoted(struct fieldvalue *rest, struct field_param *param);

/* Has it this name, without regard to case? */
bool field_param_is(const struct field_param *param, const char *name);
/* The byte of its value at *at, freed of an escape; *at moves on behind it. */
char field_param_byte(const struct field_param *param, size_t *at);

#endif
