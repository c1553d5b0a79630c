/* test_link.c - Link fields: RFC 8288's grammar, RFC 6249's meaning, and neither. */
#include "net/link.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "dice.h"
#include "tap.h"

/* "TARGET[;PRI][;geo=GEO]" of each mirror, "other TARGET", by lines. The
 * value is in memory of its own, so that a sanitizer sees whoever reads behind it. */
static void reads(const char *text, const char *want)
{
	_cleanup_(buf_release) struct buf said = BUF_INIT;
	size_t len = strlen(text);
	char *copy = memcpy(xmalloc(len + 1), text, len);
	const char *value = copy = xrealloc(copy, len ? len : 1);
	struct link link;
	char geo[16];

	while (link_next(&value, &len, &link)) {
		buf_addstr(&said, link_is_mirror(&link) ? "" : "other ");
		buf_add(&said, link.target, link.target_len);
		if (link_priority(&link) != LINK_PRIORITY_LAST)
			buf_addf(&said, ";%d", link_priority(&link));
		if (link_param(&link, "geo", geo, sizeof(geo)))
			buf_addf(&said, ";geo=%s", geo);
		buf_addch(&said, '\n');
	}
	check(value == copy + strlen(text));
	check_int(len, 0);
	check_str(said.data, want);
	free(copy);
}

static void reads_mirrors(void)
{
	reads("<http://www2.example.com/example.ext>; rel=duplicate; pri=1; pref",
		"http://www2.example.com/example.ext;1\n");
	reads("<ftp://ftp.example.com/example.ext>; rel=duplicate; pri=2; geo=gb; "
	      "depth=1",
		"ftp://ftp.example.com/example.ext;2;geo=gb\n");
	reads("<http://a/>;rel=\"duplicate\", <http://b/>;rel=duplicate;geo=\"de\",\t"
	      "</c?x=1,2;y>; rel=duplicate",
		"http://a/\nhttp://b/;geo=de\n/c?x=1,2;y\n");
	reads("<http://a/>; REL=\"alternate  Duplicate\"; Pri=\"007\"",
		"http://a/;7\n");
}

static void passes_over_others(void)
{
	reads("<a>;rel=next", "other a\n");
	reads("<a>;rel=describedby;type=\"application/metalink4+xml\"", "other a\n");
	reads("<a>", "other a\n");
	reads("<a>;rel", "other a\n");
	reads("<a>;rel=duplicates", "other a\n");
	reads("<a>;rel=next;rel=duplicate", "other a\n"); /* the first one holds */
	reads("<a>;title=\"x; rel=duplicate\"", "other a\n");
	reads("<a>;title=\"\\\"; rel=duplicate\";rel=next", "other a\n");
	reads("<a>;rel=duplicate;anchor=\"http://b/\"", "other a\n");
	reads("<a>;xrel=duplicate", "other a\n");
	reads("<a>;rel*=UTF-8''duplicate", "other a\n");
}

static void is_generous_with_space(void)
{
	reads("  ,, <a> \t; rel = duplicate ; pri\t=\t3 ; ; pref ,,<>;rel=duplicate, ",
		"a;3\n\n");
	reads("<a>;rel=duplicate;", "a\n");
	reads("<a>;rel=duplicate;geo", "a;geo=\n");
	reads("<a>;rel=duplicate;geo=", "a;geo=\n");
	reads("<a>;rel=duplicate;geo=;pri=2", "a;2;geo=\n");
	reads("<a>;rel=duplicate;geo=\"\"", "a;geo=\n");
	reads("<a>;rel=duplicate;geo=\"d\\e\\\"\\\\\"", "a;geo=de\"\\\n");
}

static void priorities(void)
{
	reads("<a>;rel=duplicate;pri=0, <b>;rel=duplicate;pri=-1,"
	      "<c>;rel=duplicate;pri=999998, <d>;rel=duplicate;pri=1000000,"
	      "<e>;rel=duplicate;pri=99999999999999999999, <f>;rel=duplicate;pri=1x",
		"a\nb\nc;999998\nd\ne\nf\n");
}

static void ends_where_it_is_malformed(void)
{
	reads("", "");
	reads(",", "");
	reads("http://a/; rel=duplicate", "");
	reads("<http://a/", "");
	reads("<", "");
	reads("<a>;rel=duplicate, b;rel=duplicate, <c>;rel=duplicate", "a\n");
	reads("<a>;rel=duplicate, <b>;title=\"open, <c>;rel=duplicate", "a\n");
	reads("<a>;rel=duplicate, <b> <c>;rel=duplicate", "a\n");
	reads("<a>;rel=duplicate;title=\"x\\", "");
	reads("<a>;\"x\"", "");
	reads("<a>;rel=duplicate;=x, <b>;rel=duplicate", "a\nb\n");
}

static void values_that_do_not_fit(void)
{
	static const char with_nul[] = "<a>;geo=d\0e;rel=duplicate";
	const char *value = "<a>;geo=0123456789";
	size_t len = strlen(value);
	struct link link;
	char space[11];

	check(link_next(&value, &len, &link));
	check(link_param(&link, "GEO", space, 11));
	check_str(space, "0123456789");
	check(!link_param(&link, "geo", space, 10));
	check(!link_param(&link, "geo", space, 0));
	check(!link_param(&link, "ge", space, 11));
	check(!link_param(&link, "", space, 11));
	value = with_nul;
	len = sizeof(with_nul) - 1;
	check(link_next(&value, &len, &link));
	check(!link_param(&link, "geo", space, 11));
	check(link_is_mirror(&link));
}

/* Whatever comes, it ends, and what is given lies inside. */
static void holds_for_random_text(void)
{
	static const char alphabet[] = "<>;,=\"\\ \tarelpi1dup*";
	struct dice dice = {1};

	for (int round = 0; round < 20000; round++) {
		char text[40];
		const char *value = text;
		size_t len = 0;
		struct link link;

		for (; len < sizeof(text); len++)
			text[len] = alphabet[dice_below(&dice, sizeof(alphabet) - 1)];
		for (const char *before = value; link_next(&value, &len, &link);
			before = value) {
			check(value > before && value + len == text + sizeof(text));
			check(link.target > before && link.target_len < sizeof(text));
			check(link.params + link.params_len == value);
			check_int(link_priority(&link) > 0, 1);
			(void)link_is_mirror(&link);
		}
		check_int(len, 0);
	}
}

int main(void)
{
	run(reads_mirrors);
	run(passes_over_others);
	run(is_generous_with_space);
	run(priorities);
	run(ends_where_it_is_malformed);
	run(values_that_do_not_fit);
	run(holds_for_random_text);
	return done();
}
