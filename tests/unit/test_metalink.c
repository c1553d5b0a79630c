/* test_metalink.c - Metalinks of both versions, as they should be and as they should not. */
#include "input/metalink.h"

#include <stdlib.h>

#include "tap.h"

#define NS4 "xmlns='urn:ietf:params:xml:ns:metalink'"
#define NS3 "version='3.0' xmlns='http://www.metalinker.org/'"
#define V4(files)                                                                      \
	"<?xml version='1.0' encoding='UTF-8'?>\n<metalink " NS4 ">" files "</"        \
	"metalink>"
#define V3(files)                                                                      \
	"<?xml version='1.0'?>\n<metalink " NS3 "><files>" files "</files></metalink>"
#define FILE4(body) V4("<file name='f'>" body "</file>")
#define FILE3(body) V3("<file name='f'>" body "</file>")
#define A_URL "<url>http://a.example/f</url>"
#define A_URL3 "<resources><url type='http'>http://a.example/f</url></resources>"

#define SHA1_1 "f572d396fae9206628714fb2ce00f72e94f2258f"
#define SHA1_2 "0000000000000000000000000000000000000002"
#define MD5_1 "b1946ac92492d2347c6235b4d2611184"
#define SHA256_1 "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
#define SHA256_2 "0000000000000000000000000000000000000000000000000000000000000002"

/* What the log was told; the test's own. */
static struct buf logged = BUF_INIT;

static void log_to_buf(void *context, enum log_level level, const char *line)
{
	buf_addf((struct buf *)context, "%c %s\n", level == LOG_WARN ? 'w' : 'i', line);
}

static void say_entry(struct buf *said, const struct entry *entry)
{
	buf_addstr(said, entry->out);
	check(entry->out_is_foreign);
	check(!entry->input);
	if (entry->size >= 0)
		buf_addf(said, " size=%" PRId64, entry->size);
	if (entry->checksum.alg != DIGEST_NONE) {
		buf_addch(said, ' ');
		checksum_add(said, &entry->checksum);
	}
	if (entry->pieces) {
		const struct pieces *pieces = entry->pieces;
		size_t size = checksum_len(pieces->alg);

		buf_addf(said, " %s:%" PRId64 "*%zu", checksum_name(pieces->alg),
			pieces->length, pieces->count);
		for (size_t i = 0; i < pieces->count; i++)
			buf_addf(said, ",%02x", pieces->digests[(i + 1) * size - 1]);
	}
	for (size_t i = 0; i < entry->urls.count; i++)
		buf_addf(said, " %s", entry->urls.items[i]);
	buf_addch(said, '\n');
}

/* All that can be taken now. */
static enum source_status take_all(struct metalink *metalink, struct buf *said)
{
	enum source_status status;
	struct entry *entry;
	struct error err;

	for (;;) {
		status = metalink_take(metalink, &entry, &err);
		switch (status) {
		case SOURCE_ENTRY:
			say_entry(said, entry);
			entry_free(entry);
			break;
		case SOURCE_BAD:
			check_int(err.kind, KIND_INPUT);
			buf_addf(said, "! %s\n", err.text);
			break;
		case SOURCE_BROKEN:
			check_int(err.kind, KIND_INPUT);
			buf_addf(said, "broken %s\n", err.text);
			break;
		default:
			return status;
		}
	}
}

static void read_by(struct buf *said, const char *text, size_t step, const char *base,
	const char *preferred)
{
	struct metalink *metalink = metalink_new("doc", base, preferred);
	size_t len = strlen(text);

	for (; len > step; len -= step, text += step) {
		metalink_feed(metalink, text, step, false);
		(void)take_all(metalink, said);
	}
	metalink_feed(metalink, text, len, true);
	check_int(take_all(metalink, said), SOURCE_END);
	metalink_feed(metalink, "<x/>", 4, true);
	check_int(take_all(metalink, said), SOURCE_END);
	metalink_free(metalink);
}

#define gives(text, want) gives_from(text, NULL, NULL, want)

/* The same however it comes. */
static void gives_from(
	const char *text, const char *base, const char *preferred, const char *want)
{
	static const size_t steps[] = {100000, 1, 5, 100};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		_cleanup_(buf_release) struct buf said = BUF_INIT;

		buf_clear(&logged);
		read_by(&said, text, steps[i], base, preferred);
		check_str(said.data, want);
	}
}

static void check_logged(const char *want)
{
	check_str(logged.data, want);
}

static void reads_version_4(void)
{
	gives(V4("<generator>x</generator><published>2009-05-15T12:23:23Z</published>"
		 "<origin dynamic='true'>http://a.example/a.meta4</origin>"
		 "<file name='dir/example.ext'><size>14471447</size>"
		 "<identity>Example</identity><version>1.0</version>"
		 "<description>A &lt;description&gt;</description>"
		 "<hash type='sha-1'>" SHA1_1 "</hash>"
		 "<hash type='sha-256'> " SHA256_1 "\n</hash>"
		 "<hash type='md5'>" MD5_1 "</hash>"
		 "<hash type='x-unknown'>zz</hash>"
		 "<metaurl mediatype='torrent'>http://a.example/t.torrent</metaurl>"
		 "<url location='de' priority='2'>http://b.example/f</url>"
		 "<url location='us' "
		 "priority='1'>\n\thttps://a.example/f?x=1&amp;y\n</url>"
		 "</file><file name='two'><url>HTTP://a.example/g</url></file>"),
		"dir/example.ext size=14471447 sha-256=" SHA256_1
		" https://a.example/f?x=1&y http://b.example/f\n"
		"two HTTP://a.example/g\n");
	check_logged("");
}

static void reads_version_3(void)
{
	gives(V3("<file name='f.iso'><os>Linux-x86</os><size>100</size>"
		 "<verification><hash type='md5'>" MD5_1 "</hash>"
		 "<hash type='sha1'>" SHA1_1 "</hash></verification>"
		 "<resources maxconnections='2'>"
		 "<url type='ftp' preference='100'>ftp://a.example/f</url>"
		 "<url type='bittorrent' preference='100'>http://a.example/t</url>"
		 "<url type='http' preference='10'>http://c.example/f</url>"
		 "<url type='https' location='de' "
		 "preference='90'>https://b.example/f</url>"
		 "<url preference='1000'>http://a.example/f</url>"
		 "<url>http://d.example/f</url>"
		 "</resources></file>"),
		"f.iso size=100 sha-1=" SHA1_1
		" http://a.example/f https://b.example/f http://c.example/f"
		" http://d.example/f\n");
	/* Neither version takes what the other has where it does not belong. */
	gives(FILE4("<resources>" A_URL "</resources>"), "! doc:2: it has no URL\n");
	gives(FILE3(A_URL), "! doc:2: it has no URL\n");
}

static void orders_mirrors(void)
{
	const char *text = FILE4("<url priority='3' location='us'>http://c/</url>"
				 "<url>http://e/</url>"
				 "<url priority='1'>http://a/</url>"
				 "<url priority='x'>http://f/</url>"
				 "<url priority='3' location='AT'>http://d/</url>"
				 "<url priority='999999' location='de'>http://g/</url>"
				 "<url priority='1'>http://b/</url>");

	gives(text, "f http://a/ http://b/ http://c/ http://d/ http://e/ http://f/"
		    " http://g/\n");
	gives_from(text, NULL, "de, at,",
		"f http://g/ http://d/ http://a/ http://b/ http://c/ http://e/"
		" http://f/\n");
	gives_from(text, NULL, "at de",
		"f http://d/ http://g/ http://a/ http://b/ http://c/ http://e/"
		" http://f/\n");
	gives_from(text, NULL, "fr",
		"f http://a/ http://b/ http://c/ http://d/"
		" http://e/ http://f/ http://g/\n");
}

static void resolves_urls(void)
{
	const char *text =
		FILE4("<url>g.iso</url><url>/h</url><url>//b.example/i</url>");

	gives_from(text, "http://a.example/dir/x.meta4?q", NULL,
		"f http://a.example/dir/g.iso http://a.example/h"
		" http://b.example/i\n");
	gives(text, "! doc:2: its URLs are relative, and to what is not known\n");
	gives_from(FILE4("<url>http:rel</url>"), "http://a.example/", NULL,
		"f http:rel\n"); /* url_parse refuses it */
}

static void passes_over_other_schemes(void)
{
	gives(FILE4("<url>ftp://a.example/f</url>" A_URL
		    "<url>file:///etc/passwd</url><url>s3://b/dir/</url><url> </url>"),
		"f http://a.example/f\n");
	check_logged("i seine: doc:2: a URL that cannot be used is left out\n"
		     "i seine: doc:2: a URL that cannot be used is left out\n"
		     "i seine: doc:2: a URL that cannot be used is left out\n");
	gives(FILE4("<url>ftp://a.example/f</url>"),
		"! doc:2: it has no URL of http, https or an object in a bucket\n");
	gives(FILE4("<url/>"), "! doc:2: it has no URL\n");
}

static void takes_objects(void)
{
	gives(FILE4(A_URL "<url>s3://b/k</url>"), "f http://a.example/f s3://b/k\n");
	gives(FILE4("<url>s3://b/*</url>"),
		"! doc:2: it has no URL of http, https or an object in a bucket\n");
	/* A server's document does not spend the user's credentials. */
	gives_from(FILE4(A_URL "<url>s3://b/k</url>"), "http://b.example/m.meta4", NULL,
		"f http://a.example/f\n");
	gives_from(FILE4("<url>s3://b/k</url>"), "http://b.example/m.meta4", NULL,
		"! doc:2: it has no URL of http or https\n");
}

static void tells_bad_files(void)
{
	gives(V4("<file>" A_URL "</file>\n"
		 "<file name=''>" A_URL "</file>\n"
		 "<file name='a'><size>x</size>" A_URL "</file>\n"
		 "<file name='b'><size>-1</size>" A_URL "</file>\n"
		 "<file name='c'><size>99999999999999999999</size>" A_URL "</file>\n"
		 "<file name='d'><size> 7 </size>" A_URL "</file>\n"
		 "<file name='e'><hash type='sha-256'>" SHA1_1 "</hash>" A_URL
		 "</file>\n"
		 "<file name='f'><hash type='md5'>" MD5_1 "</hash><hash type='md5'>"
		 "00000000000000000000000000000000</hash>" A_URL "</file>\n"
		 "<file name='g'>\n\n</file>\n"
		 "<file name='h'><hash type='md5'>" MD5_1
		 "</hash><hash type='MD5'>" MD5_1 "</hash>" A_URL "</file>\n"),
		"! doc:2: the file has no name\n"
		"! doc:3: the file has no name\n"
		"! doc:4: its size is no number of bytes\n"
		"! doc:5: its size is no number of bytes\n"
		"! doc:6: its size is no number of bytes\n"
		"d size=7 http://a.example/f\n"
		"! doc:8: its sha-256 hash is not 64 hexadecimal digits\n"
		"! doc:9: it has two different md5 hashes\n"
		"! doc:10: it has no URL\n"
		"h md5=" MD5_1 " http://a.example/f\n");
}

static void caps_urls(void)
{
	for (int count = 1000; count <= 1001; count++) {
		_cleanup_(buf_release) struct buf text = BUF_INIT, said = BUF_INIT;

		buf_addstr(&text, "<metalink " NS4 "><file name='f'>");
		for (int i = 0; i < count; i++)
			buf_addstr(&text, A_URL);
		buf_addstr(&text, "</file></metalink>");
		read_by(&said, text.data, 65536, NULL, NULL);
		check_int(said.data[0], count > 1000 ? '!' : 'f');
	}
}

/* They go on as they are, to be judged where all names are. */
static void gives_names_as_they_are(void)
{
	gives(V4("<file name='../../etc/passwd'>" A_URL "</file>"
		 "<file name='/etc/passwd'>" A_URL "</file>"
		 "<file name='a\\..\\b'>" A_URL "</file>"),
		"../../etc/passwd http://a.example/f\n"
		"/etc/passwd http://a.example/f\n"
		"a\\..\\b http://a.example/f\n");
}

#define PIECES(attributes, hashes) "<pieces " attributes ">" hashes "</pieces>"
#define PIECE_1 "<hash>" SHA1_1 "</hash>"
#define PIECE_2 "<hash> " SHA1_2 "</hash>"
#define NUMBERED(n, hex) "<hash piece='" n "'>" hex "</hash>"

static void reads_pieces(void)
{
	gives(FILE4("<size>15</size>" PIECES("length='8' type='sha-1'", PIECE_1 PIECE_2)
			      A_URL),
		"f size=15 sha-1:8*2,8f,02 http://a.example/f\n");
	gives(FILE4(PIECES("length='8' type='sha-1'", PIECE_1 PIECE_2) A_URL
		      "<size>16</size>"),
		"f size=16 sha-1:8*2,8f,02 http://a.example/f\n");
	gives(FILE4(PIECES("length='8' type='sha-1'", PIECE_1 PIECE_2) A_URL),
		"f sha-1:8*2,8f,02 http://a.example/f\n");
	gives(FILE3("<size>9</size><verification>" PIECES("type='sha1' length='8'",
		      NUMBERED("0", SHA1_1)
			      NUMBERED("1", SHA1_2)) "</verification>" A_URL3),
		"f size=9 sha-1:8*2,8f,02 http://a.example/f\n");
	/* Hashes of pieces are none of the file. */
	gives(FILE4("<size>8</size>" PIECES("length='8' type='sha-256'",
		      "<hash type='md5'>" SHA256_2 "</hash>") A_URL),
		"f size=8 sha-256:8*1,02 http://a.example/f\n");
	check_logged("");
}

static void takes_the_strongest_pieces(void)
{
	const char *want = "f size=8 sha-256:8*1,02 http://a.example/f\n";

	gives(FILE4("<size>8</size>" PIECES("length='4' type='sha-1'", PIECE_1 PIECE_2)
			      PIECES("length='8' type='sha-256'",
				      "<hash>" SHA256_2 "</hash>") A_URL),
		want);
	gives(FILE4("<size>8</size>" PIECES("length='8' type='sha-256'",
		      "<hash>" SHA256_2 "</hash>") PIECES("length='4' type='sha-1'",
		      PIECE_1 PIECE_2) PIECES("length='4' type='x-new'",
		      "<hash>zz</hash>") A_URL),
		want);
	check_logged("");
	/* One that is wrong does not replace one that is right. */
	gives(FILE4("<size>8</size>" PIECES("length='4' type='sha-1'", PIECE_1 PIECE_2)
			      PIECES("length='8' type='sha-256'", PIECE_1) A_URL),
		"f size=8 sha-1:4*2,8f,02 http://a.example/f\n");
	check_logged(
		"w seine: doc:2: f: its sha-256 piece hashes are left out: one is of"
		" a wrong length, or no hexadecimal digits\n");
}

static void leaves_out_bad_pieces(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{PIECES("length='0' type='sha-1'", PIECE_1),
			"the length of a piece is no number from 1"},
		{PIECES("length='-8' type='sha-1'", PIECE_1),
			"the length of a piece is no number from 1"},
		{PIECES("type='sha-1'", PIECE_1),
			"the length of a piece is no number from 1"},
		{PIECES("length='8' type='sha-1'", PIECE_1),
			"they are not as many as its size needs"},
		{PIECES("length='8' type='sha-1'", PIECE_1 PIECE_1 PIECE_1),
			"they are not as many as its size needs"},
		{PIECES("length='8' type='sha-1'", PIECE_1 "<hash>00</hash>"),
			"one is of a wrong length, or no hexadecimal digits"},
		{PIECES("length='8' type='sha-1'",
			 NUMBERED("1", SHA1_1) NUMBERED("0", SHA1_1)),
			"they are not in order"},
		{PIECES("length='9223372036854775807' type='sha-1'", PIECE_1 PIECE_2),
			"they are not as many as its size needs"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(buf_release) struct buf text = BUF_INIT, want = BUF_INIT;

		buf_addf(&text,
			"<metalink " NS4 "><file name='f'><size>16</size>%s" A_URL
			"</file></metalink>",
			cases[i].text);
		gives(text.data, "f size=16 http://a.example/f\n");
		buf_addf(&want,
			"w seine: doc:1: f: its sha-1 piece hashes are left out: "
			"%s\n",
			cases[i].why);
		check_logged(want.data);
	}
	/* Of no bytes there are no pieces. */
	gives(FILE4("<size>0</size>" PIECES("length='8' type='sha-1'", "") A_URL),
		"f size=0 http://a.example/f\n");
	check_logged("");
}

static void tells_signatures_once(void)
{
#define SIGNED "<signature mediatype='application/pgp-signature'>-----BEGIN</signature>"
	gives(V4("<file name='a'>" SIGNED SIGNED A_URL "</file>\n"
		 "<file name='b'>" SIGNED A_URL "</file>"),
		"a http://a.example/f\nb http://a.example/f\n");
	check_logged("w seine: doc:2: unverified signature ignored\n");
	gives(FILE3("<verification><signature type='pgp' file='f.sig'>x</signature>"
		    "</verification>" A_URL3),
		"f http://a.example/f\n");
	check_logged("w seine: doc:2: unverified signature ignored\n");
}

/* The rest of the world, and what only looks like ours. */
static void passes_over_the_unknown(void)
{
	gives("<m:metalink xmlns:m='urn:ietf:params:xml:ns:metalink' xmlns:o='urn:o'>"
	      "<m:file name='f' o:name='g'><o:url>http://o.example/</o:url>"
	      "<m:new><m:url>http://n.example/</m:url></m:new>"
	      "<m:url o:priority='1'>http://a.example/f</m:url>"
	      "<m:url priority='2'>http://b.example/f</m:url>"
	      "<o:size>7</o:size></m:file><o:file name='o'/>"
	      "<o:x><m:file name='g'><m:url>http://g.example/</m:url></m:file></o:x>"
	      "</m:metalink>",
		"f http://b.example/f http://a.example/f\n");
	gives(FILE4("<url>http://a.example/<!-- c -->f<![CDATA[?a&b]]></url>"
		    "<file name='g'>" A_URL "</file>"),
		"f http://a.example/f?a&b\n");
}

static void refuses_what_is_none(void)
{
	gives("<html xmlns='http://www.w3.org/1999/xhtml'><file/></html>",
		"broken doc:1: this is no Metalink of version 3 or 4: it begins with"
		" <html> of the namespace \"http://www.w3.org/1999/xhtml\"\n");
	gives("<metalink><file name='f'>" A_URL "</file></metalink>",
		"broken doc:1: this is no Metalink of version 3 or 4: it begins with"
		" <metalink> of the namespace \"\"\n");
	gives("<file " NS4 ">" A_URL "</file>",
		"broken doc:1: this is no Metalink of version 3 or 4: it begins with"
		" <file> of the namespace \"urn:ietf:params:xml:ns:metalink\"\n");
	gives(V4(""), "broken doc: this Metalink names no file\n");
	gives("", "broken doc:1: it ends too early\n");
	gives("<!DOCTYPE metalink [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
	      "<metalink " NS4 "><file name='f'><url>&x;</url></file></metalink>",
		"broken doc:1: it has a DOCTYPE, which is not accepted\n");
}

/* What came before the break is good. */
static void gives_what_came_before_a_break(void)
{
	gives("<metalink " NS4 "><file name='f'>" A_URL "</file>\n"
	      "<file name='g'>" A_URL,
		"f http://a.example/f\nbroken doc:2: it ends too early\n");
	gives("<metalink " NS4 "><file name='f'>" A_URL "</file>\n<file name='g'/>\n"
	      "<file name='g'></url></file>",
		"f http://a.example/f\n! doc:2: it has no URL\n"
		"broken doc:3: bad XML: Opening and ending tag mismatch: file line 3 "
		"and"
		" url\n");
}

/* A file comes out when it has ended, whatever is still to come. */
static void streams(void)
{
	_cleanup_(buf_release) struct buf said = BUF_INIT;
	struct metalink *metalink = metalink_new("doc", NULL, NULL);
	const char *text = "<metalink " NS4 "><file name='f'>" A_URL "</file>";

	check_int(take_all(metalink, &said), SOURCE_AGAIN);
	metalink_feed(metalink, text, strlen(text) - 1, false);
	check_int(take_all(metalink, &said), SOURCE_AGAIN);
	check_str(said.data, "");
	metalink_feed(metalink, ">", 1, false);
	check_int(take_all(metalink, &said), SOURCE_AGAIN);
	check_str(said.data, "f http://a.example/f\n");
	metalink_feed(metalink, text, strlen(text), false);
	metalink_free(metalink); /* what is not taken is freed */
	metalink_free(NULL);
}

int main(void)
{
	log_setup(LOG_INFO, log_to_buf, &logged);
	run(reads_version_4);
	run(reads_version_3);
	run(orders_mirrors);
	run(resolves_urls);
	run(passes_over_other_schemes);
	run(takes_objects);
	run(tells_bad_files);
	run(caps_urls);
	run(gives_names_as_they_are);
	run(reads_pieces);
	run(takes_the_strongest_pieces);
	run(leaves_out_bad_pieces);
	run(tells_signatures_once);
	run(passes_over_the_unknown);
	run(refuses_what_is_none);
	run(gives_what_came_before_a_break);
	run(streams);
	buf_release(&logged);
	return done();
}
