#include "net/answer.h"

#include <stdlib.h>

#include "net/httpdate.h"

static enum answer changed(struct error *err)
{
	error_set(err, KIND_CHANGED, 0, "the file at the server is another one now");
	return ANSWER_WRONG;
}

/* Of a small file that is asked for the first time, only the size matters: nothing will ever be
 * added to it. */
static void describe(const struct response *response, const struct attempt *attempt,
	int64_t size, struct version *version)
{
	if (size < 0 || size > SMALL_FILE || version_pin(&attempt->version))
		response_version(response, version);
	version->size = size;
}

/* Does a Content-Range tell that these are not all bytes of the file? With 200 it has no meaning
 * (RFC 9110, 14.4), but a server that has been asked for a range may have sent just that, and the
 * wrong status. */
static bool is_called_part(const struct response *response)
{
	const struct content_range *said = &response->range;

	return response->has_range && !response->bad_range && said->range.first >= 0 &&
	       (said->range.first > 0 || said->range.last + 1 != said->total);
}

/* 200: all of it. Where a state of the file was asked for by If-Range, that is gone. Where a range
 * was asked for of a file that is known, without If-Range, this server knows no ranges. */
static enum answer judge_whole(const struct response *response,
	const struct attempt *attempt, bool decoded, struct version *version,
	struct head *head, struct error *err)
{
	if (attempt->ranged && version_pin(&attempt->version))
		return changed(err);
	if (attempt->ranged && attempt->version.size >= 0) {
		error_set(err, KIND_RANGE, 0,
			"HTTP %ld with the whole file, to a range of it",
			response->status);
		return ANSWER_WRONG;
	}
	if (attempt->ranged && is_called_part(response)) {
		error_set(err, KIND_RANGE, 0, "HTTP %ld with a part of the file",
			response->status);
		return ANSWER_WRONG;
	}
	describe(response, attempt,
		!decoded && !response->chunked ? response->length : -1, version);
	if (decoded) { /* it is of other bytes */
		free(version->digest);
		version->digest = NULL;
	}
	head->last = version->size >= 0 ? version->size - 1 : RANGE_OPEN;
	head->ranges = response->accepts_ranges && !attempt->ranged && !decoded &&
		       response->status == 200;
	return ANSWER_FILE;
}

/* Of what an earlier run has left the date is known as a text only. */
static bool is_state_wanted(
	const struct version *version, const struct attempt *attempt)
{
	struct version wanted = attempt->version;

	/* A server that had it would say so in a 206, too (RFC 9110, 15.3.7): one that does not may
	 * have passed over what it was asked. */
	if (wanted.etag && !version->etag && !wanted.digest &&
		!entry_is_proven(attempt->entry))
		return false;
	if (wanted.mtime < 0 && wanted.modified)
		wanted.mtime = httpdate_parse(wanted.modified);
	return version_agrees(version, &wanted);
}

/* 206. An answer may leave the file's size open ("*"), but not one that is the first to tell: all
 * that was asked for could be all of the file, or only its beginning. */
static enum answer judge_range(const struct response *response,
	const struct attempt *attempt, struct version *version, struct head *head,
	struct error *err)
{
	int64_t length = response->chunked ? -1 : response->length;
	int64_t size = attempt->version.size;

	if (response->bad_range || !response->has_range || response->encoded) {
		error_set(err, KIND_RANGE, 0, "206 Partial Content %s",
			response->encoded ? "with a Content-Encoding"
					  : "without a proper Content-Range");
		return ANSWER_WRONG;
	}
	switch (range_check(attempt->asked, size, &response->range, length, err)) {
	case RANGE_AS_ASKED:
		break;
	case RANGE_WRONG_TOTAL:
		return changed(err);
	default:
		return ANSWER_WRONG;
	}
	if (size < 0)
		size = response->range.total;
	if (size < 0) {
		error_set(err, KIND_RANGE, 0,
			"206 Partial Content without the size of the file");
		return ANSWER_WRONG;
	}
	describe(response, attempt, size, version);
	head->last = response->range.range.last;
	head->ranges = true;
	return is_state_wanted(version, attempt) ? ANSWER_FILE : changed(err);
}

/* 416. To a range from 0 it means that there is not one byte, if it says so: a server may also
 * be one that wants no ranges. */
static enum answer judge_beyond(const struct response *response,
	const struct attempt *attempt, struct error *err)
{
	bool said = response->has_range && !response->bad_range &&
		    response->range.range.first < 0;

	if (version_pin(&attempt->version))
		return changed(err);
	if (said && response->range.total == 0 && attempt->asked.first == 0)
		return ANSWER_EMPTY;
	error_set(err, KIND_RANGE, 0,
		"416 Range Not Satisfiable, although there may be such a range");
	return ANSWER_WRONG;
}

enum answer answer_judge(const struct response *response, const struct attempt *attempt,
	bool decoded, struct version *version, struct head *head, struct error *err)
{
	*version = (struct version)VERSION_UNKNOWN;
	*head = (struct head){.version = version};
	if (response_is_file(response))
		return judge_whole(response, attempt, decoded, version, head, err);
	if (response->status == 206 && attempt->ranged)
		return judge_range(response, attempt, version, head, err);
	if (response->status == 412 && attempt->ranged &&
		version_pin(&attempt->version))
		return changed(err);
	if (response->status == 416 && attempt->ranged)
		return judge_beyond(response, attempt, err);
	return ANSWER_OTHER;
}
