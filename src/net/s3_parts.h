/* s3_parts.h - the store from inside: s3.c is where its buckets are, s3_request.c in whose name they
 * are asked, s3_answer.c what its errors mean. Not for others. */
#ifndef SEINE_NET_S3_PARTS_H
#define SEINE_NET_S3_PARTS_H

#include <pthread.h>

#include "net/credentials.h"
#include "net/regions.h"
#include "net/s3.h"
#include "net/sigv4.h"

struct s3 {
	const struct settings *settings;
	struct tls *tls;
	struct names *names;
	s3_stop *stop;
	const void *stop_context;
	pthread_mutex_t lock; /* of what follows, until it is open; then of the key */
	bool opened;
	struct error broken; /* why it could not be; KIND_NONE: it is */
	struct credentials_store *store;
	struct regions *regions;
	char *endpoint; /* owned; NULL: Amazon's */
	struct s3_site site;
	struct sigv4_key key;
};

#endif
