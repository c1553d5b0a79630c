/* test_hex.c - hexadecimal digits and percent escapes, read and written. */
#include "base/hex.h"

#include "tap.h"

static void reads_digits_of_both_cases(void)
{
	static const char digits[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
	int found = 0;

	for (int i = 0; i < 16; i++) {
		check_int(hex_digit(digits[i]), i);
		check_int(hex_digit(upper[i]), i);
	}
	for (int c = 0; c < 256; c++)
		found += hex_digit((char)c) >= 0;
	check_int(found, 22);
}

static void reads_whole_escapes(void)
{
	check_int(hex_escape("%41", 3), 'A');
	check_int(hex_escape("%fFx", 4), 0xff);
	check_int(hex_escape("%00", 3), 0);
	check_int(hex_escape("%41", 2), -1);
	check_int(hex_escape("", 0), -1);
	check_int(hex_escape("%4g", 3), -1);
	check_int(hex_escape("%g4", 3), -1);
	check_int(hex_escape("x41", 3), -1);
}

static void writes_bytes(void)
{
	static const unsigned char bytes[] = {0x00, 0x0f, 0xa0, 0xff};
	_cleanup_(buf_release) struct buf out = BUF_INIT;

	hex_add(&out, bytes, 0);
	check_str(out.data, "");
	hex_add(&out, bytes, sizeof(bytes));
	check_str(out.data, "000fa0ff");
}

/* What is plain stays, all else comes back by hex_escape. */
static void writes_escapes(void)
{
	_cleanup_(buf_release) struct buf out = BUF_INIT;

	hex_add_escaped(&out, "a/\0\xc3\xbc", 5);
	check_str(out.data, "%61%2F%00%C3%BC");
	buf_clear(&out);
	hex_add_encoded(&out, "a %b/~\xe4", HEX_UNRESERVED "/");
	check_str(out.data, "a%20%25b/~%E4");
	for (int c = 1; c < 256; c++) {
		char text[] = {(char)c, '\0'};
		bool plain = strchr(HEX_UNRESERVED, c) != NULL;

		buf_clear(&out);
		hex_add_encoded(&out, text, HEX_UNRESERVED);
		check_int(out.len, plain ? 1 : 3);
		check_int(plain ? (unsigned char)out.data[0]
				: hex_escape(out.data, out.len),
			c);
	}
}

int main(void)
{
	run(reads_digits_of_both_cases);
	run(reads_whole_escapes);
	run(writes_bytes);
	run(writes_escapes);
	return done();
}
