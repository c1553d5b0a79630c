/* At most two pages are here: the one whose keys are given out, and the next one. */
#include "app/listing.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "input/s3list.h"

struct listing_source {
	struct source source;
	struct s3 *s3;
	struct s3_name name;
	struct entry *model; /* what its entries have of the one that names them */
	struct s3list *page; /* whose keys are given out; NULL: none is here */
	size_t at;           /* in it */
	struct s3list *next; /* the page after that, if it is here already */
	char *token;         /* of the page to ask for; NULL: the first */
	char *marked;        /* one of those before; NULL: none yet */
	uint64_t n_pages;    /* that have led to another one */
	bool wants;          /* there is a page to ask for ... */
	bool asked;          /* ... and it is under way */
	bool any;            /* something was named */
	bool lost;           /* a page will not come, which its task has said */
	/* What is to be told, after what came before; KIND_NONE: nothing. */
	struct error broken;
};

static struct listing_source *listing_of(struct source *source)
{
	return container_of(source, struct listing_source, source);
}

/* All of it is to be asked for again. */
static enum source_status fail(
	const struct listing_source *listing, struct entry **entry)
{
	*entry = entry_like(listing->model);
	strings_add(&(*entry)->urls, listing->model->urls.items[0]);
	return SOURCE_BAD;
}

/* The document that the next page is. */
static enum source_status ask(
	struct listing_source *listing, struct entry **entry, struct error *err)
{
	struct entry *page = entry_like(listing->model);

	strings_add(&page->urls, listing->model->urls.items[0]);
	page->document = true;
	page->reader = &listing->source;
	entry_set_home(page, 0, NULL, listing->name.bucket);
	listing->wants = false;
	if (s3_locate_page(listing->s3, &listing->name, listing->token, &page->url,
		    err) != 0) {
		entry_free(page);
		listing->lost = true;
		return fail(listing, entry);
	}
	listing->asked = true;
	*entry = page;
	return SOURCE_ENTRY;
}

static bool is_wanted(
	const struct listing_source *listing, const struct s3list_object *object)
{
	size_t len = strlen(object->key);

	return s3_matches(&listing->name, object->key) &&
	       !(len > 0 && object->key[len - 1] == '/' && object->size <= 0);
}

static struct entry *make_entry(
	struct listing_source *listing, const struct s3list_object *object)
{
	struct entry *entry = entry_like(listing->model);

	strings_take(&entry->urls, s3_url(&listing->name, object->key));
	entry->out = xstrdup(s3_path(&listing->name, object->key));
	entry->out_is_foreign = true;
	entry->size_said = object->size;
	listing->any = true;
	return entry;
}

/* The next of the page's keys that is wanted. SOURCE_END: there is none. */
static enum source_status take_key(
	struct listing_source *listing, struct entry **entry, struct error *err)
{
	while (listing->page && listing->at < listing->page->count) {
		struct s3list_object *object = &listing->page->objects[listing->at++];

		if (object->is_bad) {
			error_set(err, KIND_INPUT, 0,
				"s3://%s/: a key that cannot be read: '%.80s'",
				listing->name.bucket, object->key);
			return SOURCE_BAD;
		}
		if (is_wanted(listing, object)) {
			*entry = make_entry(listing, object);
			return SOURCE_ENTRY;
		}
	}
	return SOURCE_END;
}

/* All pages are through. */
static enum source_status end(
	struct listing_source *listing, struct entry **entry, struct error *err)
{
	if (listing->broken.kind != KIND_NONE) {
		*err = listing->broken;
		listing->broken.kind = KIND_NONE;
		listing->any = true; /* or not: that is all that is told */
		return fail(listing, entry);
	}
	if (listing->any || listing->lost)
		return SOURCE_END;
	listing->any = true; /* told once */
	error_set(err, KIND_INPUT, 0, "there is no object of that name");
	return fail(listing, entry);
}

static enum source_status listing_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct listing_source *listing = listing_of(source);

	for (;;) {
		enum source_status status;

		if (listing->wants && !listing->next)
			return ask(listing, entry, err);
		status = take_key(listing, entry, err);
		if (status != SOURCE_END)
			return status;
		if (!listing->next && listing->asked)
			return SOURCE_LATER;
		if (!listing->next)
			return end(listing, entry, err);
		s3list_free(listing->page);
		listing->page = listing->next;
		listing->next = NULL;
		listing->at = 0;
	}
}

/* Pages that lead to each other would never end. One is marked at each power of two, and is met
 * again in the end if they do (Brent 1980). */
static bool goes_round(struct listing_source *listing, const char *token)
{
	if (listing->marked && strcmp(token, listing->marked) == 0)
		return true;
	listing->n_pages++;
	if ((listing->n_pages & (listing->n_pages - 1)) == 0) {
		free(listing->marked);
		listing->marked = xstrdup(token);
	}
	return false;
}

/* Is there a page after this one? */
static void look_ahead(struct listing_source *listing, const struct s3list *page)
{
	listing->wants = page->token && !goes_round(listing, page->token);
	if (page->token && !listing->wants)
		error_set(&listing->broken, KIND_INPUT, 0,
			"the listing does not end: the same page came again");
	free(listing->token);
	listing->token = xstrdup(page->token);
}

static void listing_read(struct source *source, const struct entry *document _unused_,
	const struct whence *whence _unused_, struct buf *body)
{
	struct listing_source *listing = listing_of(source);
	struct error why;

	listing->asked = false;
	listing->next = s3list_parse(body->data, body->len, &why);
	if (listing->next)
		look_ahead(listing, listing->next);
	else
		error_set(&listing->broken, KIND_INPUT, 0, "%s", why.text);
}

static void listing_lost(struct source *source, const struct entry *document _unused_)
{
	struct listing_source *listing = listing_of(source);

	listing->asked = false;
	listing->lost = true;
}

static void listing_free(struct source *source)
{
	struct listing_source *listing = listing_of(source);

	s3_name_release(&listing->name);
	entry_free(listing->model);
	s3list_free(listing->page);
	s3list_free(listing->next);
	free(listing->token);
	free(listing->marked);
	free(listing);
}

struct source *listing_new(
	struct s3 *s3, const struct s3_name *name, struct entry *entry)
{
	static const struct source_ops ops = {
		.next = listing_next,
		.read = listing_read,
		.lost = listing_lost,
		.free = listing_free,
	};
	struct listing_source *listing = xcalloc(1, sizeof(*listing));

	listing->source.ops = &ops;
	listing->s3 = s3;
	listing->name = *name;
	listing->model = entry;
	listing->wants = true;
	return &listing->source;
}
