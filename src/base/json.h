/* json.h - records for other programs to read: thin over jansson.
 *
 * Adds what jansson leaves to its callers: any bytes become valid UTF-8 (text_add_utf8), NULL
 * becomes null, one object is one line, and memory that runs out ends the process as in
 * alloc.h. The object itself is jansson's: json_new() it, json_decref() it, and read it back
 * with jansson's own functions. Keys are ours, so they must be ASCII. Any thread. */
#ifndef SEINE_BASE_JSON_H
#define SEINE_BASE_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"

/* A new, empty object; its members stay in the order in which they are put. */
json_t *json_new(void);

void json_put_null(json_t *object, const char *key);
void json_put_text(json_t *object, const char *key, const char *text); /* NULL: null */
void json_put_count(json_t *object, const char *key, int64_t count);
void json_put_real(json_t *object, const char *key, double value);
/* Seconds, to the microsecond; a negative span (it never came to that) is null. */
void json_put_seconds(json_t *object, const char *key, nstime span);
/* A text as a value of its own, for json_put_child and arrays. */
json_t *json_text(const char *text);
/* Takes the child. */
void json_put_child(json_t *object, const char *key, json_t *child);

/* Append the object as one line, with its newline. Everything but ASCII is escaped, so the
 * line is safe to show on a terminal as well. */
void json_add_line(struct buf *out, const json_t *object);

/* An object from its text; NULL when the text is none. json_decref() it. */
json_t *json_read(const char *text, size_t len) must_check;
/* A value of any type from its text; NULL and KIND_INPUT when the text is none: err->text says
 * why and in which column, and quotes nothing. Refused are keys that are there twice, NUL in
 * strings, numbers that do not fit and depth without reason too. json_decref() it. */
json_t *json_read_any(const char *text, size_t len, struct error *err) must_check;
/* A member: 0 when it is not there, or no whole number. */
int64_t json_get_count(const json_t *object, const char *key);
/* A member that json_put_seconds made; -1 when it is not there, null, or no span of time. */
nstime json_get_seconds(const json_t *object, const char *key);

#endif
