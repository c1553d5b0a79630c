/* args.h - the URLs on the command line as a source: one entry each, in their order.
 *
 * An argument is one URL as it stands: no mirrors, no options. */
#ifndef SEINE_INPUT_ARGS_H
#define SEINE_INPUT_ARGS_H

#include "base/attr.h"
#include "core/settings.h"
#include "core/source.h"

/* settings->output and settings->checksum go to the first entry; where one of them does not
 * apply, that is SOURCE_BAD and the URL is left out: it was not to be fetched without. The
 * settings are borrowed for the source's life. */
struct source *args_open(const struct settings *settings) must_check;

#endif
