/* redact.c - url_add_redacted(), see url.h: two passes over the text, one for what
 * stands before the host, one for the values of parameters whose name says that they
 * are secret.
 *
 * Fragments are treated as queries are: some services hand out tokens there. */
#include "base/url.h"

#include <string.h>

#include "base/hex.h"

/* Names of parameters, in lower case and without "-" and "_": a name is secret when it
 * is one of these (whole), or ends in one. */
static const struct {
	const char *name;
	bool whole;
} secret_names[] = {
	{"signature", false},
	{"credential", false},
	{"credentials", false},
	{"token", false},
	{"secret", false},
	{"password", false},
	{"passwd", false},
	{"passphrase", false},
	{"apikey", false},
	{"accesskey", false},
	{"accesskeyid", false},
	{"privatekey", false},
	{"keypairid", false},
	{"authorization", false},
	{"session", false},
	{"sessionid", false},
	{"jwt", false},
	{"key", true},
	{"sig", true},
	{"auth", true},
	{"pass", true},
	{"pwd", true},
	{"sid", true},
};

/* Of a parameter's name, from its end: longer than any above. */
#define NAME_MAX_LEN 64

/* The name as a server understands it: decoded, lower case, without "-" and "_". Of one
 * that is too long the end is kept. */
static size_t plain_name(char out[NAME_MAX_LEN], const char *name, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int escaped = hex_escape(name + i, len - i);
		char c = escaped < 0 ? name[i] : (char)escaped;

		if (escaped >= 0)
			i += 2;
		if (c == '-' || c == '_')
			continue;
		if (n == NAME_MAX_LEN)
			memmove(out, out + 1, --n);
		out[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	return n;
}

static bool name_is_secret(const char *name, size_t len)
{
	char plain[NAME_MAX_LEN];
	size_t plain_len = plain_name(plain, name, len);

	for (size_t i = 0; i < ARRAY_LEN(secret_names); i++) {
		size_t want = strlen(secret_names[i].name);

		if (plain_len < want || (secret_names[i].whole && plain_len != want))
			continue;
		if (memcmp(plain + plain_len - want, secret_names[i].name, want) == 0)
			return true;
	}
	return false;
}

/* Append text, where "name=value" after any of ?&;# may be secret, and at its beginning, when
 * that is inside of a query already. Was there a secret in it? */
static bool add_parameters(struct buf *out, const char *text, bool inside)
{
	size_t len = inside ? 0 : strcspn(text, "?#");
	bool found = false;

	buf_add(out, text, len);
	for (text += len; *text; text += len) {
		size_t name_len;

		if (!inside)
			buf_addch(out, *text++);
		inside = false;
		len = strcspn(text, "?&;#");
		name_len = strcspn(text, "=?&;#");
		if (name_len < len && name_is_secret(text, name_len)) {
			buf_add(out, text, name_len);
			buf_addstr(out, "=...");
			found = true;
		} else {
			buf_add(out, text, len);
		}
	}
	return found;
}

/* Where the host or what stands before it begins: after "scheme:" and its slashes. */
static const char *after_scheme(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	if (len == 0 || text[len] != ':' || text[len + 1] != '/')
		return text;
	return text + len + 1 + strspn(text + len + 1, "/");
}

/* The end of what may be user and password in text that begins where they would. In a URL
 * that is the last "@" before the path. In what is no URL it is also any "@" after a ":", since a
 * password with a "/" in it may be the very reason that it is none. */
static const char *userinfo_end(const char *text, bool is_url)
{
	const char *authority_end = text + strcspn(text, "/?#");
	const char *colon = is_url ? NULL : strchr(text, ':');
	const char *end = text;

	for (const char *at = strchr(text, '@'); at; at = strchr(at + 1, '@')) {
		if (at < authority_end || (colon && colon < at))
			end = at + 1;
	}
	return end;
}

bool url_add_redacted(struct buf *out, const char *text)
{
	struct url url = {0};
	const char *rest, *shown;
	bool found;

	/* The usual case, once per file of a job: nothing to parse. */
	if (!strchr(text, '@'))
		return add_parameters(out, text, false);
	if (url_parse(&url, text, NULL) == 0)
		text = url.text;
	rest = after_scheme(text);
	buf_add(out, text, (size_t)(rest - text));
	shown = userinfo_end(rest, url.text != NULL);
	found = add_parameters(
			out, shown, strcspn(rest, "?#") < (size_t)(shown - rest)) ||
		shown > rest;
	url_release(&url);
	return found;
}
