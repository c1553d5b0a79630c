/* journal_survey.h - what of a journal may be believed after the machine was started anew.
 *
 * What a record tells is believed when it was told in the present boot (the page cache, which has
 * it, survives a process), when it was on the disk before it was told, or when a later SYNC of
 * the same boot covers it. And a boot whose last record is END lost nothing, whatever it may not
 * have come to record; nor does it matter what one has lost of files before an OVER. Only
 * the last records say so much of the first ones: hence a walk of its own, ahead of the one that
 * looks what the records mean.
 *
 * One owner; no lock. */
#ifndef SEINE_STORE_JOURNAL_SURVEY_H
#define SEINE_STORE_JOURNAL_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal_format.h"

/* Sessions in a row that were in the same boot. */
struct boot_span {
	struct boot_id boot;
	bool present;    /* it is the present one */
	bool ended;      /* the last record is END or OVER */
	uint64_t synced; /* records up to this one are covered */
};

struct journal_survey {
	struct boot_id present;
	struct boot_span *spans;
	size_t n_spans, cap;
	size_t n_over; /* spans before the one that has the last OVER */
};

/* The boot that we are in: *boot is all 0 when the system does not say. */
void boot_id_read(struct boot_id *boot);

void journal_survey_init(struct journal_survey *survey, const struct boot_id *present);
void journal_survey_release(struct journal_survey *survey);

/* The first walk: call it for each record, in order. */
void journal_survey_add(struct journal_survey *survey, const struct record *record);

/* After it: may a boot before this one have left files that are not recorded, and not whole?
 * So if there was no record at all. */
bool journal_survey_doubts(const struct journal_survey *survey);

/* Was the last record of all END? */
bool journal_survey_ended(const struct journal_survey *survey);

/* Is what a record tells still so? */
enum survey_word {
	SURVEY_LOST,    /* it may not be */
	SURVEY_PRESENT, /* it is, until this boot ends */
	SURVEY_SYNCED   /* it is on the disk */
};

/* Later walks: begin with a cursor that is all 0, and ask for each record, in order. */
struct survey_cursor {
	size_t n_seen; /* spans */
};
enum survey_word journal_survey_ask(const struct journal_survey *survey,
	struct survey_cursor *cursor, const struct record *record);

#endif
