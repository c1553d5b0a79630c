/* fuzz_netrc.c - net/netrc.h. The first three lines of the bytes are a host, a name and a password,
 * the rest is a file.
 *
 * Claims: what is found has both halves, for the name that was asked for; an entry that is written
 * by the book, with its words in quotes, is read as it was meant, and so is one behind it. */
#include "net/netrc.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "fuzz.h"

static void add_word(struct buf *out, const char *key, const char *word)
{
	buf_addf(out, "%s \"", key);
	for (; *word; word++) {
		if (strchr("\"\\", *word))
			buf_addch(out, '\\');
		buf_addch(out, *word);
	}
	buf_addstr(out, "\"\n");
}

static void check_login(const struct login *login, const char *name)
{
	must(!login || (login->name && login->password));
	must(!login || !name || strcmp(login->name, name) == 0);
}

static void check_any(const char *text, size_t len, const char *host, const char *name)
{
	struct netrc *netrc = netrc_parse(text, len);

	check_login(netrc_find(netrc, host, NULL, false), NULL);
	check_login(netrc_find(netrc, host, NULL, true), NULL);
	check_login(netrc_find(netrc, host, name, true), name);
	netrc_free(netrc);
}

static void check_written(const char *host, const char *name, const char *password)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;
	const struct login *login;
	struct netrc *netrc;

	add_word(&text, "machine", host);
	add_word(&text, "login", name);
	add_word(&text, "password", password);
	buf_addstr(&text, "default login l password p");
	netrc = netrc_parse(text.data, text.len);
	login = netrc_find(netrc, host, name, false);
	must(login && strcmp(login->name, name) == 0);
	must(strcmp(login->password, password) == 0);
	/* No host of theirs has a tab in it. */
	login = netrc_find(netrc, "\t", NULL, true);
	must(login && strcmp(login->name, "l") == 0);
	must(strcmp(login->password, "p") == 0);
	netrc_free(netrc);
}

void fuzz_netrc(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	char *host _cleanup_(freep) = fuzz_take_line(&bytes);
	char *name _cleanup_(freep) = fuzz_take_line(&bytes);
	char *password _cleanup_(freep) = fuzz_take_line(&bytes);

	check_any((const char *)bytes.at, bytes.left, host, name);
	if (!strchr(host, '\t'))
		check_written(host, name, password);
}
