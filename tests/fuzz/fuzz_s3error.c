/* fuzz_s3error.c - net/s3error.h: the body of an error, whole or not.
 *
 * Claims: its texts end within their room; code, region and message have the characters that
 * the header says, so that they may be shown, compared and put into a host's name; without a
 * code nothing is told. */
#include "net/s3error.h"

#include <string.h>

#include "fuzz.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789-"
#define WORD LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ."

static void check_text(const char *text, size_t size, const char *characters)
{
	size_t len = strnlen(text, size);

	must(len < size && fuzz_is_clean(text, len));
	must(!characters || strspn(text, characters) == len);
}

void fuzz_s3error(const uint8_t *data, size_t len)
{
	struct s3error error;
	bool read;

	memset(&error, 'x', sizeof(error));
	read = s3error_read(&error, len > 0 ? (const char *)data : "", len);
	must(read == (error.code[0] != '\0'));
	check_text(error.code, sizeof(error.code), WORD);
	check_text(error.message, sizeof(error.message), NULL);
	check_text(error.region, sizeof(error.region), LOWER);
	must(read || (!error.message[0] && !error.region[0]));
}
