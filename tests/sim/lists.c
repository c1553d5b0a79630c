/* See lists.h. */
#include "lists.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

void add_url(struct entry *entry, const struct host *host, const char *path)
{
	strings_take(&entry->urls, xasprintf("%s%s", host->origin, path));
}

void add_file(struct sim *sim, struct entry *entry, size_t host)
{
	char path[64];

	snprintf(path, sizeof(path), "/file/%" PRIu64, entry->number);
	add_url(entry, &sim->world.hosts[host], path);
}

void make_sorted(struct supply *supply, struct entry *entry)
{
	struct sim *sim = supply->context;

	add_file(sim, entry, (entry->number - 1) * sim->world.n_hosts / supply->total);
}

void make_mixed(struct supply *supply, struct entry *entry)
{
	struct sim *sim = supply->context;

	add_file(sim, entry, entry->number % sim->world.n_hosts);
}

/* One more mirror, with the trouble that the dice choose. */
static void add_troubled(struct sim *sim, struct entry *entry, size_t host)
{
	struct dice *dice = &sim->supply.dice;
	unsigned n = (unsigned)entry->number, roll = (unsigned)dice_below(dice, 100);
	unsigned other = (unsigned)dice_below(dice, sim->world.n_hosts + 1);
	char path[64];

	if (roll < 60)
		snprintf(path, sizeof(path), "/file/%u", n);
	else if (roll < 68)
		snprintf(path, sizeof(path), "/near/%u/%u", roll % 8, n);
	else if (roll < 76)
		snprintf(path, sizeof(path), "/far/%u/%u", other, n);
	else if (roll < 80)
		snprintf(path, sizeof(path), "/back/%u/%u", other, n);
	else if (roll < 85)
		snprintf(path, sizeof(path), "/gone/%u", n);
	else if (roll < 88)
		snprintf(path, sizeof(path), "/sick/%u", n);
	else if (roll < 91)
		snprintf(path, sizeof(path), "/sour/%u", n);
	else if (roll < 95)
		snprintf(path, sizeof(path), "/once/%u", n);
	else if (roll < 98)
		snprintf(path, sizeof(path), "/loop/%u", n);
	else
		snprintf(path, sizeof(path), "/odd/%u", n);
	add_url(entry, &sim->world.hosts[host], path);
}

void make_troubled(struct supply *supply, struct entry *entry)
{
	struct sim *sim = supply->context;
	struct dice *dice = &supply->dice;
	size_t host = dice_below(dice, sim->world.n_hosts);
	size_t mirrors = dice_chance(dice, 0.6) ? 1 : 1 + dice_below(dice, MIRRORS_MAX);

	for (size_t i = 0; i < mirrors && i < sim->world.n_hosts; i++) {
		if (i > 0 && dice_chance(dice, 0.02))
			strings_add(&entry->urls, i % 2 ? "ftp://h0.test/x" : "");
		else
			add_troubled(sim, entry, (host + i) % sim->world.n_hosts);
	}
	if (dice_chance(dice, 0.05))
		entry->max_tries = 1 + (int64_t)dice_below(dice, 3);
}

/* Nothing is ever wrong with it. */
static bool is_sound(const struct host *host)
{
	double faults = 0;

	for (int i = 0; i < FAULT_COUNT; i++)
		faults += host->faults[i];
	return !host->is_dead && host->capacity == 0 && faults == 0;
}

/* What this mirror alone would lead to, on a host that is sound. */
static enum fate fate_of_path(const char *path, int64_t tries)
{
	unsigned hops, n;

	if (strncmp(path, "/file/", 6) == 0)
		return FATE_DONE;
	if (sscanf(path, "/near/%u/%u", &hops, &n) == 2)
		return hops <= 5 ? FATE_DONE : FATE_FAILED;
	if (strncmp(path, "/once/", 6) == 0 && tries != 1)
		return FATE_DONE;
	if (strncmp(path, "/far/", 5) == 0 || strncmp(path, "/back/", 6) == 0 ||
		strncmp(path, "/once/", 6) == 0)
		return FATE_ANY;
	return FATE_FAILED;
}

enum fate fate_of(struct world *world, const struct entry *entry)
{
	enum fate fate = FATE_FAILED;

	for (size_t i = 0; i < entry->urls.count; i++) {
		const char *url = entry->urls.items[i];
		const struct host *host = world_host(world, url);
		enum fate one = FATE_FAILED;

		if (host && !host->is_dead)
			one = fate_of_path(
				url + strlen(host->origin), entry->max_tries);
		if (one == FATE_DONE && is_sound(host))
			return FATE_DONE;
		if (one != FATE_FAILED)
			fate = FATE_ANY;
	}
	return fate;
}
