/* lists.h - what simulated lists are made of, and what must become of it. */
#ifndef SEINE_TESTS_LISTS_H
#define SEINE_TESTS_LISTS_H

#include "sim.h"

/* One more mirror: this path at a host; a file there named by the entry's number. */
void add_url(struct entry *entry, const struct host *host, const char *path);
void add_file(struct sim *sim, struct entry *entry, size_t host);

/* For sim_init. Files, sorted by host: as many of the first as of the second, and so on. */
void make_sorted(struct supply *supply, struct entry *entry);
/* Files, each host in turn. */
void make_mixed(struct supply *supply, struct entry *entry);
/* One to four mirrors at different hosts, with all the trouble that a URL can ask for; now
 * and then a text that is no URL. */
void make_troubled(struct supply *supply, struct entry *entry);

/* For the oracle: one mirror that must succeed is enough; if all must fail, the entry must.
 * Up to five redirects are expected to be followed. */
enum fate fate_of(struct world *world, const struct entry *entry);

#endif
