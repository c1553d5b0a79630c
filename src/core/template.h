/* template.h - names made by --name templates; the fields are described in naming.h. Pure;
 * any thread once it is made. */
#ifndef SEINE_CORE_TEMPLATE_H
#define SEINE_CORE_TEMPLATE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"
#include "core/entry.h"

struct template;

/* KIND_USAGE and NULL when text is malformed, is no relative path, or names a directory. */
struct template *template_new(const char *text, struct error *err) must_check;
void template_free(struct template *template);

/* Does it name each entry by its number? */
bool template_has_number(const struct template *template);

/* Append the name for an entry to path, which is empty or ends with "/". All of it is safe
 * as safename_add has it, but that a component may come to be "." or ".." and the last one
 * empty. KIND_BAD_NAME when the URL tries to lead elsewhere. */
int template_add(const struct template *template, struct buf *path,
	const struct entry *entry, struct error *err) must_check;

#endif
