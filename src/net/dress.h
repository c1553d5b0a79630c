/* dress.h - libcurl options from settings and attempt. What never changes is set once per
 * handle; per attempt only what may differ. Internal to net/. */
#ifndef SEINE_NET_DRESS_H
#define SEINE_NET_DRESS_H

#include "net/net.h"

/* What a handle wears beyond the settings, to know what must be changed. */
struct dress {
	/* Headers with those of an entry; NULL: the settings'. */
	struct curl_slist *own;
	bool bound;   /* the settings' secrets and headers are on */
	bool special; /* something of one entry is on, too */
	bool by_file; /* ... a login of settings->netrc among it */
	bool renamed; /* a Host of the user's was on once, and libcurl looks for its cookies */
	bool waits;  /* for a connection that may turn out to multiplex */
	bool ranged; /* a range is asked for */
	bool bulk;   /* ... of a large file */
	/* Of the credentials that have signed it (s3_dress); 0: none. */
	uint64_t signer;
};

int dress_handle(CURL *easy, struct net *net, struct error *err) must_check;
/* Headers, credentials, cookies and Referer only where attempt->trusted. */
int dress_attempt(struct dress *dress, CURL *easy, const struct net *net,
	const struct attempt *attempt, struct error *err) must_check;
void dress_release(struct dress *dress);

#endif
