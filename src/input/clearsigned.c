/* clearsigned.c - see clearsigned.h. One state; each line is judged by the state it finds. */
#include "input/clearsigned.h"

#include <string.h>

#define BEGIN_MESSAGE "-----BEGIN PGP SIGNED MESSAGE-----"
#define BEGIN_SIGNATURE "-----BEGIN PGP SIGNATURE-----"
#define END_SIGNATURE "-----END PGP SIGNATURE-----"
#define HASH "Hash: "
#define DASH "- " /* before lines that begin with a dash; others may have it */

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t")] == '\0';
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static bool is_armor(const char *line, const char *armor)
{
	return begins(line, armor) && is_blank(line + strlen(armor));
}

static char *end_of(char *line)
{
	return line + strlen(line);
}

static char *outside(struct clearsigned *message, char *line, const char **why)
{
	if (is_armor(line, BEGIN_MESSAGE)) {
		if (message->state == CLEARSIGNED_NOT) {
			*why = "a signed message begins behind lines that are not "
			       "signed";
			return NULL;
		}
		message->state = CLEARSIGNED_HEADERS;
		return end_of(line);
	}
	if (is_blank(line) || *line == '#')
		return line;
	if (message->state == CLEARSIGNED_BEHIND) {
		*why = "this line is behind the signed message";
		return NULL;
	}
	message->state = CLEARSIGNED_NOT;
	return line;
}

static char *header(struct clearsigned *message, char *line, const char **why)
{
	if (is_blank(line)) {
		message->state = CLEARSIGNED_TEXT;
	} else if (!begins(line, HASH)) {
		*why = "the signed message has a header that is not Hash";
		return NULL;
	}
	return end_of(line);
}

static char *text(struct clearsigned *message, char *line)
{
	if (is_armor(line, BEGIN_SIGNATURE)) {
		message->state = CLEARSIGNED_SIGNATURE;
		return end_of(line);
	}
	return begins(line, DASH) ? line + strlen(DASH) : line;
}

char *clearsigned_line(struct clearsigned *message, char *line, const char **why)
{
	switch (message->state) {
	case CLEARSIGNED_HEADERS:
		return header(message, line, why);
	case CLEARSIGNED_TEXT:
		return text(message, line);
	case CLEARSIGNED_SIGNATURE:
		if (is_armor(line, END_SIGNATURE))
			message->state = CLEARSIGNED_BEHIND;
		return end_of(line);
	case CLEARSIGNED_NOTHING:
	case CLEARSIGNED_NOT:
	case CLEARSIGNED_BEHIND:
		return outside(message, line, why);
	}
	return line;
}

bool clearsigned_breaks_off(const struct clearsigned *message)
{
	return message->state == CLEARSIGNED_HEADERS ||
	       message->state == CLEARSIGNED_TEXT ||
	       message->state == CLEARSIGNED_SIGNATURE;
}

bool clearsigned_is_signed(const struct clearsigned *message)
{
	return message->state == CLEARSIGNED_BEHIND;
}
