/* hostname.c - see hostname.h. What passes here needs no escapes anywhere else: c-ares
 * would read a backslash in a name as one. */
#include "net/hostname.h"

#include <string.h>

#define LABEL_MAX 63

/* The character in lower case; 0 when a host name has none such. */
static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
		return c;
	return 0;
}

int hostname_key(char key[HOSTNAME_ROOM], const char *host)
{
	size_t len = strnlen(host, HOSTNAME_MAX + 2), label = 0;

	if (len > 0 && host[len - 1] == '.')
		len--;
	if (len == 0 || len > HOSTNAME_MAX)
		return -1;
	for (size_t i = 0; i < len; i++) {
		bool dot = host[i] == '.';

		key[i] = dot ? '.' : fold(host[i]);
		label = dot ? 0 : label + 1;
		if (!key[i] || label > LABEL_MAX ||
			(dot && (i == 0 || host[i - 1] == '.')))
			return -1;
	}
	key[len] = '\0';
	return label > 0 ? 0 : -1;
}

bool hostname_is_localhost(const char *key)
{
	static const char name[] = "localhost";
	size_t len = strlen(key), tail = sizeof(name) - 1;

	return len >= tail && strcmp(key + len - tail, name) == 0 &&
	       (len == tail || key[len - tail - 1] == '.');
}
