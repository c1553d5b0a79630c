/* s3list.c - see s3list.h. What an element is, is told by its name and that of the one around
 * it, for nothing that matters lies deeper than that. Keys are decoded at the end, since the
 * page may say only behind them that they are encoded. */
#include "input/s3list.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xml.h"

#define DOCUMENT_MAX ((size_t)64 << 20)
#define TEXT_MAX ((size_t)64 << 10)
#define DEPTH_OF_PAGE 1
#define DEPTH_OF_OBJECT 2

enum root { ROOT_NONE, ROOT_LIST, ROOT_ERROR, ROOT_OTHER };

struct page {
	struct s3list *list;
	struct s3list_object *object; /* the one that we are in; NULL: none */
	enum root root;
	size_t depth; /* elements around us */
	bool truncated, encoded, lacks_key;
	char *code, *message; /* of an <Error> */
};

static void replace(char **text, const char *with)
{
	free(*text);
	*text = xstrdup(with);
}

static struct s3list_object *add_object(struct s3list *list)
{
	size_t count = list->count;

	if ((count & (count - 1)) == 0)
		list->objects = xreallocarray(
			list->objects, count ? 2 * count : 1, sizeof(*list->objects));
	list->objects[count] = (struct s3list_object){.size = -1};
	list->count++;
	return &list->objects[count];
}

static void on_start(void *context, const char *ns _unused_, const char *name,
	const struct xml_attributes *attributes _unused_)
{
	struct page *page = context;

	if (page->depth == 0)
		page->root = strcmp(name, "ListBucketResult") == 0 ? ROOT_LIST
			     : strcmp(name, "Error") == 0          ? ROOT_ERROR
								   : ROOT_OTHER;
	else if (page->root == ROOT_LIST && page->depth == DEPTH_OF_PAGE &&
		 strcmp(name, "Contents") == 0)
		page->object = add_object(page->list);
	page->depth++;
}

static void end_in_object(struct page *page, const char *name, const char *text)
{
	struct s3list_object *object = page->object;

	if (strcmp(name, "Key") == 0)
		replace(&object->key, text);
	else if (strcmp(name, "Size") == 0 &&
		 units_parse_count(text, &object->size) < 0)
		object->size = -1;
}

static void end_in_list(struct page *page, const char *name, const char *text)
{
	if (page->object) {
		page->lacks_key |= !page->object->key;
		page->object = NULL;
	} else if (strcmp(name, "IsTruncated") == 0) {
		page->truncated = strcmp(text, "true") == 0;
	} else if (strcmp(name, "NextContinuationToken") == 0) {
		replace(&page->list->token, text);
	} else if (strcmp(name, "EncodingType") == 0) {
		page->encoded = strcmp(text, "url") == 0;
	}
}

static void end_in_error(struct page *page, const char *name, const char *text)
{
	if (strcmp(name, "Code") == 0)
		replace(&page->code, text);
	else if (strcmp(name, "Message") == 0)
		replace(&page->message, text);
}

static void on_end(void *context, const char *ns _unused_, const char *name,
	const char *text, size_t len _unused_)
{
	struct page *page = context;

	page->depth--;
	if (page->depth == DEPTH_OF_OBJECT && page->object)
		end_in_object(page, name, text);
	else if (page->depth == DEPTH_OF_PAGE && page->root == ROOT_LIST)
		end_in_list(page, name, text);
	else if (page->depth == DEPTH_OF_PAGE && page->root == ROOT_ERROR)
		end_in_error(page, name, text);
}

/* In place; -1, and nothing is changed, when it is not so encoded or has a NUL in it. */
static int decode(char *key)
{
	size_t len = strlen(key);
	char *to = key;

	for (const char *c = key; *c; c++)
		if (*c == '%' && hex_escape(c, len - (size_t)(c - key)) <= 0)
			return -1;
	for (const char *c = key; *c; c++) {
		if (*c == '%') {
			*to++ = (char)hex_escape(c, 3);
			c += 2;
		} else {
			*to++ = *c == '+' ? ' ' : *c;
		}
	}
	*to = '\0';
	return 0;
}

/* Text of the store's, as an error may have it. */
static char *printable(const char *text)
{
	struct buf out = BUF_INIT;

	text_add_printable(&out, text, strlen(text));
	return buf_detach(&out);
}

static int refuse_page(const struct page *page, struct error *err)
{
	_cleanup_(freep) char *code = NULL, *message = NULL;

	if (page->root != ROOT_ERROR)
		return error_set(
			err, KIND_PROTOCOL, 0, "the answer is no listing of a bucket");
	code = printable(page->code ? page->code : "an error");
	message = printable(page->message ? page->message : "no message");
	return error_set(
		err, KIND_PROTOCOL, 0, "the listing failed: %s: %s", code, message);
}

static int finish_page(struct page *page, struct error *err)
{
	struct s3list *list = page->list;

	if (page->root != ROOT_LIST)
		return refuse_page(page, err);
	if (page->lacks_key)
		return error_set(err, KIND_PROTOCOL, 0,
			"the listing has an object without a key");
	if (page->truncated && (!list->token || !*list->token))
		return error_set(err, KIND_PROTOCOL, 0,
			"the listing says that there is more, but not where");
	if (!page->truncated) {
		free(list->token);
		list->token = NULL;
	}
	for (size_t i = 0; page->encoded && i < list->count; i++)
		list->objects[i].is_bad = decode(list->objects[i].key) < 0;
	return 0;
}

static int read_page(struct page *page, const char *body, size_t len, struct error *err)
{
	static const struct xml_handler handler = {.start = on_start, .end = on_end};
	static const struct xml_limits limits = {
		.document = DOCUMENT_MAX, .text = TEXT_MAX};
	struct xml *xml;
	int rc;

	if (len > DOCUMENT_MAX)
		return error_set(
			err, KIND_TOO_LARGE, 0, "a page of the listing is over 64 MiB");
	xml = xml_new(&handler, page, &limits, KIND_PROTOCOL, "the listing");
	rc = xml_feed(xml, body, len, true, err);
	xml_free(xml);
	return rc < 0 ? -1 : finish_page(page, err);
}

struct s3list *s3list_parse(const char *body, size_t len, struct error *err)
{
	struct page page = {.list = xcalloc(1, sizeof(struct s3list))};

	if (read_page(&page, body, len, err) < 0) {
		s3list_free(page.list);
		page.list = NULL;
	}
	free(page.code);
	free(page.message);
	return page.list;
}

void s3list_free(struct s3list *list)
{
	if (!list)
		return;
	for (size_t i = 0; i < list->count; i++)
		free(list->objects[i].key);
	free(list->objects);
	free(list->token);
	free(list);
}
