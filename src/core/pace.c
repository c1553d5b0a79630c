/* One number says it all: when the next turn begins. */
#include "core/pace.h"

void pace_init(struct pace *pace, double per_second, nstime burst, nstime now)
{
	*pace = (struct pace){.per_second = per_second, .burst = burst, .next = now};
}

nstime pace_reserve(struct pace *pace, int64_t amount, nstime now)
{
	nstime turn;

	if (pace->per_second <= 0)
		return now;
	if (pace->next < now - pace->burst)
		pace->next = now - pace->burst;
	turn = pace->next;
	pace->next += (nstime)((double)amount / pace->per_second * (double)NS_PER_SEC);
	return turn > now ? turn : now;
}
