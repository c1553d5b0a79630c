/* script.c - see script.h. */
#include "script.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/units.h"
#include "request.h"

enum param_type {
	PARAM_FLAG, /* NAME or NAME=1 or NAME=0 */
	PARAM_COUNT,
	PARAM_SIZE, /* 4096, 8M */
	PARAM_TEXT,
	PARAM_HEADER, /* may be given more than once */
	PARAM_IGNORED
};

struct param {
	const char *name;
	enum param_type type;
	size_t field;
};

#define FIELD(name) __builtin_offsetof(struct script, name)

static const struct param params[] = {
	{"size", PARAM_SIZE, FIELD(size)},
	{"seed", PARAM_COUNT, FIELD(seed)},
	{"as", PARAM_TEXT, FIELD(as)},
	{"zero", PARAM_FLAG, FIELD(zero)},
	{"flip", PARAM_SIZE, FIELD(flip)},
	{"encoding", PARAM_TEXT, FIELD(encoding)},
	{"status", PARAM_COUNT, FIELD(status)},
	{"text", PARAM_SIZE, FIELD(text)},
	{"retry-after", PARAM_TEXT, FIELD(retry_after)},
	{"type", PARAM_TEXT, FIELD(type)},
	{"disposition", PARAM_TEXT, FIELD(disposition)},
	{"etag", PARAM_TEXT, FIELD(etag)},
	{"modified", PARAM_TEXT, FIELD(modified)},
	{"length", PARAM_TEXT, FIELD(length)},
	{"length2", PARAM_TEXT, FIELD(length2)},
	{"header", PARAM_HEADER, 0},
	{"need", PARAM_TEXT, FIELD(need)},
	{"chunked", PARAM_FLAG, FIELD(chunked)},
	{"nolength", PARAM_FLAG, FIELD(nolength)},
	{"close", PARAM_FLAG, FIELD(close)},
	{"hangup", PARAM_FLAG, FIELD(hangup)},
	{"redirect", PARAM_TEXT, FIELD(redirect)},
	{"code", PARAM_COUNT, FIELD(code)},
	{"hops", PARAM_COUNT, FIELD(hops)},
	{"loop", PARAM_FLAG, FIELD(loop)},
	{"delay", PARAM_COUNT, FIELD(delay)},
	{"rate", PARAM_SIZE, FIELD(rate)},
	{"drip", PARAM_FLAG, FIELD(drip)},
	{"stall", PARAM_SIZE, FIELD(stall)},
	{"stall-for", PARAM_COUNT, FIELD(stall_for)},
	{"reset", PARAM_SIZE, FIELD(reset)},
	{"truncate", PARAM_SIZE, FIELD(truncate)},
	{"hang", PARAM_FLAG, FIELD(hang)},
	{"drop", PARAM_FLAG, FIELD(drop)},
	{"garbage", PARAM_FLAG, FIELD(garbage)},
	{"endless", PARAM_TEXT, FIELD(endless)},
	{"lie", PARAM_TEXT, FIELD(lie)},
	{"at", PARAM_SIZE, FIELD(at)},
	{"fail", PARAM_TEXT, FIELD(fail)},
	{"fault", PARAM_TEXT, FIELD(fault)},
	{"stale", PARAM_TEXT, FIELD(stale)},
	{"kinds", PARAM_TEXT, FIELD(kinds)},
	{"first", PARAM_COUNT, FIELD(first)},
	{"change", PARAM_COUNT, FIELD(change)},
	{"gather", PARAM_COUNT, FIELD(gather)},
	{"max-active", PARAM_TEXT, FIELD(max_active)},
	{"max-rate", PARAM_TEXT, FIELD(max_rate)},
	/* for URLs that only have to look like something */
	{"q", PARAM_IGNORED, 0},
	{"token", PARAM_IGNORED, 0},
};

static const struct {
	const char *word;
	enum fault fault;
} faults[] = {
	{"reset", FAULT_RESET},
	{"truncate", FAULT_TRUNCATE},
	{"stall", FAULT_STALL},
	{"flip", FAULT_FLIP},
	{"hang", FAULT_HANG},
	{"close", FAULT_CLOSE},
	{"garbage", FAULT_GARBAGE},
	{"lie", FAULT_LIE},
};

static int set_count(int64_t *field, const char *value, bool size)
{
	return size ? units_parse_size(value, field) : units_parse_count(value, field);
}

static int set_param(
	struct script *script, const struct param *param, const char *value)
{
	void *field = (char *)script + param->field;

	switch (param->type) {
	case PARAM_FLAG:
		*(bool *)field = strcmp(value, "0") != 0;
		return 0;
	case PARAM_COUNT:
	case PARAM_SIZE:
		return set_count(field, value, param->type == PARAM_SIZE);
	case PARAM_TEXT:
		*(const char **)field = value;
		return 0;
	case PARAM_HEADER:
		if (script->n_headers == SCRIPT_HEADERS)
			return -1;
		script->headers[script->n_headers++] = value;
		return 0;
	case PARAM_IGNORED:
		return 0;
	}
	return -1;
}

static const struct param *find_param(const char *name)
{
	static const struct param ignored = {"", PARAM_IGNORED, 0};

	for (size_t i = 0; i < ARRAY_LEN(params); i++)
		if (strcmp(params[i].name, name) == 0)
			return &params[i];
	/* X-Amz-Signature and its like */
	return strncasecmp(name, "x-", 2) == 0 ? &ignored : NULL;
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words;
}

/* The values that only mean something as one of a few words, or within limits. */
static const char *check(const struct script *script)
{
	static const char *const endless[] = {
		"headers", "line", "1xx", "chunks", "body", NULL};
	static const char *const whole[] = {"ignore", "refuse", NULL};
	struct range_answer answer;

	if (script->status < 100 || script->status > 999)
		return "status";
	if (script->code < 300 || script->code > 399)
		return "code";
	if (script->endless && !is_one_of(script->endless, endless))
		return "endless";
	if (script->lie && !is_one_of(script->lie, whole) &&
		!range_lie(script->lie, &(struct range){0, 0}, 0, &answer))
		return "lie";
	if (script->encoding && strncmp(script->encoding, "gzip", 4) != 0)
		return "encoding";
	return NULL;
}

const char *script_parse(struct script *script, char *query)
{
	char *name;

	*script = (struct script){.size = 1024,
		.status = 200,
		.code = 302,
		.flip = -1,
		.reset = -1,
		.truncate = -1,
		.stall = -1,
		.at = -1};
	while ((name = strsep(&query, "&"))) {
		char *value = strchr(name, '=');
		const struct param *param;

		if (!*name)
			continue;
		if (value)
			*value++ = '\0';
		request_decode(name);
		if (value)
			request_decode(value);
		param = find_param(name);
		if (!param || set_param(script, param, value ? value : "") < 0)
			return name;
	}
	return check(script);
}

struct body script_body(const struct script *script, const char *path, bool changed)
{
	return (struct body){.key = body_key(script->as ? script->as : path,
				     script->size, (uint64_t)script->seed + changed),
		.zero = script->zero,
		.flip = script->flip};
}

enum fault script_fault(const char *word, size_t len, int64_t *status)
{
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (strlen(faults[i].word) == len &&
			memcmp(word, faults[i].word, len) == 0)
			return faults[i].fault;
	if (len != 3 || strspn(word, "0123456789") < 3 || *word == '0')
		return FAULT_NONE;
	*status = strtol(word, NULL, 10);
	return FAULT_STATUS;
}

/* One of the comma-separated words of kinds=. */
static enum fault pick_kind(const char *kinds, uint64_t random, int64_t *status)
{
	uint64_t count = 1, wanted;

	for (const char *c = kinds; *c; c++)
		count += *c == ',';
	for (wanted = random % count; wanted > 0; wanted--)
		kinds = strchr(kinds, ',') + 1;
	return script_fault(kinds, strcspn(kinds, ","), status);
}

static bool happens(const char *probability, uint64_t random)
{
	return (double)(random >> 11) * 0x1p-53 < strtod(probability, NULL);
}

enum fault script_choose(const struct script *script, const char *target,
	uint64_t ordinal, int64_t *status)
{
	uint64_t seed, random;

	if (script->fail) {
		char *end;
		uint64_t count = strtoull(script->fail, &end, 10);

		if (*end == ':' && ordinal < count)
			return script_fault(end + 1, strlen(end + 1), status);
	}
	if (!script->fault || (script->first > 0 && ordinal >= (uint64_t)script->first))
		return FAULT_NONE;
	seed = hash64(target, strlen(target), (uint64_t)script->seed);
	random = body_random(seed, 2 * ordinal);
	if (!happens(script->fault, random))
		return FAULT_NONE;
	return pick_kind(script->kinds ? script->kinds : "reset,truncate,500,stall",
		body_random(seed, 2 * ordinal + 1), status);
}

void script_grow_stale(struct script *script, const char *target, uint64_t ordinal)
{
	uint64_t seed = hash64(target, strlen(target), (uint64_t)script->seed + 1);
	uint64_t random = body_random(seed, ordinal);

	if (!script->stale || !happens(script->stale, random))
		return;
	if (random & 1)
		script->drop = true;
	else
		script->reset = 0;
}

void script_break(struct script *script, enum fault fault, int64_t status,
	const struct range *range, uint64_t random)
{
	/* Those that can be told from what was asked for. */
	static const char *const lies[] = {"ignore", "refuse", "shift", "less", "short",
		"long", "total", "unsaid"};
	int64_t length = range->last - range->first + 1;
	int64_t where = length > 0 ? (int64_t)(random % (uint64_t)length) : 0;

	switch (fault) {
	case FAULT_NONE:
		break;
	case FAULT_RESET:
		script->reset = where;
		break;
	case FAULT_TRUNCATE:
		script->truncate = where;
		break;
	case FAULT_STALL:
		script->stall = where;
		break;
	case FAULT_FLIP:
		script->flip = range->first + where;
		break;
	case FAULT_HANG:
		script->hang = true;
		break;
	case FAULT_CLOSE:
		script->drop = true;
		break;
	case FAULT_GARBAGE:
		script->garbage = true;
		break;
	case FAULT_LIE:
		script->lie = lies[random % ARRAY_LEN(lies)];
		break;
	case FAULT_STATUS:
		script->status = status;
		break;
	}
}

void script_behave(struct script *script)
{
	script->status = 200;
	script->flip = script->reset = script->truncate = script->stall = -1;
	script->stall_for = script->hops = 0;
	script->hang = script->drop = script->garbage = script->loop = false;
	script->endless = script->lie = script->redirect = NULL;
	script->fail = script->fault = NULL;
}

bool script_limit(const char *text, int64_t *limit, int64_t *status)
{
	char *end;

	*limit = strtol(text, &end, 10);
	return end != text && *end == ':' &&
	       script_fault(end + 1, strlen(end + 1), status) == FAULT_STATUS;
}
