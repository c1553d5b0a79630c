/* credentials_answer.h - credentials as services hand them out: a JSON object, or the XML in which
 * STS says the same. Pure. Internal to net/. */
#ifndef SEINE_NET_CREDENTIALS_ANSWER_H
#define SEINE_NET_CREDENTIALS_ANSWER_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"
#include "net/credentials.h"

/* All of these overwrite what is secret in the answer, or leave it only there; KIND_CREDENTIALS
 * when the status is not 200 or the answer makes no sense, with a text that says who gave it and
 * quotes nothing of it but the code of an error. */

/* Of a container's or an instance's metadata service: AccessKeyId, SecretAccessKey, Token,
 * Expiration; a Code other than Success is a failure. */
int credentials_read_metadata(struct aws_credentials *out, const struct buf *answer,
	long status, const char *who, struct error *err) must_check;
/* Of STS: what AssumeRoleWithWebIdentity answers. */
int credentials_read_sts(struct aws_credentials *out, const struct buf *answer,
	long status, const char *who, struct error *err) must_check;

/* Any answer with a status that is no success; returns -1. */
int credentials_refused(
	const struct buf *answer, long status, const char *who, struct error *err);

/* Can they be used? Else -1, as above: id or token would not do for a header. */
int credentials_check(const struct aws_credentials *credentials, const char *who,
	struct error *err) must_check;

/* "2026-11-21T13:00:00Z", with or without a fraction, or with "+01:00" for the "Z" (ISO 8601):
 * seconds since 1970; -1 when it is none. */
int64_t credentials_parse_date(const char *text);

#endif
