/* request.c - see request.h. */
#include "request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void request_init(struct request *request)
{
	*request = (struct request){.text = BUF_INIT};
}

void request_release(struct request *request)
{
	buf_release(&request->text);
}

const char *request_header(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (strcasecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void request_decode(char *text)
{
	char *to = text;

	while (*text) {
		int high = text[0] == '%' ? hex_digit(text[1]) : -1;
		int low = high >= 0 ? hex_digit(text[2]) : -1;

		if (low >= 0) {
			*to++ = (char)(high * 16 + low);
			text += 3;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* Cut the line at *at off, NUL-terminated; *at moves behind it. */
static char *next_line(char **at)
{
	char *line = *at, *end = strstr(line, "\r\n");

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 2;
	return line;
}

/* Find path and query in the target; absolute-form (what a proxy gets) loses its
 * authority. */
static int split_target(struct request *request)
{
	const char *path = request->target;
	size_t len;

	if (strncasecmp(path, "http://", 7) == 0) {
		path = strchr(path + 7, '/');
		if (!path)
			path = "/";
	}
	if (*path != '/')
		return -1;
	len = strcspn(path, "?");
	buf_clear(&request->text);
	buf_add(&request->text, path, len);
	buf_addch(&request->text, '\0');
	buf_addstr(&request->text, path[len] ? path + len + 1 : "");
	request->path = request->text.data;
	request->query = request->text.data + len + 1;
	return 0;
}

static int parse_request_line(struct request *request, char *line)
{
	char *target = strchr(line, ' '), *version;

	if (!target)
		return -1;
	*target++ = '\0';
	version = strchr(target, ' ');
	if (!version)
		return -1;
	*version++ = '\0';
	request->method = line;
	request->target = target;
	if (strcmp(version, "HTTP/1.1") == 0)
		request->keep_alive = true;
	else if (strcmp(version, "HTTP/1.0") == 0)
		request->keep_alive = false;
	else
		return -1;
	request->head_only = strcmp(line, "HEAD") == 0;
	return split_target(request);
}

static int parse_header(struct request *request, char *line)
{
	char *value = strchr(line, ':');

	if (!value || value == line || request->n_headers == REQUEST_HEADERS)
		return -1;
	*value++ = '\0';
	value += strspn(value, " \t");
	request->headers[request->n_headers++] = (struct header){line, value};
	return 0;
}

ssize_t request_parse(struct request *request, char *data, size_t len)
{
	char *end = memmem(data, len, "\r\n\r\n", 4), *at = data, *line;
	const char *value;

	if (!end)
		return len >= REQUEST_MAX ? -1 : 0;
	if (memchr(data, '\0', (size_t)(end - data)))
		return -1;
	end[2] = '\0'; /* the second CR LF: the end of the last line for next_line() */
	request->n_headers = 0;
	line = next_line(&at);
	if (!line || parse_request_line(request, line) < 0)
		return -1;
	while ((line = next_line(&at)))
		if (parse_header(request, line) < 0)
			return -1;
	value = request_header(request, "Host");
	request->host = value ? value : "";
	value = request_header(request, "Connection");
	if (value && strcasecmp(value, "close") == 0)
		request->keep_alive = false;
	return end + 4 - data;
}
