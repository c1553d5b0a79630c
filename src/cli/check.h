/* check.h - what option values must be besides their types. Only check_readable asks more than
 * the value itself. Each is an option_check, for the table. */
#ifndef SEINE_CLI_CHECK_H
#define SEINE_CLI_CHECK_H

#include "base/diag.h"

int check_plain(const char *value, struct error *err);    /* no control characters */
int check_proxy(const char *value, struct error *err);    /* its URL, or "" */
int check_header(const char *value, struct error *err);   /* "Name: value" */
int check_cookie(const char *value, struct error *err);   /* "a=1; b=2", no file */
int check_template(const char *value, struct error *err); /* of names */
int check_output(const char *value, struct error *err);   /* a name, not stdout */
int check_checksum(const char *value, struct error *err); /* ALG=HEX */
int check_readable(const char *value, struct error *err); /* a file that is there */
int check_region(const char *value, struct error *err);   /* "eu-west-1" */

#endif
