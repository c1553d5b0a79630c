/* fields.h - what an input can say of an entry besides its URLs: the one table of options of an
 * entry, for every input format that has them.
 *
 * Rows: out dir checksum header referer user-agent max-tries size known-as named-by. Values are
 * text, as in a list; how a format writes and splits them is its own business. Does not judge
 * URLs, nor whether a name is safe (core/naming). No error quotes a value: it may be a credential.
 * Stateless; any thread. */
#ifndef SEINE_INPUT_FIELDS_H
#define SEINE_INPUT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "core/entry.h"

struct field {
	const char *name;
	bool many; /* may be given more than once: all count (of checksums the strongest) */
	bool number; /* a number can be its value, where a format has such */
	/* Apply a value. KIND_INPUT and -1 when it is none: the entry is as it was. */
	int (*set)(struct entry *entry, const char *value, struct error *err);
};

/* The row of a name; NULL when there is none. */
const struct field *field_find(const char *name);

/* KIND_INPUT and -1: there is no such option; the text says which there are. */
int field_refuse(const char *name, struct error *err);

/* Names that are longer, or have other characters, are not quoted: they may be anything. */
#define FIELD_NAME_MAX 40
#define FIELD_NAME_CHARS                                                               \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

/* Find and set, or refuse. */
int field_apply(struct entry *entry, const char *name, const char *value,
	struct error *err) must_check;

#endif
