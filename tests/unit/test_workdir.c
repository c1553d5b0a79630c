/* test_workdir.c - .seine: its lock among processes, what a killed job left in it, and
 * what others may have put there. */
#include "store/workdir.h"

#include <signal.h>

#include "store/journal.h"
#include "storing.h"

/* Somebody prepared .seine: links in it must not lead us anywhere. */
static void distrusts_what_is_there(void)
{
	check_int(mkdir("victim", 0777), 0);
	check(scratch_write("victim/1.part", "precious"));
	check(scratch_write("victim/lock", "precious"));
	check_int(mkdir("d", 0777), 0);

	check_int(symlink("../victim", "d/.seine"), 0);
	open_fails("d", KIND_DISK, ".seine");
	check_int(unlink("d/.seine"), 0);

	check_int(mkdir("d/.seine", 0700), 0);
	check_int(symlink("../../victim", "d/.seine/parts"), 0);
	open_fails("d", KIND_DISK, "parts");
	check_int(unlink("d/.seine/parts"), 0);

	check_int(symlink("../../victim/lock", "d/.seine/lock"), 0);
	open_fails("d", KIND_DISK, "cannot lock");
	scratch_remove("d");

	check_int(mkdir("d", 0777), 0);
	check(scratch_write("d/.seine", "a file"));
	open_fails("d", KIND_DISK, ".seine");
	check(scratch_is("d/.seine", "a file"));
	check(scratch_is("victim/1.part", "precious"));
	check(scratch_is("victim/lock", "precious"));
	scratch_remove("d");
	scratch_remove("victim");
}

static void shuts_others_out(void)
{
	struct outdir *outdir;

	check_int(mkdir("d", 0777), 0);
	check_int(mkdir("d/.seine", 0777), 0);
	check_int(chmod("d/.seine", 0777), 0);
	outdir = open_ok("d");
	check_int(mode_of("d/.seine"), 0700);
	outdir_close(outdir);
	scratch_remove("d");
}

static void refuses_that_of_another_user(void)
{
	check_int(mkdir("d", 0777), 0);
	check_int(mkdir("d/.seine", 0700), 0);
	check_int(chown("d/.seine", 12345, 12345), 0);
	open_fails("d", KIND_DISK, "another user");
	check_int(mode_of("d/.seine"), 0700);
	scratch_remove("d");
}

/* A child that has the directory until it is told, by a byte, to let go. */
struct holder {
	pid_t pid;
	int ready, tell; /* pipe ends */
};

static struct holder hold(const char *dir)
{
	int ready[2], tell[2];
	struct holder holder;
	char byte;

	check_int(pipe(ready), 0);
	check_int(pipe(tell), 0);
	fflush(stdout);
	holder.pid = fork();
	if (holder.pid == 0) {
		struct outdir *outdir = open_ok(dir);

		check_int(write(ready[1], "r", 1), 1);
		check_int(read(tell[0], &byte, 1), 1);
		outdir_close(outdir);
		_exit(0);
	}
	check_int(read(ready[0], &byte, 1), 1);
	close(ready[1]);
	close(tell[0]);
	holder.ready = ready[0];
	holder.tell = tell[1];
	return holder;
}

static void let_go(struct holder *holder)
{
	close(holder->ready);
	close(holder->tell);
}

static void one_process_at_a_time(void)
{
	struct holder holder = hold("d");
	char who[64];

	snprintf(who, sizeof(who), "in use by process %ld", (long)holder.pid);
	open_fails("d", KIND_LOCKED, who);
	check(scratch_there("d/.seine/parts"));
	check_int(write(holder.tell, "x", 1), 1);
	check_int(scratch_wait(holder.pid), 0);
	let_go(&holder);
	outdir_close(open_ok("d"));
	check_int(scratch_count("d"), 0);
	scratch_remove("d");
}

static void one_job_at_a_time(void)
{
	struct outdir *outdir = open_ok("d");
	struct error err;

	open_fails("d", KIND_LOCKED, "process");
	/* Before the number is written, or after somebody wrote rubbish. */
	check(scratch_write("d/.seine/lock", ""));
	open_fails("d", KIND_LOCKED, "another process");
	check(scratch_write(
		"d/.seine/lock", "-99999999999999999999999999999999999999"));
	open_fails("d", KIND_LOCKED, "another process");
	check(outdir_open("d", NULL) == NULL);
	outdir_close(outdir);
	outdir = outdir_open("d", &err);
	check(outdir != NULL);
	outdir_close(outdir);
	scratch_remove("d");
}

static void sweeps_after_a_killed_one(void)
{
	struct holder holder = hold("d");
	struct outdir *outdir;
	int status;

	check(scratch_write("d/.seine/parts/1.part", "half"));
	check(scratch_write("d/.seine/parts/2.part", ""));
	check_int(symlink("../../keep", "d/.seine/parts/3.part"), 0);
	check(scratch_write("d/keep", "mine"));
	check_int(kill(holder.pid, SIGKILL), 0);
	check_int(waitpid(holder.pid, &status, 0), holder.pid);
	let_go(&holder);
	check(scratch_there("d/.seine/lock"));

	outdir = open_ok("d");
	check_int(scratch_count("d/.seine/parts"), 0);
	check(scratch_is("d/keep", "mine"));
	outdir_close(outdir);
	check_int(scratch_count("d"), 1);
	scratch_remove("d");
}

/* Processes open and close as fast as they can; while one is in, nobody else may be. */
static int fight(int rounds)
{
	int wins = 0, wrong = 0;

	while (wins < rounds && wrong == 0) {
		struct error err = {.kind = KIND_NONE};
		struct outdir *outdir = outdir_open("d", &err);
		int fd;

		if (!outdir) {
			wrong += err.kind != KIND_LOCKED;
			continue;
		}
		fd = open("d/inside", O_CREAT | O_EXCL | O_WRONLY, 0600);
		wrong += fd < 0;
		wrong += !scratch_there("d/.seine/parts");
		close(fd);
		wrong += unlink("d/inside") < 0;
		outdir_close(outdir);
		wins++;
	}
	return wrong;
}

static void survives_the_unlink_race(void)
{
	pid_t pids[4];

	fflush(stdout);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(fight(60));
	}
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		check_int(scratch_wait(pids[i]), 0);
	check_int(scratch_count("d"), 0);
	scratch_remove("d");
}

static void keeps_what_is_not_empty(void)
{
	struct outdir *outdir = open_ok("d");

	check(scratch_write("d/.seine/parts/7.part", "left"));
	outdir_close(outdir);
	check(scratch_is("d/.seine/parts/7.part", "left"));
	check(!scratch_there("d/.seine/lock"));
	scratch_remove("d");
}

static bool keeps_second(void *context, const char *part)
{
	check_str(context, "context");
	return strcmp(part, "2.part") == 0;
}

static void sweeps_what_nobody_wants(void)
{
	struct outdir *outdir = open_ok("d");
	char context[] = "context";

	check(scratch_write("d/.seine/parts/1.part", "one"));
	check(scratch_write("d/.seine/parts/2.part", "two"));
	check(scratch_write("d/.seine/parts/3.part", "three"));
	check_int(outdir_sweep(outdir, keeps_second, context, NULL), 0);
	check_int(scratch_count("d/.seine/parts"), 1);
	check(scratch_is("d/.seine/parts/2.part", "two"));
	check_int(outdir_sweep(outdir, NULL, NULL, NULL), 0);
	close_clean(outdir, "d");
}

static struct journal *journal_in(struct outdir *outdir)
{
	struct error err = {.kind = KIND_NONE};
	struct journal *journal = journal_open(
		&(struct journal_setup){.workdir = outdir_workdir(outdir)}, &err);

	need(journal != NULL, err.text);
	return journal;
}

/* A job that is stopped leaves its journal and its parts; who goes on with it keeps those that
 * the journal knows; when it is complete nothing is left. */
static void keeps_what_the_journal_knows(void)
{
	struct outdir *outdir = open_ok("d");
	struct journal *journal = journal_in(outdir);
	struct journal_file file = {.path = "large", .size = 100};

	file.id = journal_new_id(journal);
	check_int(journal_begin(journal, &file, NULL), 0);
	check_int(journal_range(journal, file.id, (struct range){0, 3}, NULL), 0);
	check(scratch_write("d/.seine/parts/f1.part", "half"));
	check(scratch_write("d/.seine/parts/f2.part", "unknown"));
	check(scratch_write("d/.seine/parts/1.part", "small"));
	check_int(journal_close(journal, false, NULL), 0);
	outdir_close(outdir);
	check(!scratch_there("d/.seine/lock"));
	check_int(scratch_count("d/.seine/parts"), 3);

	outdir = open_ok("d");
	check_int(scratch_count("d/.seine/parts"), 3);
	journal = journal_in(outdir);
	check_int(outdir_sweep(outdir, journal_has_part, journal, NULL), 0);
	check_int(scratch_count("d/.seine/parts"), 1);
	check(scratch_is("d/.seine/parts/f1.part", "half"));
	check(journal_find(journal, "large") != NULL);
	check_int(journal_close(journal, true, NULL), 0);
	check_int(outdir_sweep(outdir, NULL, NULL, NULL), 0);
	close_clean(outdir, "d");
}

int main(void)
{
	scratch_enter();
	run(distrusts_what_is_there);
	run(shuts_others_out);
	run_if(geteuid() == 0, "needs root", refuses_that_of_another_user);
	run(one_process_at_a_time);
	run(one_job_at_a_time);
	run(sweeps_after_a_killed_one);
	run(survives_the_unlink_race);
	run(keeps_what_is_not_empty);
	run(sweeps_what_nobody_wants);
	run(keeps_what_the_journal_knows);
	scratch_leave();
	return done();
}
