#include "core/mirror.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "core/policy.h"

/* Refusals that do not count as tries. */
#define MANY 100    /* so many others were delivered since the one before */
#define ALONE_MAX 2 /* ... so often */
#define REFUSALS_PER_TRY 4

struct place *place_share(struct place *place)
{
	if (place)
		place->refs++;
	return place;
}

void place_release(struct place *place)
{
	if (!place || --place->refs > 0)
		return;
	url_release(&place->url);
	free(place);
}

void mirror_init(struct mirror *mirror, bool told_by_public)
{
	*mirror = (struct mirror){.version = VERSION_UNKNOWN,
		.told_by_public = told_by_public,
		.from_public = told_by_public};
}

void mirror_release(struct mirror *mirror)
{
	free(mirror->announced);
	place_release(mirror->place);
	version_release(&mirror->version);
}

void mirror_go(struct mirror *mirror, struct url *url, bool home)
{
	struct place *place = xcalloc(1, sizeof(*place));

	place->url = *url;
	*url = (struct url){0};
	place->home = home;
	place->refs = 1;
	place_release(mirror->place);
	mirror->place = place;
}

/* Forget where redirects have led. */
static void mirror_go_home(struct mirror *mirror)
{
	place_release(mirror->place);
	mirror->place = NULL;
	mirror->hops = 0;
	mirror->from_public = mirror->told_by_public;
}

/* How a failure is to be taken. */
enum blame {
	BLAME_LOAD, /* the rate is at fault, not the request */
	BLAME_LUCK, /* neither, perhaps: it may be ... */
	BLAME_URL   /* ... but not that often */
};

static enum blame mirror_blame(struct mirror *mirror, const struct attempt *attempt,
	const struct outcome *outcome, int64_t max_tries, bool delivers,
	uint64_t successes)
{
	uint64_t before = mirror->refusals > 0 ? mirror->successes : attempt->successes;

	if (!policy_is_refusal(outcome))
		return BLAME_URL;
	mirror->refusals++;
	mirror->successes = attempt->successes;
	if (mirror->refusals / REFUSALS_PER_TRY >= max_tries)
		return BLAME_URL;
	if (successes < before + MANY)
		return delivers || successes > before ? BLAME_LOAD : BLAME_URL;
	return mirror->alone++ < ALONE_MAX ? BLAME_LUCK : BLAME_URL;
}

/* The same wrong bytes twice were not damaged on the way: the server has no others. Counted
 * apart from the tries, since the ranges of a file that is wrong as a whole are progress. */
static bool is_wrong_again(
	struct mirror *mirror, const struct outcome *outcome, int64_t max_tries)
{
	bool again =
		mirror->wrongs > 0 && mirror->wrong_digest == outcome->wrong_digest;

	if (outcome->kind != KIND_CHECKSUM)
		return false;
	mirror->wrongs++;
	mirror->wrong_digest = outcome->wrong_digest;
	return again || mirror->wrongs >= max_tries;
}

/* Redirects to what is signed are good for some minutes: then what has been good is refused, but
 * the mirror's own URL may lead there anew. */
static bool has_lost_its_way(const struct mirror *mirror, const struct attempt *attempt,
	const struct outcome *outcome)
{
	return outcome->kind == KIND_HTTP && mirror->hops > 0 && attempt->place &&
	       attempt->place->has_it;
}

bool mirror_book(struct mirror *mirror, const struct attempt *attempt,
	const struct outcome *outcome, int64_t max_tries, bool delivers,
	uint64_t successes)
{
	enum blame blame =
		mirror_blame(mirror, attempt, outcome, max_tries, delivers, successes);

	mirror->tries += blame == BLAME_URL;
	mirror->spent = mirror->tries >= max_tries;
	if ((!policy_is_transient(outcome) &&
		    !has_lost_its_way(mirror, attempt, outcome)) ||
		is_wrong_again(mirror, outcome, max_tries))
		mirror->dead = true;
	mirror_go_home(mirror);
	return blame == BLAME_LUCK;
}

void mirror_brought(struct mirror *mirror)
{
	mirror->has_it = true;
	mirror->tries = 0;
	mirror->spent = false;
	mirror->refusals = 0;
	mirror->alone = 0;
}
