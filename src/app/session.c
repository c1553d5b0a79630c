/* The wiring. Parts are made from the ground up and freed the other way round; the
 * first one that cannot be made ends the job before it begins. */
#include "app/session.h"

#include <string.h>
#include <sys/random.h>

#include "app/expand.h"
#include "app/intake.h"
#include "app/keeper.h"
#include "app/ledger.h"
#include "app/room.h"
#include "app/sample.h"
#include "app/signals.h"
#include "core/naming.h"
#include "core/sched.h"
#include "engine/engine.h"
#include "input/input.h"
#include "net/transfer.h"
#include "report/report.h"
#include "store/outdir.h"

struct session {
	/* The user's, with jobs cut to what descriptors allow. */
	struct settings settings;
	uint64_t every; /* 1: all entries, else each so many-th */
	struct tally tally;
	bool ran; /* the engine has had its go */
	bool stopped;
	struct report_job report_job;
	struct outdir *outdir;
	struct ledger ledger;
	struct naming *naming;
	struct observer *report, *keeper;
	struct source *inputs, *intake;
	struct net *net;
	struct sched *sched;
	struct env env;
};

static uint64_t random_seed(void)
{
	uint64_t seed = 0;

	/* Without randomness all would still be right, only jitter less spread. */
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)clock_now();
	return seed;
}

/* For commits, which may read for minutes: is it time to end what is under way? */
static bool is_over(const void *context)
{
	const struct stop *stop = context;

	return clock_now() >= stop->deadline(stop);
}

/* For credentials, which services may be asked for: is it time to wait no longer? */
static bool is_asked(const void *context)
{
	const struct stop *stop = context;

	return stop->asked(stop);
}

static int session_open(struct session *s, struct error *err)
{
	const struct settings *settings = &s->settings;

	s->report_job = (struct report_job){.settings = settings,
		.tally = &s->tally,
		.started = clock_now(),
		.loop_stall_max = &s->env.loop_stall_max,
		.stopped = &s->stopped,
		.signal = signals_caught};
	if (!(s->naming = naming_new(settings->name, err)) ||
		!(s->outdir = outdir_open(settings->dir, err)) ||
		ledger_open(&s->ledger, settings, s->outdir, err) != 0 ||
		!(s->net = net_new(settings, s->outdir, s->ledger.parts, err)) ||
		!(s->report = report_open(&s->report_job, err)))
		return -1;
	outdir_set_room(s->outdir, (size_t)settings->files);
	parts_set_room(s->ledger.parts, (size_t)settings->files);
	s->inputs = sample_of(
		expand_new(settings, input_open(settings), net_s3(s->net)), s->every);
	s->intake = intake_new(&(struct intake_setup){.settings = settings,
		.inputs = s->inputs,
		.naming = s->naming,
		.ledger = &s->ledger,
		.s3 = net_s3(s->net),
		.observer = s->report,
		.seed = random_seed()});
	s->keeper = keeper_new(s->ledger.parts, s->report);
	s->sched = sched_new(settings, s->intake, s->keeper, random_seed());
	s->env = (struct env){.settings = settings,
		.net = s->net,
		.observer = s->keeper,
		.stop = signals_install(err)};
	if (!s->env.stop)
		return -1;
	parts_set_stop(s->ledger.parts, is_over, s->env.stop);
	s3_set_stop(net_s3(s->net), is_asked, s->env.stop);
	return 0;
}

int session_status(enum kind kind)
{
	switch (kind) {
	case KIND_NONE:
		return EXIT_DONE;
	case KIND_USAGE:
		return EXIT_USAGE;
	case KIND_INPUT:
		return EXIT_BAD_INPUT;
	case KIND_DISK:
		return EXIT_OUTPUT;
	case KIND_LOCKED:
		return EXIT_LOCKED;
	default:
		return EXIT_FAILED_ENTRIES;
	}
}

/* The run came to the end of its list: what that does not ask for, nobody does any more. */
static bool has_ended(const struct session *s)
{
	return s->ran && !s->stopped && s->tally.broken_inputs == 0 &&
	       s->tally.failures[KIND_DISK] == 0 &&
	       s->tally.failures[KIND_INTERRUPTED] == 0;
}

/* What the job keeps of itself is closed before the lock on the directory goes. Returns the
 * exit status. */
static int session_release(struct session *s, int status)
{
	struct error err;
	int own;

	sched_free(s->sched);
	keeper_free(s->keeper);
	source_free(s->intake);
	source_free(s->inputs);
	report_free(s->report);
	net_free(s->net);
	if (ledger_close(&s->ledger, has_ended(s), &err) != 0) {
		log_error("%s", err.text);
		own = session_status(err.kind);
		status = own > status ? own : status;
	}
	outdir_close(s->outdir);
	naming_free(s->naming);
	return status;
}

static int tally_status(const struct tally *tally)
{
	if (tally->failures[KIND_DISK] || tally->failures[KIND_NO_ROOM] ||
		tally->unwritten)
		return EXIT_OUTPUT;
	if (tally->bad_lines || tally->broken_inputs || tally->failures[KIND_BAD_URL] ||
		tally->failures[KIND_INPUT])
		return EXIT_BAD_INPUT;
	return tally->failed ? EXIT_FAILED_ENTRIES : EXIT_DONE;
}

static int session_fetch(struct session *s)
{
	const struct engine *engine = engine_find(s->settings.mode);
	struct error err = {.kind = KIND_NONE};
	int status = EXIT_DONE, reported;

	if (engine->run(s->sched, &s->env, &err) != 0) {
		log_error("%s", err.text);
		status = session_status(err.kind);
	}
	s->ran = true;
	s->stopped = status != EXIT_DONE || signals_caught() != 0;
	if (report_close(s->report, clock_now(), &err) != 0) {
		log_error("%s", err.text);
		reported = session_status(err.kind);
		status = reported > status ? reported : status;
	}
	reported = tally_status(&s->tally);
	return reported > status ? reported : status;
}

int session_run(const struct settings *settings)
{
	return session_run_sample(settings, 1);
}

int session_run_sample(const struct settings *settings, uint64_t every)
{
	struct session session = {.settings = *settings, .every = every};
	struct error err;
	int status;

	room_fit(&session.settings);
	if (settings->insecure)
		log_warn("certificates are not checked (--insecure): "
			 "anybody may be the server");
	if (session_open(&session, &err) == 0) {
		status = session_fetch(&session);
	} else {
		log_error("%s", err.text);
		status = session_status(err.kind);
	}
	status = session_release(&session, status);
	signals_restore();
	return signals_caught() ? 128 + signals_caught() : status;
}
