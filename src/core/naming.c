/* naming.c - see naming.h. A path is made in three steps: composed from out= or the
 * template (safename writes away what no component may hold), checked for what is left
 * to refuse, and resolved against the names given out before.
 *
 * Resolving goes from the left. A directory may be shared by any number of entries, so
 * only a file of its name is in its way, and what then replaces it depends on nothing
 * but the directory: later entries find the same one. For a file both are in its way,
 * and what replaces it depends on its URL, then on a count. All that depends on the
 * order of calls, which is the order of the input, so a second run comes to the same
 * names.
 *
 * In a list of files that are all in one directory (usually none) the directory is
 * looked up once. */
#include "core/naming.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/safename.h"
#include "core/taken.h"
#include "core/template.h"

/* Of the whole relative path: what PATH_MAX leaves when it is opened from within the
 * output directory, with some room for those who look at it from outside. */
#define PATH_LIMIT 3840
#define SUFFIX_LEN 24
/* So many suffixes are tried that are made of the URL alone; then the entry's number
 * joins, so that a URL that is there a million times does not try a million names for each. */
#define ROUNDS_BY_TAG 4

struct naming {
	struct template *template;
	struct taken *taken;
	bool any_dir;     /* was any directory given out? */
	struct buf asked; /* the path as composed */
	/* The directory that the next are of; ends with "/". */
	struct buf dir_asked;
	struct buf path; /* what it was resolved to, then the file */
	size_t dir_len;
	uint64_t dir;      /* for taken */
	struct buf folded; /* the last component of path, folded */
};

struct naming *naming_new(const char *template, struct error *err)
{
	struct template *parsed = template_new(template ? template : "{base}", err);
	struct naming *naming;

	if (!parsed)
		return NULL;
	naming = xcalloc(1, sizeof(*naming));
	naming->template = parsed;
	naming->taken = taken_new();
	buf_init(&naming->asked);
	buf_init(&naming->dir_asked);
	buf_init(&naming->path);
	buf_init(&naming->folded);
	return naming;
}

void naming_free(struct naming *naming)
{
	if (!naming)
		return;
	template_free(naming->template);
	taken_free(naming->taken);
	buf_release(&naming->asked);
	buf_release(&naming->dir_asked);
	buf_release(&naming->path);
	buf_release(&naming->folded);
	free(naming);
}

/* ---- compose ---- */

/* `what` was wrong; NULL: whoever reads the message knows. */
static int refuse(struct error *err, const char *what, const char *why)
{
	return error_set(err, KIND_BAD_NAME, 0, "%s%s%s", what ? what : "",
		what ? ": " : "", why);
}

/* A path that was given. `what` is the option, or whatever it was, for the message. */
static int add_given(struct buf *path, const char *given, enum safename_from from,
	const char *what, struct error *err)
{
	if (*given == '/')
		return refuse(err, what,
			"an absolute path: "
			"it must be relative to the output directory");
	while (*given) {
		size_t len = strcspn(given, "/");

		if (safename_is_traversal(given, len))
			return refuse(err, what, "\".\" and \"..\" are not allowed");
		safename_add(path, given, len, from);
		given += len;
		if (*given == '/') {
			safename_add_slash(path);
			given++;
		}
	}
	return 0;
}

static int compose(struct naming *naming, const struct entry *entry, struct error *err)
{
	struct buf *path = &naming->asked;

	buf_clear(path);
	if (entry->dir && add_given(path, entry->dir, SAFENAME_USER, "dir=", err) < 0)
		return -1;
	safename_add_slash(path);
	if (entry->out && entry->out_is_foreign)
		return add_given(path, entry->out, SAFENAME_NETWORK,
			"the name given to the file", err);
	if (entry->out)
		return add_given(path, entry->out, SAFENAME_USER, "out=", err);
	return template_add(naming->template, path, entry, err);
}

/* ---- check ---- */

/* ".seine" is where the job itself lives, however a file system writes it. */
static bool is_ours(const char *component, size_t len)
{
	struct buf folded _cleanup_(buf_release) = BUF_INIT;

	if (len == 0 || *component != '.')
		return false;
	taken_fold(&folded, component, len);
	return strcmp(folded.data, ".seine") == 0;
}

static int too_long(const char *what, struct error *err)
{
	return refuse(err, what, "the whole path is too long");
}

static int check(const struct buf *path, const char *what, struct error *err)
{
	const char *at = path->data;
	size_t total = 0; /* when the components are cut to what they may have */

	if (path->len == 0 || path->data[path->len - 1] == '/')
		return refuse(err, what, "it would be empty: give one by out=");
	if (is_ours(at, strcspn(at, "/")))
		return refuse(err, what, "\".seine\" is where the job is kept");
	for (size_t len; *at; at += len + (at[len] == '/')) {
		len = strcspn(at, "/");
		if (safename_is_traversal(at, len))
			return refuse(err, what, "\".\" and \"..\" are not allowed");
		total += (len < SAFENAME_MAX ? len : SAFENAME_MAX) + 1;
	}
	return total > PATH_LIMIT ? too_long(what, err) : 0;
}

int naming_check(const char *out, struct error *err)
{
	_cleanup_(buf_release) struct buf path = BUF_INIT;

	if (add_given(&path, out, SAFENAME_USER, NULL, err) < 0)
		return -1;
	if (path.len > 0 && path.data[path.len - 1] == '/')
		return refuse(err, NULL, "there is no name behind the last slash");
	return check(&path, NULL, err);
}

/* ---- resolve ---- */

/* A component that is wanted, and what its suffixes are made of. */
struct wanted {
	const char *name;
	size_t len;
	const char *tag;
	size_t tag_len;
	uint64_t number;
};

static void print_suffix(
	char suffix[SUFFIX_LEN], const char *tag, size_t len, uint64_t seed)
{
	snprintf(suffix, SUFFIX_LEN, "~%08" PRIx32, safename_hash(tag, len, seed));
}

/* Append what is tried in this round, and its fold: in round 0 the component itself, unless
 * it is too long for a name. */
static void add_candidate(
	struct naming *naming, const struct wanted *wanted, uint64_t round)
{
	size_t start = naming->path.len;
	uint64_t seed = round > 0 ? round - 1 : 0;
	char suffix[SUFFIX_LEN];

	if (round == 0 && wanted->len <= SAFENAME_MAX) {
		buf_add(&naming->path, wanted->name, wanted->len);
	} else {
		if (seed >= ROUNDS_BY_TAG)
			seed += wanted->number;
		print_suffix(suffix, wanted->tag, wanted->tag_len, seed);
		safename_add_suffixed(&naming->path, wanted->name, wanted->len, suffix);
	}
	buf_clear(&naming->folded);
	taken_fold(
		&naming->folded, naming->path.data + start, naming->path.len - start);
}

/* Resolve one directory on the way: asked[start, end). */
static void enter_component(
	struct naming *naming, const char *asked, size_t start, size_t end)
{
	const struct buf *folded = &naming->folded;
	size_t path_len = naming->path.len;
	struct wanted wanted = {.name = asked + start,
		.len = end - start,
		.tag = asked,
		.tag_len = end};

	for (uint64_t round = 0;; round++) {
		add_candidate(naming, &wanted, round);
		if (!taken_has(naming->taken, naming->dir, folded->data, folded->len,
			    TAKEN_FILE))
			break;
		buf_truncate(&naming->path, path_len);
	}
	/* There already is as good as added. */
	(void)taken_add(
		naming->taken, naming->dir, folded->data, folded->len, TAKEN_DIR);
	naming->any_dir = true;
	naming->dir = taken_enter(naming->dir, folded->data, folded->len);
	buf_addch(&naming->path, '/');
}

/* Leave path at the directory asked for: asked[0, len), ending with "/". */
static void enter_dir(struct naming *naming, const char *asked, size_t len)
{
	if (len == naming->dir_asked.len &&
		memcmp(asked, naming->dir_asked.data, len) == 0) {
		buf_truncate(&naming->path, naming->dir_len);
		return;
	}
	buf_clear(&naming->path);
	naming->dir = 0;
	for (size_t start = 0, end; start < len; start = end + 1) {
		end = start + strcspn(asked + start, "/");
		enter_component(naming, asked, start, end);
	}
	naming->dir_len = naming->path.len;
	buf_clear(&naming->dir_asked);
	buf_add(&naming->dir_asked, asked, len);
}

static bool claim(struct naming *naming)
{
	const char *folded = naming->folded.data;
	size_t len = naming->folded.len;

	if (naming->any_dir &&
		taken_has(naming->taken, naming->dir, folded, len, TAKEN_DIR))
		return false;
	return taken_add(naming->taken, naming->dir, folded, len, TAKEN_FILE);
}

static void resolve_file(
	struct naming *naming, const struct entry *entry, const char *name, size_t len)
{
	struct wanted wanted = {.name = name,
		.len = len,
		.tag = entry->url.text,
		.tag_len = strlen(entry->url.text),
		.number = entry->number};

	for (uint64_t round = 0;; round++) {
		add_candidate(naming, &wanted, round);
		if (claim(naming))
			return;
		buf_truncate(&naming->path, naming->dir_len);
	}
}

static size_t dir_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

char *naming_path(struct naming *naming, const struct entry *entry, struct error *err)
{
	const char *asked;
	size_t dir_len;

	if (compose(naming, entry, err) < 0 ||
		check(&naming->asked, "file name", err) < 0)
		return NULL;
	asked = naming->asked.data;
	dir_len = dir_length(asked);
	enter_dir(naming, asked, dir_len);
	resolve_file(naming, entry, asked + dir_len, naming->asked.len - dir_len);
	if (naming->path.len > PATH_LIMIT) { /* by suffixes: then the name is lost */
		too_long("file name", err);
		return NULL;
	}
	return xstrndup(naming->path.data, naming->path.len);
}

bool naming_is_by_content(const struct naming *naming, const struct entry *entry)
{
	return entry->out || !template_has_number(naming->template);
}

/* ---- beside what was given out ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

char *naming_given(const struct entry *entry, const char *given)
{
	struct buf safe _cleanup_(buf_release) = BUF_INIT;
	struct buf name = BUF_INIT;
	char suffix[SUFFIX_LEN] = "";
	size_t len = strlen(given);

	for (; len > 0 && is_blank(*given); len--)
		given++;
	while (len > 0 && is_blank(given[len - 1]))
		len--;
	if (len == 0 || memchr(given, '/', len) || memchr(given, '\\', len) ||
		safename_is_traversal(given, len) ||
		dir_length(entry->path) + SAFENAME_MAX > PATH_LIMIT)
		return NULL;
	safename_add(&safe, given, len, SAFENAME_NETWORK);
	if (safe.len > SAFENAME_MAX)
		print_suffix(suffix, entry->url.text, strlen(entry->url.text), 0);
	safename_add_suffixed(&name, safe.data, safe.len, suffix);
	return buf_detach(&name);
}

char *naming_beside(const char *path, const char *name)
{
	return xasprintf("%.*s%s", (int)dir_length(path), path, name);
}

char *naming_alternative(const char *path, unsigned k)
{
	struct buf out = BUF_INIT;
	const char *name = path + dir_length(path);
	char suffix[SUFFIX_LEN];

	snprintf(suffix, sizeof(suffix), ".%u", k);
	buf_add(&out, path, (size_t)(name - path));
	safename_add_suffixed(&out, name, strlen(name), suffix);
	return buf_detach(&out);
}
