#include "net/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

void secret_free(char *text)
{
	if (text)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
}

void secret_release(struct buf *buf)
{
	if (buf->cap > 0)
		OPENSSL_cleanse(buf->data, buf->cap);
	buf_release(buf);
}

/* One byte more than there may be tells that there are too many. Returns 0 or an errno. */
static int read_all(int fd, struct buf *out, size_t max)
{
	ssize_t got;

	buf_reserve(out, max + 1);
	do {
		got = read(fd, out->data + out->len, max + 1 - out->len);
		if (got < 0 && errno != EINTR)
			return errno;
		out->len += got > 0 ? (size_t)got : 0;
	} while (got != 0 && out->len <= max);
	out->data[out->len] = '\0';
	return out->len > max ? EFBIG : 0;
}

int secret_read(struct buf *out, const char *path, size_t max, const char *what,
	enum kind kind, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int errnum = fd < 0 ? errno : read_all(fd, out, max);

	if (fd >= 0)
		close(fd);
	if (errnum)
		return error_errno(err, kind, errnum, "%s %s", what, path);
	return 0;
}

bool secret_is_plain(const char *text)
{
	const char *at = text;

	while (*at > ' ' && *at < 0x7f)
		at++;
	return at > text && !*at;
}
