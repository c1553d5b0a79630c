/* waiter.h - one who waits for credentials without blocking: a loop, which has other things to do.
 *
 * Zero it, then list_init its link. While it is known to a store of credentials the link is that
 * store's, under its lock. */
#ifndef SEINE_NET_WAITER_H
#define SEINE_NET_WAITER_H

#include "base/list.h"

struct waiter {
	/* Called by any thread, with the store's lock: once per wait, when it is worth looking
	 * again. All that it may do is to rouse somebody. */
	void (*answered)(struct waiter *waiter);
	struct list link;
};

#endif
