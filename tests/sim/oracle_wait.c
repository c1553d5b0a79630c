/* oracle_wait.c - the rules of waiting: when the next attempt may follow, and how often when
 * nothing comes of it. */
#include <stdlib.h>

#include "oracle_parts.h"

#define ANEW_MAX 8 /* a large file may begin anew so often besides its tries */

int64_t oracle_max_tries(const struct oracle *oracle, const struct record *record)
{
	return record->entry->max_tries > 0 ? record->entry->max_tries
					    : oracle->settings->tries;
}

bool oracle_is_refusal(const struct outcome *outcome)
{
	return outcome->kind == KIND_HTTP &&
	       (outcome->exchange.status == 429 || outcome->exchange.status == 503);
}

bool oracle_begins_anew(const struct outcome *outcome)
{
	return outcome->kind == KIND_CHANGED || outcome->kind == KIND_RANGE;
}

/* May another attempt follow at once? */
static bool may_hurry(const struct settings *settings, const struct record *record,
	const struct outcome *outcome)
{
	return record->entry->urls.count > 1 || settings->retry_wait == 0 ||
	       oracle_begins_anew(outcome);
}

void oracle_check_wait(struct oracle *oracle, const struct record *record,
	const struct outcome *outcome, nstime wait)
{
	const struct settings *settings = oracle->settings;
	nstime most = settings->retry_wait;
	bool paused = oracle_is_refusal(outcome) && outcome->retry_after >= 0;

	for (unsigned i = 0; i < record->retries && most < settings->retry_max_wait;
		i++)
		most *= 2;
	most = most < settings->retry_max_wait ? most : settings->retry_max_wait;
	/* Or the rest of the pause of the origin that is to be asked next. */
	for (size_t i = 0; paused && i <= oracle->world->n_hosts; i++) {
		nstime rest = oracle->watched[i].paused_until - oracle->now;

		most = rest > most ? rest : most;
	}
	if (!oracle_is_refusal(outcome) && outcome->retry_after > most)
		most = outcome->retry_after < PAUSE_MAX ? outcome->retry_after
							: PAUSE_MAX;
	must(wait >= 0 && wait <= most, record, "a wait over its bounds");
	must(wait > 0 || paused || may_hurry(settings, record, outcome), record,
		"tried again without a wait");
}

void oracle_check_fruitless(
	struct oracle *oracle, struct record *record, const struct outcome *outcome)
{
	unsigned most = (unsigned)oracle_max_tries(oracle, record) *
				(unsigned)record->entry->urls.count +
			ANEW_MAX * (unsigned)record->entry->urls.count;
	struct mirror_record *chain = chain_of(record);

	chain->turn = true;
	record->anew |= oracle_begins_anew(outcome);
	if (!oracle_begins_anew(outcome)) {
		free(chain->target);
		chain->target = NULL;
		chain->hops = 0;
		chain->from_public = false;
	}
	record->fruitless += !oracle_is_refusal(outcome);
	must(record->fruitless <= most, record, "no end of it");
}
