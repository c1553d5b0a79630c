/* curlcode.h - what libcurl's result codes are in our terms. Pure. Internal to net/. */
#ifndef SEINE_NET_CURLCODE_H
#define SEINE_NET_CURLCODE_H

#include <curl/curl.h>

#include "base/diag.h"

/* Not for CURLE_OK. */
enum kind curlcode_kind(CURLcode code);

#endif
