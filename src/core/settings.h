/* settings.h - everything that a user can say, as plain data.
 *
 * Filled by cli/ from the options table (built-in, config file, environment, command line, in
 * that order), owned by main, const for everyone else. Strings are owned here; NULL where
 * nothing was said. */
#ifndef SEINE_CORE_SETTINGS_H
#define SEINE_CORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/strings.h"

/* FORMAT_AUTO: by name and content. The others in the order in which they are tried. */
enum input_format {
	FORMAT_AUTO,
	FORMAT_JSONL,
	FORMAT_CSV,
	FORMAT_TSV,
	FORMAT_METALINK,
	FORMAT_LIST
};
enum only { ONLY_ALL, ONLY_FAILED };
enum existing { EXISTING_SKIP, EXISTING_OVERWRITE, EXISTING_RENAME, EXISTING_UPDATE };
enum durability { DURABILITY_NONE, DURABILITY_BATCH, DURABILITY_EACH };
enum ip_family { IP_ANY, IP_V4, IP_V6 };
enum s3_addressing { S3_ADDRESSING_AUTO, S3_ADDRESSING_PATH, S3_ADDRESSING_VIRTUAL };
enum http_wish { HTTP_AUTO, HTTP_1_1, HTTP_2, HTTP_3 };
enum progress_style { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE };

struct settings {
	/* input */
	struct strings urls;            /* the arguments */
	struct strings inputs;          /* -i */
	enum input_format input_format; /* of all of them */
	enum only only; /* of inputs that are results of an earlier run */

	/* names and files */
	char *dir;      /* -d */
	char *output;   /* -o: the name of the one file */
	char *name;     /* --name: template, see naming.h */
	char *checksum; /* --checksum ALG=HEX, for the one file */
	struct strings checksum_files;
	bool ignore_server_digests;
	bool content_disposition; /* servers may name files */
	enum existing existing;
	enum durability durability;
	bool remote_time; /* files are dated as at the server, not now */
	bool resume;      /* what an earlier run has left is gone on with */

	/* scheduling */
	char *mode;    /* engine name; the engines table checks it */
	char *compare; /* --compare: modes to run in, see compare.h; NULL: no comparison */
	int64_t compare_runs; /* how often in each */
	int64_t jobs; /* attempts in flight at most; 0: auto, till a session begins */
	bool jobs_auto; /* `jobs` is only what there is room for: origins' limiters decide */
	int64_t loops;       /* of the event engine */
	int64_t connections; /* open at once at most; set from the limit of descriptors */
	int64_t files;       /* likewise of waiting parts, and of directories; 0: any */
	int64_t per_host;    /* the same per origin; 0: no limit of its own */
	int64_t split;       /* chunks of one file in flight at most */
	int64_t chunk_size;     /* bytes; 0: chosen by size and rate */
	int64_t min_split_size; /* bytes: smaller files are not cut */
	int64_t tries;          /* attempts per URL at most */
	nstime retry_wait;      /* backoff base */
	nstime retry_max_wait;  /* backoff cap */
	int64_t max_redirs;
	bool allow_downgrade; /* follow a redirect from https to http */
	bool allow_private;   /* follow a public server to a private address */

	/* rates; 0: no limit */
	int64_t limit_rate;          /* bytes per second, of all together */
	int64_t limit_rate_per_host; /* ... and of each origin */
	int64_t request_rate;        /* attempts per hour at each origin */

	/* deadlines; 0: none */
	nstime connect_timeout;
	nstime first_byte_timeout;
	nstime max_time; /* one file, from its first attempt's start to the last one's end */
	int64_t min_rate;  /* bytes per second ... */
	nstime stall_time; /* ... over this span, else the attempt has stalled */

	/* HTTP */
	struct strings headers; /* -H, "Name: value" */
	char *user_agent;
	char *referer;
	char *user;     /* "name" or "name:password" */
	char *password; /* from --password-file or the environment */
	char *bearer;   /* the token, read from --bearer-file */
	char *netrc;    /* --netrc: file of logins by host; NULL: none */
	char *cookie;   /* "a=b; c=d" */
	char *cookie_file; /* --load-cookies; NULL: none, and what servers set is not kept */
	char *proxy;
	char *dns_servers;      /* --dns-servers HOST[:PORT],...; NULL: the system's */
	struct strings resolve; /* --resolve HOST:PORT:ADDR[,ADDR] */
	char *cacert, *cert, *key;
	bool insecure;
	enum ip_family family;
	enum http_wish http;
	bool compressed;
	int64_t max_size; /* of one body, after decoding; 0: no cap */

	/* buckets */
	char *s3_endpoint; /* NULL: as the environment and the profile say, else Amazon's */
	char *s3_region;  /* NULL: the same */
	char *s3_profile; /* NULL: the same */
	enum s3_addressing s3_addressing;
	bool s3_no_sign_request;
	bool s3_requester_pays;

	/* Metalinks */
	bool follow_metalink; /* fetch what a Metalink names, instead of the Metalink */
	char *metalink_location; /* "de,at": mirrors that come first; NULL: none */

	/* reports */
	bool quiet;
	bool verbose;
	bool json; /* summary as one JSON object on stdout */
	enum progress_style progress;
	char *results; /* file, "-" is stdout */
	char *failed;
};

#endif
