/* input.c - the inputs as a chain of sources: each is opened when the one before has
 * ended, and becomes a source as soon as it is known what it is: by the user's word, by
 * its name, or by its first bytes. From a pipe those may take a while, so no more of them
 * are waited for than it takes to tell. */
#include "input/input.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "input/args.h"
#include "input/format.h"
#include "input/reader.h"

struct input_source {
	struct source source;
	const struct settings *settings;
	size_t turn;            /* inputs begun so far; the arguments are the first */
	const char *name;       /* of the present one; NULL: none, or the arguments */
	struct reader *reader;  /* of an input of which is not known yet what it is */
	struct source *current; /* NULL: none is open */
};

static void open_format(struct input_source *input, const struct format *format)
{
	const char *name = strcmp(input->name, "-") == 0 ? READER_STDIN : input->name;

	log_debug("reading %s as %s", reader_shown(input->reader), format->name);
	input->current = format->open(input->reader, name, input->settings);
	input->reader = NULL;
}

/* SOURCE_ENTRY: the format is known, and the source open. */
static enum source_status sniff(struct input_source *input, struct error *err)
{
	const char *head;
	size_t len, least = 1;

	for (;;) {
		const struct format *format;

		switch (reader_peek_more(input->reader, least, &head, &len, err)) {
		case READER_AGAIN:
			return SOURCE_AGAIN;
		case READER_BROKEN:
			return SOURCE_BROKEN;
		case READER_END:
			return SOURCE_END;
		default:
			break;
		}
		format = format_by_head(head, len, len < least);
		if (format) {
			open_format(input, format);
			return SOURCE_ENTRY;
		}
		least = len + 1;
	}
}

static const struct format *format_known(const struct input_source *input)
{
	enum input_format format = input->settings->input_format;

	return format == FORMAT_AUTO ? format_by_name(input->name) : format_get(format);
}

static void end_turn(struct input_source *input)
{
	reader_free(input->reader);
	input->reader = NULL;
	source_free(input->current);
	input->current = NULL;
	input->name = NULL;
}

/* SOURCE_ENTRY: there is a source. Anything but that and SOURCE_AGAIN ends the turn. */
static enum source_status begin(struct input_source *input, struct error *err)
{
	const struct format *format;

	if (!input->reader) {
		input->reader = reader_open(input->name, err);
		if (!input->reader)
			return SOURCE_BROKEN;
		format = format_known(input);
		if (format) {
			open_format(input, format);
			return SOURCE_ENTRY;
		}
	}
	return sniff(input, err);
}

/* False when there is no further input. */
static bool next_turn(struct input_source *input)
{
	const struct strings *inputs = &input->settings->inputs;

	if (input->turn > inputs->count)
		return false;
	if (input->turn == 0)
		input->current = args_open(input->settings);
	else
		input->name = inputs->items[input->turn - 1];
	input->turn++;
	return true;
}

static enum source_status next_of_turn(
	struct input_source *input, struct entry **entry, struct error *err)
{
	enum source_status status;

	if (!input->current) {
		status = begin(input, err);
		if (status == SOURCE_BROKEN)
			end_turn(input);
		if (status != SOURCE_ENTRY)
			return status;
	}
	return source_next(input->current, entry, err);
}

static enum source_status input_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct input_source *input = container_of(source, struct input_source, source);
	enum source_status status;

	while (input->current || input->name || next_turn(input)) {
		status = next_of_turn(input, entry, err);
		if (status != SOURCE_END)
			return status;
		end_turn(input);
	}
	return SOURCE_END;
}

static int input_fd(const struct source *source)
{
	const struct input_source *input =
		container_of(source, const struct input_source, source);

	if (input->current)
		return source_fd(input->current);
	return input->reader ? reader_fd(input->reader) : -1;
}

static void input_free(struct source *source)
{
	struct input_source *input = container_of(source, struct input_source, source);

	end_turn(input);
	free(input);
}

static const struct source_ops input_ops = {
	.next = input_next,
	.fd = input_fd,
	.free = input_free,
};

struct source *input_open(const struct settings *settings)
{
	struct input_source *input = xcalloc(1, sizeof(*input));

	input->source.ops = &input_ops;
	input->settings = settings;
	return &input->source;
}
