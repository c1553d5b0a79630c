/* hosts.c - see hosts.h. The file is gathered in a map first, since a name may stand on any
 * number of its lines, one per address. Lists that block advertisements have hundreds of
 * thousands of them: they are read once, not for each name as c-ares would. */
#include "net/hosts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/units.h"
#include "net/addrs.h"
#include "net/hostname.h"

struct host {
	struct addrs addrs;
	char key[];
};

static void add_host(struct map *hosts, const char *name, const struct addr *addr)
{
	char key[HOSTNAME_ROOM];
	struct host *host;

	if (hostname_key(key, name) < 0)
		return;
	host = map_get(hosts, key);
	if (!host) {
		size_t size = strlen(key) + 1;

		host = xcalloc(1, sizeof(*host) + size);
		memcpy(host->key, key, size);
		map_put(hosts, host->key, host);
	}
	addrs_add(&host->addrs, addr);
}

/* "ADDRESS NAME [ALIAS]... # comment"; changed in place. */
static void read_line(struct map *hosts, enum ip_family family, char *line)
{
	static const char blank[] = " \t\r\n\v\f";
	char *rest = line, *word;
	struct addr addr;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, blank, &rest);
	if (!word || addr_parse(&addr, word, strlen(word)) < 0 ||
		!addr_wanted(&addr, family))
		return;
	while ((word = strtok_r(NULL, blank, &rest)) != NULL)
		add_host(hosts, word, &addr);
}

static void tell_all(
	const struct map *hosts, bool v6_first, hosts_found *found, void *context)
{
	_cleanup_(buf_release) struct buf list = BUF_INIT;
	const struct host *host;
	size_t cursor = 0;

	while ((host = map_next(hosts, &cursor)) != NULL) {
		buf_clear(&list);
		addrs_write(&host->addrs, v6_first, &list);
		found(context, host->key, list.data);
	}
}

void hosts_read(const char *path, enum ip_family family, bool v6_first,
	hosts_found *found, void *context)
{
	_cleanup_(freep) char *line = NULL;
	size_t room = 0;
	struct map *hosts;
	FILE *file = fopen(path, "re");
	ssize_t len;

	if (!file) {
		if (errno != ENOENT && errno != ENOTDIR)
			log_warn("cannot read '%s': %s", path, strerror(errno));
		return;
	}
	hosts = map_new();
	while ((len = getline(&line, &room, file)) >= 0) {
		if (strlen(line) == (size_t)len) /* no NUL in it */
			read_line(hosts, family, line);
	}
	if (ferror(file))
		log_warn("cannot read all of '%s'", path);
	fclose(file);
	tell_all(hosts, v6_first, found, context);
	map_free(hosts, free);
}

static int malformed(const char *text, const char *why, struct error *err)
{
	return error_set(err, KIND_USAGE, 0,
		"%s in '%.80s'; write HOST:PORT:ADDR[,ADDR]...", why, text);
}

/* "ADDR[,ADDR]..." */
static int read_addresses(const char *text, const char *at, enum ip_family family,
	struct buf *list, struct error *err)
{
	for (;;) {
		size_t len = strcspn(at, ",");
		struct addr addr;

		if (addr_parse(&addr, at, len) < 0)
			return malformed(text,
				len ? "there is no numeric address"
				    : "an address is missing",
				err);
		if (addr_wanted(&addr, family))
			addr_write(&addr, list);
		if (!at[len])
			return 0;
		at += len + 1;
	}
}

static int read_option(const char *text, enum ip_family family, hosts_found *found,
	void *context, struct error *err)
{
	_cleanup_(buf_release) struct buf list = BUF_INIT, key = BUF_INIT;
	_cleanup_(freep) char *host = NULL, *number = NULL;
	char name[HOSTNAME_ROOM];
	const char *first = strchr(text, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;
	struct addr literal;
	int64_t port;

	if (!second)
		return malformed(text, "a colon is missing", err);
	host = xstrndup(text, (size_t)(first - text));
	number = xstrndup(first + 1, (size_t)(second - first - 1));
	if (hostname_key(name, host) < 0)
		return malformed(text, "there is no valid host name", err);
	if (addr_parse(&literal, host, strlen(host)) == 0)
		return malformed(text, "an address stands for the host name", err);
	if (units_parse_count(number, &port) < 0 || port < 1 || port > 65535)
		return malformed(text, "the port is not 1 to 65535", err);
	if (read_addresses(text, second + 1, family, &list, err) < 0)
		return -1;
	buf_addf(&key, "%s:%d", name, (int)port);
	found(context, key.data, list.data);
	return 0;
}

int hosts_read_option(const struct strings *resolve, enum ip_family family,
	hosts_found *found, void *context, struct error *err)
{
	for (size_t i = 0; i < resolve->count; i++) {
		if (read_option(resolve->items[i], family, found, context, err) < 0)
			return -1;
	}
	return 0;
}

static void ignore(
	void *context _unused_, const char *key _unused_, const char *list _unused_)
{
}

int hosts_check_option(const char *text, struct error *err)
{
	return read_option(text, IP_ANY, ignore, NULL, err);
}
