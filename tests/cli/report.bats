#!/usr/bin/env bats
# Results, the list of failures, the summary, and what is shown to people.

load helper

@test "a record has curl's names and ours" {
	origin_start
	list "$O/a.bin?size=1000&type=text/x" " checksum=sha-256=$(digest sha256 "/a.bin?size=1000")"
	fetch 0 1 -i "$CTL/list.txt"
	records '.[0] | .url == "'"$O"'/a.bin?size=1000&type=text/x" and .url_effective == .url and
		.status == "done" and .error == null and .verified == "hash" and
		(.digest | startswith("sha-256=")) and .filename_effective == "a.bin" and
		.response_code == 206 and .http_version == "1.1" and .size_download == 1000 and
		.content_type == "text/x" and .remote_ip == "127.0.0.1" and .attempts == 1 and
		.num_retries == 0 and .num_redirects == 0 and (.input | endswith("list.txt:1")) and
		.time_total >= .time_starttransfer and .time_starttransfer >= .time_connect and
		.time_queue >= 0'
}

@test "a record of what is there, and of what failed" {
	origin_start
	mkdir "$ARENA/out"
	: >"$ARENA/out/a.bin"
	fetch 1 2 "$O/a.bin" "$O/b.bin?status=410"
	records 'map(select(.status == "present"))[0] | .attempts == 0 and .response_code == null'
	records 'map(select(.status == "failed"))[0] | .error == "http" and .response_code == 410 and
		(.errormsg | contains("410"))'
}

@test "results on stdout" {
	origin_start
	seine -d out -q --results - "$O/a.bin" "$O/b.bin"
	((status == 0))
	jq -se 'length == 2 and all(.status == "done")' "$CTL/stdout"
}

@test "results come as they are made" {
	origin_start
	seine_start -d out --results "$CTL/results.jsonl" -j 2 "$O/a.bin" "$O/b.bin?hang"
	wait_until 60 grep -q a.bin "$CTL/results.jsonl"
	stats '.paths["/b.bin"].requests == 1' # which is its first try still
	kill "$SEINE_PID"
	kill "$SEINE_PID" || true
	seine_ends 143
}

reader_goes_away() {
	local name reader
	curl -sS "$P/reset"
	rm -f "$CTL/results"
	mkfifo "$CTL/results"
	head -n 1 "$CTL/results" >"$CTL/first" 3>&- &
	reader=$!
	list "$O/a.bin?size=10" "$O$(held b.bin)&size=10" "$P$(held c.bin)&size=10"
	seine_start -q -d out -j 3 --per-host 3 --results "$CTL/results" -i "$CTL/list.txt"
	wait "$reader"
	let_go "$O"
	wait_until 60 grep -q "cannot write $CTL/results: Broken pipe; the job goes on without" \
		"$CTL/stderr" || return
	stats '.active == 1' "$P" || return # it is told before all else is done
	let_go "$P"
	seine_ends 4 || return
	[[ $(wc -l <"$CTL/stderr") == 1 ]] || fail "not told once" || return
	files a.bin b.bin c.bin
}

@test "results whose reader has gone: told at once, the files come, exit 4" {
	origin_start
	origin_start P
	SEINE_TEST_MODES=${SEINE_TEST_MODES/sequential/} each_mode reader_goes_away
}

@test "results that cannot be written are an error before anything is fetched" {
	origin_start
	seine -d out --results "$CTL/no/such/dir.jsonl" "$O/a.bin"
	((status == 2 || status == 4))
	stats '.requests == 0'
}

# Files would get the numbers of closed streams, and what is said would go into them.
@test "standard streams that are closed are still not to be read or written" {
	origin_start
	local rc=0
	run_seine -d out -i - <&- 2>"$CTL/stderr" || rc=$?
	((rc == 3)) || fail "exit status $rc, not 3"
	said "stdin: cannot read: Bad file descriptor"
	run_seine -d out nonsense "$O$(held a.bin)" <&- >&- 2>&- &
	PIDS+=($!)
	wait_until 60 stats '.requests == 1'
	[[ $(cat "$ARENA/out/.seine/lock") != *nonsense* ]] || fail "said to a file of the job"
	let_go
}

@test "--failed can be fed back" {
	origin_start
	list "$O/a.bin?size=10" "$O/x/b.bin?size=10&fail=3:500	$O/y/b.bin?size=10&fail=3:500" \
		" out=named.bin" " header=X-One: 1" " checksum=sha-256=$(printf '%064d' 0)" \
		" max-tries=1" \
		"$O/c.bin?size=10&fail=3:404"
	fetch 1 3 -i "$CTL/list.txt" --failed "$CTL/left.txt"
	files a.bin
	(($(grep -c '^http' "$CTL/left.txt") == 2))
	# the checksum is wrong, so let us help
	sed -i '/checksum/d; s/fail=3:404/fail=1:404/' "$CTL/left.txt"
	local n
	for n in 1 2 3; do
		seine -d out -i "$CTL/left.txt" --failed "$CTL/left.txt"
	done
	((status == 0))
	files a.bin named.bin c.bin
	stats '.paths["/x/b.bin"].headers["x-one"] == "1"'
	[[ ! -s $CTL/left.txt ]] || ! grep -q '^http' "$CTL/left.txt"
}

@test "--failed gives the names of the first run again" {
	origin_start
	list "$O/one/x?size=10" "$O/two/x?size=20&fail=1:500"
	fetch 1 2 --tries 1 --failed "$CTL/left.txt" -i "$CTL/list.txt"
	fetch 0 1 -i "$CTL/left.txt"
	records '.[0].status == "done"'
	(($(find "$ARENA/out" -type f | wc -l) == 2))
	same x "/one/x?size=10"
	rm -rf "$ARENA/out"
	list "$O/a?size=10" "$O/b?size=20&fail=1:500"
	fetch 1 2 --tries 1 --name '{n}' --failed "$CTL/left.txt" -i "$CTL/list.txt"
	fetch 0 1 --name '{n}' -i "$CTL/left.txt"
	files 000001 000002
}

@test "--failed keeps whole URLs, for their owner alone" {
	origin_start
	fetch 1 1 --failed "$CTL/left.txt" "$O/a.bin?status=404&X-Amz-Signature=canary"
	grep -q "X-Amz-Signature=canary" "$CTL/left.txt"
	[[ $(stat -c %a "$CTL/left.txt") == 600 ]]
}

@test "the summary as JSON" {
	origin_start
	mkdir "$ARENA/out"
	: >"$ARENA/out/p.bin"
	seine -d out -q --json "$O/a.bin?size=1000" "$O/b.bin?size=1000&fail=1:500" "$O/p.bin" \
		"$O/c.bin?status=404"
	((status == 1))
	jq -e '.files == 2 and .present == 1 and .failed == 1 and .retries == 1 and
		.attempts == 4 and .bytes >= 2000 and .failures == {"http": 1} and
		.http_statuses == {"404": 1} and .wall_s > 0 and .max_rss > 0 and .cpu_s >= 0' \
		"$CTL/stdout" || fail "not so"
	[[ ! -s $CTL/stderr ]] || said "404"
	# What was said, not what there would be room for.
	jq -e '.jobs == "auto"' "$CTL/stdout"
	seine -d out -q --json -j 7 "$O/a.bin?size=1000"
	jq -e '.jobs == 7' "$CTL/stdout"
}

@test "a cap is named once, and only where it is the one" {
	origin_start
	fetch 1 2 --max-size 1M "$O/a.bin?size=2M" "$O/headers.bin?endless=headers" --tries 1
	(($(grep -c -- --max-size "$CTL/stderr") == 1)) || fail "not said of one file"
	said "/a.bin.*: 2097152 bytes, over --max-size$"
	said "/headers.bin.*: over .* KiB of headers$"
}

@test "the summary for people: files, bytes, retries, failures by kind" {
	origin_start
	seine -d out "$O/a.bin?size=1000" "$O/b.bin?size=1000&fail=1:500" "$O/c.bin?status=404"
	((status == 1))
	said "3 files"
	said "2 fetched"
	said "1 failed"
	said "1 retry"
	said "404"
	[[ ! -s $CTL/stdout ]]
}

@test "-q says nothing, but errors" {
	origin_start
	seine -q -d out "$O/a.bin" "$O/b.bin?fail=1:500"
	((status == 0))
	[[ ! -s $CTL/stdout && ! -s $CTL/stderr ]] || fail "not silent"
	seine -q -d out "$O/c.bin?status=404"
	((status == 1))
	[[ ! -s $CTL/stdout ]]
}

# Stopped while a file is under way that does not come.
told_to_stop() {
	seine_start -d out "$@" "$O/a.bin?hang"
	wait_until 60 stats '.active == 1'
	kill -INT "$SEINE_PID"
}

heard_at_once() {
	told_to_stop
	wait_until 60 grep -q "^seine: stopping: .*a second signal (Ctrl-C) ends it at once" \
		"$CTL/stderr"
	[[ $(grep -c stopping "$CTL/stderr") == 1 ]] || fail "said more than once" || return
	kill -INT "$SEINE_PID"
	seine_ends 130 || return
	not_said "stopped:"
}

@test "a signal to stop is answered at once" {
	origin_start
	each_mode heard_at_once
}

@test "a job that was stopped says last how it goes on, but not with -q" {
	origin_start
	told_to_stop
	seine_ends 130
	[[ $(tail -n 1 "$CTL/stderr") == "seine: stopped: the same command goes on from here" ]] ||
		fail "not last"
	curl -sS "$O/reset" >/dev/null
	told_to_stop -q
	seine_ends 130
	[[ ! -s $CTL/stderr ]] || fail "not silent"
}

@test "-v tells of each file, retry, redirect and pause" {
	origin_start
	seine -v -d out "$O/a.bin" "$O/b.bin?fail=1:500" "$O/c.bin?redirect=/d.bin" \
		"$O/e.bin?fail=1:429&retry-after=1"
	((status == 0))
	said "a.bin"
	said "500"
	said "d.bin"
	said "429"
}

@test "no escapes and no redrawing where there is no terminal" {
	origin_start
	seine -d out "$O/a.bin?size=100000&rate=50000"
	((status == 0))
	! grep -q $'[\e\r]' "$CTL/stderr" || fail "escapes"
}

# on_terminal COLUMNS ARGUMENT...: run on a pseudo-terminal; what it got is in $CTL/typescript.
on_terminal() {
	local columns=$1 quoted
	shift
	command -v script >/dev/null || skip "script is not installed"
	printf -v quoted '%q ' "$SEINE" "${QUICK[@]}" "$@"
	(
		cd "$ARENA" || exit
		unset SEINE_TEST_MODES
		TERM=xterm script -qec "stty cols $columns rows 24; $quoted" "$CTL/typescript" \
			</dev/null >/dev/null 3>&-
	)
}

# What is on the screen at the end, by tmux's opinion of it.
screen_after() { # COLUMNS ARGUMENT...
	local columns=$1 quoted socket=$CTL/tmux
	shift
	command -v tmux >/dev/null || skip "tmux is not installed"
	printf -v quoted '%q ' "$SEINE" "${QUICK[@]}" "$@"
	(
		cd "$ARENA" || exit
		unset SEINE_TEST_MODES TMUX
		tmux -S "$socket" -f /dev/null new-session -d -x "$columns" -y 24 \
			"PS1= sh -c 'echo before; $quoted; echo after; sleep 100'" 3>&-
	)
	wait_until 60 screen_is_over
	tmux -S "$socket" kill-server 3>&-
}

screen_is_over() {
	tmux -S "$CTL/tmux" capture-pane -p >"$CTL/screen" 3>&- && grep -q '^after' "$CTL/screen"
}

@test "on a terminal: progress that goes away, and the summary stays" {
	origin_start
	local n urls=()
	for n in {1..6}; do
		urls+=("$O/f$n.bin?size=100000&rate=100000")
	done
	screen_after 120 -d out -j 3 "${urls[@]}"
	# between the two marks there is the summary only
	sed -n '/^before$/,/^after$/p' "$CTL/screen" >"$CTL/stderr"
	said "^before"
	said "6 files"
	! grep -vE '^(seine: .*|before|after|)$' "$CTL/stderr" || fail "debris"
}

@test "on a terminal: files in flight, and chunks where these are more" {
	origin_start
	on_terminal 120 -d out -j 4 --chunk-size 512K --min-split-size 512K \
		"$O/a.bin?size=4M&rate=1M"
	tr '\r' '\n' <"$CTL/typescript" >"$CTL/stderr"
	said "1 in flight \([234] chunks\)"
	not_said "[2-9] in flight"
	said "a.bin +.*%, +[23]\.[0-9] MiB, " # of 4, and a chunk has half a one
}

@test "on a narrow terminal nothing wraps" {
	origin_start
	local n urls=()
	for n in {1..6}; do
		urls+=("$O/a-name-that-is-rather-long-for-such-a-terminal-$n.bin?size=60000&rate=60000")
	done
	on_terminal 30 -d out -j 3 "${urls[@]}"
	# every redrawn piece, escapes taken out, fits
	tr '\r' '\n' <"$CTL/typescript" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' |
		grep -vE '^(Script|seine: )' | awk 'length($0) > 30 { print; bad = 1 } END { exit bad }' ||
		fail "too wide"
}

@test "names, headers and errors bring no escapes to a terminal" {
	origin_start
	# ESC ]52;  CSI 31m  C1 CSI  right-to-left override  DEL
	local evil="%1B%5D52;c;x%07%1B%5B31m%C2%9B31m%E2%80%AE%7F"
	on_terminal 100 -v -d out "$O/ok$evil.bin?size=100&rate=300" \
		"$O/gone$evil.bin?status=404" \
		"$O/to.bin?redirect=http://127.0.0.1:1/$evil" \
		"$O/type.bin?type=text/$evil" || true
	! grep -qaF $'\e]52' "$CTL/typescript" || fail "OSC 52"
	! grep -qaF $'\e[31m' "$CTL/typescript" || fail "colour"
	! grep -qaF $'\xc2\x9b' "$CTL/typescript" || fail "C1"
	! grep -qaF $'\xe2\x80\xae' "$CTL/typescript" || fail "bidi"
	! grep -qaF $'\x7f' "$CTL/typescript" || fail "DEL"
	! grep -qaF $'\a' "$CTL/typescript" || fail "BEL"
}

@test "after all mirrors have failed, the error is told with the URL that it is of" {
	origin_start
	list "$O/x/a.bin?status=404	$O/y/a.bin?status=410"
	fetch 1 1 -i "$CTL/list.txt"
	said "/x/a.bin.*: HTTP 410.*, at $O/y/a.bin.*, after 2 attempts at 2 mirrors"
	origin_start P
	list "$P/a.bin?status=404	$P/gone.bin?redirect=$O/y/a.bin%3Fstatus%3D410"
	fetch 1 1 -i "$CTL/list.txt"
	said ": HTTP 410.*, at $O/y/a.bin.*, after 3 attempts at 2 mirrors"
}
