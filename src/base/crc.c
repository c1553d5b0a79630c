/* crc.c - see crc.h. Eight bytes at a time ("slicing by 8").
 *
 * All three are reflected: the remainder moves right, and one of 32 bits is one of 64 whose
 * upper half stays 0. So one loop serves them all, with eight tables each: number n holds
 * what a byte comes to when n further bytes follow it. Such a table is linear: its entry for
 * a byte is the exclusive or of its entries for the byte's bits, and those are the polynomial
 * after 8 n steps and up to 7 more. The compiler works all of it out from the polynomial, so
 * the tables are constants without a column of numbers. */
#include "base/crc.h"

#include <endian.h>
#include <string.h>

/* Reflected polynomials, as the enumerators <name>_0 that begin the chains. */
#define STEP(from, poly) ((from) >> 1 ^ ((from)&1 ? (poly) : 0))

/* clang-format off */
#define LINK(name, from, to) name##_##to = STEP(name##_##from, name##_0)
#define LINKS(name)                                                                    \
	LINK(name, 0, 1), LINK(name, 1, 2), LINK(name, 2, 3), LINK(name, 3, 4), \
	LINK(name, 4, 5), LINK(name, 5, 6), LINK(name, 6, 7), LINK(name, 7, 8), \
	LINK(name, 8, 9), LINK(name, 9, 10), LINK(name, 10, 11), LINK(name, 11, 12), \
	LINK(name, 12, 13), LINK(name, 13, 14), LINK(name, 14, 15), LINK(name, 15, 16), \
	LINK(name, 16, 17), LINK(name, 17, 18), LINK(name, 18, 19), LINK(name, 19, 20), \
	LINK(name, 20, 21), LINK(name, 21, 22), LINK(name, 22, 23), LINK(name, 23, 24), \
	LINK(name, 24, 25), LINK(name, 25, 26), LINK(name, 26, 27), LINK(name, 27, 28), \
	LINK(name, 28, 29), LINK(name, 29, 30), LINK(name, 30, 31), LINK(name, 31, 32), \
	LINK(name, 32, 33), LINK(name, 33, 34), LINK(name, 34, 35), LINK(name, 35, 36), \
	LINK(name, 36, 37), LINK(name, 37, 38), LINK(name, 38, 39), LINK(name, 39, 40), \
	LINK(name, 40, 41), LINK(name, 41, 42), LINK(name, 42, 43), LINK(name, 43, 44), \
	LINK(name, 44, 45), LINK(name, 45, 46), LINK(name, 46, 47), LINK(name, 47, 48), \
	LINK(name, 48, 49), LINK(name, 49, 50), LINK(name, 50, 51), LINK(name, 51, 52), \
	LINK(name, 52, 53), LINK(name, 53, 54), LINK(name, 54, 55), LINK(name, 55, 56), \
	LINK(name, 56, 57), LINK(name, 57, 58), LINK(name, 58, 59), LINK(name, 59, 60), \
	LINK(name, 60, 61), LINK(name, 61, 62), LINK(name, 62, 63)

enum { CASTAGNOLI_0 = UINT64_C(0x82f63b78), LINKS(CASTAGNOLI) };
enum { ISO_0 = UINT64_C(0xedb88320), LINKS(ISO) };
enum { NVME_0 = UINT64_C(0x9a6c9329ac4bc9b5), LINKS(NVME) };

/* A byte's highest bit is the first to be stepped over. */
#define ENTRY(n, x, a, b, c, d, e, f, g, h) (uint64_t)(                                \
	((x)&128 ? n##_##a : 0) ^ ((x)&64 ? n##_##b : 0) ^                             \
	((x)&32 ? n##_##c : 0) ^ ((x)&16 ? n##_##d : 0) ^                              \
	((x)&8 ? n##_##e : 0) ^ ((x)&4 ? n##_##f : 0) ^                                \
	((x)&2 ? n##_##g : 0) ^ ((x)&1 ? n##_##h : 0))
#define ENTRIES_4(n, x, ...)                                                           \
	ENTRY(n, x, __VA_ARGS__), ENTRY(n, (x) + 1, __VA_ARGS__),                      \
	ENTRY(n, (x) + 2, __VA_ARGS__), ENTRY(n, (x) + 3, __VA_ARGS__)
#define ENTRIES_16(n, x, ...)                                                          \
	ENTRIES_4(n, x, __VA_ARGS__), ENTRIES_4(n, (x) + 4, __VA_ARGS__),              \
	ENTRIES_4(n, (x) + 8, __VA_ARGS__), ENTRIES_4(n, (x) + 12, __VA_ARGS__)
#define ENTRIES_64(n, x, ...)                                                          \
	ENTRIES_16(n, x, __VA_ARGS__), ENTRIES_16(n, (x) + 16, __VA_ARGS__),           \
	ENTRIES_16(n, (x) + 32, __VA_ARGS__), ENTRIES_16(n, (x) + 48, __VA_ARGS__)
#define TABLE(n, ...) {                                                                \
	ENTRIES_64(n, 0, __VA_ARGS__), ENTRIES_64(n, 64, __VA_ARGS__),                 \
	ENTRIES_64(n, 128, __VA_ARGS__), ENTRIES_64(n, 192, __VA_ARGS__) }
#define TABLES(n) {                                                                    \
	TABLE(n, 0, 1, 2, 3, 4, 5, 6, 7), \
	TABLE(n, 8, 9, 10, 11, 12, 13, 14, 15), \
	TABLE(n, 16, 17, 18, 19, 20, 21, 22, 23), \
	TABLE(n, 24, 25, 26, 27, 28, 29, 30, 31), \
	TABLE(n, 32, 33, 34, 35, 36, 37, 38, 39), \
	TABLE(n, 40, 41, 42, 43, 44, 45, 46, 47), \
	TABLE(n, 48, 49, 50, 51, 52, 53, 54, 55), \
	TABLE(n, 56, 57, 58, 59, 60, 61, 62, 63) }
/* clang-format on */

static const struct {
	uint64_t ones; /* as wide as the value: begins inverted, ends inverted */
	uint64_t tables[8][256];
} kinds[] = {
	[CRC_32] = {UINT32_MAX, TABLES(ISO)},
	[CRC_32C] = {UINT32_MAX, TABLES(CASTAGNOLI)},
	[CRC_64NVME] = {UINT64_MAX, TABLES(NVME)},
};

uint64_t crc_update(enum crc crc, uint64_t value, const void *data, size_t len)
{
	const uint64_t(*const table)[256] = kinds[crc].tables;
	const unsigned char *at = data;
	uint64_t word;

	value ^= kinds[crc].ones;
	for (; len >= 8; len -= 8, at += 8) {
		memcpy(&word, at, 8);
		word = le64toh(word) ^ value;
		value = table[7][word & 0xff] ^ table[6][word >> 8 & 0xff] ^
			table[5][word >> 16 & 0xff] ^ table[4][word >> 24 & 0xff] ^
			table[3][word >> 32 & 0xff] ^ table[2][word >> 40 & 0xff] ^
			table[1][word >> 48 & 0xff] ^ table[0][word >> 56];
	}
	for (; len > 0; len--)
		value = value >> 8 ^ table[0][(value ^ *at++) & 0xff];
	return value ^ kinds[crc].ones;
}
