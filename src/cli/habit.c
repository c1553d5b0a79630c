/* habit.c - one table. Options that are called the same here have a row only if their letter is
 * another one, and none is here for what nobody would look for. */
#include "cli/habit.h"

#include <string.h>

#define RESUMED "what is left of an earlier run is gone on with anyway: see --resume"
#define SKIPPED "what is there is skipped anyway: see --existing"
#define NO_JAR "cookies are kept for one run only: see --load-cookies"
#define ONLY_GET "files are asked for by GET, and nothing else is sent"
#define NAMED "files are named by their URLs anyway: see --name and --output"

const struct habit habits[] = {
	/* curl */
	{.name = "parallel",
		.letter = 'Z',
		.note = "transfers run side by side anyway: see --jobs"},
	{.name = "parallel-max", .ours = "jobs"},
	{.name = "parallel-max-host", .ours = "per-host"},
	{.name = "remote-name", .letter = 'O', .note = NAMED},
	{.name = "remote-name-all", .note = NAMED},
	{.name = "remote-header-name", .letter = 'J', .ours = "content-disposition"},
	{.name = "output-dir", .ours = "dir"},
	{.name = "create-dirs", .note = "directories are made where they are needed"},
	{.name = "location",
		.letter = 'L',
		.note = "redirects are followed anyway: see --max-redirs"},
	{.name = "fail",
		.letter = 'f',
		.note = "what a server says of an error is never saved as the file"},
	{.name = "continue-at", .letter = 'C', .note = RESUMED},
	{.name = "skip-existing", .note = SKIPPED},
	{.name = "remote-time", .letter = 'R', .ours = "remote-time"},
	{.name = "globoff", .letter = 'g', .note = "URLs are no patterns anyway"},
	{.name = "config", .letter = 'K', .ours = "config"},
	{.name = "netrc-file", .ours = "netrc"},
	{.name = "netrc-optional", .ours = "netrc"},
	{.name = "request", .letter = 'X', .note = ONLY_GET},
	{.name = "head", .letter = 'I', .note = ONLY_GET},
	{.name = "data", .note = ONLY_GET},
	{.name = "noproxy",
		.note = "the variable no_proxy names hosts that are asked directly"},
	{.name = "cookie-jar", .note = NO_JAR},
	{.name = "progress-bar", .letter = '#', .ours = "progress bar"},
	{.name = "no-progress-meter", .ours = "progress none"},
	{.name = "retry", .ours = "tries"},
	{.name = "retry-delay", .ours = "retry-wait"},
	{.name = "silent", .letter = 's', .ours = "quiet"},
	{.name = "show-error",
		.letter = 'S',
		.note = "errors are shown anyway, and more with --verbose"},
	{.name = "max-time", .letter = 'm', .ours = "max-time"},
	{.name = "max-filesize", .ours = "max-size"},
	{.name = "speed-limit", .letter = 'Y', .ours = "min-rate"},
	{.name = "speed-time", .letter = 'y', .ours = "stall-time"},
	{.name = "oauth2-bearer", .ours = "bearer-file"},
	/* wget */
	{.name = "input-file", .ours = "input"},
	{.name = "directory-prefix", .letter = 'P', .ours = "dir"},
	{.name = "output-document", .ours = "output"},
	{.name = "continue", .letter = 'c', .note = RESUMED},
	{.name = "no-clobber", .letter = 'n', .note = SKIPPED " (and --quiet for -nv)"},
	{.name = "tries", .letter = 't', .ours = "tries"},
	{.name = "timestamping", .letter = 'N', .ours = "existing update"},
	{.name = "no-check-certificate", .ours = "insecure"},
	{.name = "ca-certificate", .ours = "cacert"},
	{.name = "wait", .letter = 'w', .ours = "request-rate"},
	{.name = "timeout",
		.letter = 'T',
		.note = "see --connect-timeout, --first-byte-timeout and --stall-time"},
	{.name = "force-directories", .ours = "name {host}/{path}"},
	{.name = "no-proxy", .note = "--proxy '' sets all of them aside"},
	{.name = "recursive",
		.note = "pages are not searched for links; a bucket's objects are "
			"fetched by s3://BUCKET/PREFIX/"},
	{.name = "http-user", .ours = "user"},
	{.name = "http-password", .ours = "password-file"},
	{.name = "save-cookies", .note = NO_JAR},
	{.name = "no-progress", .ours = "progress none"},
	{.name = "show-progress", .ours = "progress bar"},
	/* aria2 */
	{.name = "max-concurrent-downloads", .ours = "jobs"},
	{.name = "max-connection-per-server", .note = "see --split and --per-host"},
	{.name = "min-split-size", .letter = 'k', .ours = "min-split-size"},
	{.name = "out", .ours = "output"},
	{.name = "max-tries", .ours = "tries"},
	{.name = "max-overall-download-limit", .ours = "limit-rate"},
	{.name = "max-download-limit", .ours = "limit-rate"},
	{.name = "lowest-speed-limit", .ours = "min-rate"},
	{.name = "allow-overwrite", .ours = "existing overwrite"},
	{.name = "auto-file-renaming", .ours = "existing rename"},
	{.name = "conditional-get", .ours = "existing update"},
	{.name = "save-session", .ours = "failed"},
	{.name = "check-certificate", .ours = "insecure"},
	{.name = "http-passwd", .ours = "password-file"},
	{.name = "netrc-path", .ours = "netrc"},
	{.name = "conf-path", .ours = "config"},
	{.name = "all-proxy", .ours = "proxy"},
	{.name = "http-proxy", .ours = "proxy"},
	{.name = "https-proxy", .ours = "proxy"},
	/* s5cmd and Amazon's own */
	{.name = "numworkers", .ours = "jobs"},
	{.name = "endpoint-url", .ours = "s3-endpoint"},
	{.name = "profile", .ours = "s3-profile"},
	{.name = "region", .ours = "s3-region"},
	{.name = NULL},
};

const struct habit *habit_find(const char *name, size_t len)
{
	for (const struct habit *habit = habits; habit->name; habit++)
		if (strlen(habit->name) == len && memcmp(habit->name, name, len) == 0)
			return habit;
	return NULL;
}

const struct habit *habit_find_letter(char letter)
{
	for (const struct habit *habit = habits; habit->name; habit++)
		if (habit->letter && habit->letter == letter)
			return habit;
	return NULL;
}

int habit_hint(char letter, struct error *err)
{
	const struct habit *habit = habit_find_letter(letter);

	if (!habit || !habit->ours)
		return -1;
	return error_set(err, err->kind, err->code,
		"%s; if you mean -%c for --%s, write --%s", err->text, letter,
		habit->name, habit->ours);
}
