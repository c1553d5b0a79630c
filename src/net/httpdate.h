/* httpdate.h - the dates of HTTP headers: RFC 9110 section 5.6.7. Pure. Internal to net/. */
#ifndef SEINE_NET_HTTPDATE_H
#define SEINE_NET_HTTPDATE_H

#include <stdint.h>

/* Seconds since 1970; -1 when it is no date, or one before 1970. The form that all servers send
 * is read at once; others are left to libcurl, which knows many, slowly. */
int64_t httpdate_parse(const char *text);

#endif
