/* test_sums.c - checksum files as all the tools write them, and as nobody should. */
#include "input/sums.h"

#include "base/alloc.h"
#include "feed.h"
#include "scratch.h"

#define MD5 "b1946ac92492d2347c6235b4d2611184"
#define MD5_B "00000000000000000000000000000001"
#define SHA1 "f572d396fae9206628714fb2ce00f72e94f2258f"
#define SHA256 "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
#define SHA512 SHA256 SHA256
#define SIGNED "-----BEGIN PGP SIGNED MESSAGE-----\n"
#define SIGNATURE                                                                      \
	"-----BEGIN PGP SIGNATURE-----\n\niHUEARYIAB0WIQRs\n=F9vR\n"                   \
	"-----END PGP SIGNATURE-----\n"

struct shelf {
	struct strings files;
	struct sums *sums;
	struct buf said; /* "! TEXT\n" of each bad line; "broken TEXT\n" */
};

/* Read to the end, or to a break. */
static void read_all(struct shelf *shelf)
{
	struct error err;

	for (;;) {
		switch (sums_read(shelf->sums, &err)) {
		case SOURCE_BAD:
			check_int(err.kind, KIND_INPUT);
			buf_addf(&shelf->said, "! %s\n", err.text);
			break;
		case SOURCE_BROKEN:
			check_int(err.kind, KIND_INPUT);
			buf_addf(&shelf->said, "broken %s\n", err.text);
			break;
		case SOURCE_AGAIN:
			check_int(sums_fd(shelf->sums), -1);
			break;
		default:
			return;
		}
	}
}

static void shelf_init(struct shelf *shelf, const char *name, const char *text)
{
	*shelf = (struct shelf){.said = BUF_INIT};
	if (text)
		check(scratch_write(name, text));
	strings_add(&shelf->files, name);
	shelf->sums = sums_new(&shelf->files);
}

static void shelf_release(struct shelf *shelf)
{
	sums_free(shelf->sums);
	strings_release(&shelf->files);
	buf_release(&shelf->said);
}

/* The checksum of the path as text; "" when there is none. */
static void check_found(const struct shelf *shelf, const char *path, const char *want)
{
	const struct checksum *sum = sums_find(shelf->sums, path);
	_cleanup_(buf_release) struct buf text = BUF_INIT;

	if (sum)
		checksum_add(&text, sum);
	if (strcmp(text.data, want) != 0)
		printf("# %s\n", path);
	check_str(text.data, want);
}

static const struct {
	const char *line, *path, *sum;
} lines[] = {
	{MD5 "  file", "file", "md5=" MD5},
	{MD5 " *file", "file", "md5=" MD5},
	{MD5 " file", "file", "md5=" MD5},
	{"B1946AC92492D2347C6235B4D2611184  file", "file", "md5=" MD5},
	{SHA1 "  file", "file", "sha-1=" SHA1},
	{"00112233445566778899aabb" MD5 "  file", "file",
		"sha-224=00112233445566778899aabb" MD5},
	{SHA256 "  file", "file", "sha-256=" SHA256},
	{SHA256 MD5 "  file", "file", "sha-384=" SHA256 MD5},
	{SHA512 "  file", "file", "sha-512=" SHA512},
	{SHA256 "  ./file", "file", "sha-256=" SHA256},
	{SHA256 "  .//./file", "file", "sha-256=" SHA256},
	{SHA256 "  a/b/file", "a/b/file", "sha-256=" SHA256},
	{SHA256 "  name with spaces  ", "name with spaces  ", "sha-256=" SHA256},
	{SHA256 "  a (b) = c", "a (b) = c", "sha-256=" SHA256},
	{SHA256 "  not\\escaped", "not\\escaped", "sha-256=" SHA256},
	{"\\" SHA256 "  new\\nline\\r\\\\", "new\nline\r\\", "sha-256=" SHA256},
	{"MD5 (file) = " MD5, "file", "md5=" MD5},
	{"SHA1 (file) = " SHA1, "file", "sha-1=" SHA1},
	{"SHA256 (file) = " SHA256, "file", "sha-256=" SHA256},
	{"SHA384 (file) = " SHA256 MD5, "file", "sha-384=" SHA256 MD5},
	{"SHA512 (./file) = " SHA512, "file", "sha-512=" SHA512},
	{"BLAKE2b (file) = " SHA512, "file", "blake2b-512=" SHA512},
	{"SHA256 (a (b) = (c)) = " SHA256, "a (b) = (c)", "sha-256=" SHA256},
	{"\\SHA256 (a\\\\b) = " SHA256, "a\\b", "sha-256=" SHA256},
	{SHA256 "  caf\xc3\xa9 \xff", "caf\xc3\xa9 \xff", "sha-256=" SHA256},
};

static void reads_what_the_tools_write(void)
{
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		char *text = xasprintf("%s\n", lines[i].line);
		struct shelf shelf;

		shelf_init(&shelf, "sums", text);
		read_all(&shelf);
		check_str(shelf.said.data, "");
		check_found(&shelf, lines[i].path, lines[i].sum);
		shelf_release(&shelf);
		free(text);
	}
}

static const char *const bad[] = {
	MD5,
	MD5 " ",
	MD5 "  ",
	MD5 " *",
	MD5 "\tfile",
	" " MD5 "  file",
	MD5 "0  file",
	MD5 "00  file",
	"0x" MD5 "  file",
	"12345678  file",
	"file  " MD5,
	"file " SHA256,
	"\\" MD5 "  trailing\\",
	"\\" MD5 "  a\\tb",
	"\\",
	"\\\\" MD5 "  file",
	"MD5(file)= " MD5,
	"MD5 (file) " MD5,
	"MD5 (file) = ",
	"MD5 (file) = " MD5 " ",
	"MD5 (file) = " SHA1,
	"MD5 () = " MD5,
	"MD4 (file) = " MD5,
	"BLAKE2b-256 (file) = " SHA256,
	"SHA512/256 (file) = " SHA256,
	"(file) = " MD5,
	" (file) = " MD5,
	") = " MD5,
	"sha256sum: file: No such file or directory",
	"-----BEGIN PGP SIGNATURE-----",
	"\x1f",
};

static void bad_lines_have_numbers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char *text =
			xasprintf("# comment\n\n%s\n \t\n" SHA256 "  last", bad[i]);
		struct shelf shelf;

		shelf_init(&shelf, "sums", text);
		read_all(&shelf);
		if (strncmp(shelf.said.data, "! sums:3: ", 10) != 0)
			printf("# %s\n", bad[i]);
		check(strncmp(shelf.said.data, "! sums:3: ", 10) == 0);
		check(strchr(shelf.said.data, '\n') ==
			shelf.said.data + shelf.said.len - 1);
		check_found(&shelf, "file", "");
		check_found(&shelf, "last", "sha-256=" SHA256);
		shelf_release(&shelf);
		free(text);
	}
}

/* 128 digits are sha-512, unless the file says who made them. */
static void name_of_the_file_tells_blake2(void)
{
	static const struct {
		const char *name, *sum;
	} cases[] = {
		{"SHA512SUMS", "sha-512=" SHA512},
		{"lab2.txt", "sha-512=" SHA512},
		{"B2SUMS", "blake2b-512=" SHA512},
		{"disk.iso.b2sum", "blake2b-512=" SHA512},
		{"sums.BLAKE2b", "blake2b-512=" SHA512},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct shelf shelf;

		shelf_init(&shelf, cases[i].name, SHA512 "  x\n" SHA256 "  y\n");
		read_all(&shelf);
		check_found(&shelf, "x", cases[i].sum);
		check_found(&shelf, "y", "sha-256=" SHA256);
		shelf_release(&shelf);
	}
}

static void finds_by_path_then_by_last_component(void)
{
	struct shelf shelf;

	shelf_init(&shelf, "sums",
		MD5 "  one\n" MD5_B "  sub/one\n" SHA1 "  deep/two\n" SHA256
		    "  /abs/three\n" SHA256 "  ../four\n");
	read_all(&shelf);
	check_str(shelf.said.data, "");
	check_found(&shelf, "one", "md5=" MD5);
	check_found(&shelf, "sub/one", "md5=" MD5_B);
	check_found(&shelf, "other/one", ""); /* which? */
	check_found(&shelf, "two", "sha-1=" SHA1);
	check_found(&shelf, "elsewhere/two", "sha-1=" SHA1);
	check_found(&shelf, "three", "sha-256=" SHA256);
	check_found(&shelf, "four", "sha-256=" SHA256);
	check_found(&shelf, "deep", "");
	check_found(&shelf, "five", "");
	check_found(&shelf, "one/", "");
	shelf_release(&shelf);
}

static void of_several_the_strongest(void)
{
	struct shelf shelf;

	shelf_init(&shelf, "md5sums", MD5 "  x\n" MD5_B "  y\n" SHA256 "  z\n");
	check(scratch_write("sha256sums", SHA256 "  x\n" SHA256 "  ./x\n" MD5 "  z\n"));
	strings_add(&shelf.files, "sha256sums");
	read_all(&shelf);
	check_str(shelf.said.data, "");
	check_found(&shelf, "x", "sha-256=" SHA256);
	check_found(&shelf, "y", "md5=" MD5_B);
	check_found(&shelf, "z", "sha-256=" SHA256);
	shelf_release(&shelf);
}

static void contradictions_are_bad_lines(void)
{
	struct shelf shelf;

	shelf_init(&shelf, "sums", MD5 "  x\n" MD5 " *x\n" MD5_B "  x\n");
	read_all(&shelf);
	check_str(shelf.said.data,
		"! sums:3: there is another checksum of this name before\n");
	check_found(&shelf, "x", "md5=" MD5);
	shelf_release(&shelf);
}

/* The signed text of clearsigned files (RFC 9580, section 7). */
static const struct {
	const char *text, *said;
	bool found; /* a checksum of "x" */
} messages[] = {
	{SIGNED "Hash: SHA256\n\n" MD5 "  x\n" SIGNATURE, "", true},
	{SIGNED "\n" MD5 "  x\n" SIGNATURE, "", true},
	{SIGNED "Hash: SHA256, SHA512\nHash: MD5\n \t\n" MD5 "  x\n" SIGNATURE, "",
		true},
	{"# from the mirror\n\n" SIGNED "\n# text\n\n" MD5 "  x\n" SIGNATURE
	 "\n# end\n",
		"", true},
	{"-----BEGIN PGP SIGNED MESSAGE----- \t\r\nHash: SHA256\r\n\r\n" MD5
	 "  x\r\n" SIGNATURE,
		"", true},
	{SIGNED "\n- " MD5 "  x\n" SIGNATURE, "", true},
	{SIGNED "\n" MD5 "  x\n" SIGNATURE SIGNED "\n" SHA1 "  x\n" SIGNATURE, "",
		true},
	{SIGNED "\n- -----BEGIN PGP SIGNATURE-----\n" MD5 "  x\n" SIGNATURE,
		"! sums:3: this is no checksum and name of a file\n", true},
	{SIGNED "\n- - " MD5 "  x\n" SIGNATURE,
		"! sums:3: this is no checksum and name of a file\n", false},
	{SIGNED "\n-" MD5 "  x\n" SIGNATURE,
		"! sums:3: this is no checksum and name of a file\n", false},
	/* What is not signed does not pass for signed. */
	{MD5 "  y\n" SIGNED "\n" MD5 "  x\n" SIGNATURE,
		"broken sums:2: a signed message begins behind lines that are not "
		"signed\n",
		false},
	{SIGNED "\n" MD5 "  y\n" SIGNATURE "\n" MD5 "  x\n",
		"broken sums:10: this line is behind the signed message\n", false},
	{SIGNED MD5 "  x\n\n" MD5 "  y\n" SIGNATURE,
		"broken sums:2: the signed message has a header that is not Hash\n",
		false},
	/* What is missing may be what matters. */
	{SIGNED, "broken sums: breaks off in a signed message\n", false},
	{SIGNED "\n" MD5 "  x\n", "broken sums: breaks off in a signed message\n",
		true},
	{SIGNED "\n" MD5 "  x\n-----BEGIN PGP SIGNATURE-----\n\niHUEARYIAB0WIQRs\n",
		"broken sums: breaks off in a signed message\n", true},
};

static void reads_what_is_signed_as_text(void)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		struct shelf shelf;

		shelf_init(&shelf, "sums", messages[i].text);
		read_all(&shelf);
		check_str(shelf.said.data, messages[i].said);
		check_int(sums_find(shelf.sums, "x") != NULL, messages[i].found);
		check_found(&shelf, "Hash", "");
		shelf_release(&shelf);
	}
}

static void count_lines(void *count, enum log_level level _unused_, const char *line)
{
	++*(int *)count;
	check_str(line, "seine: sums: its signature is not checked");
}

static void signatures_are_not_checked_and_that_is_said(void)
{
	int count = 0;
	struct shelf shelf;

	log_setup(LOG_WARN, count_lines, &count);
	shelf_init(&shelf, "sums", SIGNED "\n" MD5 "  x\n" SIGNATURE);
	check(scratch_write("plain", MD5 "  y\n"));
	strings_add(&shelf.files, "plain");
	read_all(&shelf);
	check_int(count, 1);
	check_found(&shelf, "y", "md5=" MD5);
	shelf_release(&shelf);
	log_setup(LOG_WARN, NULL, NULL);
}

static void broken_files(void)
{
	struct shelf shelf;

	shelf_init(&shelf, "missing", NULL);
	check(scratch_write("sums", MD5 "  x\n"));
	strings_add(&shelf.files, "sums");
	read_all(&shelf);
	check(strncmp(shelf.said.data, "broken missing: cannot open", 27) == 0);
	check_int(sums_fd(shelf.sums), -1);
	shelf_release(&shelf);
	shelf_init(&shelf, ".", NULL);
	read_all(&shelf);
	check(strncmp(shelf.said.data, "broken .: cannot read", 21) == 0);
	shelf_release(&shelf);
}

static void lines_are_bounded(void)
{
	struct shelf shelf;
	char *text = xmalloc(100000 + 200);

	memset(text, 'a', 100000);
	memcpy(text, SHA256 "  ", 66);
	memcpy(text + 100000, "\n" MD5 "  x", sizeof("\n" MD5 "  x"));
	shelf_init(&shelf, "sums", text);
	read_all(&shelf);
	check_str(shelf.said.data,
		"! sums:1: the line is over 64 KiB long; it is skipped\n");
	check_found(&shelf, "x", "md5=" MD5);
	shelf_release(&shelf);
	free(text);
}

static void empty_and_crlf(void)
{
	struct shelf shelf;

	shelf_init(&shelf, "sums", "");
	read_all(&shelf);
	check_str(shelf.said.data, "");
	check_found(&shelf, "x", "");
	shelf_release(&shelf);
	shelf_init(&shelf, "sums", "\xef\xbb\xbf" MD5 "  x\r\n" SHA1 "  y\r\n");
	read_all(&shelf);
	check_str(shelf.said.data, "");
	check_found(&shelf, "x", "md5=" MD5);
	check_found(&shelf, "y", "sha-1=" SHA1);
	shelf_release(&shelf);
}

static void write_bytes(const char *name, const struct buf *bytes)
{
	FILE *file = fopen(name, "w");

	check(file && fwrite(bytes->data, 1, bytes->len, file) == bytes->len);
	check(file && fclose(file) == 0);
}

static void packed_files(void)
{
	struct buf packed = BUF_INIT;
	struct shelf shelf;

	feed_gzip(&packed, MD5 "  x\n", sizeof(MD5 "  x\n") - 1, Z_FINISH);
	write_bytes("sums.gz", &packed);
	shelf_init(&shelf, "sums.gz", NULL);
	read_all(&shelf);
	check_str(shelf.said.data, "");
	check_found(&shelf, "x", "md5=" MD5);
	shelf_release(&shelf);
	/* Cut short, it is broken: what is missing may be what matters. */
	buf_truncate(&packed, packed.len - 9);
	write_bytes("sums.gz", &packed);
	shelf_init(&shelf, "sums.gz", NULL);
	read_all(&shelf);
	check(strncmp(shelf.said.data, "broken ", 7) == 0);
	shelf_release(&shelf);
	buf_release(&packed);
}

/* A pipe is waited for by its descriptor, and only when nothing is left to read. */
static void pipes_are_waited_for(void)
{
	int end = feed_stdin_pipe();
	struct shelf shelf;
	struct error err;

	shelf_init(&shelf, "-", NULL);
	check_int(sums_read(shelf.sums, &err), SOURCE_AGAIN);
	check_int(sums_fd(shelf.sums), STDIN_FILENO);
	feed_write(end, MD5 "  x\n" MD5 "  to", sizeof(MD5 "  x\n" MD5 "  to") - 1);
	check_int(sums_read(shelf.sums, &err), SOURCE_AGAIN);
	check_int(sums_fd(shelf.sums), STDIN_FILENO);
	feed_write(end, "rn\n", 3);
	close(end);
	check_int(sums_read(shelf.sums, &err), SOURCE_END);
	check_int(sums_read(shelf.sums, &err), SOURCE_END);
	check_int(sums_fd(shelf.sums), -1);
	check_found(&shelf, "x", "md5=" MD5);
	check_found(&shelf, "torn", "md5=" MD5);
	shelf_release(&shelf);
}

/* Long ones are read with breaths in between, and all of their names are found. */
static void many_lines(void)
{
	struct buf text = BUF_INIT;
	struct shelf shelf;
	struct error err;
	int breaths = 0;

	for (int i = 0; i < 50000; i++)
		buf_addf(&text, "%032x  d%d/f%d\n", i, i % 7, i);
	shelf_init(&shelf, "sums", text.data);
	while (sums_read(shelf.sums, &err) == SOURCE_AGAIN) {
		check_int(sums_fd(shelf.sums), -1);
		breaths++;
	}
	check(breaths >= 10 && breaths <= 1000);
	for (int i = 0; i < 50000; i += 1111) {
		char path[32], sum[48];

		snprintf(sum, sizeof(sum), "md5=%032x", i);
		snprintf(path, sizeof(path), "d%d/f%d", i % 7, i);
		check_found(&shelf, path, sum);
		snprintf(path, sizeof(path), "e/f%d", i);
		check_found(&shelf, path, sum);
	}
	shelf_release(&shelf);
	buf_release(&text);
}

/* Random bytes out of what such lines are made of: no crash, and nothing but numbers. */
static void random_lines(void)
{
	static const char *const words[] = {MD5, SHA1, SHA256, " ", "  ", " *", "\\",
		"n", "(", ")", " = ", "MD5", "SHA256", " (", ") = ", "./", "/", "x",
		"\r", "#", "b", "\n", "\n", "\n"};
	struct dice dice = {4711};

	for (int i = 0; i < 1000; i++) {
		struct buf text = BUF_INIT;
		struct shelf shelf;

		for (size_t n = dice_below(&dice, 40); n > 0; n--)
			buf_addstr(&text, words[dice_below(&dice, ARRAY_LEN(words))]);
		shelf_init(&shelf, "sums", text.data);
		read_all(&shelf);
		check(!strstr(shelf.said.data, "broken"));
		check_found(&shelf, "never/there", "");
		shelf_release(&shelf);
		buf_release(&text);
	}
}

int main(void)
{
	scratch_enter();
	run(reads_what_the_tools_write);
	run(bad_lines_have_numbers);
	run(name_of_the_file_tells_blake2);
	run(finds_by_path_then_by_last_component);
	run(of_several_the_strongest);
	run(contradictions_are_bad_lines);
	run(reads_what_is_signed_as_text);
	run(signatures_are_not_checked_and_that_is_said);
	run(broken_files);
	run(lines_are_bounded);
	run(empty_and_crlf);
	run(packed_files);
	run(pipes_are_waited_for);
	run(many_lines);
	run(random_lines);
	scratch_leave();
	return done();
}
