/* test_composite.c - ETags of objects that were uploaded in parts; what they should be was
 * computed with Python's hashlib. */
#include "store/composite.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"

#define MIB (INT64_C(1) << 20)

/* A mebibyte that the objects repeat. */
static char *pattern(void)
{
	char *data = xmalloc((size_t)MIB);

	for (int64_t i = 0; i < MIB; i++)
		data[i] = (char)(i * 7);
	return data;
}

/* Add `size` bytes, `step` at a time; wrong ones from `wrong` on, for one byte. */
static bool proves(const char *etag, int64_t size, int64_t step, int64_t wrong)
{
	struct composite *composite = composite_new(etag, size);
	char *data = pattern();
	struct error err;
	bool proven = false;

	check(composite != NULL);
	for (int64_t at = 0, now; composite && at < size; at += now) {
		now = MIB - at % MIB < step ? MIB - at % MIB : step;
		now = size - at < now ? size - at : now;
		if (wrong >= at && wrong < at + now)
			data[wrong % MIB] ^= 1;
		check_int(composite_add(composite, data + at % MIB, (size_t)now, &err),
			0);
		if (wrong >= at && wrong < at + now)
			data[wrong % MIB] ^= 1;
	}
	if (composite)
		check_int(composite_check(composite, &proven, &err), 0);
	composite_free(composite);
	free(data);
	return proven;
}

static void proves_what_uploaders_do(void)
{
	check(proves("\"e06bb6c4db7b506cfd917e9a156c96ef-3\"", 20 * MIB, MIB, -1));
	check(proves("\"e06bb6c4db7b506cfd917e9a156c96ef-3\"", 20 * MIB, 9973, -1));
	check(proves("\"ae3b4b38958495b3e66947faa0b323cf-4\"", 20 * MIB, MIB, -1));
	check(proves("\"d3b5cd6c98afb6becb6e1d2928f2e145-1\"", 20 * MIB, MIB, -1));
	check(proves("\"7ad705b118b26da984bd81f34043201d-4\"", 20 * MIB + 1, MIB, -1));
	check(proves("\"be41c5d13b1b0eece5aa206aafd07557-2\"", 17 * MIB, 65536, -1));
}

static void proves_nothing_of_what_is_wrong(void)
{
	const char *etag = "\"e06bb6c4db7b506cfd917e9a156c96ef-3\"";

	check(!proves(etag, 20 * MIB, MIB, 0));
	check(!proves(etag, 20 * MIB, MIB, 8 * MIB));
	check(!proves(etag, 20 * MIB, MIB, 20 * MIB - 1));
	/* Of parts that are 7,000,000 bytes long. */
	check(!proves("\"4de470e62acddcc133fe39f618a138a3-3\"", 20 * MIB, MIB, -1));
}

static void knows_its_form(void)
{
	static const char *const others[] = {"", "\"\"", "W/\"a-1\"",
		"\"d41d8cd98f00b204e9800998ecf8427e\"",
		"\"d41d8cd98f00b204e9800998ecf8427e-\"",
		"\"d41d8cd98f00b204e9800998ecf8427e-0\"",
		"\"d41d8cd98f00b204e9800998ecf8427e-10001\"",
		"\"d41d8cd98f00b204e9800998ecf8427e-99999999999999999999\"",
		"\"d41d8cd98f00b204e9800998ecf8427e-3",
		"\"d41d8cd98f00b204e9800998ecf8427e-3x\"",
		"\"d41d8cd98f00b204e9800998ecf8427g-3\"",
		"\"d41d8cd98f00b204e9800998ecf8427e_3\""};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		check(!composite_new(others[i], 20 * MIB));
	check(!composite_new("\"d41d8cd98f00b204e9800998ecf8427e-3\"", 0));
	check(!composite_new("\"d41d8cd98f00b204e9800998ecf8427e-3\"", -1));
	check(!composite_new("\"d41d8cd98f00b204e9800998ecf8427e-3\"", 2));
	check(!composite_new("\"d41d8cd98f00b204e9800998ecf8427e-1\"", 0));
	check(!composite_new("\"d41d8cd98f00b204e9800998ecf8427e-2\"", INT64_MAX));
	check(!composite_new("\"d41d8cd98f00b204e9800998ecf8427e-9\"", INT64_MAX - 9));
}

int main(void)
{
	run(proves_what_uploaders_do);
	run(proves_nothing_of_what_is_wrong);
	run(knows_its_form);
	return done();
}
