/* The other places that an answer tells of (RFC 6249): what stands in its Link fields. Whether they
 * are asked is the scheduler's to decide; here they are only put into an order. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/url.h"
#include "net/link.h"
#include "net/transfer_parts.h"

#define MIRRORS_MAX 16
/* Of an answer so many are read: libcurl looks for each of them from the first field on. */
#define FIELDS_MAX 64

struct places {
	size_t n;
	int priorities[MIRRORS_MAX]; /* ascending */
	char *urls[MIRRORS_MAX];
};

/* Among those that are as good, the first one stays so. */
static void add_place(struct places *places, char *url, int priority)
{
	size_t at = places->n;

	if (places->n == MIRRORS_MAX) {
		if (places->priorities[--at] <= priority) {
			free(url);
			return;
		}
		free(places->urls[at]);
	} else {
		places->n++;
	}
	for (; at > 0 && places->priorities[at - 1] > priority; at--) {
		places->priorities[at] = places->priorities[at - 1];
		places->urls[at] = places->urls[at - 1];
	}
	places->priorities[at] = priority;
	places->urls[at] = url;
}

static void add_links(struct places *places, const char *base, const char *value)
{
	size_t len = strlen(value);
	struct link link;

	while (link_next(&value, &len, &link)) {
		char *target, *url = NULL;

		if (!link_is_mirror(&link))
			continue;
		target = xstrndup(link.target, link.target_len);
		url = url_resolve(base, target, NULL);
		free(target);
		if (url)
			add_place(places, url, link_priority(&link));
	}
}

const struct strings *transfer_hear_mirrors(struct transfer *t)
{
	struct places places = {.n = 0};
	struct curl_header *field;

	strings_release(&t->mirrors);
	for (size_t i = 0;
		i < FIELDS_MAX && curl_easy_header(t->easy, "Link", i, CURLH_HEADER, -1,
					  &field) == CURLHE_OK;
		i++)
		add_links(&places, t->attempt->url, field->value);
	for (size_t i = 0; i < places.n; i++)
		strings_take(&t->mirrors, places.urls[i]);
	return places.n > 0 ? &t->mirrors : NULL;
}
