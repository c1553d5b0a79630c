/* test_xml.c - base/xml.h: what it tells of good documents however they come, and that bad ones
 * are refused soon, without a file being opened. */
#include "base/xml.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "scratch.h"

#define SOON (1 * NS_PER_SEC)

/* Writes down all that it is told: "{uri}name a=1 b=2(", "text)". */
static void told_start(void *context, const char *ns, const char *name,
	const struct xml_attributes *attributes)
{
	static const char *const names[] = {"a", "b", "lang"};
	struct buf *told = context;

	buf_addf(told, "{%s}%s", ns, name);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (xml_attribute(attributes, names[i]))
			buf_addf(told, " %s=%s", names[i],
				xml_attribute(attributes, names[i]));
	buf_addch(told, '(');
}

static void told_end(void *context, const char *ns _unused_, const char *name _unused_,
	const char *text, size_t len)
{
	check_int(strlen(text), len);
	buf_addf((struct buf *)context, "%s)", text);
}

static const struct xml_handler teller = {.start = told_start, .end = told_end};
static const struct xml_limits usual = XML_LIMITS;

/* Feed the text by pieces of `step` bytes. */
static int feed(struct buf *told, const struct xml_limits *limits, const char *text,
	size_t len, size_t step, struct error *err)
{
	struct xml *xml = xml_new(&teller, told, limits, KIND_INPUT, "doc");
	int rc = 0;

	while (len > step && rc == 0) {
		rc = xml_feed(xml, text, step, false, err);
		text += step;
		len -= step;
	}
	if (rc == 0)
		rc = xml_feed(xml, text, len, true, err);
	xml_free(xml);
	return rc;
}

static void tells(const char *text, const char *want)
{
	static const size_t steps[] = {1, 2, 3, 7, 1000};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		_cleanup_(buf_release) struct buf told = BUF_INIT;
		struct error err = {.text = ""};

		check_int(feed(&told, &usual, text, strlen(text), steps[i], &err), 0);
		check_str(err.text, "");
		check_str(told.data, want);
	}
}

/* The error, which says why; static. */
static const char *refusal(
	const struct xml_limits *limits, const char *text, size_t len)
{
	static char last[sizeof(((struct error *)NULL)->text)];
	_cleanup_(buf_release) struct buf told = BUF_INIT;
	struct error err = {.text = ""};
	nstime begun = clock_now();

	check_int(feed(&told, limits, text, len, 1 << 20, &err), -1);
	check(clock_now() - begun < SOON);
	check_int(err.kind, KIND_INPUT);
	memcpy(last, err.text, sizeof(last));
	return last;
}

#define refused(text, why) refused_bytes(text, strlen(text), why)
#define refused_bytes(text, len, why)                                                  \
	do {                                                                           \
		const char *said_ = refusal(&usual, text, len);                        \
		check(strncmp(said_, "doc:", 4) == 0);                                 \
		if (!strstr(said_, why)) {                                             \
			printf("# %s:%d: \"%s\" is not in \"%s\"\n", __FILE__,         \
				__LINE__, why, said_);                                 \
			tap_failed_checks++;                                           \
		}                                                                      \
	} while (0)

static void tells_elements(void)
{
	tells("<x/>", "{}x()");
	tells("<?xml version='1.0'?>\n<x>one<y a='1' b=\"2\"/>two</x>\n",
		"{}x({}y a=1 b=2()two)");
	tells("\xef\xbb\xbf<x>\xc3\xa4</x>", "{}x(\xc3\xa4)");
	tells("<x xmlns='urn:u' xmlns:p='urn:v'><p:y p:a='1' b='2'/><z xmlns=''/></x>",
		"{urn:u}x({urn:v}y b=2(){}z())");
	tells("<!-- c --><x><?pi?>a<!-- b -->c<![CDATA[<&d]]></x><!-- e -->",
		"{}x(ac<&d)");
	tells("<x a='&lt;&#65;&quot;'>&amp;&#x20AC;&gt;&apos;</x>",
		"{}x a=<A\"(&\xe2\x82\xac>')");
	tells("<x xml:lang='de' a=''/>", "{}x a=()");
}

/* The encoding that is declared is a claim; the bytes decide. */
static void takes_utf8_only(void)
{
	tells("<?xml version='1.0' encoding='ISO-8859-1'?><x>\xc3\xa4</x>",
		"{}x(\xc3\xa4)");
	refused("<?xml version='1.0' encoding='ISO-8859-1'?><x>\xe4</x>", "UTF-8");
	refused("<x>\xc0\xaf</x>", "UTF-8");
	refused("<x>\xed\xa0\x80</x>", "bad XML");
	refused_bytes("<\0x\0/\0>\0", 8, "no XML in UTF-8");
	refused_bytes("\xff\xfe<\0x\0/\0>\0", 10, "no XML in UTF-8");
	refused_bytes("\0<\0x\0/\0>", 8, "no XML in UTF-8");
	refused_bytes("\0\0\0<\0\0\0x\0\0\0/\0\0\0>", 16, "no XML in UTF-8");
	refused_bytes("L\x6f\xa7\x94", 4, "no XML in UTF-8");
	refused_bytes("<x>a\0b</x>", 10, "bad XML");
}

static void says_where(void)
{
	check_str(refusal(&usual, "<x>\n\n<y>\n</x>", 13),
		"doc:4: bad XML: Opening and ending tag mismatch: y line 3 and x");
}

static void refuses_what_is_no_document(void)
{
	refused("", "too early");
	refused("   ", "too early");
	refused("no", "no XML");
	refused("<x>", "too early");
	refused("<x><y>text</y>", "too early");
	refused("<x", "too early");
	refused("<x/><y/>", "bad XML");
	refused("<x/>rest", "bad XML");
	refused("<x a='1' a='2'/>", "bad XML");
	refused("<x>&unknown;</x>", "bad XML");
	refused("<x>&#0;</x>", "bad XML");
	refused("<x>\x01</x>", "bad XML");
	refused("{\"json\": 1}", "no XML");
	refused("<html><br></html>", "bad XML");
}

/* After a failure nothing more is told, and it stays the failure. */
static void fails_for_good(void)
{
	_cleanup_(buf_release) struct buf told = BUF_INIT;
	struct xml *xml = xml_new(&teller, &told, &usual, KIND_PROTOCOL, NULL);
	struct error err;

	check_int(xml_feed(xml, "<x><y></x>", 10, false, &err), -1);
	check_int(err.kind, KIND_PROTOCOL);
	check(strncmp(err.text, "line 1: ", 8) == 0);
	check_str(told.data, "{}x({}y(");
	err.text[0] = '\0';
	check_int(xml_feed(xml, "<z/>", 4, false, &err), -1);
	check_int(xml_feed(xml, NULL, 0, true, &err), -1);
	check(strncmp(err.text, "line 1: ", 8) == 0);
	check_str(told.data, "{}x({}y(");
	xml_free(xml);
	xml_free(NULL);
}

static const char laughs[] =
	"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'ha'>"
	"<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
	"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
	"<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
	"<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'>"
	"<!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>"
	"<!ENTITY g '&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;'>"
	"<!ENTITY h '&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;'>"
	"<!ENTITY i '&h;&h;&h;&h;&h;&h;&h;&h;&h;&h;'>]><x a='&i;'>&i;</x>";

static void refuses_doctypes(void)
{
	refused("<!DOCTYPE x><x/>", "DOCTYPE");
	refused("<!DOCTYPE x []><x/>", "DOCTYPE");
	refused(laughs, "DOCTYPE");
	refused("<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
		"DOCTYPE");
	refused("<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'><x/>", "DOCTYPE");
}

/* One large entity, used often. */
static void refuses_quadratic_growth(void)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;

	buf_addstr(&text, "<!DOCTYPE x [<!ENTITY a '");
	for (int i = 0; i < 50000; i++)
		buf_addch(&text, 'a');
	buf_addstr(&text, "'>]><x>");
	for (int i = 0; i < 50000; i++)
		buf_addstr(&text, "&a;");
	buf_addstr(&text, "</x>");
	refused_bytes(text.data, text.len, "DOCTYPE");
}

/* A FIFO that nobody writes to would hold up whoever opens it. */
static void opens_no_file(void)
{
	static const char *const forms[] = {
		"<!DOCTYPE x [<!ENTITY a SYSTEM '%s'>]><x>&a;</x>",
		"<!DOCTYPE x SYSTEM '%s'><x/>",
		"<!DOCTYPE x [<!ENTITY %% p SYSTEM '%s'> %%p;]><x/>",
		"<x xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include "
		"href='%s'/></x>",
		"<?xml-stylesheet href='%s'?><x/>",
	};
	char *here = get_current_dir_name();

	check_int(mkfifo("fifo", 0600), 0);
	alarm(20);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		_cleanup_(buf_release) struct buf told = BUF_INIT, text = BUF_INIT;
		const char *form = forms[i], *hole = strstr(form, "%s");

		for (const char *c = form; *c; c++) {
			if (c == hole) {
				buf_addf(&text, "file://%s/fifo", here);
				c++;
			} else if (c[0] != '%' || c[1] != '%') {
				buf_addch(&text, *c);
			}
		}
		(void)!feed(&told, &usual, text.data, text.len, 7, NULL);
	}
	alarm(0);
	free(here);
}

static void nest(struct buf *text, int depth)
{
	buf_clear(text);
	for (int i = 0; i < depth; i++)
		buf_addstr(text, "<x>");
	for (int i = 0; i < depth; i++)
		buf_addstr(text, "</x>");
}

static void caps_depth(void)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT, told = BUF_INIT;

	nest(&text, XML_DEPTH_MAX);
	check_int(feed(&told, &usual, text.data, text.len, 100, NULL), 0);
	nest(&text, XML_DEPTH_MAX + 1);
	refused_bytes(text.data, text.len, "inside each other");
	nest(&text, 100000);
	refused_bytes(text.data, text.len, "inside each other");
}

static void caps_text(void)
{
	const struct xml_limits limits = {.document = 1000, .text = 10};
	_cleanup_(buf_release) struct buf told = BUF_INIT;
	const char *fits = "<x>1234567890<y>1234567890</y>12345<![CDATA[67890]]></x>";
	const char *over = "<x>1234567890<!-- -->1</x>";

	check_int(feed(&told, &limits, fits, strlen(fits), 3, NULL), 0);
	check(strstr(refusal(&limits, over, strlen(over)), "text of an element"));
	over = "<x>12345<![CDATA[678901]]></x>";
	check(strstr(refusal(&limits, over, strlen(over)), "text of an element"));
}

static void caps_documents(void)
{
	const struct xml_limits limits = {.document = 10, .text = 10};
	_cleanup_(buf_release) struct buf told = BUF_INIT;

	check_int(feed(&told, &limits, "<x>345</x>", 10, 3, NULL), 0);
	check(strstr(refusal(&limits, "<x>3456</x>", 11), "too long"));
	check(strstr(refusal(&limits, "<x>345</x> ", 11), "too long"));
}

/* Text in front and behind, and `unit` so often between them, each "#" in it a number. */
static void repeat(struct buf *text, const char *front, const char *unit, int times,
	const char *behind)
{
	buf_clear(text);
	buf_addstr(text, front);
	for (int i = 0; i < times; i++)
		for (const char *at = unit; *at; at++)
			if (*at == '#')
				buf_addf(text, "%d", i);
			else
				buf_addch(text, *at);
	buf_addstr(text, behind);
}

static void caps_attributes(void)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT, told = BUF_INIT;

	repeat(&text, "<x", " a#=''", XML_ATTRIBUTES_MAX, "/>");
	check_int(feed(&told, &usual, text.data, text.len, 100, NULL), 0);
	repeat(&text, "<x", " a#=''", XML_ATTRIBUTES_MAX + 1, "/>");
	refused_bytes(text.data, text.len, "attributes");
	repeat(&text, "<x", " xmlns:a#='u'", XML_ATTRIBUTES_MAX + 1, "/>");
	refused_bytes(text.data, text.len, "attributes");
	/* libxml2 compares each with all before it. */
	repeat(&text, "<x", " a#=''", 1000000, "/>");
	refused_bytes(text.data, text.len, "too long");
	repeat(&text, "<x", " xmlns:a#='u'", 1000000, "/>");
	refused_bytes(text.data, text.len, "too long");
}

static void caps_tags(void)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;

	repeat(&text, "<x a='", "aaaaaaaaaa", 100000, "'/>");
	refused_bytes(text.data, text.len, "too long");
	repeat(&text, "<x><!--", "aaaaaaaaaa", 100000, "--></x>");
	refused_bytes(text.data, text.len, "too long");
	repeat(&text, "<x><?p ", "aaaaaaaaaa", 100000, "?></x>");
	refused_bytes(text.data, text.len, "too long");
	repeat(&text, "<!DOCTYPE ", "aaaaaaaaaa", 100000, "");
	refused_bytes(text.data, text.len, "too long");
	repeat(&text, "<", "aaaaaaaaaa", 100000, "");
	refused_bytes(text.data, text.len, "too long");
	repeat(&text, "<x>&", "aaaaaaaaaa", 100000, "");
	refused_bytes(text.data, text.len, "too long");
}

/* libxml2 keeps them all, and looks for each among all the others. */
static void caps_names(void)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT, told = BUF_INIT;

	repeat(&text, "<x>", "<n#/>", XML_NAMES_MAX / 2, "</x>");
	check_int(feed(&told, &usual, text.data, text.len, 1 << 20, NULL), 0);
	repeat(&text, "<x>", "<n#/>", 1000000, "</x>");
	refused_bytes(text.data, text.len, "different names");
	repeat(&text, "<x>", "<x n#=''/>", 1000000, "</x>");
	refused_bytes(text.data, text.len, "different names");
	repeat(&text, "<x>", "<x xmlns='n#'/>", 1000000, "</x>");
	refused_bytes(text.data, text.len, "different names");
}

/* More than libxml2 looks ahead, and more than it takes for one text. */
static void takes_long_documents(void)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT, told = BUF_INIT;
	const struct xml_limits limits = {
		.document = (size_t)64 << 20, .text = (size_t)64 << 10};
	struct error err = {.text = ""};

	repeat(&text, "<x>\n", "  <y a='#'>text</y>\n", 1000000, "</x>");
	check(text.len > (size_t)20 << 20);
	check_int(feed(&told, &limits, text.data, text.len, 65536, &err), 0);
	check_str(err.text, "");
	check(told.len > 10000000);
}

int main(void)
{
	scratch_enter();
	run(tells_elements);
	run(takes_utf8_only);
	run(says_where);
	run(refuses_what_is_no_document);
	run(fails_for_good);
	run(refuses_doctypes);
	run(refuses_quadratic_growth);
	run(opens_no_file);
	run(caps_depth);
	run(caps_text);
	run(caps_documents);
	run(caps_attributes);
	run(caps_tags);
	run(caps_names);
	run(takes_long_documents);
	scratch_leave();
	return done();
}
