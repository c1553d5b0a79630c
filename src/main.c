/* seine - a concurrent bulk downloader.
 *
 * A map of the sources, from the ground up. A floor includes only floors below it.
 *
 *   base/    attr, alloc, buf, strings, list, map, heap: memory and containers; units, text,
 *            hex, base64, hash, crc, json, minmax: small conversions; xml: documents from
 *            strangers; clock, thread: time, and waiting; diag: errors and the log; url, address,
 *            redact: URLs
 *   core/    settings: all that a user can say; entry: the nouns; checksum; naming, with
 *            template (_fields), safename and taken: from URL to safe path; repeats; policy:
 *            what an outcome means; pace: rates; origin: pauses and turns of hosts;
 *            limiter (_bear), with search and trial: how many at once; version, range,
 *            plan, chunks (_tail): how a large file is cut; task (_mirrors): an entry at
 *            work, and whom it asks; mirror: one of its URLs; pieces: digests of parts of
 *            a file; arrival: how far one is; s3: what s3:// URLs name, endpoint: where;
 *            sched (_tasks, _outcome, _failure): the scheduler; source, observer: what it
 *            reads from and tells
 *   store/   outdir, with workdir, parents, beneath: lock, parts, safe ways in; sink
 *            (_publish): from part file to final name; part (_write, _files, _space,
 *            _resume, _commit): what attempts share; digest, proof, composite: ETags of
 *            parts; inspection: pieces, as they come; journal, with its _format,
 *            _reader, _writer, _load, _state, _survey and _renew, and finished: what an
 *            unfinished job has got; writer: who writes the only large file; durable: syncs;
 *            stamp: ETags; mark: whose a file is; there: whether it is there by its server's
 *            name
 *   input/   input: the inputs as a chain; format: the table of formats; args, list,
 *            jsonl (members, rerun), csv (cells, columns), metalink (_elements, _file,
 *            _source): sources; s3list: pages of a listing; fields: options of an
 *            entry; sums, with clearsigned: checksum files; reader: lines or bytes;
 *            stream, packing: gzip
 *   report/  report: the table of reporters; tally, messages, progress (bar, screen,
 *            figures), results, failed (outfile), summary, stopping; comparison (_table),
 *            measurement: --compare
 *   net/     transfer (_connect, _receive, _document, _mirrors, _name, _wait, _status,
 *            _verdict): one HTTP exchange; dress: its options; request: its fields; response,
 *            with announced and httpdate: its head; answer: what that means for the attempt;
 *            body: its bytes; net, tls, proxy, throttle: what all share; memory, with buffers:
 *            libcurl's; curlcode: its words in ours; names: what is known of them (cache,
 *            hosts, claims, addrs, hostname); resolver (_wait): asking c-ares (channel,
 *            question, nameservers); pins: telling libcurl; s3 (_request, _answer), with
 *            regions, sigv4 (_canonical), s3error: buckets; credentials (_chain, _profile,
 *            _sts, _metadata, _answer), waiter, ask, secret, environment, netrc, cookies: in
 *            whose name; link, disposition, with fieldvalue: Link and Content-Disposition
 *            fields
 *   engine/  engine: the table; sequential, threads, event: three ways to wait; performer:
 *            one exchange after the other, for the first two; reactor, slot, loop, shard,
 *            committer: transfers, epoll, CURLMs, long commits for event
 *   app/     session: one job, wired; intake: from lines to named entries; expand, with
 *            listing and follow: what buckets and Metalinks name; ledger (_present),
 *            keeper: what is kept of an unfinished job; presence: what is there; room:
 *            what memory and descriptors allow; signals; compare, with child, sample,
 *            stored: the same job once per mode
 *   cli/     options (_find): the one table; scan, parse, levels (_file), value, check,
 *            together, nearest, habit: argv, the environment and the config file; docs: help,
 *            man page and completions
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "app/compare.h"
#include "app/session.h"
#include "base/diag.h"
#include "cli/options.h"

/* A standard stream that was closed before we began would be the number of the next file that
 * is opened, and messages would go there. So its place is taken, by what cannot be read or
 * written either. */
static int hold_streams(struct error *err)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) < 0)
			return error_errno(err, KIND_DISK, errno, "/dev/null");
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct settings settings = {0};
	struct error err;
	enum options_verdict verdict;
	int status = EXIT_DONE;

	setlocale(LC_CTYPE, "");
	if (hold_streams(&err) != 0 ||
		options_parse(&settings, argc, argv, &verdict, &err) != 0) {
		log_error("%s", err.text);
		status = session_status(err.kind);
	} else if (verdict == OPTIONS_RUN) {
		log_setup(settings.quiet     ? LOG_ERROR
			  : settings.verbose ? LOG_INFO
					     : LOG_WARN,
			NULL, NULL);
		status = settings.compare ? compare_run(&settings)
					  : session_run(&settings);
	}
	settings_release(&settings);
	return status;
}
