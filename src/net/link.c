/* link.c - see link.h. One function steps over a parameter, and all others are loops around it. */
#include "net/link.h"

#include <string.h>
#include <strings.h>

#include "net/fieldvalue.h"

#define WORD_MAX 256 /* bytes of a parameter that decides something */

/* Up to white space, one of `stops`, or the end. */
static size_t skip_word(struct fieldvalue *rest, const char *stops)
{
	const char *begin = rest->at;

	while (rest->at < rest->end && !fieldvalue_is_space(*rest->at) &&
		(!*rest->at || !strchr(stops, *rest->at)))
		rest->at++;
	return (size_t)(rest->at - begin);
}

enum step { STEP_PARAM, STEP_END, STEP_MALFORMED };

/* ";" name ["=" value], with white space wherever it may be. STEP_END: there is no ";" here. */
static enum step next_param(struct fieldvalue *rest, struct field_param *param)
{
	*param = (struct field_param){.name = NULL};
	if (!fieldvalue_skip(rest, ';'))
		return STEP_END;
	fieldvalue_skip_space(rest);
	param->name = rest->at;
	param->name_len = skip_word(rest, "=;,\"<");
	if (!fieldvalue_skip(rest, '='))
		return STEP_PARAM;
	if (fieldvalue_skip(rest, '"'))
		return fieldvalue_take_quoted(rest, param) ? STEP_PARAM
							   : STEP_MALFORMED;
	param->value = rest->at;
	param->value_len = skip_word(rest, ";,");
	return STEP_PARAM;
}

bool link_next(const char **value, size_t *len, struct link *link)
{
	struct fieldvalue rest = {.at = *value, .end = *value + *len};
	enum step step = STEP_MALFORMED;
	const char *close = NULL;
	struct field_param param;

	while (fieldvalue_skip(&rest, ',')) {
	}
	if (fieldvalue_skip(&rest, '<'))
		close = memchr(rest.at, '>', (size_t)(rest.end - rest.at));
	if (close) {
		link->target = rest.at;
		link->target_len = (size_t)(close - rest.at);
		link->params = rest.at = close + 1;
		do
			step = next_param(&rest, &param);
		while (step == STEP_PARAM);
		link->params_len = (size_t)(rest.at - link->params);
	}
	/* Behind a link there is a comma, or nothing. */
	if (step == STEP_END && rest.at < rest.end && *rest.at != ',')
		step = STEP_MALFORMED;
	*value = step == STEP_END ? rest.at : rest.end;
	*len = (size_t)(rest.end - *value);
	return step == STEP_END;
}

static bool find_param(
	const struct link *link, const char *name, struct field_param *param)
{
	struct fieldvalue rest = {
		.at = link->params, .end = link->params + link->params_len};

	while (next_param(&rest, param) == STEP_PARAM)
		if (field_param_is(param, name))
			return true;
	return false;
}

bool link_param(const struct link *link, const char *name, char *value, size_t size)
{
	struct field_param param;
	size_t used = 0;

	if (!find_param(link, name, &param))
		return false;
	for (size_t i = 0; i < param.value_len;) {
		char byte = field_param_byte(&param, &i);

		if (byte == '\0' || used + 1 >= size)
			return false;
		value[used++] = byte;
	}
	if (used >= size)
		return false;
	value[used] = '\0';
	return true;
}

/* Is this one of the words, which white space separates? */
static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (words += strspn(words, " \t"); *words; words += strspn(words, " \t")) {
		size_t this = strcspn(words, " \t");

		if (this == len && strncasecmp(words, word, len) == 0)
			return true;
		words += this;
	}
	return false;
}

bool link_is_mirror(const struct link *link)
{
	char words[WORD_MAX];
	struct field_param param;

	return !find_param(link, "anchor", &param) &&
	       link_param(link, "rel", words, sizeof(words)) &&
	       has_word(words, "duplicate");
}

int link_priority(const struct link *link)
{
	char digits[8];
	int number = 0;

	if (!link_param(link, "pri", digits, sizeof(digits)))
		return LINK_PRIORITY_LAST;
	for (const char *c = digits; *c; c++) {
		if (*c < '0' || *c > '9')
			return LINK_PRIORITY_LAST;
		number = 10 * number + (*c - '0');
	}
	return number > 0 && number < LINK_PRIORITY_LAST ? number : LINK_PRIORITY_LAST;
}
