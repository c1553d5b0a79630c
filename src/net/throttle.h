/* throttle.h - the rate limits of a job: one for all bytes, one for those of each origin.
 *
 * libcurl's own limit is not kept on fast connections (its read loop looks at it too rarely),
 * and knows nothing of other transfers. Locked; any thread. Internal to net/. */
#ifndef SEINE_NET_THROTTLE_H
#define SEINE_NET_THROTTLE_H

#include <stdint.h>

#include "base/clock.h"
#include "core/settings.h"

struct throttle;
/* NULL when the settings have no limit. */
struct throttle *throttle_new(const struct settings *settings, nstime now);
void throttle_free(struct throttle *throttle);
/* When `bytes` from this origin may be taken: now or later. */
nstime throttle_reserve(
	struct throttle *throttle, const char *origin, int64_t bytes, nstime now);

#endif
