/* input.c - the inputs as a chain of sources: each is opened when the one before has
 * ended.
 *
 * An input is what the user named after -i, or NULL for the arguments. The first row of
 * the table that takes it opens it; the list takes everything, so it stays last. */
#include "input/input.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "input/args.h"
#include "input/list.h"

struct input_source {
	struct source source;
	const struct settings *settings;
	size_t turn;            /* inputs opened so far; the arguments are the first */
	struct source *current; /* NULL: none is open */
	uint64_t entries;
};

static bool is_arguments(const char *input)
{
	return !input;
}

static struct source *open_arguments(
	const struct settings *settings, const char *input _unused_)
{
	return args_open(settings);
}

static bool is_anything(const char *input _unused_)
{
	return true;
}

static struct source *open_list(
	const struct settings *settings _unused_, const char *input)
{
	return list_open(input);
}

static const struct format {
	const char *name;
	bool (*takes)(const char *input);
	struct source *(*open)(const struct settings *settings, const char *input);
} formats[] = {
	{"args", is_arguments, open_arguments},
	{"list", is_anything, open_list},
};

static struct source *open_format(const struct settings *settings, const char *input)
{
	const struct format *format = formats;

	while (!format->takes(input))
		format++;
	if (input)
		log_debug("reading %s as %s", input, format->name);
	return format->open(settings, input);
}

/* False when there is no further input. */
static bool open_next(struct input_source *input)
{
	const struct strings *inputs = &input->settings->inputs;
	const char *name = NULL;

	if (input->turn > inputs->count)
		return false;
	if (input->turn > 0)
		name = inputs->items[input->turn - 1];
	input->current = open_format(input->settings, name);
	input->turn++;
	return true;
}

static enum source_status input_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct input_source *input = container_of(source, struct input_source, source);
	enum source_status status;

	while (input->current || open_next(input)) {
		status = source_next(input->current, entry, err);
		if (status == SOURCE_ENTRY)
			(*entry)->number = ++input->entries;
		if (status != SOURCE_END)
			return status;
		source_free(input->current);
		input->current = NULL;
	}
	return SOURCE_END;
}

static int input_fd(const struct source *source)
{
	const struct input_source *input =
		container_of(source, const struct input_source, source);

	return input->current ? source_fd(input->current) : -1;
}

static void input_free(struct source *source)
{
	struct input_source *input = container_of(source, struct input_source, source);

	source_free(input->current);
	free(input);
}

static const struct source_ops input_ops = {input_next, input_fd, input_free};

struct source *input_open(const struct settings *settings)
{
	struct input_source *input = xcalloc(1, sizeof(*input));

	input->source.ops = &input_ops;
	input->settings = settings;
	return &input->source;
}
