/* The name that an answer gives the file, and whether the file is there by it. The answer that
 * decides which state of the file is fetched decides the name; later ones are not asked. libcurl
 * keeps the head, so that files which no server may name do not pay for it. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/naming.h"
#include "net/disposition.h"
#include "net/transfer_parts.h"
#include "store/there.h"

/* Of two fields nobody knows which one is meant (RFC 9110, 5.3). Yours; NULL: none. */
static char *read_name(CURL *easy)
{
	struct curl_header *field;

	if (curl_easy_header(easy, "Content-Disposition", 0, CURLH_HEADER, -1,
		    &field) != CURLHE_OK ||
		field->amount != 1)
		return NULL;
	return disposition_name(field->value, strlen(field->value));
}

int transfer_hear_name(struct transfer *t)
{
	const struct entry *entry = t->attempt->entry;
	struct offer offer = {.etag = t->response.etag, .size = t->found.size};
	_cleanup_(freep) char *given = NULL;
	enum there there;

	if (!entry->is_given_names || t->attempt->version.size >= 0)
		return 0;
	given = read_name(t->easy);
	if (!given)
		return 0;
	t->found.name = naming_given(entry, given);
	if (!t->found.name) {
		log_info("%s: the name that its server gives it is not safe",
			entry->path);
		return 0;
	}
	offer.name = t->found.name;
	offer.mtime = response_mtime(&t->response);
	there = there_look(t->net->outdir, entry, t->net->settings->existing, &offer,
		&t->there, &t->stop);
	return there == THERE_WRONG ? -1 : 0;
}
