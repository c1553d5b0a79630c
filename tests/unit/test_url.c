/* URLs: what is taken, what is refused, what is shown, and which addresses are private.
 */
#include "base/url.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dice.h"
#include "tap.h"

static const struct {
	const char *in, *text, *origin, *host, *path, *query;
} good[] = {
	{"http://h", "http://h/", "http://h:80", "h", "/", NULL},
	{"https://H.Example:443/A?B#c", "https://h.example/A?B",
		"https://h.example:443", "h.example", "/A", "B"},
	{"HTTP://h:8080/x", "http://h:8080/x", "http://h:8080", "h", "/x", NULL},
	{"http://h:080/", "http://h/", "http://h:80", "h", "/", NULL},
	{"http://h:443/", "http://h:443/", "http://h:443", "h", "/", NULL},
	{"https://h:80/", "https://h:80/", "https://h:80", "h", "/", NULL},
	{"http://h/?", "http://h/", "http://h:80", "h", "/", NULL},
	{"http://h?q=1", "http://h/?q=1", "http://h:80", "h", "/", "q=1"},
	{"http://h/a b", "http://h/a%20b", "http://h:80", "h", "/a%20b", NULL},
	{"http://h/\xc3\xbc", "http://h/%c3%bc", "http://h:80", "h", "/%c3%bc", NULL},
	{"http://h/\xff", "http://h/%ff", "http://h:80", "h", "/%ff", NULL},
	{"http://h/a/../../z", "http://h/z", "http://h:80", "h", "/z", NULL},
	{"http://h/%2F%zz%", "http://h/%2F%zz%", "http://h:80", "h", "/%2F%zz%", NULL},
	{"http://u:p%40@h/x", "http://u:p%40@h/x", "http://h:80", "h", "/x", NULL},
	{"http://u@h/x", "http://u@h/x", "http://h:80", "h", "/x", NULL},
	{"http://:p@h/x", "http://:p@h/x", "http://h:80", "h", "/x", NULL},
	{"http://[::1]", "http://[::1]/", "http://[::1]:80", "[::1]", "/", NULL},
	{"https://[FE80::A%25Eth0]:8443/", "https://[fe80::a%25Eth0]:8443/",
		"https://[fe80::a%25Eth0]:8443", "[fe80::a%25Eth0]", "/", NULL},
	/* odd ways to write an address come to one */
	{"http://0x7f.1/", "http://127.0.0.1/", "http://127.0.0.1:80", "127.0.0.1", "/",
		NULL},
	{"http://2130706433/", "http://127.0.0.1/", "http://127.0.0.1:80", "127.0.0.1",
		"/", NULL},
	/* one interpretation: the host is what libcurl will ask */
	{"http://a;b@evil/", "http://a;b@evil/", "http://evil:80", "evil", "/", NULL},
	{"http://h\\@evil/", "http://h\\@evil/", "http://evil:80", "evil", "/", NULL},
	{"http://good#@evil/", "http://good/", "http://good:80", "good", "/", NULL},
	{"http://good?@evil/", "http://good/?@evil/", "http://good:80", "good", "/",
		"@evil/"},
};

static const char *const bad[] = {
	"",
	" ",
	"x",
	"/x",
	"//h/x",
	"h/x",
	"h:80/x",
	"example.com",
	"example.com/x",
	"ftp://h/x",
	"file:///etc/passwd",
	"gopher://h/",
	"javascript:alert(1)",
	"s3://b/k",
	"http:",
	"http://",
	"http:///",
	"http:////h",
	"http://:80/",
	"http://h:99999/",
	"http://h:x/",
	"http://h:-1/",
	"http://h:80:80/",
	"http://h%2F127.0.0.1/",
	"http://h%00.evil/",
	/* a second decoding would make another host of these */
	"http://h%252F127.0.0.1/",
	"http://%2531.2.3.4/",
	"http://h%25/",

	"http://a b/",
	"http://h/\x01",
	"http://h/\r\nX: y",
	"http://h\n/",
	"http://h/\x7f",
	"http://[::1/",
	"http://[::g]/",
	"http://u:p@",
	"http://a:b@c@d/",
	" http://h/",
};

static void takes_apart(void)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct url url;
		struct error err = {0};

		check_int(url_parse(&url, good[i].in, &err), 0);
		check_str(url.text, good[i].text);
		check_str(url.origin, good[i].origin);
		check_str(url.host, good[i].host);
		check_str(url.path, good[i].path);
		check_str(url.query, good[i].query);
		url_release(&url);
		check(!url.text && !url.origin && !url.host && !url.path && !url.query);
	}
}

static void normal_form_is_stable(void)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct url url;

		check_int(url_parse(&url, good[i].text, NULL), 0);
		check_str(url.text, good[i].text);
		check_str(url.origin, good[i].origin);
		url_release(&url);
	}
}

static void refuses(void)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct url url;
		struct error err = {0};
		int result = url_parse(&url, bad[i], &err);

		if (result == 0)
			printf("# taken: %s\n", bad[i]);
		check_int(result, -1);
		check_int(err.kind, KIND_BAD_URL);
		check(err.text[0] != '\0');
		check(!url.text && !url.origin && !url.host && !url.path && !url.query);
		url_release(&url);
	}
}

/* What has no scheme is not taken for one that is not fetched. */
static void tells_what_is_wrong(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {{"host.example:8080/x", "no scheme"},
		{"127.0.0.1:80/x", "no scheme"},
		{"ftp://host.example/x", "only http:// and https://"},
		{"http://h:70000/x", "up to 65535"},
		{"http://a b/x", "not allowed there"}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err;
		struct url url;

		check_int(url_parse(&url, cases[i].text, &err), -1);
		check(strstr(err.text, cases[i].why) != NULL);
		check(strstr(err.text, "password") == NULL); /* there is none */
		url_release(&url);
	}
}

static void helps_and_keeps_secrets(void)
{
	static const char *const secret[] = {
		"http://user:HUNTER2/x@host/",
		"http://user:HUNTER2 y@host/",
		"user:HUNTER2@host/x",
		"ftp://user:HUNTER2@host/",
		"http://user:HUNTER2@ho st/",
		"http://user:HUNTER2@@host/",
		"http://user:HUNTER2@host:port/",
		"HUNTER2://x",
		"HUNTER2:/x",
	};
	struct url url;
	struct error err = {0};

	check_int(url_parse(&url, "example.com/x", &err), -1);
	check(strstr(err.text, "http://...") != NULL);
	check_int(url_parse(&url, "ftp://example.com/x", &err), -1);
	check(strstr(err.text, "https://") != NULL);
	for (size_t i = 0; i < ARRAY_LEN(secret); i++) {
		check_int(url_parse(&url, secret[i], &err), -1);
		check(strstr(err.text, "HUNTER2") == NULL);
	}
	check_int(url_parse(&url, "http://user:pass/word@host/", &err), -1);
	check(strstr(err.text, "%2F") != NULL);
	check_int(url_parse(&url, "http://user:p@ss@host/", &err), -1);
	check(strstr(err.text, "%40") != NULL);
	check_int(url_parse(&url, "no error wanted", NULL), -1);
}

static bool same(const char *a, const char *b)
{
	struct url one, two;
	bool result;

	check_int(url_parse(&one, a, NULL), 0);
	check_int(url_parse(&two, b, NULL), 0);
	result = url_same_origin(&one, &two);
	url_release(&one);
	url_release(&two);
	return result;
}

static void compares_origins(void)
{
	struct url url;

	check(same("http://h/a", "http://H:80/b?c"));
	check(same("https://u:p@h/a", "https://h:443/"));
	check(!same("http://h/", "https://h/"));
	check(!same("http://h:443/", "https://h/"));
	check(!same("http://h/", "http://h:8080/"));
	check(!same("http://h/", "http://h.evil/"));
	check(!same("http://h/", "http://www.h/"));
	check_int(url_parse(&url, "HTTPS://h/", NULL), 0);
	check(url_is_https(&url));
	url_release(&url);
	check_int(url_parse(&url, "http://https/", NULL), 0);
	check(!url_is_https(&url));
	url_release(&url);
}

static void keeps_user(const char *text, const char *from, const char *want)
{
	struct url url, other;

	check_int(url_parse(&url, text, NULL), 0);
	check_int(url_parse(&other, from, NULL), 0);
	url_keep_user(&url, &other);
	check_str(url.text, want);
	url_release(&url);
	url_release(&other);
}

static void keeps_users(void)
{
	keeps_user("http://h/b?c@d", "http://u:p@h/a", "http://u:p@h/b?c@d");
	keeps_user("http://h:80/b", "http://u%40:p@h/a@b", "http://u%40:p@h/b");
	keeps_user("https://h/", "https://token@h:443/", "https://token@h/");
	keeps_user("http://[::1]:8/", "http://u:@[::1]:8/a", "http://u:@[::1]:8/");
	keeps_user("http://v:q@h/b", "http://u:p@h/a", "http://v:q@h/b");
	keeps_user("http://h/b", "http://h/a@b", "http://h/b");
	keeps_user("http://i/b", "http://u:p@h/a", "http://i/b");
	keeps_user("http://h:8/b", "http://u:p@h/a", "http://h:8/b");
	keeps_user("http://h/b", "https://u:p@h/a", "http://h/b");
}

static const struct {
	const char *text, *shown;
} redacted[] = {
	{"http://h/a/b", "http://h/a/b"},
	{"http://h/a?b=c&d#e", "http://h/a?b=c&d#e"},
	{"http://u:p@h/a", "http://h/a"},
	{"http://token@h/a@b", "http://h/a@b"},
	{"http:/u:p@h/a", "http://h/a"},
	{"HTTP:///u:p@H/a", "http://h/a"},
	{"http://h/?X-Amz-Date=1&X-Amz-Signature=abc&x=y",
		"http://h/?X-Amz-Date=1&X-Amz-Signature=...&x=y"},
	{"http://h/?x-amz-CREDENTIAL=a/b&X-Amz-Security-Token=t%3D",
		"http://h/?x-amz-CREDENTIAL=...&X-Amz-Security-Token=..."},
	{"http://h/?X-Goog-Signature=a&X-Goog-Credential=b&X-Goog-Expires=3",
		"http://h/"
		"?X-Goog-Signature=...&X-Goog-Credential=...&X-Goog-Expires=3"},
	{"http://h/?AWSAccessKeyId=A&Signature=B&Expires=1",
		"http://h/?AWSAccessKeyId=...&Signature=...&Expires=1"},
	{"http://h/?sv=1&sp=r&sig=abc", "http://h/?sv=1&sp=r&sig=..."},
	{"http://h/?token=a=b=c", "http://h/?token=..."},
	{"http://h/?access_token=a;api_key=b;apikey=c", "http://h/?access_token=...;"
							"api_key=...;apikey=..."},
	{"http://h/?key=a&PASSWORD=b&auth=c&id=d",
		"http://h/?key=...&PASSWORD=...&auth=...&id=d"},
	{"http://h/#access_token=a&n=1", "http://h/#access_token=...&n=1"},
	{"http://h/?a=1?token=b", "http://h/?a=1?token=..."},
	{"http://h/?to%6Ben=a", "http://h/?to%6Ben=..."},
	{"http://h/?%74%4F%4b%65%6E=a", "http://h/?%74%4F%4b%65%6E=..."},
	{"http://h/?token", "http://h/?token"},
	{"http://h/?token=", "http://h/?token=..."},
	{"http://h/?&&=&", "http://h/?&&=&"},
	/* not secrets, though they look near */
	{"http://h/?tokenizer=bert&keyword=a&monkey=b&author=c",
		"http://h/?tokenizer=bert&keyword=a&monkey=b&author=c"},
	{"http://h/token=a", "http://h/token=a"},
	{"http://u:p@h/?u=p@q&token=a@b", "http://h/?u=p@q&token=..."},
	/* no URLs */
	{"", ""},
	{"@", ""},
	{"user:pw@h/x", "h/x"},
	{"user@h/x", "h/x"},
	{"http://user:p/w@h/x", "http://h/x"},
	{"http://user:p?w@h/x", "http://h/x"},
	{"http://user:p@w@h/x", "http://h/x"},
	{"ftp://h/pkg@1.2", "ftp://h/pkg@1.2"},
	{"ftp://u:p@h/x?token=a", "ftp://h/x?token=..."},
	{"h/x?a=b:c@d&token=e", "d&token=..."},
	{"h/x?a=b:c@-token=e&f=g", "-token=...&f=g"},
	{"h/x#a:@sig=e", "sig=..."},
};

static void redacts(void)
{
	for (size_t i = 0; i < ARRAY_LEN(redacted); i++) {
		struct buf shown _cleanup_(buf_release) = BUF_INIT;

		buf_addstr(&shown, ">");
		url_add_redacted(&shown, redacted[i].text);
		check_str(shown.data + 1, redacted[i].shown);
	}
}

static void redacts_endless_names(void)
{
	struct buf text _cleanup_(buf_release) = BUF_INIT;
	struct buf shown _cleanup_(buf_release) = BUF_INIT;

	buf_addstr(&text, "http://h/?");
	for (int i = 0; i < 500; i++)
		buf_addch(&text, 'a');
	buf_addstr(&text, "_token=HUNTER2");
	url_add_redacted(&shown, text.data);
	check(strstr(shown.data, "HUNTER2") == NULL);
}

static const char *const private_addresses[] = {
	"0.0.0.0",
	"0.1.2.3",
	"10.0.0.0",
	"10.255.255.255",
	"100.64.0.0",
	"100.127.255.255",
	"127.0.0.1",
	"127.255.255.254",
	"169.254.169.254",
	"172.16.0.0",
	"172.31.255.255",
	"192.0.0.1",
	"192.168.0.1",
	"192.168.255.255",
	"198.18.0.1",
	"198.19.255.255",
	"224.0.0.1",
	"240.0.0.1",
	"255.255.255.255",
	"::",
	"::1",
	"fc00::1",
	"fdff:ffff::1",
	"fe80::1",
	"fe80::1%eth0",
	"febf::1",
	"fec0::1",
	"ff02::1",
	"::ffff:127.0.0.1",
	"::ffff:10.0.0.1",
	"::ffff:a9fe:a9fe",
	"::127.0.0.1",
	"::ffff:0:192.168.1.1",
	"64:ff9b::10.0.0.1",
	"64:ff9b:1::808:808",
	"2002:7f00:1::",
	"2002:c0a8:101::1",
	"2001:0:1:2::3",
	"0:0:0:0:0:0:0:1",
	"0000:0000:0000:0000:0000:ffff:127.0.0.1",
	"FE80::1",
};

static const char *const public_addresses[] = {
	"1.1.1.1",
	"9.255.255.255",
	"11.0.0.0",
	"100.63.255.255",
	"100.128.0.0",
	"126.255.255.255",
	"128.0.0.0",
	"169.253.255.255",
	"169.255.0.0",
	"172.15.255.255",
	"172.32.0.0",
	"192.0.1.0",
	"192.167.255.255",
	"192.169.0.0",
	"198.17.255.255",
	"198.20.0.0",
	"223.255.255.255",
	"2606:4700::1111",
	"2001:1::1",
	"2001:4860:4860::8888",
	"fbff::1",
	"fe00::1",
	"::ffff:8.8.8.8",
	"::8.8.8.8",
	"64:ff9b::8.8.8.8",
	"2002:808:808::1",
	/* no addresses */
	"",
	"%",
	"localhost",
	"127.1",
	"127.0.0.1.",
	"[::1]",
	"0x7f.0.0.1",
	"10.0.0.1:80",
	"10.0.0.1/8",
	"::1 ",
	"00000000000000000000000000000000000000000000000000::1",
};

static void knows_private_addresses(void)
{
	for (size_t i = 0; i < ARRAY_LEN(private_addresses); i++) {
		if (!url_address_is_private(private_addresses[i]))
			printf("# %s\n", private_addresses[i]);
		check(url_address_is_private(private_addresses[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(public_addresses); i++) {
		if (url_address_is_private(public_addresses[i]))
			printf("# %s\n", public_addresses[i]);
		check(!url_address_is_private(public_addresses[i]));
	}
}

/* What is shown of a text that parses begins with scheme and host, and nothing before
 * the host; of one that does not, no "u:HUNTER2@" is left anywhere. */
static void check_shown(const char *text, const struct url *url)
{
	struct buf shown _cleanup_(buf_release) = BUF_INIT;
	size_t len;

	url_add_redacted(&shown, text);
	if (!url) {
		check(strstr(shown.data, "HUNTER2") == NULL);
		return;
	}
	if (!strchr(text, '@'))
		return; /* shown as it was written */
	len = (size_t)(strstr(url->text, "://") + 3 - url->text);
	check(strncmp(shown.data, url->text, len) == 0);
	check(strncmp(shown.data + len, url->host, strlen(url->host)) == 0);
	len += strlen(url->host);
	check(shown.data[len] == '/' || shown.data[len] == ':');
}

static void random_text(char text[256], struct dice *dice, bool with_scheme)
{
	static const char *const pieces[] = {
		"http",
		"https",
		"ftp",
		":",
		"/",
		"//",
		"://",
		"?",
		"#",
		"&",
		"=",
		"@",
		".",
		"..",
		"%",
		"%2e",
		"%2F",
		"%00",
		"\\",
		"[",
		"]",
		"::1",
		"h",
		"H",
		"80",
		";",
		" ",
		"\xc3\xbc",
		"\xff",
		"127.0.0.1",
		"a",
		"u:HUNTER2@h",
		"\t",
		"-",
		"x=y",
	};
	size_t len = (size_t)snprintf(text, 256, "%s", with_scheme ? "http://" : "");

	for (int k = 0; k < 8; k++) {
		len += (size_t)snprintf(text + len, 256 - len, "%s",
			pieces[dice_below(dice, ARRAY_LEN(pieces))]);
	}
}

/* Texts made of the pieces that URLs are confused by: what parses has a stable normal
 * form, and no password is shown whether it parses or not. */
static void holds_for_random_text(void)
{
	struct dice dice = {1};
	int parsed = 0;

	for (int i = 0; i < 200000; i++) {
		char text[256];
		struct url url, again;

		random_text(text, &dice, i % 2);
		if (url_parse(&url, text, NULL) < 0) {
			check_shown(text, NULL);
			continue;
		}
		parsed++;
		check_shown(text, &url);
		check_int(url_parse(&again, url.text, NULL), 0);
		check_str(again.text, url.text);
		check_str(again.origin, url.origin);
		check(again.path && again.path[0] == '/');
		url_release(&again);
		url_release(&url);
	}
	check(parsed > 10000);
}

/* What DNS and TLS know the host by, whatever the user typed. */
static void international_host(void)
{
	struct url url;
	struct error err;

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return;
	check_int(url_parse(&url,
			  "http://b\xc3\xbc"
			  "cher.example/x",
			  &err),
		0);
	check_str(url.host, "xn--bcher-kva.example");
	check_str(url.text, "http://xn--bcher-kva.example/x");
	url_release(&url);
	setlocale(LC_CTYPE, "C");
	check_int(url_parse(&url,
			  "http://b\xc3\xbc"
			  "cher.example/x",
			  &err),
		-1);
	check_int(err.kind, KIND_BAD_URL);
	check(strstr(err.text, "xn--") != NULL);
}

static void resolves_to(const char *base, const char *reference, const char *want)
{
	struct error err = {.text = ""};
	char *found = url_resolve(base, reference, &err);

	check_str(found, want);
	check_int(err.kind, want ? KIND_NONE : KIND_BAD_URL);
	free(found);
}

static void resolves_references(void)
{
	const char *base = "http://a.example/b/c/d.meta4?q=1#f";

	resolves_to(base, "g.iso", "http://a.example/b/c/g.iso");
	resolves_to(base, "./g/h", "http://a.example/b/c/g/h");
	resolves_to(base, "../g", "http://a.example/b/g");
	resolves_to(base, "../../../g", "http://a.example/g");
	resolves_to(base, "/g", "http://a.example/g");
	resolves_to(base, "//b.example/g", "http://b.example/g");
	resolves_to(base, "?x=y", "http://a.example/b/c/d.meta4?x=y");
	resolves_to(base, "https://b.example/g", "https://b.example/g");
	resolves_to(base, "a b.iso", "http://a.example/b/c/a%20b.iso");
	resolves_to("http://u:p@a.example:81/", "g", "http://u:p@a.example:81/g");
	resolves_to("no base", "g", NULL);
	resolves_to(base, "http://bad host/", NULL);
}

int main(void)
{
	run(takes_apart);
	run(resolves_references);
	run(normal_form_is_stable);
	run(refuses);
	run(tells_what_is_wrong);
	run(helps_and_keeps_secrets);
	run(compares_origins);
	run(keeps_users);
	run(redacts);
	run(redacts_endless_names);
	run(knows_private_addresses);
	run(holds_for_random_text);
	run(international_host);
	return done();
}
