/* test_netrc.c - who to be at which host, by a .netrc. */
#include "net/netrc.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "scratch.h"
#include "tap.h"

/* "NAME:PASSWORD" for a host, "-" where there is none. */
static void logs_in(const char *text, const char *host, const char *name, bool any,
	const char *want)
{
	struct netrc *netrc = netrc_parse(text, strlen(text));
	const struct login *login = netrc_find(netrc, host, name, any);
	_cleanup_(buf_release) struct buf said = BUF_INIT;

	if (login)
		buf_addf(&said, "%s:%s", login->name, login->password);
	else
		buf_addch(&said, '-');
	check_str(said.data, want);
	netrc_free(netrc);
}

static void finds_hosts(void)
{
	static const char text[] = "machine a.test login ann password 1\n"
				   "machine b.test\n\tlogin bob\n\tpassword 2\n"
				   "machine a.test login again password 3\n";

	logs_in(text, "a.test", NULL, false, "ann:1");
	logs_in(text, "b.test", NULL, false, "bob:2");
	logs_in(text, "B.TEST", NULL, false, "bob:2");
	logs_in(text, "c.test", NULL, true, "-");
	logs_in(text, "test", NULL, true, "-");
	logs_in(text, "xa.test", NULL, true, "-");
	logs_in("", "a.test", NULL, true, "-");
}

static void finds_names(void)
{
	static const char text[] = "machine a login ann password 1\n"
				   "machine a login bob password 2\n"
				   "default login ann password 3\n";

	logs_in(text, "a", "ann", true, "ann:1");
	logs_in(text, "a", "bob", true, "bob:2");
	logs_in(text, "a", "eve", true, "-");
	logs_in(text, "b", "ann", true, "ann:3");
	logs_in(text, "b", "bob", true, "-");
}

/* Only for who asks for it, and not for a host that has an entry. */
static void finds_default(void)
{
	static const char text[] = "default login any password 0\n"
				   "machine a login ann password 1\n"
				   "machine b login bob\n";

	logs_in(text, "a", NULL, true, "ann:1");
	logs_in(text, "c", NULL, true, "any:0");
	logs_in(text, "c", NULL, false, "-");
	logs_in(text, "b", NULL, true, "-");
}

/* Never one half, and never the half of another. */
static void wants_both_halves(void)
{
	logs_in("machine a login ann machine b password 2", "a", NULL, true, "-");
	logs_in("machine a login ann machine b password 2", "b", NULL, true, "-");
	logs_in("machine a login ann default password 2", "a", NULL, true, "-");
	logs_in("default login ann", "a", NULL, true, "-");
	logs_in("machine a login ann password", "a", NULL, true, "-");
	logs_in("login ann password 1 machine a", "a", NULL, true, "-");
	logs_in("machine", "a", NULL, true, "-");
	logs_in("machine a login ann password \"\"", "a", NULL, true, "ann:");
}

static void reads_words(void)
{
	logs_in("machine\ta\r\nlogin\r\n  ann\r\npassword 1\r\n", "a", NULL, true,
		"ann:1");
	logs_in("machine a login \"an n\" password \"p \\\"\\\\q\\\"\\t\"", "a", NULL,
		true, "an n:p \"\\q\"\t");
	logs_in("\xef\xbb\xbfmachine a login ann password 1", "a", NULL, true, "ann:1");
	logs_in("machine a login ann password #1", "a", NULL, true, "ann:#1");
	logs_in("# machine a login eve password 0\n  # and\nmachine a login ann "
		"password 1",
		"a", NULL, true, "ann:1");
	logs_in("machine a login ann account x password 1", "a", NULL, true, "ann:1");
	logs_in("machine a port 21 login ann password 1", "a", NULL, true, "ann:1");
	logs_in("machine a login ann password \"1", "a", NULL, true, "ann:1");
	logs_in("machine a login machine password default", "a", NULL, true,
		"machine:default");
}

/* A password that only begins with a quote takes nothing of the next lines along. */
static void ends_quotes_with_the_line(void)
{
	static const char text[] = "machine a login ann password \"1\n"
				   "machine b login bob password \"2\\\n"
				   "machine c login cid password 3\n";

	logs_in(text, "a", NULL, true, "ann:1");
	logs_in(text, "b", NULL, true, "bob:2\\");
	logs_in(text, "c", NULL, true, "cid:3");
}

static void passes_over_macros(void)
{
	logs_in("machine a login ann macdef init\ncd /pub\npassword 0\n\npassword 1\n",
		"a", NULL, true, "ann:1");
	logs_in("macdef init\r\npassword 0\r\n\r\nmachine a login ann password 1\r\n",
		"a", NULL, true, "ann:1");
	logs_in("machine a login ann password 1 macdef init\nmachine b", "a", NULL,
		true, "ann:1");
	logs_in("machine a login ann password 1 macdef", "a", NULL, true, "ann:1");
}

static void take_note(void *context, enum log_level level, const char *line)
{
	struct buf *said = context;

	check_int(level, LOG_WARN);
	buf_addstr(said, line);
}

/* What netrc_read has to say of such a file: its warnings, and why it fails. */
static void reads_file(const char *text, const char *want)
{
	_cleanup_(buf_release) struct buf said = BUF_INIT;
	struct error err = {.text = ""};
	struct netrc *netrc;

	need(scratch_write("netrc", text), "cannot write");
	log_setup(LOG_WARN, take_note, &said);
	netrc = netrc_read("netrc", &err);
	log_setup(LOG_WARN, NULL, NULL);
	if (!netrc) {
		check_int(err.kind, KIND_USAGE);
		buf_addstr(&said, err.text);
	}
	check_str(said.data, want);
	netrc_free(netrc);
}

static void reads_files(void)
{
	reads_file("machine a login ann password 1\n", "");
	reads_file("default\n", "");
	reads_file("# nobody\n",
		"--netrc: netrc names no host; write 'machine HOST login "
		"NAME password PASSWORD'");
	reads_file("machine a\nlogin ann\npassword my secret\nand port 1\n",
		"seine: netrc:3: passed over a word that is none of machine, default, "
		"login, "
		"password, account and macdef");
	reads_file("machine a login \"a\\nb\"\nmacdef x\n1\n\n2",
		"seine: netrc:5: passed over a word that is none of machine, default, "
		"login, "
		"password, account and macdef");
}

static void does_not_read_others(void)
{
	_cleanup_(buf_release) struct buf large = BUF_INIT;
	struct error err;

	check(!netrc_read("nowhere", &err));
	check_int(err.kind, KIND_USAGE);
	check_str(err.text, "--netrc: cannot read nowhere: No such file or directory");
	for (int i = 0; i < 6000; i++)
		buf_addf(&large, "machine %05d\n", i);
	reads_file(large.data, "--netrc: cannot read netrc: File too large");
}

static void knows_the_home(void)
{
	struct error err;
	struct netrc *netrc;
	char *here = getcwd(NULL, 0);

	need(scratch_write(".netrc", "machine a login ann password 1\n"),
		"cannot write");
	need(here && setenv("HOME", here, 1) == 0, "no home");
	netrc = netrc_read("~/.netrc", &err);
	check(netrc && netrc_find(netrc, "a", NULL, false));
	netrc_free(netrc);
	free(here);
}

int main(void)
{
	scratch_enter();
	run(finds_hosts);
	run(finds_names);
	run(finds_default);
	run(wants_both_halves);
	run(reads_words);
	run(ends_quotes_with_the_line);
	run(passes_over_macros);
	run(reads_files);
	run(does_not_read_others);
	run(knows_the_home);
	scratch_leave();
	return done();
}
