/* gzip.c - see gzip.h.
 *
 * Zeros are one block with the fixed codes: a literal 0, then copies of 258 bytes from
 * one byte back, at 13 bits each. */
#include "gzip.h"

#define STORED_MAX 65535
#define COPY_MAX 258

static const unsigned char member_head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};

static uint32_t crc_byte(uint32_t crc, unsigned char byte)
{
	crc ^= byte;
	for (int bit = 0; bit < 8; bit++)
		crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
	return crc;
}

static void make_table(uint32_t table[256])
{
	for (unsigned i = 0; i < 256; i++)
		table[i] = crc_byte(i, 0);
}

static void add_le(struct buf *out, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_addch(out, (char)(value >> (8 * i)));
}

void gzip_store(struct buf *out, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint32_t table[256], crc = 0xFFFFFFFFu;
	size_t at = 0;

	make_table(table);
	for (size_t i = 0; i < len; i++)
		crc = table[(crc ^ bytes[i]) & 0xFF] ^ (crc >> 8);
	buf_add(out, member_head, sizeof(member_head));
	do {
		size_t n = len - at > STORED_MAX ? STORED_MAX : len - at;

		buf_addch(out, at + n == len); /* the last block says so */
		add_le(out, (uint32_t)n, 2);
		add_le(out, ~(uint32_t)n, 2);
		if (n > 0)
			buf_add(out, bytes + at, n);
		at += n;
	} while (at < len);
	add_le(out, ~crc, 4);
	add_le(out, (uint32_t)len, 4);
}

struct bits {
	struct buf *out;
	uint32_t pending;
	int count;
};

/* Add `count` bits, the lowest first. */
static void add_bits(struct bits *bits, uint32_t value, int count)
{
	bits->pending |= value << bits->count;
	for (bits->count += count; bits->count >= 8; bits->count -= 8) {
		buf_addch(bits->out, (char)bits->pending);
		bits->pending >>= 8;
	}
}

/* Add a Huffman code: these go in with the highest bit first. */
static void add_code(struct bits *bits, uint32_t code, int count)
{
	while (count-- > 0)
		add_bits(bits, (code >> count) & 1, 1);
}

static void add_literal_zero(struct bits *bits)
{
	add_code(bits, 0x30, 8);
}

void gzip_zeros(struct buf *out, int64_t len)
{
	uint32_t table[256], crc = 0xFFFFFFFFu;
	struct bits bits = {.out = out};
	int64_t left = len;

	make_table(table);
	for (int64_t i = 0; i < len; i++)
		crc = table[crc & 0xFF] ^ (crc >> 8);
	buf_add(out, member_head, sizeof(member_head));
	add_bits(&bits, 3, 3); /* last block, fixed codes */
	if (left > 0) {
		add_literal_zero(&bits);
		left--;
	}
	for (; left >= COPY_MAX; left -= COPY_MAX) {
		add_code(&bits, 0xC5, 8); /* length symbol 285: 258 bytes */
		add_code(&bits, 0, 5);    /* distance symbol 0: one byte back */
	}
	for (; left > 0; left--)
		add_literal_zero(&bits);
	add_code(&bits, 0, 7); /* end of block */
	if (bits.count > 0)
		add_bits(&bits, 0, 8 - bits.count);
	add_le(out, ~crc, 4);
	add_le(out, (uint32_t)len, 4);
}
