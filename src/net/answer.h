/* answer.h - what the head of a response means for the attempt that asked: is its body the file,
 * or the range of it that was wanted, and of the state that was wanted?
 *
 * libcurl checks none of this. RFC 9110 sections 14 and 15.3.7. Pure. Internal to net/. */
#ifndef SEINE_NET_ANSWER_H
#define SEINE_NET_ANSWER_H

#include "core/entry.h"
#include "net/response.h"

enum answer {
	ANSWER_FILE, /* the body is of the file, as *head says */
	ANSWER_EMPTY, /* the file has no bytes (416 to a range from 0); the body is not of it */
	ANSWER_OTHER, /* a redirect, an error status: not the file */
	ANSWER_WRONG  /* *err says why: KIND_RANGE, KIND_CHANGED, KIND_PROTOCOL */
};

/* `decoded`: the body's coding is taken off, so that no length holds. For ANSWER_FILE
 * head->version (yours to release) and head->last are filled in; the size is that of the whole
 * file, -1 when it is not known. */
enum answer answer_judge(const struct response *response, const struct attempt *attempt,
	bool decoded, struct version *version, struct head *head, struct error *err);

#endif
