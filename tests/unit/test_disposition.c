/* test_disposition.c - Content-Disposition fields: RFC 6266's grammar and examples, what servers
 * send instead, and what nobody should. */
#include "net/disposition.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"

/* The value is in memory of its own, so that a sanitizer sees whoever reads behind it. */
static void reads_bytes(const char *value, size_t len, const char *want)
{
	char *copy = memcpy(xmalloc(len ? len : 1), value, len);
	char *name = disposition_name(copy, len);

	if (!name || !want ? name != want : strcmp(name, want) != 0)
		printf("# of: %.*s\n", (int)len, value);
	check_str(name, want);
	free(name);
	free(copy);
}

static void reads(const char *value, const char *want)
{
	reads_bytes(value, strlen(value), want);
}

/* RFC 6266, section 5, and RFC 8187, section 3.2.3. */
static void examples_of_the_rfcs(void)
{
	reads("Attachment; filename=example.html", "example.html");
	reads("INLINE; FILENAME= \"an example.html\"", "an example.html");
	reads("attachment; filename*= UTF-8''%e2%82%ac%20rates", "\xe2\x82\xac rates");
	reads("attachment; filename=\"EURO rates\"; "
	      "filename*=utf-8''%e2%82%ac%20rates",
		"\xe2\x82\xac rates");
	reads("attachment; filename*=iso-8859-1'en'%A3%20rates", "\xc2\xa3 rates");
	reads("attachment; filename*=UTF-8''%c2%a3%20and%20%e2%82%ac%20rates",
		"\xc2\xa3 and \xe2\x82\xac rates");
}

static void types_do_not_matter(void)
{
	reads("attachment", NULL);
	reads("inline", NULL);
	reads("inline; filename=a", "a");
	reads("form-data; name=\"field\"; filename=\"a b\"", "a b");
	reads("x-unknown ;filename=a", "a");
	/* but there must be one */
	reads("filename=a", NULL);
	reads("; filename=a", NULL);
	reads("\"attachment\"; filename=a", NULL);
	reads("", NULL);
	reads(" \t", NULL);
}

static void quoted_strings(void)
{
	reads("a; filename=\"a;b=c\\\"d\\\\e\"", "a;b=c\"d\\e");
	reads("a; filename=\"\\a\\b\"", "ab");
	reads("a; filename=\"caf\xc3\xa9\"", "caf\xc3\xa9");
	reads("a; filename=\"a\"\t ;x=y", "a");
	reads("a; filename=\"\"", NULL);
	reads("a; filename=\"a", NULL);
	reads("a; filename=\"a\\\"", NULL);
	reads("a; filename=\"", NULL);
	reads("a; filename=\"a\"b", NULL);
	reads("a; filename=\"a\" x=y", NULL);
	/* nothing is decoded that is not to be */
	reads("a; filename=\"a%20b\"", "a%20b");
	reads("a; filename=\"=?UTF-8?Q?foo?=\"", "=?UTF-8?Q?foo?=");
}

/* Not as the grammar has it, but as it is sent, and without another meaning. */
static void what_servers_send(void)
{
	reads("attachment; filename=two words (1).pdf", "two words (1).pdf");
	reads("attachment;filename=a,b[c].txt ;size=3", "a,b[c].txt");
	reads("attachment; filename=a;", "a");
	reads("attachment;; filename=a; ;", "a");
	reads("attachment; filename = \"a\"", "a");
	reads("attachment; filename=caf\xe9.txt", "caf\xc3\xa9.txt");
	reads("attachment; filename=\"caf\xe9 \xc3\xa9\"",
		"caf\xc3\xa9 \xc3\x83\xc2\xa9");
	reads("attachment; filename*=UTF-8''a(1)'b.pdf", "a(1)'b.pdf");
	reads("attachment; filename*=UTF-8''a/b", "a/b");
}

static void extended_goes_first_if_it_is_one(void)
{
	static const char *const wrong[] = {"UTF-8''%", "UTF-8''a%4", "UTF-8''a%zz",
		"UTF-8''a b", "UTF-8''%ff", "UTF-8''%c3", "UTF-8''%ed%a0%80",
		"UTF-8''%c0%ae", "UTF-8''a%00b", "UTF-8''", "UTF-8'", "UTF-8",
		"UTF-8'en", "", "a", "''a", "utf8''a", "UTF-16''a", "windows-1252''a",
		"ISO-8859-1''%00", "\"UTF-8''a\"", "UTF-8''\xc3\xa9", "UTF-8''a%0",
		"ISO-8859-1''\xe9"};

	reads("a; filename*=UTF-8''x; filename=y", "x");
	reads("a; filename=y; filename*=UTF-8'de-AT'x", "x");
	reads("a; filename*=iso-8859-1''%e9%80", "\xc3\xa9\xc2\x80");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		char *value = xasprintf("a; filename=y; filename*=%s", wrong[i]);
		char *alone = xasprintf("a; filename*=%s", wrong[i]);

		reads(value, "y");
		reads(alone, NULL);
		free(value);
		free(alone);
	}
}

static void two_of_one_are_none(void)
{
	reads("a; filename=x; filename=y", NULL);
	reads("a; filename=x; FileName=x", NULL);
	reads("a; filename*=UTF-8''x; filename*=UTF-8''y", NULL);
	reads("a; filename*=UTF-8''x; filename=z; filename*=!", NULL);
	/* what is not asked for does not matter */
	reads("a; x=1; x=2; filename=y", "y");
}

static void garbage(void)
{
	reads("attachment filename=a", NULL);
	reads("attachment, filename=a", NULL);
	reads("attachment; filename", NULL);
	reads("attachment; filename; x=y", NULL);
	reads("attachment; =a", NULL);
	reads("attachment; \"filename\"=a", NULL);
	reads("attachment; filename=a\"b\"", NULL);
	reads("attachment; filename=a; x=\"", NULL);
	reads("attachment; filename=a; (comment)", NULL);
	reads("attachment; filename*0=a; filename*1=b", NULL);
	reads("attachment; xfilename=a; filenames=b", NULL);
}

/* They are names; what becomes of them is not decided here. */
static void hostile_names(void)
{
	reads("a; filename=\"../../etc/passwd\"", "../../etc/passwd");
	reads("a; filename=..", "..");
	reads("a; filename*=UTF-8''%2e%2e%2fz%0a%1b", "../z\n\x1b");
	reads("a; filename=\"C:\\\\x\\\\y\"", "C:\\x\\y");
	reads_bytes("a; filename=\"x\0y\"", 17, NULL);
	reads_bytes("a; filename=x\0y", 15, NULL);
	reads_bytes("a\0; filename=x", 14, NULL);
}

int main(void)
{
	run(examples_of_the_rfcs);
	run(types_do_not_matter);
	run(quoted_strings);
	run(what_servers_send);
	run(extended_goes_first_if_it_is_one);
	run(two_of_one_are_none);
	run(garbage);
	run(hostile_names);
	return done();
}
