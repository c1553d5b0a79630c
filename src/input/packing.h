/* packing.h - how files begin that are compressed: by gzip, or in a way that is not read here.
 * Pure. */
#ifndef SEINE_INPUT_PACKING_H
#define SEINE_INPUT_PACKING_H

#include <stdbool.h>
#include <stddef.h>

struct packing {
	const char *name;
	const char *command; /* which writes what is in FILE; NULL: it is read here */
	const char *magic;   /* what it begins with; "?" is any byte */
	size_t magic_len;
};

/* How an input is packed that begins so; NULL: in none of these ways, or too little of it is here
 * to tell, which sets *more. */
const struct packing *packing_find(const unsigned char *head, size_t len, bool *more);

#endif
