/* xml.c - see xml.h. libxml2 gets a SAX2 handler that has nothing in it but what is needed:
 * no getEntity, no resolveEntity, nothing that could make a tree or open a file. Its own
 * limits hold as well, since XML_PARSE_HUGE is never set.
 *
 * Input goes in by small slices. What libxml2 keeps back of it, because a tag (a comment, an
 * instruction) has not ended yet, is looked at after each: only so is the size of a tag
 * bounded, before libxml2 compares each of its attributes with all the others. Names it keeps
 * in a table that becomes slow when it is large, so that is bounded there, too.
 *
 * The first failure holds: `failure` is given again for all that comes later. */
#include "base/xml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

#define SLICE ((size_t)16 * 1024)

/* An attribute in libxml2's array: local name, prefix, URI, value, and where that ends. */
enum { ATTR_NAME, ATTR_PREFIX, ATTR_URI, ATTR_VALUE, ATTR_END, ATTR_FIELDS };

#if LIBXML_VERSION >= 21200
typedef const xmlError *error_in;
#else
typedef xmlErrorPtr error_in;
#endif

struct xml_attributes {
	size_t count;
	struct {
		const char *name;
		size_t value; /* where it begins in values */
	} items[XML_ATTRIBUTES_MAX];
	const char *values;
};

struct xml {
	xmlParserCtxt *parser;
	const struct xml_handler *handler;
	void *context;
	struct xml_limits limits;
	enum kind kind;
	char *shown;
	size_t fed;
	size_t depth;
	bool rooted;       /* the outermost element has begun */
	struct buf text;   /* since the last tag */
	struct buf values; /* of attributes, each with its NUL */
	bool failed;
	struct error failure;
};

printf_like(2, 3) static void fail(struct xml *xml, const char *fmt, ...)
{
	char why[sizeof(xml->failure.text)];
	va_list args;

	if (xml->failed)
		return;
	xml->failed = true;
	va_start(args, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, args); /* may be cut */
	va_end(args);
	if (xml->shown)
		(void)error_set(&xml->failure, xml->kind, 0, "%s:%llu: %s", xml->shown,
			(unsigned long long)xml_line(xml), why);
	else
		(void)error_set(&xml->failure, xml->kind, 0, "line %llu: %s",
			(unsigned long long)xml_line(xml), why);
}

/* For what libxml2 has no objection to. */
static void refuse(struct xml *xml, const char *why)
{
	fail(xml, "%s", why);
	xmlStopParser(xml->parser);
}

static void take_attributes(
	struct xml *xml, struct xml_attributes *taken, int count, const xmlChar **from)
{
	buf_clear(&xml->values);
	taken->count = 0;
	for (int i = 0; i < count; i++, from += ATTR_FIELDS) {
		if (from[ATTR_PREFIX])
			continue;
		taken->items[taken->count].name = (const char *)from[ATTR_NAME];
		taken->items[taken->count++].value = xml->values.len;
		buf_add(&xml->values, from[ATTR_VALUE],
			(size_t)(from[ATTR_END] - from[ATTR_VALUE]));
		buf_addch(&xml->values, '\0');
	}
	taken->values = xml->values.data;
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix _unused_,
	const xmlChar *ns, int n_namespaces _unused_,
	const xmlChar **namespaces _unused_, int n_attributes, int n_defaulted _unused_,
	const xmlChar **attributes)
{
	struct xml *xml = context;
	struct xml_attributes taken;

	if (xml->failed)
		return;
	xml->rooted = true;
	buf_clear(&xml->text);
	if (++xml->depth > XML_DEPTH_MAX) {
		refuse(xml, "too many elements are inside each other");
		return;
	}
	/* libxml2's table of namespaces has a prefix and a URI for each. */
	if (n_attributes > XML_ATTRIBUTES_MAX ||
		xml->parser->nsNr > 2 * XML_ATTRIBUTES_MAX) {
		refuse(xml, "an element has too many attributes");
		return;
	}
	take_attributes(xml, &taken, n_attributes, attributes);
	xml->handler->start(
		xml->context, ns ? (const char *)ns : "", (const char *)name, &taken);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix _unused_,
	const xmlChar *ns)
{
	struct xml *xml = context;

	if (xml->failed)
		return;
	xml->depth--;
	xml->handler->end(xml->context, ns ? (const char *)ns : "", (const char *)name,
		xml->text.data, xml->text.len);
	buf_clear(&xml->text);
}

static void on_text(void *context, const xmlChar *text, int len)
{
	struct xml *xml = context;

	if (xml->failed)
		return;
	if ((size_t)len > xml->limits.text - xml->text.len)
		refuse(xml, "the text of an element is too long");
	else
		buf_add(&xml->text, text, (size_t)len);
}

static void on_doctype(void *context, const xmlChar *name _unused_,
	const xmlChar *external _unused_, const xmlChar *system _unused_)
{
	refuse(context, "it has a DOCTYPE, which is not accepted");
}

static void on_error(void *context, error_in error)
{
	struct xml *xml = context;
	const char *text = error->message ? error->message : "";

	/* What is less does not change what the document says. */
	if (error->level != XML_ERR_FATAL)
		return;
	if (error->code == XML_ERR_NO_MEMORY)
		fail(xml, "libxml2 is out of memory");
	else if (error->code == XML_ERR_DOCUMENT_END && (xml->depth || !xml->rooted))
		fail(xml, "it ends too early");
	else
		fail(xml, "bad XML: %.*s", (int)strcspn(text, "\n"), text);
}

static xmlSAXHandler sax_handler(void)
{
	return (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_doctype,
		.serror = on_error,
	};
}

/* libxml2 wants its beginning to be nobody's race. */
static void init_libxml2(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (pthread_once(&once, xmlInitParser) != 0)
		abort();
}

struct xml *xml_new(const struct xml_handler *handler, void *context,
	const struct xml_limits *limits, enum kind kind, const char *shown)
{
	struct xml *xml = xcalloc(1, sizeof(*xml));
	xmlSAXHandler sax = sax_handler();

	init_libxml2();
	xml->handler = handler;
	xml->context = context;
	xml->limits = *limits;
	xml->kind = kind;
	xml->shown = xstrdup(shown);
	buf_init(&xml->text);
	buf_init(&xml->values);
	/* These fail only when memory runs out, which xml_feed then tells. The encoding that
	 * is declared is not looked at, lest it has iconv load something. */
	xml->parser = xmlCreatePushParserCtxt(&sax, xml, NULL, 0, NULL);
	if (xml->parser)
		(void)xmlCtxtUseOptions(
			xml->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	else
		fail(xml, "libxml2 is out of memory");
	return xml;
}

void xml_free(struct xml *xml)
{
	if (!xml)
		return;
	xmlFreeParserCtxt(xml->parser);
	buf_release(&xml->text);
	buf_release(&xml->values);
	free(xml->shown);
	free(xml);
}

uint64_t xml_line(const struct xml *xml)
{
	int line = xml->parser ? xmlSAX2GetLineNumber(xml->parser) : 1;

	return line > 0 ? (uint64_t)line : 1;
}

/* By its first bytes libxml2 would take a document for UTF-16, UTF-32 or EBCDIC. In UTF-8 it
 * begins with a byte order mark, white space or "<", and no NUL is near. */
static bool is_other_encoding(const struct xml *xml, const char *data, size_t len)
{
	if (xml->fed == 0 && len > 0 && !strchr("\xef< \t\r\n", data[0]))
		return true;
	for (size_t i = 0; i < len && xml->fed + i < 4; i++)
		if (data[i] == '\0')
			return true;
	return false;
}

static void feed_slice(struct xml *xml, const char *data, size_t len, bool last)
{
	long consumed;

	if (is_other_encoding(xml, data, len)) {
		refuse(xml, "it is no XML in UTF-8");
		return;
	}
	if (len > xml->limits.document - xml->fed) {
		refuse(xml, "it is too long");
		return;
	}
	xml->fed += len;
	(void)xmlParseChunk(
		xml->parser, data, (int)len, last); /* on_error knows more */
	if (!xml->parser->wellFormed)
		fail(xml, "bad XML");
	if (xml->failed || last)
		return;
	consumed = xmlByteConsumed(xml->parser);
	if (consumed >= 0 && xml->fed - (size_t)consumed > XML_TAG_MAX)
		refuse(xml, "a tag or comment is too long");
	else if (xmlDictSize(xml->parser->dict) > XML_NAMES_MAX)
		refuse(xml, "it has too many different names");
}

int xml_feed(
	struct xml *xml, const char *data, size_t len, bool last, struct error *err)
{
	while (len > SLICE && !xml->failed) {
		feed_slice(xml, data, SLICE, false);
		data += SLICE;
		len -= SLICE;
	}
	if (!xml->failed)
		feed_slice(xml, data, len, last);
	if (xml->failed && err)
		*err = xml->failure;
	return xml->failed ? -1 : 0;
}

const char *xml_attribute(const struct xml_attributes *attributes, const char *name)
{
	for (size_t i = 0; i < attributes->count; i++)
		if (strcmp(attributes->items[i].name, name) == 0)
			return attributes->values + attributes->items[i].value;
	return NULL;
}
