/* options.c - the table. To add an option, add a row: nothing else in this folder knows one by
 * name, but for what together.c says of several. */
#include "cli/options.h"

#include "app/compare.h"
#include "cli/check.h"
#include "core/endpoint.h"
#include "net/hosts.h"
#include "net/nameservers.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define FIELD(member) offsetof(struct settings, member)
/* As milliseconds it fits an int, which is what poll, epoll and libcurl count in. */
#define LONGEST (24 * 24 * 3600 * NS_PER_SEC)

static const char *const format_choices[] = {
	"auto", "jsonl", "csv", "tsv", "metalink", "list", NULL};
static const char *const only_choices[] = {"all", "failed", NULL};
static const char *const existing_choices[] = {
	"skip", "overwrite", "rename", "update", NULL};
static const char *const addressing_choices[] = {"auto", "path", "virtual", NULL};
static const char *const durability_choices[] = {"none", "batch", "each", NULL};
static const char *const mode_choices[] = {"sequential", "threads", "event", NULL};
static const char *const progress_choices[] = {"auto", "bar", "plain", "none", NULL};
static const char *const docs_choices[] = {"man", "bash", "zsh", "fish", "help", NULL};

/* clang-format off */
const struct option_row options[] = {
{
	.name = "input", .letter = 'i', .type = OPTION_TEXTS, .field = FIELD(inputs),
	.argument = "FILE", .completes = "file", .group = "Input",
	.help = "fetch what this list names; - is stdin",
	.man = "Fetch every entry of FILE: a list in the grammar of LIST FILES below, or one of "
	       "the INPUT FORMATS that follow there. `-` is "
	       "standard input. The list may be compressed by gzip, of any length, and still "
	       "being written: it is read as far as there is room for work. URLs given as "
	       "arguments come first."
}, {
	.name = "input-format", .type = OPTION_CHOICE, .field = FIELD(input_format),
	.choices = format_choices, .fallback = "auto", .argument = "FORMAT",
	.needs = "input", .group = "Input",
	.help = "what --input is: list, jsonl, csv ...",
	.man = "What every --input is: `list`, `jsonl`, `csv`, `tsv` or `metalink`; see LIST "
	       "FILES and INPUT FORMATS below. With `auto` its name tells, else its first "
	       "bytes."
}, {
	.name = "only", .type = OPTION_CHOICE, .field = FIELD(only),
	.choices = only_choices, .fallback = "all", .argument = "WHICH",
	.needs = "input", .group = "Input",
	.help = "of results as input: all, failed",
	.man = "When an --input is what --results of an earlier run has written, take `all` "
	       "of its entries, or only those that have `failed`. Of other inputs everything "
	       "is taken."
}, {
	.name = "dir", .letter = 'd', .type = OPTION_TEXT, .field = FIELD(dir),
	.fallback = ".", .argument = "DIR", .completes = "dir", .group = "Files",
	.help = "put the files below this directory",
	.man = "Put the files below DIR, which is made if it is not there. None is ever "
	       "put outside it, and no symbolic link in it is followed."
}, {
	.name = "output", .letter = 'o', .type = OPTION_TEXT, .field = FIELD(output),
	.check = check_output, .argument = "NAME", .group = "Files",
	.help = "name of the file, for a single URL",
	.man = "Name the file NAME, relative to --dir. For exactly one URL and no --input: in "
	       "a list write `out=NAME` below the entry."
}, {
	.name = "name", .type = OPTION_TEXT, .field = FIELD(name),
	.check = check_template, .argument = "TEMPLATE", .group = "Files",
	.help = "make names like {host}/{path} [{base}]",
	.man = "Make each file's name from its URL by TEMPLATE; see NAMES below. Without it "
	       "the name is the last segment of the URL's path, as `{base}` would give. What "
	       "a bucket or a Metalink names is called as it is there."
}, {
	.name = "content-disposition", .type = OPTION_FLAG,
	.field = FIELD(content_disposition), .group = "Files",
	.help = "take the names that servers give files",
	.man = "Give a file the name that its server gives it (Content-Disposition), in the "
	       "directory where it would be without; see NAMES THAT SERVERS GIVE below. "
	       "Names by --output, `out`, a bucket or a Metalink stay. A file whose name is "
	       "not known before its server is asked costs a request also when it is there."
}, {
	.name = "checksum", .type = OPTION_TEXT, .field = FIELD(checksum),
	.check = check_checksum, .argument = "ALG=HEX", .group = "Files",
	.help = "digest that the single file must have",
	.man = "The file must have this digest, or it never gets its name. ALG is `sha-512`, "
	       "`blake2b-512`, `sha-384`, `sha-256`, `sha-224`, `sha-1`, `md5`, `crc64nvme`, "
	       "`crc32c` or `crc32`. For exactly one URL and no --input: in a list write "
	       "`checksum=ALG=HEX` below the entry."
}, {
	.name = "checksum-file", .type = OPTION_TEXTS, .field = FIELD(checksum_files),
	.argument = "FILE", .completes = "file", .group = "Files",
	.help = "digests of files, as sha256sum writes them",
	.man = "The files that FILE names must have the digests that it gives them: the output "
	       "of `sha256sum`, `md5sum`, `b2sum` and their kin, also with `--tag`; see "
	       "VERIFICATION below. `-` is standard input. Files that it does not name are "
	       "fetched all the same; --verbose tells which."
}, {
	.name = "ignore-server-digests", .type = OPTION_FLAG,
	.field = FIELD(ignore_server_digests), .group = "Files",
	.help = "do not hold servers to digests they send",
	.man = "Do not compare files with the digests that servers announce in headers, for "
	       "servers that announce wrong ones; see VERIFICATION below."
}, {
	.name = "existing", .type = OPTION_CHOICE, .field = FIELD(existing),
	.choices = existing_choices, .fallback = "skip", .argument = "WHAT", .group = "Files",
	.help = "there: skip, overwrite, rename, update",
	.man = "What to do when a file of that name is there already. With `skip` it counts "
	       "as present and no request is made, which is what makes running a job again "
	       "cheap. `overwrite` replaces it once the new one is whole. `rename` keeps both, "
	       "the new one with a number before its extension. `update` asks the server "
	       "whether it has another one now, by the ETag that is kept with the file "
	       "(extended attribute `user.seine.etag`) as long as the file was not touched, "
	       "else by its time of modification; if so, it replaces the file, and if not, "
	       "the file counts as present."
}, {
	.name = "resume", .type = OPTION_FLAG, .field = FIELD(resume), .fallback = "yes",
	.group = "Files",
	.help = "go on with what an earlier run has left",
	.man = "Go on where an earlier run of the job was interrupted: finished files are "
	       "there, and of large ones only what is missing is fetched, if the server says "
	       "that they are still the same. This is the default. With --no-resume, what is "
	       "left of the job's unfinished files is thrown away."
}, {
	.name = "remote-time", .type = OPTION_FLAG, .field = FIELD(remote_time),
	.fallback = "yes", .group = "Files",
	.help = "date files as the server does",
	.man = "Give files the time of modification that the server tells (Last-Modified). "
	       "This is the default. With --no-remote-time they are dated when they are "
	       "written."
}, {
	.name = "durability", .type = OPTION_CHOICE, .field = FIELD(durability),
	.choices = durability_choices, .fallback = "none", .argument = "WHEN",
	.group = "Files",
	.help = "sync to the disk: none, batch, each",
	.man = "When to sync files to the disk. Against the end of the process nothing needs "
	       "to be; this is about power. With `none` the system writes them when it likes; "
	       "if the machine goes down in the middle of a job, the next run "
	       "notices, and believes files only after a look (see RESUMING). `batch` syncs "
	       "about once a second, all at once. With `each`, no file has its name before "
	       "its bytes are on the disk, which costs most of the speed."
}, {
	.name = "mode", .type = OPTION_TEXT, .field = FIELD(mode),
	.choices = mode_choices, .fallback = "event", .argument = "MODE", .group = "Scheduling",
	.help = "sequential, threads or event",
	.man = "How transfers wait for the network. `sequential` makes one after the other. "
	       "`threads` makes each in a thread of its own, --jobs of them. `event` makes all "
	       "of them in a few event loops (--loops). Results are the same; only time, "
	       "memory and processor use differ."
}, {
	.name = "compare", .type = OPTION_TEXT, .field = FIELD(compare),
	.check = compare_check, .bare = COMPARE_ALL, .argument = "MODES",
	.group = "Scheduling",
	.help = "run the job once per mode, and compare",
	.man = "Run the whole job once in each of MODES, names of --mode with commas between "
	       "them, or `all`, which is what --compare alone means, and print a table: time, "
	       "files and megabytes per second, processor time per file, peak memory, context "
	       "switches, most transfers under way, longest time between two waits of the event "
	       "loop, and how many times as fast as `sequential` it was. Each run is a process "
	       "of its own and fills a fresh directory, DIR/MODE below --dir; with one that has "
	       "anything in it nothing is begun. When `sequential` would take over a minute it "
	       "is estimated from a sample of 50 entries, fetched for 15 seconds at most, and "
	       "marked by `~`. --json prints the same as one JSON object (see SUMMARY). "
	       "Cannot go with --results and --failed; --mode has no effect."
}, {
	.name = "compare-runs", .type = OPTION_COUNT, .field = FIELD(compare_runs),
	.min = 1, .max = 1000, .fallback = "1", .argument = "N",
	.needs = "compare", .group = "Scheduling",
	.help = "how often; the medians are shown",
	.man = "With --compare run N times in each mode, the modes taking turns, in "
	       "directories DIR/MODE-1 and so on, and show the median of each figure."
}, {
	.name = "jobs", .letter = 'j', .type = OPTION_COUNT, .traits = OPTION_AUTO,
	.field = FIELD(jobs),
	.min = 1, .max = 65535, .fallback = "auto", .argument = "N", .group = "Scheduling",
	.help = "transfers at a time, or auto",
	.man = "Have at most N transfers under way at a time, 1 to 65535. When the limit of "
	       "open files does not allow so many there are fewer. A server that refuses some "
	       "(429, 503, refused connections) is asked for fewer at a time, until it refuses "
	       "no more, or unless that makes no difference. With `auto` the best number is "
	       "found out for each server: it starts at 32, doubles while that brings more "
	       "files and bytes, and steps back when it does not. In all there are as many as "
	       "open files and a quarter of the memory allow, 16384 at most, 512 with --mode "
	       "threads. With --mode sequential there is always one."
}, {
	.name = "loops", .type = OPTION_COUNT, .field = FIELD(loops),
	.max = 64, .fallback = "0", .argument = "N", .group = "Scheduling",
	.help = "event loops; 0: by processors",
	.man = "With --mode event run N event loops, each in a thread of its own, at most 64. "
	       "With 0 there are two, or one where there is one processor. They share --jobs "
	       "and all other limits; with --jobs below 4 there is one."
}, {
	.name = "per-host", .type = OPTION_COUNT, .field = FIELD(per_host),
	.max = 65535, .fallback = "0", .argument = "N", .group = "Scheduling",
	.help = "transfers at a time with a server; 0: any",
	.man = "Have at most N transfers under way at a time with any one server, that is "
	       "scheme, host and port, also when --jobs is `auto`. With 0 only --jobs limits "
	       "them. Servers take turns, so "
	       "that one with many entries does not hold up the others."
}, {
	.name = "split", .letter = 's', .type = OPTION_COUNT, .field = FIELD(split),
	.min = 1, .max = 64, .fallback = "4", .argument = "N", .group = "Scheduling",
	.help = "chunks of one file at a time",
	.man = "Fetch a large file in chunks, at most N at a time, which count towards --jobs "
	       "and --per-host, 1 to 64. The first request asks for the first chunk; if the "
	       "server knows ranges and says which state of the file they are of (a strong "
	       "ETag, or a Last-Modified that is not new), others follow at once, and "
	       "towards the end of the job idle capacity takes over what is left of "
	       "others' chunks. Else the file comes in one piece. With 1 no ranges are asked "
	       "for, but to go on after a failure. With --compressed it is 1."
}, {
	.name = "chunk-size", .type = OPTION_SIZE, .field = FIELD(chunk_size),
	.fallback = "0", .argument = "SIZE", .group = "Scheduling",
	.help = "of these chunks; 0: by size and rate",
	.man = "Cut large files into chunks of SIZE. With 0 a chunk is what comes in "
	       "about 3 seconds, 4 to 64 MiB, and less at the end of a file. SIZE is at "
	       "least 64K."
}, {
	.name = "min-split-size", .type = OPTION_SIZE, .field = FIELD(min_split_size),
	.fallback = "16M", .argument = "SIZE", .group = "Scheduling",
	.help = "smaller files are not cut",
	.man = "Do not fetch files smaller than SIZE in chunks."
}, {
	.name = "tries", .type = OPTION_COUNT, .field = FIELD(tries),
	.min = 1, .max = 1000000, .fallback = "5", .argument = "N", .group = "Scheduling",
	.help = "attempts for each URL",
	.man = "Ask each URL at most N times while it fails in a way that may pass: failures "
	       "to look up the name (but not a name that does not exist), to connect or to "
	       "finish the TLS handshake, a deadline, a broken or short transfer, a wrong "
	       "checksum, and the statuses 408, 425, 429, 500, 502, 503, 504, 522 and 524. All "
	       "other failures are final for their URL. An entry with several URLs turns to "
	       "the next one after each failure and fails when none is left. 429 and 503 from "
	       "a server that answers other requests meanwhile are not counted, unless it "
	       "delivers hundreds between, or refuses some whatever the pace: then two of "
	       "them are overlooked. There are never more than 4 times N."
}, {
	.name = "retry-wait", .type = OPTION_DURATION, .field = FIELD(retry_wait),
	.max = LONGEST, .fallback = "500ms", .argument = "TIME", .group = "Scheduling",
	.help = "longest wait before the first retry",
	.man = "Before the k-th retry wait for a random time between nothing and TIME "
	       "doubled k-1 times, so that many failed transfers do not return all at once. "
	       "There is no wait before another mirror of the same entry. A server's "
	       "Retry-After comes on top: it pauses everything that would be asked of that "
	       "server, for 10 minutes at most."
}, {
	.name = "retry-max-wait", .type = OPTION_DURATION, .field = FIELD(retry_max_wait),
	.max = LONGEST, .fallback = "30s", .argument = "TIME", .group = "Scheduling",
	.help = "longest wait before any retry",
	.man = "Let the doubling of --retry-wait end at TIME."
}, {
	.name = "max-redirs", .type = OPTION_COUNT, .field = FIELD(max_redirs),
	.max = 1000, .fallback = "10", .argument = "N", .group = "Redirects",
	.help = "redirects to follow in a row; 0: none",
	.man = "Follow at most N redirects from one URL. Redirects lead to http and https "
	       "only. What is given by --user, --bearer-file, --cookie, --referer, --header or a "
	       "header of the entry itself is sent to the server that the URL names and to no "
	       "other."
}, {
	.name = "allow-downgrade", .type = OPTION_FLAG, .field = FIELD(allow_downgrade),
	.group = "Redirects",
	.help = "follow redirects from https to http",
	.man = "Follow redirects from https to http, too. They are refused otherwise."
}, {
	.name = "allow-private", .type = OPTION_FLAG, .field = FIELD(allow_private),
	.group = "Redirects",
	.help = "follow them into private networks",
	.man = "Follow a public server to loopback, private and link-local addresses, too, "
	       "where it redirects there or a Metalink of its names them. That is refused "
	       "otherwise."
}, {
	.name = "limit-rate", .type = OPTION_RATE, .field = FIELD(limit_rate),
	.fallback = "0", .argument = "RATE", .group = "Rates",
	.help = "bytes per second in all; 0: any",
	.man = "Take at most RATE, in bytes per second, from all servers together. All "
	       "transfers get their turns. With 0 there is no limit."
}, {
	.name = "limit-rate-per-host", .type = OPTION_RATE,
	.field = FIELD(limit_rate_per_host), .fallback = "0", .argument = "RATE",
	.group = "Rates",
	.help = "... from each server; 0: any",
	.man = "Take at most RATE, in bytes per second, from any one server. With 0 there is "
	       "no limit."
}, {
	.name = "request-rate", .type = OPTION_FREQUENCY, .field = FIELD(request_rate),
	.fallback = "0", .argument = "FREQUENCY", .group = "Rates",
	.help = "requests to each server; 0: any",
	.man = "Send at most so many requests to any one server, evenly spread: `10` or "
	       "`10/s`, `30/m`, `100/h`. Retries count. With 0 there is no limit."
}, {
	.name = "connect-timeout", .type = OPTION_DURATION, .field = FIELD(connect_timeout),
	.max = LONGEST, .fallback = "10s", .argument = "TIME", .group = "Limits",
	.help = "until connected; 0: 5 minutes",
	.man = "End an attempt that has no connection, with TLS where it applies, after TIME; "
	       "looking up the name counts. With 0 only the limit of libcurl applies, 5 "
	       "minutes."
}, {
	.name = "first-byte-timeout", .type = OPTION_DURATION,
	.field = FIELD(first_byte_timeout), .max = LONGEST, .fallback = "60s",
	.argument = "TIME", .group = "Limits",
	.help = "until an answer begins; 0: none",
	.man = "End an attempt whose answer has not begun TIME after the attempt did. With 0 "
	       "there is no such deadline."
}, {
	.name = "max-time", .type = OPTION_DURATION, .field = FIELD(max_time),
	.max = LONGEST, .fallback = "0", .argument = "TIME", .group = "Limits",
	.help = "for a file, retries included; 0: none",
	.man = "Give up on a file that is not there TIME after its first attempt began, "
	       "whatever retries are left. With 0 there is no such deadline."
}, {
	.name = "min-rate", .type = OPTION_RATE, .field = FIELD(min_rate),
	.fallback = "100", .argument = "RATE", .group = "Limits",
	.help = "slower than this is stalled; 0: never",
	.man = "End an attempt that brings less than RATE, in bytes per second, on average "
	       "over --stall-time. With 0 no speed is too low."
}, {
	.name = "stall-time", .type = OPTION_DURATION, .field = FIELD(stall_time),
	.max = LONGEST, .fallback = "30s", .argument = "TIME", .group = "Limits",
	.help = "... over this time; 0: never",
	.man = "The span over which --min-rate is measured. With 0 it is not."
}, {
	.name = "max-size", .type = OPTION_SIZE, .field = FIELD(max_size),
	.fallback = "0", .argument = "SIZE", .group = "Limits",
	.help = "give up on larger files; 0: no limit",
	.man = "Refuse a file of more than SIZE bytes: at once when the server announces its "
	       "length, else as soon as it is passed. Decoded bytes count when there is "
	       "--compressed. With 0 there is no limit."
}, {
	.name = "header", .letter = 'H', .type = OPTION_TEXTS, .traits = OPTION_SECRET,
	.field = FIELD(headers), .check = check_header, .argument = "HEADER", .group = "HTTP",
	.help = "send this 'Name: value', too",
	.man = "Send HEADER, written `Name: value`, with every request to the servers that "
	       "the URLs name, but not to where they redirect."
}, {
	.name = "user-agent", .letter = 'A', .type = OPTION_TEXT, .traits = OPTION_EMPTY,
	.field = FIELD(user_agent), .check = check_plain,
	.fallback = "seine/" PACKAGE_VERSION, .shown = "seine/VERSION", .argument = "TEXT",
	.group = "HTTP",
	.help = "say who asks",
	.man = "Send TEXT as User-Agent. An empty TEXT sends none."
}, {
	.name = "referer", .letter = 'e', .type = OPTION_TEXT, .field = FIELD(referer),
	.check = check_plain, .argument = "URL", .group = "HTTP",
	.help = "say where the link was",
	.man = "Send URL as Referer."
}, {
	.name = "cookie", .letter = 'b', .type = OPTION_TEXT, .traits = OPTION_SECRET,
	.field = FIELD(cookie), .check = check_cookie, .argument = "DATA", .group = "HTTP",
	.help = "send cookies, as 'a=1; b=2'",
	.man = "Send the cookies DATA, written `a=1; b=2`, to the servers that the URLs name. "
	       "Cookies that servers set are kept with --load-cookies only."
}, {
	.name = "load-cookies", .type = OPTION_TEXT, .field = FIELD(cookie_file),
	.argument = "FILE", .completes = "file", .group = "HTTP",
	.help = "cookies of FILE; what servers set is kept",
	.man = "Begin with the cookies of FILE, in the format that curl, wget, aria2 and "
	       "browsers' extensions write (Netscape's), and keep those that servers set, till "
	       "the run is over. Each goes to the hosts and paths it is for, also where redirects "
	       "lead. FILE, of at most 1 MiB, is not written. `/dev/null` begins with none."
}, {
	.name = "compressed", .type = OPTION_FLAG, .field = FIELD(compressed),
	.group = "HTTP",
	.help = "let servers compress, and decode it",
	.man = "Allow the server to compress what it sends, and store it decoded. A checksum "
	       "is of the decoded file. Without it files are asked for as they are."
}, {
	.name = "http1.1", .type = OPTION_SET, .field = FIELD(http), .min = HTTP_1_1,
	.group = "HTTP",
	.help = "use HTTP/1.1 only",
	.man = "Use HTTP/1.1 only. By default HTTP/2 is used with https servers that offer it."
}, {
	.name = "http2", .type = OPTION_SET, .field = FIELD(http), .min = HTTP_2,
	.group = "HTTP",
	.help = "ask for HTTP/2 without TLS, too",
	.man = "Ask for HTTP/2, also without TLS by an upgrade of the connection."
}, {
	.name = "http3", .type = OPTION_SET, .field = FIELD(http), .min = HTTP_3,
	.group = "HTTP",
	.help = "ask https servers for HTTP/3",
	.man = "Ask https servers for HTTP/3, and fall back to HTTP/2 or HTTP/1.1 where there "
	       "is none. It is an error where libcurl was built without HTTP/3, as on "
	       "Debian 12."
}, {
	.name = "s3-endpoint", .type = OPTION_TEXT, .field = FIELD(s3_endpoint),
	.check = endpoint_check, .argument = "URL", .group = "Buckets",
	.help = "of the store; else Amazon's",
	.man = "Buckets (URLs that begin with `s3://`) are at URL, which is `https://HOST` or "
	       "`http://HOST`, with a port or without, and maybe a path. Without it the variables "
	       "`AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL` and the profile's `services` and "
	       "`endpoint_url` are asked, and then they are Amazon's. See BUCKETS below."
}, {
	.name = "s3-region", .type = OPTION_TEXT, .field = FIELD(s3_region),
	.check = check_region, .argument = "REGION", .group = "Buckets",
	.help = "where to look for buckets first",
	.man = "Buckets are in REGION, unless the store answers that they are in another one, "
	       "which is then gone to. Without it `AWS_REGION`, `AWS_DEFAULT_REGION` and the "
	       "profile's `region` are asked, and then it is `us-east-1`."
}, {
	.name = "s3-profile", .type = OPTION_TEXT, .field = FIELD(s3_profile),
	.check = check_plain, .argument = "NAME", .group = "Buckets",
	.help = "whose credentials to use",
	.man = "Take credentials from the profile NAME of `~/.aws/credentials` and "
	       "`~/.aws/config`, and not from the variables. Without it the profile is that of "
	       "`AWS_PROFILE`, or `default`."
}, {
	.name = "s3-addressing", .type = OPTION_CHOICE, .field = FIELD(s3_addressing),
	.choices = addressing_choices, .fallback = "auto", .argument = "HOW",
	.group = "Buckets",
	.help = "place of bucket: auto, path, virtual",
	.man = "Whether the bucket is the first part of the path (`path`) or of the host's name "
	       "(`virtual`). `auto` is `path` for an endpoint that was given, and `virtual` at "
	       "Amazon's, where the bucket's name allows it."
}, {
	.name = "s3-no-sign-request", .type = OPTION_FLAG, .field = FIELD(s3_no_sign_request),
	.group = "Buckets",
	.help = "ask as anybody, for public buckets",
	.man = "Do not sign requests to buckets, and look for no credentials: for buckets that "
	       "anybody may read."
}, {
	.name = "s3-requester-pays", .type = OPTION_FLAG, .field = FIELD(s3_requester_pays),
	.group = "Buckets",
	.help = "pay for requests to others' buckets",
	.man = "Tell the store that you will pay for the requests, which buckets of some owners "
	       "want."
}, {
	.name = "follow-metalink", .type = OPTION_FLAG, .field = FIELD(follow_metalink),
	.fallback = "yes", .group = "Metalinks",
	.help = "fetch what Metalinks name",
	.man = "When a URL leads to a Metalink, by its name, `.meta4` or `.metalink`, or by the "
	       "type that the server gives it, fetch the files that it names instead of "
	       "keeping it. This is the default, but for a URL that was given a name. With "
	       "--no-follow-metalink it is a file like any other. See METALINKS below."
}, {
	.name = "metalink-location", .type = OPTION_TEXT, .field = FIELD(metalink_location),
	.check = check_plain, .argument = "CODES", .group = "Metalinks",
	.help = "countries of mirrors to ask first",
	.man = "Ask mirrors in these countries first: codes as `de`, with commas between them. "
	       "Otherwise they are asked in the order of their priority."
}, {
	.name = "proxy", .letter = 'x', .type = OPTION_TEXT,
	.traits = OPTION_SECRET | OPTION_EMPTY, .field = FIELD(proxy), .check = check_proxy,
	.argument = "URL", .group = "Connection",
	.help = "go through this proxy",
	.man = "Make all connections through the proxy URL: `http://`, `https://`, "
	       "`socks4://`, `socks4a://`, `socks5://` or `socks5h://`, then `HOST:PORT`, "
	       "and before that `USER:PASSWORD@` where it wants a login. "
	       "Without it the variables `http_proxy`, `https_proxy`, `all_proxy` and "
	       "`no_proxy` apply; an empty URL sets them aside."
}, {
	.name = "ipv4", .letter = '4', .type = OPTION_SET, .field = FIELD(family),
	.min = IP_V4, .group = "Connection",
	.help = "use IPv4 addresses only",
	.man = "Use IPv4 addresses only."
}, {
	.name = "ipv6", .letter = '6', .type = OPTION_SET, .field = FIELD(family),
	.min = IP_V6, .group = "Connection",
	.help = "use IPv6 addresses only",
	.man = "Use IPv6 addresses only."
}, {
	.name = "dns-servers", .type = OPTION_TEXT, .field = FIELD(dns_servers),
	.check = nameservers_check, .argument = "ADDR[:PORT]", .group = "Connection",
	.help = "ask these name servers",
	.man = "Look up names at this name server, or at several with commas between them, in "
	       "place of the system's. ADDR is a numeric address; an IPv6 one stands in brackets "
	       "if a port follows, as in `192.0.2.1,[2001:db8::1]:5353`. Each is asked up to 3 "
	       "times, with 2, 4 and 8 seconds to answer."
}, {
	.name = "resolve", .type = OPTION_TEXTS, .field = FIELD(resolve),
	.check = hosts_check_option, .argument = "HOST:PORT:ADDR",
	.group = "Connection",
	.help = "take these addresses for a host",
	.man = "For URLs with this host and port connect to the numeric address ADDR, or to one "
	       "of several with commas between them; no name server is asked. Of two for the "
	       "same host and port the later one holds. This is stronger than /etc/hosts, which "
	       "is stronger than name servers."
}, {
	.name = "user", .letter = 'u', .type = OPTION_TEXT, .traits = OPTION_SECRET,
	.field = FIELD(user), .check = check_plain, .argument = "NAME", .group = "Credentials",
	.help = "log in as NAME or NAME:PASSWORD",
	.man = "Log in as NAME, by HTTP's Basic scheme, to the servers that the URLs name, "
	       "never to where they redirect. `NAME:PASSWORD` is understood, too, and "
	       "overwritten in the list of processes, but a shell's history may keep it: "
	       "better give the password by --password-file or in SEINE_PASSWORD."
}, {
	.name = "password-file", .type = OPTION_FILE_TEXT, .traits = OPTION_SECRET,
	.field = FIELD(password), .check = check_plain, .argument = "FILE",
	.completes = "file", .needs = "user", .group = "Credentials",
	.help = "its first line is the password",
	.man = "The first line of FILE is the password for --user. FILE may be a descriptor, "
	       "as in `/dev/fd/3`."
}, {
	.name = "bearer-file", .type = OPTION_FILE_TEXT, .traits = OPTION_SECRET,
	.field = FIELD(bearer), .check = check_plain, .argument = "FILE",
	.completes = "file", .group = "Credentials",
	.help = "its first line is a bearer token",
	.man = "The first line of FILE is a token, sent as `Authorization: Bearer` to the "
	       "servers that the URLs name, never to where they redirect."
}, {
	.name = "netrc", .type = OPTION_TEXT, .field = FIELD(netrc), .argument = "FILE",
	.bare = "~/.netrc", .completes = "file", .group = "Credentials",
	.help = "log in by FILE of hosts and passwords",
	.man = "Log in as FILE says for the host, by HTTP's Basic scheme. Without FILE, it is "
	       "`~/.netrc`. An entry is written `machine HOST login NAME password PASSWORD`; the "
	       "one that begins with `default` is for the other hosts that the URLs name. A "
	       "password in the URL, --user and --bearer-file are stronger; a name alone in the "
	       "URL chooses among the host's entries. Where redirects lead, and at mirrors on "
	       "other hosts, only the host's own entry is used, and only over https, without "
	       "--insecure."
}, {
	.name = "cacert", .type = OPTION_TEXT, .field = FIELD(cacert),
	.check = check_readable, .argument = "FILE", .completes = "file", .group = "TLS",
	.help = "trust these authorities instead",
	.man = "Trust the certificate authorities in the PEM file FILE in place of the "
	       "system's."
}, {
	.name = "cert", .type = OPTION_TEXT, .field = FIELD(cert),
	.check = check_readable, .argument = "FILE", .completes = "file", .group = "TLS",
	.help = "show servers this certificate",
	.man = "Show servers that ask for it the client certificate in the PEM file FILE."
}, {
	.name = "key", .type = OPTION_TEXT, .field = FIELD(key),
	.check = check_readable, .argument = "FILE", .completes = "file",
	.needs = "cert", .group = "TLS",
	.help = "its private key",
	.man = "The private key of --cert is in the PEM file FILE. Without it the key is "
	       "looked for in the certificate's own file."
}, {
	.name = "insecure", .letter = 'k', .type = OPTION_FLAG, .field = FIELD(insecure),
	.group = "TLS",
	.help = "do not check who the server is",
	.man = "Do not check certificates. Anyone on the way can then read and change what is "
	       "transferred."
}, {
	.name = "quiet", .letter = 'q', .type = OPTION_FLAG, .field = FIELD(quiet),
	.group = "Output",
	.help = "say nothing but errors",
	.man = "Write nothing but errors: no progress, no warnings, no summary but that of "
	       "--json."
}, {
	.name = "verbose", .letter = 'v', .type = OPTION_FLAG, .field = FIELD(verbose),
	.group = "Output",
	.help = "say more of what is done",
	.man = "Write a line for each file that is done, each retry, redirect and pause."
}, {
	.name = "json", .type = OPTION_FLAG, .field = FIELD(json), .group = "Output",
	.help = "summary as a JSON object on stdout",
	.man = "Write the summary at the end as one JSON object to standard output: how many "
	       "files were fetched, present and failed and why, bytes, time, processor time, "
	       "memory and rates; see SUMMARY below."
}, {
	.name = "progress", .type = OPTION_CHOICE, .field = FIELD(progress),
	.choices = progress_choices, .fallback = "auto", .argument = "STYLE",
	.group = "Output",
	.help = "auto, bar, plain or none",
	.man = "How to show progress on standard error: `bar` redraws a few lines of a "
	       "terminal, `plain` adds a line every few seconds, `none` shows nothing. `auto` "
	       "is `bar` on a terminal and `plain` elsewhere."
}, {
	.name = "results", .type = OPTION_TEXT, .field = FIELD(results),
	.argument = "FILE", .completes = "file", .group = "Output",
	.help = "a JSON line for each entry; - is stdout",
	.man = "Write one JSON object per entry to FILE, a line each, as soon as the entry is "
	       "done or has failed; see RESULTS below. What was in FILE is replaced. `-` is "
	       "standard output."
}, {
	.name = "failed", .type = OPTION_TEXT, .field = FIELD(failed),
	.argument = "FILE", .completes = "file", .group = "Output",
	.help = "a list of what failed, for --input",
	.man = "Write the entries that failed to FILE, with their mirrors and options, as a "
	       "list that --input takes. Since headers and passwords may be among them, FILE "
	       "is made for you alone to read. It may be the very list that is read: that is "
	       "replaced at the end, if every entry was tried and a list can hold those that "
	       "failed. `-` is standard output."
}, {
	.name = "config", .type = OPTION_ACTION, .min = ACTION_CONFIG,
	.argument = "FILE", .completes = "file", .group = "General",
	.help = "read this configuration file instead",
	.man = "Read options from FILE in place of the file named under FILES."
}, {
	.name = "no-config", .type = OPTION_ACTION, .min = ACTION_NO_CONFIG,
	.group = "General",
	.help = "read no configuration file",
	.man = "Read no configuration file."
}, {
	.name = "help", .letter = 'h', .type = OPTION_ACTION, .min = ACTION_HELP,
	.group = "General",
	.help = "show this help and exit",
	.man = "Show all options in short, and exit."
}, {
	.name = "version", .letter = 'V', .type = OPTION_ACTION, .min = ACTION_VERSION,
	.group = "General",
	.help = "show the version and exit",
	.man = "Show the versions of the program and of libcurl, and exit."
}, {
	.name = "print-docs", .type = OPTION_ACTION, .traits = OPTION_HIDDEN,
	.min = ACTION_PRINT_DOCS, .choices = docs_choices, .argument = "KIND",
	.group = "General",
	.help = "print what is generated: man, bash, ...",
	.man = "Print the documentation that is made from the table of options."
}, {
	.name = NULL
}
};
/* clang-format on */

size_t options_count(void)
{
	return ARRAY_LEN(options) - 1;
}
