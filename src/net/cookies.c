/* cookies.c - see cookies.h. libcurl would read the file itself, but passes over what it does not
 * understand, and over a file that is not there, without a word. */
#include "net/cookies.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "net/environment.h"
#include "net/secret.h"

/* Some 10,000 cookies, where browsers keep 3,000. libcurl compares each with all others of its host:
 * 60,000 of one took a minute. */
#define FILE_MAX ((size_t)1024 * 1024)
#define TABS 6 /* between the seven fields of a line */
/* Of name and value, as of one that a server sets. Where the first that is to be sent has more than
 * 8 KiB, libcurl 7.88 sends a request without an end. */
#define COOKIE_MAX 4096
#define HTTP_ONLY "#HttpOnly_"

struct cookies {
	CURLSH *share;
	pthread_mutex_t lock;
};

static void on_lock(CURL *easy _unused_, curl_lock_data data _unused_,
	curl_lock_access access _unused_, void *context)
{
	struct cookies *cookies = context;

	pthread_mutex_lock(&cookies->lock);
}

static void on_unlock(CURL *easy _unused_, curl_lock_data data _unused_, void *context)
{
	struct cookies *cookies = context;

	pthread_mutex_unlock(&cookies->lock);
}

static bool is_comment(const char *line)
{
	return !line[strspn(line, " \t")] ||
	       (line[0] == '#' && strncmp(line, HTTP_ONLY, strlen(HTTP_ONLY)) != 0);
}

static bool is_cookie(const char *line)
{
	const char *value;
	size_t tabs = 0;

	for (; *line && tabs < TABS - 1; line++)
		tabs += *line == '\t';
	value = strchr(line, '\t');
	return tabs == TABS - 1 && value && !strchr(value + 1, '\t') &&
	       strlen(line) <= COOKIE_MAX + 1;
}

/* The lines of the file, which is cut at their ends, to the handle. Returns the number of the first
 * that is no cookie; 0: all are. */
static unsigned add_lines(CURL *easy, const struct buf *file, CURLcode *code)
{
	char *text = file->data + text_bom(file->data, file->len), *line;
	bool has_nul = memchr(text, '\0', file->len - (size_t)(text - file->data));
	unsigned number = 0;

	while ((line = strsep(&text, "\n"))) {
		number++;
		line[strcspn(line, "\r")] = '\0';
		if (is_comment(line))
			continue;
		if (!is_cookie(line))
			return number;
		if (!*code)
			*code = curl_easy_setopt(easy, CURLOPT_COOKIELIST, line);
	}
	return has_nul ? number : 0;
}

static int no_memory(struct error *err)
{
	return error_set(err, KIND_INTERNAL, 0, "libcurl has no memory for cookies");
}

static int load(struct cookies *cookies, const char *path, struct error *err)
{
	static const struct environment environment = {.get = NULL};
	char *expanded _cleanup_(freep) = environment_path(&environment, path);
	_cleanup_(secret_release) struct buf text = BUF_INIT;
	CURLcode code;
	unsigned bad;
	CURL *easy;

	if (secret_read(&text, expanded, FILE_MAX, "--load-cookies: cannot read",
		    KIND_USAGE, err) != 0)
		return -1;
	easy = curl_easy_init();
	if (!easy)
		return no_memory(err);
	code = cookies_dress(cookies, easy);
	bad = add_lines(easy, &text, &code);
	curl_easy_cleanup(easy);
	if (bad)
		return error_set(err, KIND_USAGE, 0,
			"--load-cookies: %s:%u: not a cookie: seven fields with tabs "
			"between, as curl, wget and browsers' extensions write them, "
			"and at most 4,096 bytes in the last two",
			expanded, bad);
	return code ? no_memory(err) : 0;
}

static bool make_share(struct cookies *cookies)
{
	cookies->share = curl_share_init();
	return cookies->share &&
	       !curl_share_setopt(cookies->share, CURLSHOPT_USERDATA, cookies) &&
	       !curl_share_setopt(cookies->share, CURLSHOPT_LOCKFUNC, on_lock) &&
	       !curl_share_setopt(cookies->share, CURLSHOPT_UNLOCKFUNC, on_unlock) &&
	       !curl_share_setopt(
		       cookies->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
}

struct cookies *cookies_new(const char *path, struct error *err)
{
	struct cookies *cookies = xcalloc(1, sizeof(*cookies));
	int failed;

	pthread_mutex_init(&cookies->lock, NULL);
	failed = make_share(cookies) ? load(cookies, path, err) : no_memory(err);
	if (!failed)
		return cookies;
	cookies_free(cookies);
	return NULL;
}

void cookies_free(struct cookies *cookies)
{
	if (!cookies)
		return;
	if (cookies->share && curl_share_cleanup(cookies->share) != CURLSHE_OK)
		log_debug("cookies are still in use");
	pthread_mutex_destroy(&cookies->lock);
	free(cookies);
}

CURLcode cookies_dress(struct cookies *cookies, CURL *easy)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_SHARE, cookies->share);

	/* No file, but only with one does a handle look at cookies. */
	return code ? code : curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
}
