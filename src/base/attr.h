/* attr.h - the compiler's attributes that this program uses, and what C has no word for. */
#ifndef SEINE_BASE_ATTR_H
#define SEINE_BASE_ATTR_H

#define must_check __attribute__((warn_unused_result))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define _unused_ __attribute__((unused))

/* Run fn(&variable) when a local goes out of scope. */
#define _cleanup_(fn) __attribute__((cleanup(fn)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The structure of this type whose member is at ptr. */
#define container_of(ptr, type, member)                                                \
	((type *)((char *)(ptr) - __builtin_offsetof(type, member)))

#endif
