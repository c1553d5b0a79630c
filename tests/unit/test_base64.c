/* test_base64.c - base64 from strangers. */
#include "base/base64.h"

#include <stdlib.h>

#include "tap.h"

static const struct {
	const char *text, *bytes; /* bytes NULL: refused for every length */
} cases[] = {
	/* RFC 4648, section 10 */
	{"", ""},
	{"Zg==", "f"},
	{"Zm8=", "fo"},
	{"Zm9v", "foo"},
	{"Zm9vYg==", "foob"},
	{"Zm9vYmE=", "fooba"},
	{"Zm9vYmFy", "foobar"},
	{"+/+/", "\xfb\xff\xbf"},
	{"Zg", NULL},
	{"Zg=", NULL},
	{"Zg===", NULL},
	{"=Zg=", NULL},
	{"Z===", NULL},
	{"====", NULL},
	{"Zh==", NULL}, /* bits left over */
	{"Zm9=", NULL},
	{"Zm9v\n", NULL},
	{" Zm9", NULL},
	{"Zm 9", NULL},
	{"Zm-_", NULL}, /* the alphabet of URLs */
	{"Zm9\xc3", NULL},
	{"Zg==Zg==", NULL},
};

static void reads_strictly(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].text);

		for (size_t want = 0; want < 12; want++) {
			/* Of exact sizes, so that one step too far is seen. */
			unsigned char *bytes = malloc(want ? want : 1);
			char *text = malloc(len ? len : 1);
			bool good = cases[i].bytes && strlen(cases[i].bytes) == want;

			memcpy(text, cases[i].text, len);
			check_int(base64_decode(bytes, want, text, len), good ? 0 : -1);
			check(!good || memcmp(bytes, cases[i].bytes, want) == 0);
			free(text);
			free(bytes);
		}
	}
}

static void all_digits(void)
{
	static const char text[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	unsigned char bytes[48];

	check_int(base64_decode(bytes, sizeof(bytes), text, 64), 0);
	for (int i = 0; i < 64; i++) {
		int at = i * 6 / 8, shift = 10 - i * 6 % 8;
		int pair = bytes[at] << 8 | (at < 47 ? bytes[at + 1] : 0);

		check_int(pair >> shift & 63, i);
	}
}

int main(void)
{
	run(reads_strictly);
	run(all_digits);
	return done();
}
