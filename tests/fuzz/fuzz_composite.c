/* fuzz_composite.c - store/composite.h. Eight bytes are the size of an object, 36 the end of
 * its ETag; the rest is another object, whose ETag is computed here.
 *
 * Claims: only what has the form of such an ETag is one, whatever the size; an object of as
 * many parts as the first byte says, all as long as they can be, is proven by its ETag, and
 * with one bit changed it is not. */
#include "store/composite.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"

#define DIGITS 32
#define FORM (DIGITS + 8) /* with quotes, dash, and some digits */
#define MD5_LEN 16

static void check_form(int64_t size, const char *etag)
{
	struct composite *composite = composite_new(etag, size);

	if (!composite)
		return;
	must(size > 0 && strlen(etag) >= DIGITS + 4 && etag[0] == '"');
	must(strspn(etag + 1, "0123456789abcdefABCDEF") == DIGITS);
	must(etag[DIGITS + 1] == '-' && etag[strlen(etag) - 1] == '"');
	composite_free(composite);
}

static void md5(unsigned char out[MD5_LEN], const void *data, size_t len)
{
	must(EVP_Digest(data, len, out, NULL, EVP_md5(), NULL) == 1);
}

/* Returns how many parts there are. */
static size_t add_etag(struct buf *etag, const uint8_t *data, size_t len, size_t part)
{
	_cleanup_(buf_release) struct buf sums = BUF_INIT;
	unsigned char sum[MD5_LEN];
	size_t count = 0;

	for (size_t at = 0; at < len; at += part, count++) {
		md5(sum, data + at, len - at < part ? len - at : part);
		buf_add(&sums, sum, MD5_LEN);
	}
	md5(sum, sums.data, sums.len);
	buf_addch(etag, '"');
	for (size_t i = 0; i < MD5_LEN; i++)
		buf_addf(etag, "%02x", sum[i]);
	buf_addf(etag, "-%zu\"", count);
	return count;
}

static bool proves(const char *etag, const uint8_t *data, size_t len, size_t cut)
{
	struct composite *composite = composite_new(etag, (int64_t)len);
	bool proven = false;

	must(composite);
	must(composite_add(composite, data, cut, NULL) == 0);
	must(composite_add(composite, data + cut, len - cut, NULL) == 0);
	must(composite_check(composite, &proven, NULL) == 0);
	composite_free(composite);
	return proven;
}

static void check_object(const uint8_t *data, size_t len, size_t choice)
{
	size_t part = (len + choice % len) / (choice % len + 1);
	_cleanup_(buf_release) struct buf etag = BUF_INIT, other = BUF_INIT;

	/* Where that number of parts could be shorter, they are taken to be. */
	size_t count = add_etag(&etag, data, len, part);

	if ((len + count - 1) / count != part)
		return;
	must(proves(etag.data, data, len, choice % len));
	buf_add(&other, data, len);
	other.data[choice % len] ^= 1;
	must(!proves(etag.data, (const uint8_t *)other.data, len, 0));
}

void fuzz_composite(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	uint64_t size = fuzz_take(&bytes, 8);
	size_t form = bytes.left < FORM ? bytes.left : FORM;
	char *etag _cleanup_(freep) = xstrndup((const char *)bytes.at, form);

	if (len == 0)
		return;
	check_form((int64_t)size, etag);
	bytes.at += form;
	bytes.left -= form;
	if (bytes.left > 0)
		check_object(bytes.at, bytes.left, size & 0xff);
}
