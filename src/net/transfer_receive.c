/* What libcurl brings of the answer: head and body.
 *
 * The body of a file is judged when its first bytes come, for then all of the head is known; it
 * goes on to net/body. That of an error answer is read to its end (so that the connection can be
 * used again) unless it is long. */
#include "net/answer.h"
#include "net/transfer_parts.h"

#define DOCUMENT_MAX ((size_t)64 * 1024 * 1024)
#define ERROR_BODY_MAX (256 * 1024) /* of an answer that is thrown away anyway */
#define THERE_BODY_MAX (64 * 1024)  /* ... of a file that is there already */

bool transfer_is_file(const struct transfer *t)
{
	return response_is_file(&t->response) ||
	       (t->response.status == 206 && t->attempt->ranged);
}

bool transfer_is_decoded(const struct transfer *t)
{
	return t->net->settings->compressed && t->response.encoded;
}

/* What the server announces of the file's very bytes, if anything. Decoding makes others of
 * them, and statuses looser than 200 may be of somebody else's making. */
static const struct announcement *announced_digest(struct transfer *t, bool whole)
{
	const struct announcement *best;
	long status = t->response.status;

	if (t->response.deaf || (status != 200 && status != 206) ||
		transfer_is_decoded(t))
		return NULL;
	best = announced_best(&t->response.announced,
		whole ? ANNOUNCED_CONTENT | ANNOUNCED_WHOLE : ANNOUNCED_WHOLE);
	if ((!best || best->sum.alg < DIGEST_MD5) && transfer_is_plain_object(t) &&
		announced_by_etag(&t->etag, t->response.etag))
		return &t->etag;
	return best;
}

int transfer_check_size(struct transfer *t, int64_t size)
{
	int64_t max = t->net->settings->max_size, want = t->attempt->entry->size;
	const struct pieces *pieces = t->attempt->entry->pieces;

	/* Documents have a limit of their own. */
	if (max > 0 && size > max && !t->is_document)
		return error_set(&t->stop, KIND_TOO_LARGE, 0,
			"%lld bytes, over --max-size", (long long)size);
	if (want >= 0 && size >= 0 && size != want)
		return error_set(&t->stop, KIND_WRONG_SIZE, 0,
			"%lld bytes, not size=%lld", (long long)size, (long long)want);
	if (pieces && size >= 0 && !pieces_fit(pieces, size))
		return error_set(&t->stop, KIND_WRONG_SIZE, 0,
			"%lld bytes, not %zu pieces of %lld", (long long)size,
			pieces->count, (long long)pieces->length);
	return 0;
}

/* The answer is one of the file: what does it bring? All that follows depends on it. */
static int judge_answer(struct transfer *t, struct head *head)
{
	switch (answer_judge(&t->response, t->attempt, transfer_is_decoded(t),
		&t->found, head, &t->stop)) {
	case ANSWER_FILE:
		return transfer_check_size(t, t->found.size);
	case ANSWER_WRONG:
		return -1;
	default:
		return error_set(&t->stop, KIND_INTERNAL, 0, "not an answer");
	}
}

static void tell_head(struct transfer *t, struct head *head)
{
	if (!t->head || (t->found.size >= 0 && t->found.size <= SMALL_FILE))
		return;
	/* Later answers tell of the same mirrors. */
	if (t->attempt->first_word) {
		head->mirrors = transfer_hear_mirrors(t);
		head->from_public = transfer_is_from_public(t);
	}
	t->head(t->head_context, t->attempt, head);
}

/* The body is the file's, or, unless it is `whole`, some of it. */
static int begin_file(struct transfer *t, struct head *head, bool whole)
{
	struct part_facts facts = {.version = &t->found};
	const struct announcement *announced = announced_digest(t, whole);

	facts.resumable = head->ranges && (version_pin(&t->found) || t->found.digest ||
						  t->attempt->entry->pieces);
	if (!t->response.deaf && transfer_is_plain_object(t))
		facts.etag = t->response.etag;
	if (announced) {
		facts.announced = &announced->sum;
		facts.by = announced->by;
	}
	if (body_begin(&t->body, t->attempt, whole, &facts, &t->stop) != 0)
		return -1;
	tell_head(t, head);
	return 0;
}

int transfer_begin_body(struct transfer *t)
{
	struct head head;
	bool whole;

	t->body_begun = true;
	t->is_document = transfer_has_document(t);
	if (judge_answer(t, &head) != 0)
		return -1;
	/* Ranges are of the bytes as stored, which --compressed may not get. */
	head.ranges &= !t->net->settings->compressed;
	t->brings = (struct range){t->attempt->asked.first, head.last};
	whole = t->brings.first == 0 &&
		(t->found.size < 0 || head.last == t->found.size - 1);
	atomic_store_explicit(&t->attempt->expected,
		head.last == RANGE_OPEN ? -1 : range_length(t->brings),
		memory_order_relaxed);
	if (t->is_document)
		return whole ? 0
			     : error_set(&t->stop, KIND_RANGE, 0,
				       "a document of which only the beginning came");
	if (transfer_hear_name(t) != 0)
		return -1;
	return t->there ? 0 : begin_file(t, &head, whole);
}

int64_t transfer_bytes_wanted(const struct transfer *t)
{
	int64_t last = atomic_load_explicit(&t->attempt->last, memory_order_relaxed);

	if (last > t->brings.last)
		last = t->brings.last;
	return last - t->brings.first + 1 - t->received;
}

/* The file is there. Cutting its body short costs the connection; what is known to be long is not
 * even begun. */
static int pass_over(struct transfer *t, size_t len)
{
	t->received += (int64_t)len;
	return t->response.length <= THERE_BODY_MAX && t->received <= THERE_BODY_MAX
		       ? 0
		       : -1;
}

/* Takes what is wanted of the bytes. -1 when it is to end here, for a reason or as cut. */
static int add_to_file(struct transfer *t, const char *data, size_t len)
{
	int64_t wanted, max = t->net->settings->max_size;

	if (!t->body_begun && transfer_begin_body(t) != 0)
		return -1;
	if (transfer_cancelled(t))
		return -1;
	if (t->there)
		return pass_over(t, len);
	wanted = transfer_bytes_wanted(t);
	if (wanted < 0)
		wanted = 0;
	t->cut = (int64_t)len > wanted;
	if (t->cut && t->received + wanted == range_length(t->brings))
		return error_set(
			&t->stop, KIND_RANGE, 0, "more bytes than were announced");
	if (t->cut)
		len = (size_t)wanted;
	t->received += (int64_t)len;
	atomic_store_explicit(&t->attempt->received, t->received, memory_order_relaxed);
	if (t->is_document)
		return transfer_put_aside(t, data, len, DOCUMENT_MAX);
	if (max > 0 && t->received > max)
		return error_set(&t->stop, KIND_TOO_LARGE, 0, "over --max-size");
	if (len > 0 && body_add(&t->body, data, len, &t->stop) != 0)
		return -1;
	return t->cut ? -1 : 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	size_t len = size * count;
	enum grant grant = transfer_ask_turn(t, (int64_t)len);

	if (grant != GRANT_NOW)
		return grant == GRANT_LATER ? CURL_WRITEFUNC_PAUSE
					    : CURL_WRITEFUNC_ERROR;
	if (transfer_is_file(t))
		return add_to_file(t, data, len) == 0 ? len : CURL_WRITEFUNC_ERROR;
	t->received += (int64_t)len;
	if (t->attempt->bucket)
		transfer_put_error(t, data, len);
	/* Not kept. Cutting a long one short costs the connection, not the outcome. */
	return t->received <= ERROR_BODY_MAX ? len : CURL_WRITEFUNC_ERROR;
}

static size_t on_head(char *line, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	size_t len = size * count;

	if (response_line(&t->response, line, len, &t->stop) != 0)
		return 0;
	if (t->response.complete)
		t->mark = clock_now(); /* the wait for it was no stall */
	return len;
}

CURLcode transfer_hear_answer(struct transfer *t)
{
	CURLcode code = curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);

	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_head);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	return code;
}
