/* test_text.c - text from strangers: UTF-8, what a terminal may see, what JSON may
 * hold. */
#include "dice.h"
#include "tap.h"

#include <locale.h>

#include "base/attr.h"
#include "base/text.h"

/* A string literal with its length, so that it may hold NUL. */
#define L(literal) literal, sizeof(literal) - 1

/* The UTF-8 form of any number, also of such as are not allowed. */
static size_t encode(unsigned code, size_t size, char out[4])
{
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	if (size == 1) {
		out[0] = (char)code;
		return 1;
	}
	for (size_t i = size - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(lead[size] | code);
	return size;
}

static size_t size_of(unsigned code)
{
	return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

static void decodes_all_characters(void)
{
	for (unsigned code = 0; code <= 0x10ffff; code++) {
		bool surrogate = code >= 0xd800 && code <= 0xdfff;
		size_t size = size_of(code);
		unsigned got = 0;
		char text[4];

		encode(code, size, text);
		check(text_utf8_next(text, size, &got) == (surrogate ? 0 : size));
		check(surrogate || got == code);
		for (size_t cut = 0; cut < size; cut++)
			check(text_utf8_next(text, cut, &got) == 0);
		if (tap_failed_checks > 10)
			return;
	}
}

static void refuses_overlong_forms(void)
{
	for (unsigned code = 0; code < 0x10000; code++) {
		for (size_t size = size_of(code) + 1; size <= 4; size++) {
			unsigned got;
			char text[4];

			encode(code, size, text);
			check(text_utf8_next(text, size, &got) == 0);
		}
		if (tap_failed_checks > 10)
			return;
	}
}

/* Every sequence of two bytes, and those of three and four that matter. */
static void refuses_what_is_not_utf8(void)
{
	static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf",
		"\xc3", "\xc3(", "\xe2\x82", "\xe2(\xa1", "\xe2\x82(", "\xed\xa0\x80",
		"\xed\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xfe", "\xff",
		"\xc3\xc3"};
	unsigned code;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		check(text_utf8_next(bad[i], strlen(bad[i]), &code) == 0);
		check(!text_is_utf8(bad[i], strlen(bad[i])));
	}
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			char text[2] = {(char)a, (char)b};
			bool pair = a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf;

			check(text_is_utf8(text, 2) ==
				(pair || (a < 0x80 && b < 0x80)));
		}
	}
	check(text_is_utf8(L("")));
	check(text_is_utf8(L("a\0z\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")));
	check(!text_is_utf8(L("fine\xff")));
}

static void check_printable(const char *text, size_t len, const char *want)
{
	struct buf out = BUF_INIT;

	buf_addstr(&out, ">");
	text_add_printable(&out, text, len);
	check_str(out.data + 1, want);
	check_int(strlen(out.data), out.len);
	buf_release(&out);
}

static void escapes_for_terminals(void)
{
	check_printable(L(""), "");
	check_printable(L("plain \\ text"), "plain \\ text");
	check_printable(L("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
		"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	check_printable(L("a\tb\nc\r"), "a\\x09b\\x0Ac\\x0D");
	check_printable(L("\x1b]52;c;eA==\x07"), "\\x1B]52;c;eA==\\x07");
	check_printable(L("a\0b"), "a\\x00b");
	check_printable(L("\x7f"), "\\x7F");
	check_printable(L("\xc2\x9b"
			  "31m"),
		"\\u{009B}31m"); /* CSI in one character */
	check_printable(L("\x9b"
			  "31m"),
		"\\x9B31m"); /* and in one byte */
	check_printable(L("a\xe2\x80\xae"
			  "b"),
		"a\\u{202E}b");
	check_printable(L("\xc3"), "\\xC3");
	check_printable(L("\xe2\x82(\xff)"), "\\xE2\\x82(\\xFF)");
}

static bool must_be_escaped(unsigned code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x061c ||
	       code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

static void escapes_exactly_the_dangerous(void)
{
	struct buf out = BUF_INIT;

	for (unsigned code = 0; code <= 0x10ffff; code++) {
		char text[4];
		size_t size = encode(code, size_of(code), text);
		bool raw;

		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		buf_clear(&out);
		text_add_printable(&out, text, size);
		raw = out.len == size && !memcmp(out.data, text, size);
		check(raw == !must_be_escaped(code));
	}
	buf_release(&out);
}

static void check_utf8(const char *text, size_t len, const char *want)
{
	struct buf out = BUF_INIT;

	text_add_utf8(&out, text, len);
	check_str(out.data, want);
	check_int(strlen(out.data), out.len);
	check(text_is_utf8(out.data, out.len));
	buf_release(&out);
}

static void makes_utf8_of_anything(void)
{
	check_utf8(L(""), "");
	check_utf8(L("100% \xc3\xa4\n"), "100% \xc3\xa4\n");
	check_utf8(L("a\0b"), "a%00b");
	check_utf8(L("\xff\xc3"), "%FF%C3");
	check_utf8(L("\xed\xa0\x80"), "%ED%A0%80");
	check_utf8(L("x\xf0\x9f\x98y\xe2\x82\xac"), "x%F0%9F%98y\xe2\x82\xac");
}

/* Whatever goes in, what comes out is UTF-8 and, for a terminal, harmless. */
static void holds_for_random_bytes(void)
{
	struct dice dice = {1};
	struct buf out = BUF_INIT;

	for (int round = 0; round < 20000; round++) {
		char text[24];
		size_t len;

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (char)dice_below(&dice, 256);
		len = dice_below(&dice, sizeof(text) + 1);
		buf_clear(&out);
		text_add_utf8(&out, text, len);
		check(text_is_utf8(out.data, out.len));
		check(strlen(out.data) == out.len);
		buf_clear(&out);
		text_add_printable(&out, text, len);
		check(text_is_utf8(out.data, out.len));
		for (size_t i = 0, size; i < out.len; i += size) {
			unsigned code = 0;

			size = text_utf8_next(out.data + i, out.len - i, &code);
			check(size > 0 && !must_be_escaped(code));
			size += size == 0;
		}
	}
	buf_release(&out);
}

static void measures_width(void)
{
	check(setlocale(LC_CTYPE, "C") != NULL);
	check_int(text_width(L("")), 0);
	check_int(text_width(L("abc")), 3);
	/* One column each where the locale knows no better. */
	check_int(text_width(L("\xe6\xbc\xa2\xe5\xad\x97")), 2);
	check_int(text_width(L("\xff\x80")), 2);
	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		printf("# no C.UTF-8 here\n");
		return;
	}
	check_int(text_width(L("abc")), 3);
	check_int(text_width(L("\xe6\xbc\xa2\xe5\xad\x97")), 4); /* two wide ones */
	check_int(text_width(L("e\xcc\x81")), 1);                /* combining accent */
	check_int(text_width(L("\xff\x1b")), 2);
}

int main(void)
{
	run(decodes_all_characters);
	run(refuses_overlong_forms);
	run(refuses_what_is_not_utf8);
	run(escapes_for_terminals);
	run(escapes_exactly_the_dangerous);
	run(makes_utf8_of_anything);
	run(holds_for_random_bytes);
	run(measures_width);
	return done();
}
