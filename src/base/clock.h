/* clock.h - time as this program counts it: nanoseconds on the monotonic clock.
 *
 * Only engines, net, app and what of store syncs now and then read the clock; everything pure
 * takes `now` as an argument, so that tests run on virtual time. Any thread. */
#ifndef SEINE_BASE_CLOCK_H
#define SEINE_BASE_CLOCK_H

#include <stdint.h>
#include <sys/time.h>

typedef int64_t nstime; /* a moment or a span, in nanoseconds */

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)
#define NSTIME_NEVER INT64_MAX

/* Now, CLOCK_MONOTONIC. */
nstime clock_now(void);

/* What the system gives as a timeval. */
nstime clock_span(struct timeval span);

/* The span from `from` to `to` as a timeout for poll() and epoll_wait(): milliseconds,
 * rounded up, 0 when it is past, -1 when `to` is NSTIME_NEVER, at most one day. */
int clock_timeout_ms(nstime from, nstime to);

#endif
