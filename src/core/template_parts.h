/* template_parts.h - templates from inside: template.c reads them, template_fields.c has what an
 * entry puts in the place of a field. Not for others. */
#ifndef SEINE_CORE_TEMPLATE_PARTS_H
#define SEINE_CORE_TEMPLATE_PARTS_H

#include "core/template.h"

/* Append it to the path. KIND_BAD_NAME where that would lead elsewhere. */
typedef int template_add_field(
	struct buf *path, const struct entry *entry, struct error *err);

/* The field of this name; NULL: there is none. */
template_add_field *template_field(const char *name, size_t len);

/* All of them, to be told. */
#define TEMPLATE_FIELDS "{host} {path} {dir} {base} {stem} {ext} {query} {n} {hash}"

#endif
