/* fieldvalue.c - see fieldvalue.h. */
#include "net/fieldvalue.h"

#include <string.h>
#include <strings.h>

bool fieldvalue_is_space(char c)
{
	return c == ' ' || c == '\t';
}

void fieldvalue_skip_space(struct fieldvalue *rest)
{
	while (rest->at < rest->end && fieldvalue_is_space(*rest->at))
		rest->at++;
}

bool fieldvalue_skip(struct fieldvalue *rest, char c)
{
	fieldvalue_skip_space(rest);
	if (rest->at == rest->end || *rest->at != c)
		return false;
	rest->at++;
	return true;
}

bool fieldvalue_take_quoted(struct fieldvalue *rest, struct field_param *param)
{
	param->quoted = true;
	param->value = rest->at;
	for (; rest->at < rest->end && *rest->at != '"'; rest->at++)
		if (*rest->at == '\\' && rest->at + 1 < rest->end)
			rest->at++;
	param->value_len = (size_t)(rest->at - param->value);
	return fieldvalue_skip(rest, '"');
}

bool field_param_is(const struct field_param *param, const char *name)
{
	return param->name && param->name_len == strlen(name) &&
	       strncasecmp(param->name, name, param->name_len) == 0;
}

char field_param_byte(const struct field_param *param, size_t *at)
{
	if (param->quoted && param->value[*at] == '\\' && *at + 1 < param->value_len)
		(*at)++;
	return param->value[(*at)++];
}
