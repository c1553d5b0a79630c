/* net.h - what all transfers of a process share: libcurl's set-up, the CA store, the headers
 * and files that the settings ask for. Read-only once made, but for the lazily parsed CA
 * store (locked); any thread. Internal to net/: others see transfer.h. */
#ifndef SEINE_NET_NET_H
#define SEINE_NET_NET_H

#include <curl/curl.h>

#include "net/cookies.h"
#include "net/names.h"
#include "net/netrc.h"
#include "net/s3.h"
#include "net/throttle.h"
#include "net/tls.h"
#include "net/transfer.h"
#include "store/writer.h"

struct net {
	const struct settings *settings;
	struct outdir *outdir;
	struct parts *parts;
	struct writer *writer; /* NULL: who receives writes */
	struct s3 *s3;
	struct tls *tls;
	struct throttle *throttle; /* NULL: no limit of rates */
	struct names *names; /* NULL: a proxy is asked, and libcurl looks its name up */
	/* The user's headers, bound to the origin they were given for. */
	struct curl_slist *bound;
	char *user, *password;   /* settings->user cut at its colon */
	struct netrc *netrc;     /* NULL: no file of logins */
	struct cookies *cookies; /* NULL: none but settings->cookie */
	bool detailed;           /* somebody wants times and addresses */
};

#endif
