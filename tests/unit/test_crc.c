/* test_crc.c - published check values, and the definition, bit by bit. */
#include "base/crc.h"

#include "base/attr.h"
#include "dice.h"
#include "tap.h"

static const struct {
	enum crc crc;
	uint64_t poly, ones;
	uint64_t digits, zeros; /* of "123456789", and of 32 bytes 0 */
} kinds[] = {
	{CRC_32, 0xedb88320, UINT32_MAX, 0xcbf43926, 0x190a55ad},
	/* RFC 3720, B.4 */
	{CRC_32C, 0x82f63b78, UINT32_MAX, 0xe3069283, 0x8a9136aa},
	{CRC_64NVME, 0x9a6c9329ac4bc9b5, UINT64_MAX, 0xae8b14860a799888,
		0xcf3473434d4ecf3b},
};

/* One bit after the other. */
static uint64_t slow(size_t kind, uint64_t value, const unsigned char *data, size_t len)
{
	value ^= kinds[kind].ones;
	for (size_t i = 0; i < len; i++) {
		value ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? kinds[kind].poly : 0);
	}
	return value ^ kinds[kind].ones;
}

static void knows_published_values(void)
{
	static const unsigned char zeros[32];

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		check(crc_update(kinds[i].crc, 0, "123456789", 9) == kinds[i].digits);
		check(crc_update(kinds[i].crc, 0, zeros, 32) == kinds[i].zeros);
		check_int(crc_update(kinds[i].crc, 0, "", 0), 0);
	}
}

static void is_what_its_definition_says(void)
{
	unsigned char data[600];
	struct dice dice = {1};

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)dice_below(&dice, 256);
	/* All lengths and alignments around the eight bytes, and every byte by itself. */
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		for (size_t start = 0; start < 9; start++)
			for (size_t len = 0; len < 64; len++)
				check(crc_update(kinds[i].crc, 0, data + start, len) ==
					slow(i, 0, data + start, len));
		check(crc_update(kinds[i].crc, 0, data, sizeof(data)) ==
			slow(i, 0, data, sizeof(data)));
		for (int byte = 0; byte < 256; byte++) {
			unsigned char word[8] = {(unsigned char)byte};

			check(crc_update(kinds[i].crc, 0, word, 8) ==
				slow(i, 0, word, 8));
		}
	}
}

static void goes_on_where_it_was(void)
{
	static const char text[] = "the quick brown fox jumps over the lazy dog";
	size_t len = sizeof(text) - 1;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		uint64_t whole = crc_update(kinds[i].crc, 0, text, len);

		for (size_t cut = 0; cut <= len; cut++) {
			uint64_t value = crc_update(kinds[i].crc, 0, text, cut);

			value = crc_update(kinds[i].crc, value, text + cut, len - cut);
			check(value == whole);
		}
	}
}

int main(void)
{
	run(knows_published_values);
	run(is_what_its_definition_says);
	run(goes_on_where_it_was);
	return done();
}
