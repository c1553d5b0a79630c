/* members.h - from JSON values to an entry: what a member of an object may be.
 *
 * null is as good as no member. Text is text; what is a number in a list may be a JSON number,
 * and what may be given more than once there may be an array of texts. Does not know which
 * members there are besides those of fields.h. No error quotes a value. Any thread. */
#ifndef SEINE_INPUT_MEMBERS_H
#define SEINE_INPUT_MEMBERS_H

#include "base/attr.h"
#include "base/json.h"
#include "core/entry.h"
#include "input/fields.h"

/* Add the value of the member `key` to the entry's URLs: a text, or an array of one or more of
 * them, mirrors. KIND_INPUT and -1 when it is something else. */
int member_urls(struct entry *entry, const char *key, const json_t *value,
	struct error *err) must_check;

/* The value of a member that is the field. The same. */
int member_set(struct entry *entry, const struct field *field, const json_t *value,
	struct error *err) must_check;

#endif
