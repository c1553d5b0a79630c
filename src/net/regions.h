/* regions.h - in which region each bucket is: the first guess, until an answer has told.
 * Any thread. Internal to net/. */
#ifndef SEINE_NET_REGIONS_H
#define SEINE_NET_REGIONS_H

#include "base/attr.h"

#define REGION_SIZE 64 /* enough for any that s3_is_region() takes, with its NUL */

struct regions;

/* `first` is copied. */
struct regions *regions_new(const char *first) must_check;
void regions_free(struct regions *regions); /* NULL is fine */
/* Returns region. */
char *regions_find(
	struct regions *regions, const char *bucket, char region[REGION_SIZE]);
void regions_learn(struct regions *regions, const char *bucket, const char *region);

#endif
