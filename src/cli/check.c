/* check.c - see check.h. */
#include "cli/check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "core/checksum.h"
#include "core/naming.h"
#include "core/s3.h"
#include "core/template.h"
#include "net/proxy.h"

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

int check_plain(const char *value, struct error *err)
{
	for (; *value; value++) {
		if (is_control(*value))
			return error_set(err, KIND_USAGE, 0,
				"a control character in the value; it would forge "
				"other headers");
	}
	return 0;
}

int check_proxy(const char *value, struct error *err)
{
	return check_plain(value, err) == 0 ? proxy_check(value, err) : -1;
}

int check_header(const char *value, struct error *err)
{
	const char *colon = value + strspn(value, TEXT_TOKEN_CHARS);

	if (*value == '@') /* curl would read a file of this name */
		return error_set(err, KIND_USAGE, 0,
			"a header is written 'Name: value'; lines header = Name: value "
			"in a file are read by --config");
	if (colon == value || *colon != ':')
		return error_set(
			err, KIND_USAGE, 0, "a header is written 'Name: value'");
	for (const char *at = colon; *at; at++) {
		if (is_control(*at) && *at != '\t')
			return error_set(err, KIND_USAGE, 0,
				"a control character in the header '%.*s'",
				(int)(colon - value < 40 ? colon - value : 40), value);
	}
	return 0;
}

/* curl would read a file of this name. */
int check_cookie(const char *value, struct error *err)
{
	if (!strchr(value, '='))
		return error_set(err, KIND_USAGE, 0,
			"cookies are written 'a=1; b=2'; a file of them is for "
			"--load-cookies");
	return check_plain(value, err);
}

int check_template(const char *value, struct error *err)
{
	struct template *template = template_new(value, err);

	if (!template)
		return -1;
	template_free(template);
	return 0;
}

int check_output(const char *value, struct error *err)
{
	if (strcmp(value, "-") == 0)
		return error_set(err, KIND_USAGE, 0,
			"files are not written to stdout; give a name");
	if (naming_check(value, err) == 0)
		return 0;
	if (*value != '/' && strncmp(value, "../", 3) != 0)
		return -1;
	return error_set(err, err->kind, err->code,
		"%s; give another directory by --dir", err->text);
}

int check_checksum(const char *value, struct error *err)
{
	struct checksum sum = {0};

	return checksum_parse(&sum, value, err);
}

/* It is not opened, since that would let in who is to write to a pipe. */
int check_readable(const char *value, struct error *err)
{
	struct stat status;
	int errnum = 0;

	if (faccessat(AT_FDCWD, value, R_OK, AT_EACCESS) != 0)
		errnum = errno;
	else if (stat(value, &status) == 0 && S_ISDIR(status.st_mode))
		errnum = EISDIR;
	return errnum ? error_errno(
				err, KIND_USAGE, errnum, "cannot read '%.80s'", value)
		      : 0;
}

int check_region(const char *value, struct error *err)
{
	return s3_is_region(value)
		       ? 0
		       : error_set(err, KIND_USAGE, 0,
				 "it must be the name of a region, as eu-west-1");
}
