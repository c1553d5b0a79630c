#!/usr/bin/env bats
# --compare: the same job in every mode, each in a fresh directory, and one table.

load helper

# table EXPRESSION: holds of the object on stdout?
table() {
	jq -e "$1" "$CTL/stdout" >/dev/null || fail "not so of the table: $1"
}

# whole DIRECTORY FILES: are there so many files, and nothing else?
whole() {
	local there
	there=$(find "$ARENA/$1" -mindepth 1 -printf '%y\n' | sort | uniq -c | tr -s ' ')
	[[ $there == " $2 f" ]] || fail "in $1 there is: $there"
}

make_list() { # QUERY
	curl -sS "$O/list.txt?$1" >"$CTL/list.txt"
	curl -sS "$O/reset" >/dev/null
}

@test "every mode does the whole job, and has a row" {
	origin_start
	make_list "n=30&size=3000&delay=20"
	seine -d out -i "$CTL/list.txt" -j 10 --compare
	((status == 0))
	no_crash
	for mode in event threads sequential; do
		whole "out/$mode" 30
		grep -qE "^$mode +[0-9.]+ s " "$CTL/stdout"
		said "$mode: 30 files in"
	done
	[[ $(ls "$ARENA/out") == $'event\nsequential\nthreads' ]]
	[[ $(head -n 1 "$CTL/stdout") == mode* ]]
	(($(wc -l <"$CTL/stdout") == 4))
	stats '.requests == 90'
	cmp "$ARENA"/out/{event,sequential}/"$(ls "$ARENA/out/event" | head -n 1)"
}

@test "as one object; each figure is its own run's" {
	origin_start
	make_list "n=40&size=5000&delay=100"
	seine -d out -i "$CTL/list.txt" -j 8 --compare --json
	((status == 0))
	(($(wc -l <"$CTL/stdout") == 1))
	table '.ratio_to == "sequential" and
		([.modes[].mode] | sort) == ["event", "sequential", "threads"]'
	table '.modes | all(.files == 40 and .failed == 0 and .bytes == 200000 and
		.runs == 1 and .estimated == false and .cpu_s > 0 and .max_rss > 1000000 and
		.context_switches > 0 and .cpu_per_file_s > 0 and
		(.files_per_s * .wall_s | round) == 40)'
	table '.modes | map({(.mode): .}) | add |
		.sequential.max_in_flight == 1 and .sequential.wall_s >= 4 and
		.sequential.ratio == 1 and .sequential.loop_stall_max_s == null and
		.event.max_in_flight == 8 and .event.loop_stall_max_s > 0 and
		.event.ratio > 2 and
		.threads.max_in_flight <= 8 and .threads.loop_stall_max_s == null'
}

@test "modes in the order given; no ratio without sequential" {
	origin_start
	seine -d out --compare=threads,event --json "$O/a.bin" "$O/b.bin"
	((status == 0))
	table '[.modes[] | [.mode, .ratio]] == [["threads", null], ["event", null]]'
	[[ $(ls "$ARENA/out") == $'event\nthreads' ]]
	SEINE_COMPARE=event seine -d environment -q -o named.bin "$O/a.bin"
	((status == 0))
	[[ ! -s $CTL/stderr ]]
	whole environment/event 1
	[[ -f $ARENA/environment/event/named.bin ]]
	(($(wc -l <"$CTL/stdout") == 2))
}

@test "repeated runs take turns, and the medians are shown" {
	origin_start
	seine -d out --compare=sequential,event --compare-runs 3 "$O/a.bin?size=10"
	((status == 0))
	[[ $(ls "$ARENA/out" | paste -sd ' ') == \
		"event-1 event-2 event-3 sequential-1 sequential-2 sequential-3" ]]
	for dir in "$ARENA"/out/*; do
		[[ -f $dir/a.bin ]]
	done
	grep -q "medians of 3 runs" "$CTL/stdout"
	[[ $(grep -oE '^seine: [a-z]+, run [0-9]' "$CTL/stderr" | paste -sd '|') == \
		"seine: event, run 1|seine: sequential, run 1|seine: event, run 2|seine: \
sequential, run 2|seine: event, run 3|seine: sequential, run 3" ]]
}

@test "a list from a pipe is there for all modes" {
	origin_start
	curl -sS "$O/list.txt?n=20&size=100" >"$CTL/list.txt"
	echo "no url" >>"$CTL/list.txt"
	mkfifo "$CTL/feed"
	cat "$CTL/list.txt" >"$CTL/feed" &
	STDIN=$CTL/feed
	seine -d out -i - --compare --json
	((status == 3))
	table '.modes | length == 3 and all(.files == 20)'
	(($(grep -c "stdin:21: " "$CTL/stderr") == 3)) || fail "the bad line has another name"
	gzip "$CTL/list.txt"
	cat "$CTL/list.txt.gz" >"$CTL/feed" &
	STDIN=/dev/null
	seine -d packed -i "$CTL/feed" --compare=event,threads --compare-runs 2 --json
	((status == 3))
	table '.modes | length == 2 and all(.files == 20 and .runs == 2)'
	# a file on standard input, twice read from its beginning
	zcat "$CTL/list.txt.gz" >"$CTL/list.txt"
	STDIN=$CTL/list.txt
	seine -d plain -i - --compare=event,threads --json
	table '.modes | length == 2 and all(.files == 20)'
	! ls "${TMPDIR:-/tmp}"/seine.?????? 2>/dev/null
}

@test "checksums from a pipe hold for all modes" {
	origin_start
	echo "$(printf '%064d' 7)  f" >"$CTL/sums"
	mkfifo "$CTL/feed"
	cat "$CTL/sums" >"$CTL/feed" &
	seine -d out "$O/f" --checksum-file "$CTL/feed" --compare --json
	((status == 1))
	table '.modes | length == 3 and all(.files == 0 and .failed == 1)'
	STDIN=$CTL/sums
	seine -d stdin "$O/f" --checksum-file - --compare=event,threads --json
	table '.modes | length == 2 and all(.files == 0 and .failed == 1)'
}

@test "what is in a run's directory would spoil it" {
	origin_start
	for dir in threads sequential sequential-sample; do
		rm -rf "$ARENA/out"
		mkdir -p "$ARENA/out/$dir" "$ARENA/out/event"
		touch "$ARENA/out/$dir/.old"
		seine -d out --compare "$O/a.bin"
		((status == 2)) || fail "exit status $status with something in $dir"
		said "out/$dir' is not empty"
		[[ ! -s $CTL/stdout && ! -e $ARENA/out/event/a.bin ]]
	done
	stats '.requests == 0'
	touch "$ARENA/file"
	seine -d file --compare "$O/a.bin"
	((status == 2))
	# what is beside them does no harm, nor do they if empty
	rm "$ARENA/out/sequential-sample/.old"
	touch "$ARENA/out/mine"
	seine -d out --compare "$O/a.bin"
	((status == 0))
	# and a second time they are not
	seine -d out --compare "$O/a.bin"
	((status == 2))
	seine -d out --compare=event --compare-runs 2 "$O/a.bin"
	((status == 0))
}

@test "wrong usage" {
	local arguments
	for arguments in --compare= --compare=fast --compare=event,event --compare=event, \
		"--compare --results r" "--compare --failed f" "--compare --compare-runs 0"; do
		# shellcheck disable=SC2086 # words are meant
		seine -d out http://127.0.0.1:1/a $arguments
		((status == 2)) || fail "exit status $status for $arguments"
		[[ ! -e $ARENA/out ]] || fail "made a directory for $arguments"
	done
}

@test "the worst exit status, and failures below the table" {
	origin_start
	seine -d out --compare "$O/a.bin" "$O/b.bin?status=404"
	((status == 1))
	(($(grep -cE '^[a-z]+ had 1 failure$' "$CTL/stdout") == 3))
	# fails once: for the first of the runs
	seine -d once --compare=event,threads --tries 1 --json "$O/c.bin?fail=1:500"
	((status == 1))
	table '[.modes[] | [.files, .failed]] == [[0, 1], [1, 0]]'
	seine -d broken --compare=event -i "$CTL/no/such/list"
	((status == 3))
	mkdir "$ARENA/full"
	local rc=0
	(cd "$ARENA" && "$SEINE" -d full --compare=event "$O/a.bin" >/dev/full 2>"$CTL/stderr") ||
		rc=$?
	((rc == 4)) || fail "exit status $rc for a full disk"
}

@test "what would take sequential over a minute is estimated, and it says so" {
	origin_start
	make_list "n=600&size=1000&delay=120"
	SECONDS=0
	seine -d out -i "$CTL/list.txt" -j 300 --compare
	((status == 0))
	((SECONDS < 70)) # 600 times 0.12
	no_crash
	grep -qE '^~ sequential is estimated: 50 of 600 entries took [0-9.]+ s$' "$CTL/stdout"
	grep -qE '^sequential +~(1:[1-5]|[2-9]:[0-5])[0-9] ' "$CTL/stdout"
	grep -qE '^event .* ~[0-9.]+ x$' "$CTL/stdout"
	whole out/sequential-sample 50
	[[ ! -e $ARENA/out/sequential ]]
	# from all over the list
	[[ $(ls "$ARENA/out/sequential-sample" | tail -n 1) > \
		$(ls "$ARENA/out/event" | sed -n 550p) ]]
	stats '.requests == 1250'
}

@test "a sample that is slow itself is cut short" {
	origin_start
	make_list "n=20&size=1000&delay=4000"
	seine -d out -i "$CTL/list.txt" -j 20 --compare=event,sequential --json --stall-time 0
	((status == 0)) || fail "exit status $status"
	table '.modes[1] | .estimated and .sampled >= 2 and .sampled <= 5 and
		.wall_s >= 80 and .wall_s < 160'
	table '.modes[0].ratio > 5'
}

@test "a short job is not estimated" {
	origin_start
	make_list "n=40&size=10&delay=10"
	seine -d out -i "$CTL/list.txt" -j 40 --compare=sequential,event --json
	((status == 0))
	table '.modes | all(.estimated == false and .files == 40)'
	[[ ! -e $ARENA/out/sequential-sample ]]
	# one slow file, which the others wait for: it looks like a minute, but is not
	make_list "n=199&size=10&delay=5"
	sed -i "1i $O/slow.bin?size=10&delay=3000" "$CTL/list.txt"
	seine -d again -i "$CTL/list.txt" -j 100 --compare=sequential,event --json \
		--stall-time 0
	((status == 0))
	table '.modes | all(.estimated == false and .files == 200)'
	whole again/sequential-sample 50
	whole again/sequential 200
}

@test "interrupted, by whatever way the signal comes" {
	origin_start
	make_list "n=200&size=100&delay=300"
	local way
	for way in group parent; do
		curl -sS "$O/reset" >/dev/null
		(
			cd "$ARENA" || exit
			exec setsid "$SEINE" -d "$way" -i "$CTL/list.txt" -j 4 --compare 3>&-
		) <"$STDIN" >"$CTL/stdout" 2>"$CTL/stderr" &
		SEINE_PID=$!
		PIDS+=("$SEINE_PID")
		wait_until 60 stats '.requests > 4'
		SECONDS=0
		if [[ $way == group ]]; then
			kill -INT -- "-$SEINE_PID"
		else
			kill -INT "$SEINE_PID"
		fi
		seine_ends 130 || return
		((SECONDS < 30)) || fail "it took $SECONDS s" || return # all of it: 70
		[[ $(grep -c "^seine: stopping: " "$CTL/stderr") == 1 ]] ||
			fail "not said that it stops" || return
		# what was under way is whole, the next mode was not begun
		[[ $(ls "$ARENA/$way") == event ]]
		[[ -z $(find "$ARENA/$way" -name '*.bin' ! -size 100c) ]]
		stats '.active == 0 and .requests < 200'
	done
}

@test "a run does not outlive the comparison" {
	origin_start
	seine_start -d out --compare --first-byte-timeout 60s "$O/hang.bin?hang"
	wait_until 60 stats '.active == 1'
	seine_kill
	wait_until 60 stats '.active == 0'
}
