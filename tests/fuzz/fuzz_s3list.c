/* fuzz_s3list.c - input/s3list.h. The bytes are a page of a listing; and its lines are the keys
 * of another one, which is written here as a store does.
 *
 * Claims: what is read has a key for each object, no size below none, and a token only where
 * it says something; a page or an error comes of it, never both; of the page that was
 * written the same keys and sizes come. */
#include "input/s3list.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define KEYS_MAX 32

static void check_page(const struct s3list *list)
{
	for (size_t i = 0; i < list->count; i++)
		must(list->objects[i].key && list->objects[i].size >= -1);
	must(!list->token || list->token[0]);
}

static void check_any(const char *body, size_t len)
{
	struct error err = {.kind = KIND_NONE};
	struct s3list *list = s3list_parse(body, len, &err);

	must(list ? err.kind == KIND_NONE
		  : err.kind == KIND_PROTOCOL || err.kind == KIND_TOO_LARGE ||
				err.kind == KIND_HTTP || err.kind == KIND_CREDENTIALS);
	must(list || (err.text[0] && fuzz_is_clean(err.text, strlen(err.text))));
	if (list)
		check_page(list);
	s3list_free(list);
}

/* As encoding-type=url has it: a space is "+". */
static void add_key(struct buf *page, const char *key)
{
	for (; *key; key++) {
		unsigned char c = (unsigned char)*key;

		if (c == ' ')
			buf_addch(page, '+');
		else if (c > ' ' && c < 0x7f && !strchr("+%<>&\"'", c))
			buf_addch(page, (char)c);
		else
			buf_addf(page, "%%%02X", (unsigned)c);
	}
}

static size_t write_page(struct buf *page, struct fuzz_bytes bytes, char **keys)
{
	size_t count = 0;

	buf_addstr(page, "<ListBucketResult><EncodingType>url</EncodingType>");
	while (bytes.left > 0 && count < KEYS_MAX) {
		char *key = fuzz_take_line(&bytes);

		if (*key) {
			buf_addstr(page, "<Contents><Key>");
			add_key(page, key);
			buf_addf(
				page, "</Key><Size>%zu</Size></Contents>", strlen(key));
			keys[count++] = key;
		} else {
			free(key);
		}
	}
	buf_addstr(page, "<IsTruncated>false</IsTruncated></ListBucketResult>");
	return count;
}

static void check_written(struct fuzz_bytes bytes)
{
	_cleanup_(buf_release) struct buf page = BUF_INIT;
	char *keys[KEYS_MAX];
	size_t count = write_page(&page, bytes, keys);
	struct s3list *list = s3list_parse(page.data, page.len, NULL);

	must(list && list->count == count && !list->token);
	for (size_t i = 0; i < count; i++) {
		must(!list->objects[i].is_bad);
		must(strcmp(list->objects[i].key, keys[i]) == 0);
		must(list->objects[i].size == (int64_t)strlen(keys[i]));
		free(keys[i]);
	}
	s3list_free(list);
}

void fuzz_s3list(const uint8_t *data, size_t len)
{
	check_any(len > 0 ? (const char *)data : "", len);
	check_written((struct fuzz_bytes){.at = data, .left = len});
}
