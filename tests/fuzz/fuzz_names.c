/* fuzz_names.c - core/naming.h. The first line is a template; each of the others an entry: URL,
 * out= and dir=, with TABs between, out= behind a "!" when it is not the user's.
 *
 * Claims: a path is relative, valid UTF-8 without control characters or backslashes, has no
 * empty, "." or ".." component, none over 255 bytes and none that is hidden unless the user
 * said so, does not begin with ".seine", and has 3,840 bytes at most; no two entries have
 * the same one, nor is one the directory of another, whatever the case of letters; another
 * run comes to the same; an alternative as --existing=rename asks for is another name in the
 * same directory. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "core/naming.h"
#include "fuzz.h"

#define ENTRIES_MAX 24
#define PATH_BYTES_MAX 3840
#define COMPONENT_MAX 255

/* Who may have put a dot in front of a component. */
static bool may_hide(const char *template, const struct entry *entry)
{
	return *template || entry->dir || (entry->out && !entry->out_is_foreign);
}

static void check_path(const char *path, bool may_hide_any)
{
	size_t len;

	must(*path && strlen(path) <= PATH_BYTES_MAX);
	must(fuzz_is_clean(path, strlen(path)) && !strchr(path, '\\'));
	len = strcspn(path, "/");
	must(!(len == 6 && strncasecmp(path, ".seine", 6) == 0));
	for (;; path += len + 1) {
		len = strcspn(path, "/");
		must(len > 0 && len <= COMPONENT_MAX);
		must(!(len <= 2 && strspn(path, ".") >= len));
		must(may_hide_any || *path != '.');
		if (!path[len])
			return;
	}
}

/* Neither the same nor a directory of the other. */
static void check_apart(const char *path, const char *other)
{
	size_t len = strlen(path), other_len = strlen(other);
	size_t least = len < other_len ? len : other_len;

	must(strncasecmp(path, other, least) != 0 ||
		(len < other_len ? other[least] != '/'
				 : len > other_len && path[least] != '/'));
}

static void check_alternative(const char *path, unsigned k)
{
	char *other _cleanup_(freep) = naming_alternative(path, k);
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;

	must(strcmp(path, other) != 0);
	must(strncmp(path, other, dir) == 0 && !strchr(other + dir, '/'));
	must(strlen(other + dir) <= COMPONENT_MAX);
	must(fuzz_is_clean(other, strlen(other)));
}

/* An entry from a line; NULL where that has no URL. */
static struct entry *read_entry(char *line, uint64_t number)
{
	struct entry *entry = entry_new();
	char *out = strchr(line, '\t'), *dir = out ? strchr(out + 1, '\t') : NULL;

	if (out)
		*out++ = '\0';
	if (dir)
		*dir++ = '\0';
	entry->number = number;
	entry->out_is_foreign = out && *out == '!';
	if (out)
		out += entry->out_is_foreign;
	entry->out = out && *out ? xstrdup(out) : NULL;
	entry->dir = dir && *dir ? xstrdup(dir) : NULL;
	if (url_parse(&entry->url, line, NULL) == 0)
		return entry;
	entry_free(entry);
	return NULL;
}

/* Fills paths (NULL: refused, or no entry) from the lines; returns how many. */
static size_t name_all(const char *template, struct fuzz_bytes bytes, char **paths)
{
	struct naming *naming = naming_new(*template ? template : NULL, NULL);
	size_t count = 0;

	while (naming && bytes.left > 0 && count < ENTRIES_MAX) {
		char *line _cleanup_(freep) = fuzz_take_line(&bytes);
		struct entry *entry = read_entry(line, count + 1);
		struct error err = {.kind = KIND_NONE};

		paths[count] = entry ? naming_path(naming, entry, &err) : NULL;
		if (paths[count])
			check_path(paths[count], may_hide(template, entry));
		else if (entry)
			must(err.kind == KIND_BAD_NAME && err.text[0]);
		entry_free(entry);
		count++;
	}
	naming_free(naming);
	return count;
}

void fuzz_names(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	char *template _cleanup_(freep) = fuzz_take_line(&bytes);
	char *paths[ENTRIES_MAX], *again[ENTRIES_MAX];
	size_t count = name_all(template, bytes, paths);

	must(name_all(template, bytes, again) == count);
	for (size_t i = 0; i < count; i++) {
		must(!paths[i] == !again[i]);
		must(!paths[i] || strcmp(paths[i], again[i]) == 0);
		for (size_t j = 0; paths[i] && j < i; j++)
			if (paths[j])
				check_apart(paths[i], paths[j]);
		if (paths[i])
			check_alternative(paths[i], (unsigned)len);
	}
	for (size_t i = 0; i < count; i++) {
		free(paths[i]);
		free(again[i]);
	}
}
