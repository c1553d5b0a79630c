/* gzip.h - gzip streams without a compressor: stored blocks for any bytes, and the
 * two-symbol stream that turns a run of zeros into a bomb. RFC 1951, RFC 1952. Pure. */
#ifndef ORIGIN_GZIP_H
#define ORIGIN_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Append a gzip member that holds the data as it is. */
void gzip_store(struct buf *out, const void *data, size_t len);

/* Append a gzip member that unpacks to `len` zeros, about 160 times smaller than that.
 */
void gzip_zeros(struct buf *out, int64_t len);

#endif
