/* journal_survey.c - see journal_survey.h. The records fall into spans, one for each boot;
 * only the last one can be the present one. (Two machines may have the disk by turns.) */
#include "store/journal_survey.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hex.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

void boot_id_read(struct boot_id *boot)
{
	char text[64];
	int fd = open(BOOT_ID_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	size_t digits = 0;

	*boot = (struct boot_id){.bytes = {0}};
	for (ssize_t i = 0; i < len && digits < 2 * sizeof(boot->bytes); i++) {
		int digit = hex_digit(text[i]);

		/* The groups of digits have dashes between them. */
		if (digit < 0)
			continue;
		boot->bytes[digits / 2] |=
			(unsigned char)(digits % 2 ? digit : digit << 4);
		digits++;
	}
	if (fd >= 0)
		close(fd);
}

void journal_survey_init(struct journal_survey *survey, const struct boot_id *present)
{
	*survey = (struct journal_survey){.present = *present};
}

void journal_survey_release(struct journal_survey *survey)
{
	free(survey->spans);
	*survey = (struct journal_survey){.spans = NULL};
}

static bool same_boot(const struct boot_id *a, const struct boot_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* A boot that the system could not name is not the present one either. */
static bool is_present(const struct journal_survey *survey, const struct boot_id *boot)
{
	static const struct boot_id unknown;

	return same_boot(boot, &survey->present) && !same_boot(boot, &unknown);
}

static void add_span(struct journal_survey *survey, const struct boot_id *boot)
{
	if (survey->n_spans == survey->cap) {
		survey->cap = survey->cap ? 2 * survey->cap : 4;
		survey->spans = xreallocarray(
			survey->spans, survey->cap, sizeof(*survey->spans));
	}
	if (survey->n_spans > 0)
		survey->spans[survey->n_spans - 1].present = false;
	survey->spans[survey->n_spans++] =
		(struct boot_span){.boot = *boot, .present = is_present(survey, boot)};
}

/* Does this record begin a span, the n_seen before it having been? The first record of all is
 * a SESSION. */
static bool begins_span(
	const struct journal_survey *survey, size_t n_seen, const struct record *record)
{
	return record->type == RECORD_SESSION &&
	       (n_seen == 0 ||
		       !same_boot(&survey->spans[n_seen - 1].boot, &record->boot));
}

void journal_survey_add(struct journal_survey *survey, const struct record *record)
{
	struct boot_span *span;

	if (begins_span(survey, survey->n_spans, record))
		add_span(survey, &record->boot);
	span = &survey->spans[survey->n_spans - 1];
	if (record->type == RECORD_SYNC && record->upto > span->synced)
		span->synced = record->upto;
	span->ended = record_ends(record->type);
	if (record->type == RECORD_OVER)
		survey->n_over = survey->n_spans - 1;
}

bool journal_survey_doubts(const struct journal_survey *survey)
{
	for (size_t i = survey->n_over; i < survey->n_spans; i++)
		if (!survey->spans[i].present && !survey->spans[i].ended)
			return true;
	return survey->n_spans == 0;
}

bool journal_survey_ended(const struct journal_survey *survey)
{
	return survey->spans[survey->n_spans - 1].ended;
}

enum survey_word journal_survey_ask(const struct journal_survey *survey,
	struct survey_cursor *cursor, const struct record *record)
{
	const struct boot_span *span;

	if (begins_span(survey, cursor->n_seen, record))
		cursor->n_seen++;
	span = &survey->spans[cursor->n_seen - 1];
	if (record->synced || record->sequence <= span->synced)
		return SURVEY_SYNCED;
	return span->present ? SURVEY_PRESENT : SURVEY_LOST;
}
