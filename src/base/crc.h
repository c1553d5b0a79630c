/* crc.h - cyclic redundancy checks that object stores announce: CRC-32 (zlib's, ISO-HDLC),
 * CRC-32C (Castagnoli, RFC 9260 appendix B) and CRC-64/NVME.
 *
 * They tell damage, not malice: anybody can make other bytes with the same value. Pure; any
 * thread. */
#ifndef SEINE_BASE_CRC_H
#define SEINE_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

enum crc { CRC_32, CRC_32C, CRC_64NVME };

/* The value after `len` more bytes. `value` is that of the bytes before; of none it is 0. The
 * 32-bit ones leave the upper half 0. */
uint64_t crc_update(enum crc crc, uint64_t value, const void *data, size_t len);

#endif
