/* xml.h - XML from strangers, read as it comes: thin over libxml2's push parser.
 *
 * Elements are told one by one, with their namespace; no tree is made. Comments, instructions and
 * attributes with a prefix are passed over. A document is UTF-8, whatever it declares. Refused
 * is one that has a DOCTYPE (so there are no entities but the five of XML, and nothing is ever
 * opened or fetched), is over the caller's limits, or over those below: nothing that XML is used
 * for here comes near them, and libxml2 is slow beyond.
 *
 * Does not validate or resolve anything, and reports nothing by itself. One thread at a time;
 * parsers of different threads have nothing in common. XML 1.0 (fifth edition), Namespaces in
 * XML 1.0. */
#ifndef SEINE_BASE_XML_H
#define SEINE_BASE_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"

#define XML_DEPTH_MAX 64 /* elements in each other */
/* Of an element; of namespaces there may be as many in force there. */
#define XML_ATTRIBUTES_MAX 64
/* Different names of any kind, and bytes of a tag, comment or instruction. Both are found out
 * after 16 KiB more. */
#define XML_NAMES_MAX 4096
#define XML_TAG_MAX ((size_t)64 * 1024)

struct xml;
struct xml_attributes;

/* What is told. `ns` is the URI of the namespace, "" for none; `name` has no prefix. All that
 * is passed lives until the call returns. Nothing is told once the parser has failed. */
struct xml_handler {
	void (*start)(void *context, const char *ns, const char *name,
		const struct xml_attributes *attributes);
	/* `text` is that of the element, NUL-terminated, CDATA included. Of one that has
	 * elements in it, it is only what comes after the last of them. */
	void (*end)(void *context, const char *ns, const char *name, const char *text,
		size_t len);
};

struct xml_limits {
	size_t document; /* bytes in all */
	size_t text;     /* bytes without an element between them */
};

#define XML_LIMITS                                                                     \
	{                                                                              \
		.document = (size_t)64 << 20, .text = (size_t)64 << 10                 \
	}

/* `kind` is that of all its errors, `shown` how their texts name the document (copied; NULL:
 * not at all). Handler and context are borrowed. */
struct xml *xml_new(const struct xml_handler *handler, void *context,
	const struct xml_limits *limits, enum kind kind, const char *shown) must_check;
void xml_free(struct xml *xml); /* NULL is fine */

/* The next bytes; `last`: there are no more (len may be 0). On failure the text says
 * "SHOWN:LINE: why" or "line LINE: why"; so do all further calls. */
int xml_feed(struct xml *xml, const char *data, size_t len, bool last,
	struct error *err) must_check;

/* The value of an attribute without a prefix; NULL when there is none. */
const char *xml_attribute(const struct xml_attributes *attributes, const char *name);

/* The line, from 1, that is being read: in start, that on which the tag ends. */
uint64_t xml_line(const struct xml *xml);

#endif
