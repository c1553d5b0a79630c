/* limiter_parts.h - a limiter from inside: limiter.c moves the window, limiter_bear.c says which
 * refusals are none of its business. Not for others. */
#ifndef SEINE_CORE_LIMITER_PARTS_H
#define SEINE_CORE_LIMITER_PARTS_H

#include "base/minmax.h"
#include "core/limiter.h"

#define REFUSAL_COST 12.0 /* deliveries that make up for a refusal */
#define CREDIT_START 20.0

/* Set the window, and begin a round there. */
void limiter_move(struct limiter *limiter, double window, nstime now);

/* Remember what a cut changes. */
void limiter_keep(struct limiter *limiter);
/* Let the trial know of an end. Returns whether the window is none of its business. */
bool limiter_try(
	struct limiter *limiter, const struct limiter_report *report, nstime now);
/* A delivery earns credit, and makes a refusal dearer again where many were borne. */
void limiter_earn(struct limiter *limiter);
/* A refusal: is nothing to be done about it? It uses up credit. */
bool limiter_overlooks(
	struct limiter *limiter, const struct limiter_report *report, nstime now);
/* If the crawl is in vain it ends. Returns whether it was. */
bool limiter_gets_up(struct limiter *limiter, nstime now);

#endif
