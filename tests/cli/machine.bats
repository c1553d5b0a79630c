#!/usr/bin/env bats
# The machine's ways to fail: space, permissions, descriptors, other processes, death.

load helper

@test "a directory in use: exit 5, naming the process; free again afterwards" {
	origin_start
	seine_start -d out "$O$(held a.bin)"
	wait_until 60 stats '.requests == 1'
	local first=$SEINE_PID
	seine -d out "$O/b.bin"
	((status == 5)) || fail "exit status $status, not 5"
	said "$first"
	stats '.requests == 1'
	let_go
	seine_ends 0
	seine -d out "$O/b.bin"
	((status == 0))
	[[ ! -e $ARENA/out/.seine ]]
}

@test "no space left: exit 4, nothing half made; a run with more space ends the job" {
	origin_start
	tmpfs size=600k
	local n
	for n in {1..20}; do
		echo "$O/f$n.bin?size=100000"
	done >"$CTL/list.txt"
	seine -d out -i "$CTL/list.txt" -j 4 --results "$CTL/results.jsonl"
	((status == 4)) || fail "exit status $status, not 4"
	no_crash
	said "[Nn]o space"
	[[ -z $(find "$ARENA/out" -name 'f*.bin' ! -size 100000c) ]]
	records 'map(select(.status == "done")) | length >= 1 and length < 7'
	mount -o remount,size=10M "$ARENA/out"
	seine -d out -i "$CTL/list.txt"
	((status == 0))
	(($(find "$ARENA/out" -name 'f*.bin' -size 100000c | wc -l) == 20))
	[[ ! -e $ARENA/out/.seine ]]
}

@test "no space left for a large file, known and unknown length" {
	origin_start
	tmpfs size=2M
	seine -d out "$O/large.bin?size=10M"
	((status == 4))
	seine -d out "$O/large.bin?size=10M&chunked"
	((status == 4))
	[[ -z $(find "$ARENA/out" -name 'large*') ]]
}

@test "no inode left: exit 4" {
	origin_start
	tmpfs nr_inodes=12
	curl -sS "$O/list.txt?n=30&size=10" >"$CTL/list.txt"
	seine -d out -i "$CTL/list.txt"
	((status == 4)) || fail "exit status $status, not 4"
	no_crash
	[[ -z $(find "$ARENA/out" -name '*.bin' ! -size 10c) ]]
}

@test "a read-only file system: exit 4" {
	origin_start
	tmpfs size=1M
	mount -o remount,ro "$ARENA/out"
	seine -d out "$O/a.bin"
	((status == 4)) || fail "exit status $status, not 4"
	said "[Rr]ead-only"
	stats '.requests == 0'
}

@test "a directory that is not ours to write: exit 4" {
	[[ $(id -u) != 0 ]] || skip "root may write everywhere"
	origin_start
	mkdir "$ARENA/out"
	chmod 500 "$ARENA/out"
	seine -d out "$O/a.bin"
	((status == 4))
}

@test "a file in place of the directory: exit 4" {
	echo x >"$ARENA/out"
	seine -d out http://127.0.0.1:1/a.bin
	((status == 4)) || fail "exit status $status, not 4"
	[[ $(cat "$ARENA/out") == x ]]
}

@test "few descriptors: slower, and all there" {
	origin_start
	curl -sS "$O/list.txt?n=200&size=1000&delay=20" >"$CTL/list.txt"
	local mode
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		(
			ulimit -n 40
			fetch 0 200 -i "$CTL/list.txt" -j 1000
		)
		rm -r "$ARENA/out"
	done
}

@test "a closed stdout, a closed stderr do no harm" {
	origin_start
	(cd "$ARENA" && "$SEINE" "${QUICK[@]}" -d out "$O/a.bin?size=10" >&- 2>&-)
	same a.bin "/a.bin?size=10"
	(cd "$ARENA" && "$SEINE" "${QUICK[@]}" -d out "$O/b.bin?size=10" <&- >&- 2>&-)
	same b.bin "/b.bin?size=10"
	local rc=0
	(cd "$ARENA" && "$SEINE" "${QUICK[@]}" -q -d out --results - "$O/c.bin?size=10" >/dev/full) || rc=$?
	((rc == 4)) || fail "exit status $rc"
	same c.bin "/c.bin?size=10"
}

@test "a reader of the results that goes away does not kill it by a signal" {
	origin_start
	curl -sS "$O/list.txt?n=50&size=10&delay=20" >"$CTL/list.txt"
	run_seine -q -d out -j 2 --results - -i "$CTL/list.txt" 2>"$CTL/stderr" |
		head -n 1 >"$CTL/stdout" || true
	local rc=${PIPESTATUS[0]}
	((rc < 128)) || fail "exit status $rc"
}

# Forty files of sizes that all differ, so that a few are under way at any moment.
squares() {
	local n
	for n in {1..40}; do
		echo "$O/f$n.bin?size=$((n * n * 900))&delay=5"
	done >"$CTL/list.txt"
}

# Those that are there have all of their bytes.
none_is_cut() {
	local n
	for n in {1..40}; do
		[[ ! -e $ARENA/out/f$n.bin ]] ||
			(($(stat -c %s "$ARENA/out/f$n.bin") == n * n * 900)) ||
			fail "f$n.bin is cut" || return
	done
}

@test "killed at random points: no file is wrong, a re-run completes" {
	origin_start
	local n round
	squares
	for round in {1..15}; do
		seine_start -d out -i "$CTL/list.txt" -j 4
		sleep "0.0$((RANDOM % 90 + 10))"
		seine_kill
		none_is_cut
	done
	fetch 0 40 -i "$CTL/list.txt"
	for n in {1..40}; do
		same "f$n.bin" "/f$n.bin?size=$((n * n * 900))"
	done
}

@test "a clock that is wrong by a year changes nothing" {
	command -v faketime >/dev/null || skip "faketime is not installed"
	! sanitized || skip "faketime and sanitizers do not mix"
	origin_start
	(cd "$ARENA" && faketime '+400 days' "$SEINE" "${QUICK[@]}" -d out "$O/a.bin?size=10&delay=100")
	same a.bin "/a.bin?size=10"
}

@test "a thousand slow servers do not slow a healthy one down" {
	origin_start
	origin_start OTHER
	{
		curl -sS "$O/list.txt?n=1000&size=1000&rate=1"
		curl -sS "$OTHER/list.txt?n=200&size=10000" | sed s/file/fine/
	} >"$CTL/list.txt"
	local mode
	for mode in $SEINE_TEST_MODES; do
		[[ $mode != sequential ]] || continue
		MODE=$mode
		curl -sS "$OTHER/reset" >/dev/null
		fetch 1 1200 -i "$CTL/list.txt" -j 1200 --tries 1 --stall-time 8s \
			--name "{path}" --existing overwrite
		records 'map(select(.status == "done")) | length == 200'
		records 'map(select(.status == "failed")) | all(.error == "stall")'
		# they were served while the others dripped, none of which had been given up yet
		records 'map(.status) | index("failed") == 200'
		stats '.requests == 200' "$OTHER"
	done
}

@test "stopped at random points: what is there is whole, a re-run completes" {
	origin_start
	local round rc
	squares
	for round in {1..10}; do
		seine_start -d out -i "$CTL/list.txt" -j 3
		sleep "0.0$((RANDOM % 90 + 10))"
		kill -INT "$SEINE_PID" 2>/dev/null || true
		rc=0
		wait "$SEINE_PID" || rc=$?
		((rc == 130 || rc == 0)) || fail "exit status $rc"
		none_is_cut
	done
	fetch 0 40 -i "$CTL/list.txt"
}

@test "what nohup has set aside stays so" {
	origin_start
	(
		trap '' HUP
		seine_start -d out "$O$(held a.bin)"
		wait_until 60 stats '.requests >= 1'
		kill -HUP "$SEINE_PID"
		let_go
		wait "$SEINE_PID"
	)
	files a.bin
}
