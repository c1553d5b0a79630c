/* netrc.c - see netrc.h. Words are taken out of the text where they stand: what is quoted only gets
 * shorter by that. libcurl could read the file, too, but does so anew for each transfer, and has
 * sent passwords of one host to another of which the file has only a name (CVE-2024-11053). */
#include "net/netrc.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "net/environment.h"
#include "net/secret.h"

/* All entries are looked at for each request. */
#define FILE_MAX ((size_t)64 * 1024)
#define SPACES " \t\r\n\f\v"

struct host {
	const char *name; /* NULL: any */
	struct login login;
};

struct netrc {
	struct buf text;
	struct host *hosts;
	size_t count, cap;
	unsigned odd; /* number of the first line with something else in it; 0: none */
};

struct reading {
	char *at, *end;
	unsigned line;    /* number of that of `at` ... */
	unsigned word;    /* ... and where the last word began */
	bool line_begins; /* nothing but spaces was before `at` in its line */
};

/* To the next word, past comments. False when there is none. */
static bool skip(struct reading *reading)
{
	bool comment = false;

	for (; reading->at < reading->end; reading->at++) {
		char c = *reading->at;

		if (c == '\n') {
			reading->line++;
			reading->line_begins = true;
			comment = false;
		} else if (c == '#' && reading->line_begins) {
			comment = true;
		} else if (!comment && (c == '\0' || !strchr(SPACES, c))) {
			return true;
		}
	}
	return false;
}

static char unescaped(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

/* The word that begins here, with a NUL after it. Also a quote that is never closed ends with its
 * line: what follows are others' secrets. */
static char *take(struct reading *reading)
{
	bool quoted = *reading->at == '"';
	char *word = reading->at, *to = word;

	reading->word = reading->line;
	reading->line_begins = false;
	reading->at += quoted;
	for (; reading->at < reading->end; reading->at++) {
		char c = *reading->at;

		if (quoted ? c == '"' || c == '\n' : c && strchr(SPACES, c))
			break;
		if (quoted && c == '\\' && reading->at + 1 < reading->end &&
			reading->at[1] != '\n')
			c = unescaped(*++reading->at);
		*to++ = c;
	}
	if (reading->at < reading->end && *reading->at == '\n') {
		reading->line++;
		reading->line_begins = true;
	}
	reading->at += reading->at < reading->end;
	*to = '\0';
	return word;
}

static char *next_word(struct reading *reading)
{
	return skip(reading) ? take(reading) : NULL;
}

/* A macro goes on to the next empty line. */
static void skip_macro(struct reading *reading)
{
	bool empty = reading->line_begins, ended = false;

	while (reading->at < reading->end && !ended) {
		char c = *reading->at++;

		reading->line += c == '\n';
		ended = c == '\n' && empty;
		empty = c == '\n' || (c == '\r' && empty);
	}
	reading->line_begins = true;
}

static void add_host(struct netrc *netrc, const char *name)
{
	if (netrc->count == netrc->cap) {
		netrc->cap = netrc->cap ? 2 * netrc->cap : 8;
		netrc->hosts =
			xreallocarray(netrc->hosts, netrc->cap, sizeof(*netrc->hosts));
	}
	netrc->hosts[netrc->count++] = (struct host){.name = name};
}

/* What the word before begins. */
static void read_item(struct netrc *netrc, struct reading *reading, const char *item)
{
	struct host *host = netrc->count ? &netrc->hosts[netrc->count - 1] : NULL;
	const char *word;

	if (strcmp(item, "default") == 0) {
		add_host(netrc, NULL);
	} else if (strcmp(item, "macdef") == 0) {
		skip_macro(reading);
	} else if (strcmp(item, "machine") == 0) {
		word = next_word(reading);
		if (word)
			add_host(netrc, word);
	} else if (host && strcmp(item, "login") == 0) {
		host->login.name = next_word(reading);
	} else if (host && strcmp(item, "password") == 0) {
		host->login.password = next_word(reading);
	} else if (host && strcmp(item, "account") == 0) {
		(void)next_word(reading); /* for ftp alone */
	} else if (!netrc->odd) {
		netrc->odd = reading->word;
	}
}

/* Takes over the text. */
static struct netrc *parse(struct buf *text)
{
	struct netrc *netrc = xcalloc(1, sizeof(*netrc));
	struct reading reading;
	const char *item;

	netrc->text = *text;
	buf_init(text);
	reading = (struct reading){
		.at = netrc->text.data + text_bom(netrc->text.data, netrc->text.len),
		.end = netrc->text.data + netrc->text.len,
		.line = 1,
		.line_begins = true};
	while ((item = next_word(&reading)))
		read_item(netrc, &reading, item);
	return netrc;
}

struct netrc *netrc_parse(const char *text, size_t len)
{
	struct buf copy = BUF_INIT;

	buf_reserve(&copy, len);
	buf_add(&copy, text, len);
	return parse(&copy);
}

struct netrc *netrc_read(const char *path, struct error *err)
{
	static const struct environment environment = {.get = NULL};
	char *expanded _cleanup_(freep) = environment_path(&environment, path);
	_cleanup_(secret_release) struct buf text = BUF_INIT;
	struct netrc *netrc;

	if (secret_read(&text, expanded, FILE_MAX, "--netrc: cannot read", KIND_USAGE,
		    err) != 0)
		return NULL;
	netrc = parse(&text);
	if (netrc->count == 0) {
		error_set(err, KIND_USAGE, 0,
			"--netrc: %s names no host; write 'machine HOST login NAME "
			"password PASSWORD'",
			expanded);
		netrc_free(netrc);
		return NULL;
	}
	if (netrc->odd)
		log_warn("%s:%u: passed over a word that is none of machine, default, "
			 "login, password, account and macdef",
			expanded, netrc->odd);
	return netrc;
}

void netrc_free(struct netrc *netrc)
{
	if (!netrc)
		return;
	secret_release(&netrc->text);
	free(netrc->hosts);
	free(netrc);
}

static bool is_of(const struct host *host, const char *name)
{
	return !name || (host->login.name && strcmp(host->login.name, name) == 0);
}

const struct login *netrc_find(
	const struct netrc *netrc, const char *host, const char *name, bool any)
{
	const struct host *found = NULL;
	bool known = false;

	for (size_t i = 0; i < netrc->count && !found; i++) {
		const struct host *it = &netrc->hosts[i];

		if (!it->name || strcasecmp(it->name, host) != 0)
			continue;
		known = true;
		if (is_of(it, name))
			found = it;
	}
	for (size_t i = 0; i < netrc->count && any && !known && !found; i++)
		if (!netrc->hosts[i].name && is_of(&netrc->hosts[i], name))
			found = &netrc->hosts[i];
	return found && found->login.name && found->login.password ? &found->login
								   : NULL;
}
