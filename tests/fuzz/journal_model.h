/* journal_model.h - what the records of a journal say, in the plainest way: what
 * store/journal.h tells of unfinished files is held against it.
 *
 * Records are added in order. A file is known by the last BEGIN of its path, unless it was
 * dropped or done, or another file took its id, since. Its bytes are those that RANGE
 * records say. */
#ifndef SEINE_TESTS_FUZZ_JOURNAL_MODEL_H
#define SEINE_TESTS_FUZZ_JOURNAL_MODEL_H

#include "fuzz.h"
#include "store/journal.h"
#include "store/journal_format.h"

struct model_file;

struct journal_model {
	struct model_file *files;
	size_t n_files;
	uint64_t last_id;
	bool one_boot; /* all sessions were in this one: */
	struct boot_id boot;
};

/* Write the check sum of a record of `len` bytes, at least 16. */
void journal_model_seal(unsigned char *record, size_t len, uint32_t salt);

void journal_model_init(struct journal_model *model);
void journal_model_release(struct journal_model *model);
/* Its texts are borrowed, and must stay. */
void journal_model_add(struct journal_model *model, const struct record *record);

/* Claims: each file that is told of is one of these, with the same size and validators; its
 * ranges are in order, apart, and within its size; they have no byte that was not told. Where
 * no boot but the one it was opened in has written, none is missing either. What is told is
 * remembered for ... */
void journal_model_check(
	struct journal_model *model, struct journal *journal, unsigned char boot);
/* ... the next session, which must tell the same. */
void journal_model_check_again(
	const struct journal_model *model, struct journal *journal);

#endif
