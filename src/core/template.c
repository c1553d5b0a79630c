/* template.c - see template.h. A template is a list of pieces: literal text, or a field
 * and the function that adds it (template_fields.c). */
#include "core/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/safename.h"
#include "core/template_parts.h"

struct piece {
	template_add_field *add; /* NULL: literal */
	const char *text;        /* in the template's own copy */
	size_t len;
};

struct template
{
	char *text;
	struct piece *pieces;
	size_t count;
};

static void append(struct template *template, template_add_field *add, const char *text,
	size_t len)
{
	template->pieces = xreallocarray(
		template->pieces, template->count + 1, sizeof(*template->pieces));
	template->pieces[template->count++] =
		(struct piece){.add = add, .text = text, .len = len};
}

/* Parse what begins with a brace; returns its end, NULL when it is malformed. */
static const char *parse_brace(
	struct template *template, const char *at, struct error *err)
{
	const char *end;
	template_add_field *add;

	if (at[0] == at[1]) {
		append(template, NULL, at, 1);
		return at + 2;
	}
	end = at[0] == '{' ? strchr(at, '}') : NULL;
	if (!end) {
		error_set(err, KIND_USAGE, 0, "lone \"%c\": write \"%c%c\" for a brace",
			at[0], at[0], at[0]);
		return NULL;
	}
	add = template_field(at + 1, (size_t)(end - at - 1));
	if (!add) {
		error_set(err, KIND_USAGE, 0,
			"unknown field \"%.*s\": "
			"there are " TEMPLATE_FIELDS,
			(int)(end - at < 40 ? end - at + 1 : 40), at);
		return NULL;
	}
	append(template, add, NULL, 0);
	return end + 1;
}

/* What could never give a safe path is told at once, not for every entry. */
static int check_components(const char *text, struct error *err)
{
	if (!*text)
		return error_set(err, KIND_USAGE, 0, "it is empty");
	if (*text == '/')
		return error_set(err, KIND_USAGE, 0,
			"it must be relative to the output directory");
	if (text[strlen(text) - 1] == '/')
		return error_set(err, KIND_USAGE, 0,
			"it names a directory: "
			"it must not end with \"/\"");
	for (size_t len; *text; text += len + (text[len] == '/')) {
		len = strcspn(text, "/");
		if (safename_is_traversal(text, len))
			return error_set(err, KIND_USAGE, 0,
				"\".\" and \"..\" are not allowed in it");
	}
	return 0;
}

static int parse(struct template *template, struct error *err)
{
	const char *at = template->text;

	if (check_components(at, err) < 0)
		return -1;
	while (at && *at) {
		size_t len = strcspn(at, "{}");

		if (len > 0)
			append(template, NULL, at, len);
		at += len;
		if (*at)
			at = parse_brace(template, at, err);
	}
	return at ? 0 : -1;
}

struct template *template_new(const char *text, struct error *err)
{
	struct template *template = xcalloc(1, sizeof(*template));

	template->text = xstrdup(text);
	if (parse(template, err) < 0) {
		template_free(template);
		return NULL;
	}
	return template;
}

void template_free(struct template *template)
{
	if (!template)
		return;
	free(template->pieces);
	free(template->text);
	free(template);
}

bool template_has_number(const struct template *template)
{
	for (size_t i = 0; i < template->count; i++)
		if (template->pieces[i].add == template_field("n", 1))
			return true;
	return false;
}

static void add_literal(struct buf *path, const struct piece *piece)
{
	const char *end = piece->text + piece->len;

	for (const char *at = piece->text; at < end; at++) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		const char *stop = slash ? slash : end;

		safename_add(path, at, (size_t)(stop - at), SAFENAME_USER);
		if (slash)
			safename_add_slash(path);
		at = stop;
	}
}

int template_add(const struct template *template, struct buf *path,
	const struct entry *entry, struct error *err)
{
	for (size_t i = 0; i < template->count; i++) {
		const struct piece *piece = &template->pieces[i];

		if (!piece->add)
			add_literal(path, piece);
		else if (piece->add(path, entry, err) < 0)
			return -1;
	}
	return 0;
}
