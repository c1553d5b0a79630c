/* docs.h - what is written about the options, all of it made from the table: --help, the
 * OPTIONS section of the man page, and the completions of three shells. Pure. */
#ifndef SEINE_CLI_DOCS_H
#define SEINE_CLI_DOCS_H

#include "base/attr.h"
#include "base/buf.h"

/* Append the text of a kind: "help", "man" (OPTIONS, in mdoc), "bash", "zsh" or "fish". -1
 * when there is no such kind. */
int docs_add(struct buf *out, const char *kind) must_check;

/* The kinds that have files of their own. */
void docs_man(struct buf *out);
void docs_bash(struct buf *out);
void docs_zsh(struct buf *out);
void docs_fish(struct buf *out);

#endif
