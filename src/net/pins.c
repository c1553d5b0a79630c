/* A mirror of libcurl's DNS cache: per name the generation of the answer it holds. */
#include "net/pins.h"

#include <stdlib.h>

#include "base/alloc.h"

#define UNKNOWN UINT64_MAX /* of no answer */

struct pin {
	char *key;
	uint64_t generation;
	struct list link;
};

void pins_init(struct pins *pins)
{
	*pins = (struct pins){.by_key = map_new()};
	list_init(&pins->order);
}

static void pin_free(void *value)
{
	struct pin *pin = value;

	free(pin->key);
	free(pin);
}

void pins_release(struct pins *pins)
{
	map_free(pins->by_key, pin_free);
	pins->by_key = NULL;
}

/* Append a line; a list that cannot grow leaves the name to libcurl, which will refuse it. */
static struct curl_slist *add_line(struct curl_slist *lines, char *line)
{
	struct curl_slist *longer = curl_slist_append(lines, line);

	free(line);
	return longer ? longer : lines;
}

/* Make room for one more; the line takes the oldest out of libcurl's cache. */
static struct curl_slist *evict(struct pins *pins)
{
	struct pin *oldest = container_of(list_pop(&pins->order), struct pin, link);
	struct curl_slist *line = add_line(NULL, xasprintf("-%s", oldest->key));

	map_remove(pins->by_key, oldest->key);
	pin_free(oldest);
	pins->count--;
	return line;
}

struct curl_slist *pins_update(struct pins *pins, const char *host, int port,
	const struct addresses *addresses)
{
	char *key = xasprintf("%s:%d", host, port);
	struct pin *pin = map_get(pins->by_key, key);
	struct curl_slist *lines = NULL;

	if (pin && pin->generation == addresses->generation) {
		free(key);
		return NULL;
	}
	if (pin) {
		free(key);
	} else {
		if (pins->count >= PINS_MAX)
			lines = evict(pins);
		pin = xcalloc(1, sizeof(*pin));
		pin->key = key;
		list_add_before(&pins->order, &pin->link);
		map_put(pins->by_key, pin->key, pin);
		pins->count++;
	}
	pin->generation = addresses->generation;
	return add_line(lines, xasprintf("%s:%s", pin->key, addresses->list));
}

void pins_forget(struct pins *pins, const char *host, int port)
{
	char *key = xasprintf("%s:%d", host, port);
	struct pin *pin = map_get(pins->by_key, key);

	free(key);
	if (pin)
		pin->generation = UNKNOWN;
}
