/* The name that an answer gives the file. Only for entries that servers may name; the head of the
 * answer is kept by libcurl, so that all others do not pay for it. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/published.h"
#include "net/disposition.h"
#include "net/transfer_parts.h"

/* Of two fields nobody knows which one is meant (RFC 9110, 5.3). Yours; NULL: none. */
static char *given_name(CURL *easy)
{
	struct curl_header *field;

	if (curl_easy_header(easy, "Content-Disposition", 0, CURLH_HEADER, -1,
		    &field) != CURLHE_OK ||
		field->amount != 1)
		return NULL;
	return disposition_name(field->value, strlen(field->value));
}

int transfer_publish(struct transfer *t)
{
	const struct entry *entry = t->attempt->entry;
	struct offer offer = {.etag = t->response.etag, .size = t->found.size};
	enum present present;
	char *name;

	if (!entry->published)
		return 0;
	offer.name = name = given_name(t->easy);
	offer.mtime = response_mtime(&t->response);
	present = published_offer(entry, &offer, &t->stop);
	t->is_there = present == PRESENT_WHOLE;
	free(name);
	return present == PRESENT_WRONG ? -1 : 0;
}

void transfer_is_current(const struct transfer *t, struct outcome *outcome)
{
	const struct entry *entry = t->attempt->entry;
	const char *path = published_path(entry);

	outcome->type = OUTCOME_CURRENT;
	if (path != entry->path)
		outcome->renamed = xstrdup(path);
}
