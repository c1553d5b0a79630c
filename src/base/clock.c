/* clock.c - see clock.h. CLOCK_MONOTONIC neither jumps with the wall clock nor fails on
 * a Linux that runs at all. */
#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

#define DAY_MS (24 * 60 * 60 * 1000)

nstime clock_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		abort();
	return now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

nstime clock_span(struct timeval span)
{
	return span.tv_sec * NS_PER_SEC + span.tv_usec * NS_PER_US;
}

int clock_timeout_ms(nstime from, nstime to)
{
	nstime span;

	if (to == NSTIME_NEVER)
		return -1;
	if (to <= from)
		return 0;
	if (__builtin_sub_overflow(to, from, &span) || span > DAY_MS * NS_PER_MS)
		return DAY_MS;
	/* Up, or a caller that waits for the rest of a millisecond would spin through
	 * it. */
	return (int)(span / NS_PER_MS + (span % NS_PER_MS != 0));
}
