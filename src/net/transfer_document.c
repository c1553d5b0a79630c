/* Answers that are read, not kept: a page of a bucket's listing, a Metalink. They are whole in
 * memory, so that what cannot be one is refused by its length. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "net/net.h"
#include "net/transfer_parts.h"

#define ERROR_MAX ((size_t)64 * 1024)

/* RFC 5854, 7.1, and what Metalink 3 is sent as. */
static bool is_metalink(CURL *easy)
{
	static const char *const types[] = {
		"application/metalink4+xml", "application/metalink+xml"};
	char *type = NULL;
	size_t len;

	if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK || !type)
		return false;
	len = strcspn(type, "; \t");
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (len == strlen(types[i]) && strncasecmp(type, types[i], len) == 0)
			return true;
	return false;
}

bool transfer_has_document(const struct transfer *t)
{
	const struct entry *entry = t->attempt->entry;

	return entry->document || (entry->reader && is_metalink(t->easy));
}

int transfer_put_aside(struct transfer *t, const char *data, size_t len, size_t max)
{
	if (len > max - t->aside.len)
		return error_set(&t->stop, KIND_TOO_LARGE, 0,
			"over %zu MiB, which no such document should have", max >> 20);
	buf_add(&t->aside, data, len);
	return 0;
}

int transfer_finish_document(struct transfer *t, struct outcome *outcome)
{
	struct proofs proofs = PROOFS_INIT;
	int failed =
		proofs_begin(&proofs, t->attempt->entry, NULL, NULL, false, &t->stop);

	if (!failed)
		failed = proofs_add(&proofs, t->aside.data, t->aside.len, &t->stop);
	if (!failed)
		failed = proofs_check(&proofs, outcome, &t->stop);
	proofs_release(&proofs);
	if (failed)
		return -1;
	outcome->type = OUTCOME_DOCUMENT;
	outcome->from_public = transfer_is_from_public(t);
	outcome->document = xmalloc(sizeof(*outcome->document));
	*outcome->document = t->aside;
	buf_init(&t->aside);
	return 0;
}

/* With keys of its own, or of the customer's, the store's ETag is of the encrypted bytes. */
bool transfer_is_plain_object(const struct transfer *t)
{
	struct curl_header *how = NULL;

	if (!t->attempt->bucket)
		return false;
	if (curl_easy_header(t->easy, "x-amz-server-side-encryption", 0, CURLH_HEADER,
		    -1, &how) == CURLHE_OK &&
		strcmp(how->value, "AES256") != 0)
		return false;
	return curl_easy_header(t->easy,
		       "x-amz-server-side-encryption-customer-algorithm", 0,
		       CURLH_HEADER, -1, &how) != CURLHE_OK;
}

void transfer_put_error(struct transfer *t, const char *data, size_t len)
{
	size_t room = ERROR_MAX - t->aside.len;

	buf_add(&t->aside, data, len < room ? len : room);
}

void transfer_judge_bucket(struct transfer *t, struct outcome *outcome)
{
	struct curl_header *region = NULL;

	if (curl_easy_header(t->easy, "x-amz-bucket-region", 0, CURLH_HEADER, -1,
		    &region) != CURLHE_OK)
		region = NULL;
	s3_judge(t->net->s3, t->attempt, t->dress.signer, &t->aside,
		region ? region->value : NULL, outcome);
}
