# helper.bash - what every test of the program has: an arena of its own, servers that end with
# the test, and the oracle that all runs must satisfy.
#
#	$ARENA          the directory seine runs in; its output goes to $ARENA/out
#	$CTL            everything that must not lie in the arena: lists, results, what it said
#	origin_start    our scripted server (tests/origin/README.md)
#	fetch           a run with the oracle; seine, run_seine: without it
#
# Environment: SEINE, ORIGIN (programs), SRCDIR (the source tree), SEINE_TEST_MODES.

: "${SRCDIR:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
: "${SEINE:=$SRCDIR/seine}"
: "${ORIGIN:=$SRCDIR/tests/origin/origin}"
: "${SEINE_TEST_MODES:=sequential threads event}"

# Deadlines that only a hang comes to, however busy the machine is, or slow by a sanitizer: a test
# of one of them sets it shorter. Nobody waits long before he tries again.
QUICK=(--connect-timeout 10s --first-byte-timeout 20s --stall-time 10s --min-rate 100
	--tries 3 --retry-wait 10ms --retry-max-wait 50ms)

# In every test: bats calls these.
setup() {
	common_setup
}

teardown() {
	common_teardown
}

common_setup() {
	ARENA=$BATS_TEST_TMPDIR/arena
	CTL=$BATS_TEST_TMPDIR/ctl
	mkdir -p "$ARENA" "$CTL/home"
	echo "not yours" >"$ARENA/bystander"
	export HOME=$CTL/home LC_ALL=C.UTF-8
	unset XDG_CONFIG_HOME {http,https,all,no}_proxy {HTTP,HTTPS,ALL,NO}_PROXY
	MODE=${MODE:-}
	PIDS=()
	MOUNTS=()
	TREES=()
	DEADLINE=120 # for a run that hangs
	BUFFERED=0
	STDIN=/dev/null
	cd "$CTL" || return
}

common_teardown() {
	local pid mount
	for pid in "${PIDS[@]}"; do
		kill -CONT "$pid" 2>/dev/null || continue # a test may have stopped it
		kill -TERM "$pid" 2>/dev/null || continue
		wait "$pid" 2>/dev/null || true
	done
	for mount in "${MOUNTS[@]}"; do
		umount "$mount" || true
	done
	((${#TREES[@]} == 0)) || rm -rf "${TREES[@]}"
	chmod -R u+rwX "$BATS_TEST_TMPDIR" 2>/dev/null || true
}

# ---- saying what went wrong

# fail TEXT: end the test, showing what the last run left.
fail() {
	echo "$*"
	local file
	for file in stdout stderr results.jsonl; do
		[[ -s $CTL/$file ]] || continue
		echo "--- $file"
		head -c 4000 "$CTL/$file" | cat -v
	done
	return 1
}

# ---- servers

# origin_start [NAME [OPTION]...]: start an origin; its URL is in $NAME (default O), its port
# in ${NAME}_PORT, its process in ${NAME}_PID. It ends when this process does: it watches the
# pipe whose other end is here.
origin_start() {
	local name=${1:-O} feed port
	shift || true
	mkfifo "$CTL/$name.in" "$CTL/$name.out"
	"$ORIGIN" --until-eof "$@" <"$CTL/$name.in" >"$CTL/$name.out" 3>&- &
	PIDS+=($!)
	printf -v "${name}_PID" %s $!
	exec {feed}>"$CTL/$name.in"
	read -r -t 60 _ port <"$CTL/$name.out" || fail "origin does not start"
	printf -v "${name}_PORT" %s "$port"
	printf -v "$name" %s "http://127.0.0.1:$port"
}

# held NAME: a target of the origin that is not answered before "let_go" is called: that long the
# request is under way, however slow all else is.
held() {
	echo "/held/$1?gather=2"
}

let_go() { # ORIGIN
	curl -sS -o "$CTL/let-go" "${1:-$O}/held/go?gather=2"
}

port_open() { # PORT
	(exec 9<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port of 127.0.0.1 where nobody listens (for the length of a test, in all likelihood).
free_port() {
	local port
	while port=$((20000 + RANDOM % 10000)); do
		port_open "$port" || break
	done
	echo "$port"
}

# server_stop PID [SIGNAL]: end a server before the test does, and wait until it is gone.
server_stop() {
	local pid rest=()
	kill "-${2:-TERM}" "$1"
	wait "$1" || true
	for pid in "${PIDS[@]}"; do
		[[ $pid == "$1" ]] || rest+=("$pid")
	done
	PIDS=("${rest[@]}")
}

# wait_until SECONDS COMMAND...: until it succeeds; what it says meanwhile is not shown. It takes as
# long as it takes: the seconds are there to end what never would, and many more than a busy machine
# can need.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || fail "waited in vain for: $*" || return
		sleep 0.02
	done
}

# ---- the disk

# tmpfs OPTIONS: a small file system on $ARENA/out, or a visible skip.
tmpfs() {
	mkdir -p "$ARENA/out"
	mount -t tmpfs -o "$1" none "$ARENA/out" 2>/dev/null || skip "mounting is not allowed here"
	MOUNTS+=("$ARENA/out")
}

# ---- running the program

# seine ARGUMENT...: run it in the arena. Leaves status, and $CTL/stdout and stderr.
seine() {
	status=0
	run_seine "$@" <"$STDIN" >"$CTL/stdout" 2>"$CTL/stderr" || status=$?
}

# The same, with the descriptors as they are.
run_seine() {
	(
		cd "$ARENA" || exit
		unset "${!SEINE_TEST_@}"
		exec timeout --kill-after 5 "$DEADLINE" "$SEINE" "${QUICK[@]}" \
			${MODE:+--mode "$MODE"} "$@" 3>&-
	)
}

# seine_start ARGUMENT...: run it in the background: its process is in SEINE_PID.
seine_start() {
	(
		cd "$ARENA" || exit
		unset "${!SEINE_TEST_@}"
		exec "$SEINE" "${QUICK[@]}" ${MODE:+--mode "$MODE"} "$@" 3>&-
	) <"$STDIN" >"$CTL/stdout" 2>"$CTL/stderr" &
	SEINE_PID=$!
	PIDS+=("$SEINE_PID")
}

# seine_ends STATUS: wait for what seine_start has started; it must end by itself or by a signal that
# it obeys, with this status. Leaves status.
seine_ends() {
	status=0
	wait "$SEINE_PID" || status=$?
	((status == $1)) || fail "exit status $status, not $1" || return
	no_crash
}

# seine_kill: end what seine_start has started, wherever it is.
seine_kill() {
	kill -KILL "$SEINE_PID" 2>/dev/null || true
	wait "$SEINE_PID" 2>/dev/null || true
}

# each_mode COMMAND...: in every mode, into an empty directory, from an origin that has forgotten
# what was before. No "||" may stand behind it or the command: bash would then go on after
# failures inside.
each_mode() {
	for MODE in $SEINE_TEST_MODES; do
		begin_anew
		"$@"
	done
}

# once_in_three COMMAND...: for what a busy machine can spoil, but not bring about: what is reached
# in one of three runs can be reached. Each begins anew. (No "||" may stand behind it, as with
# each_mode.)
once_in_three() {
	local try
	for try in 1 2; do
		begin_anew
		(
			set -e
			"$@"
		) &
		wait "$!" && return
	done
	begin_anew
	"$@"
}

begin_anew() {
	rm -rf "$ARENA/out"
	BUFFERED=0
	[[ -z ${O:-} ]] || curl -s "$O/reset" >/dev/null || : # it may be gone
}

# fetch STATUS ENTRIES ARGUMENT...: a run into out/ that must end with this status and account
# for so many entries, and have harmed nothing.
fetch() {
	local wanted=$1 entries=$2 before after
	shift 2
	before=$(surroundings)
	rm -f "$CTL/results.jsonl"
	seine -d out --results "$CTL/results.jsonl" "$@"
	after=$(surroundings)
	((status == wanted)) || fail "exit status $status, not $wanted" || return
	[[ $before == "$after" ]] ||
		fail "changed outside the output directory: $(diff <(echo "$before") <(echo "$after"))" ||
		return
	expect_records "$entries" || return
	no_crash || return
	# What could not be had now may leave a part to go on with.
	if ((wanted == 0)) && [[ -e $ARENA/out/.seine ]]; then
		fail "left over: $(find "$ARENA/out/.seine")"
	fi
}

# Everything in the arena but the output directory, with contents.
surroundings() {
	find "$ARENA" -mindepth 1 -path "$ARENA/out" -prune -o -printf '%P %y %m %s %l %T@\n' | sort
	find "$ARENA" -path "$ARENA/out" -prune -o -type f -exec sha256sum {} + | sort
}

no_crash() {
	! grep -aE 'Sanitizer|runtime error:|Assertion|core dumped' "$CTL/stderr" ||
		fail "it crashed" || return
	((status < 124 || status == 130 || status == 143)) || fail "it ended by $status"
}

# expect_records N: one well-formed record for each of N entries, none twice.
expect_records() {
	[[ -e $CTL/results.jsonl ]] || : >"$CTL/results.jsonl"
	jq -se --argjson n "$1" '
		length == $n and
		all(.status | IN("done", "present", "repeated", "failed")) and
		(map(select(.input)) | length == (unique_by([.input, .url]) | length)) and
		all((.status == "failed") == (.error != null))' \
		"$CTL/results.jsonl" >/dev/null ||
		fail "not one record for each of $1 entries"
}

# Is the program built with a sanitizer? What it then takes says nothing of the program.
sanitized() {
	grep -qaE '__(asan|tsan)_init' "$SEINE"
}

# ---- looking at what came of it

# records EXPRESSION: holds of the array of all records?
records() {
	jq -se "$1" "$CTL/results.jsonl" >/dev/null || fail "not so of the results: $1"
}

# stats EXPRESSION [URL]: holds of the origin's /stats? requests: of the array of its /log?
stats() {
	local text
	text=$(curl -sS "${2:-$O}/stats")
	jq -e "$1" <<<"$text" >/dev/null || fail "not so of the origin: $1
$(jq -c 'del(.paths, .groups)' <<<"$text")"
}

requests() {
	local text
	text=$(curl -sS "${2:-$O}/log")
	jq -se "$1" <<<"$text" >/dev/null || fail "not so of the origin's log: $1
$(jq -c '[.ms, .status, .server, .target, (.headers | del(.accept))]' <<<"$text" | head -50)"
}

# same FILE TARGET: has the file in the output directory the bytes of this target?
same() {
	[[ -f $ARENA/out/$1 ]] || fail "there is no file $1" || return
	cmp "$ARENA/out/$1" <("$ORIGIN" --body "$2") || fail "$1 is not $2"
}

# files NAME...: are these, and only these, in the output directory?
files() {
	local there wanted
	there=$(cd "$ARENA" && find out -mindepth 1 -path out/.seine -prune -o \
		! -type d -printf '%P\n' 2>/dev/null | sort)
	wanted=$( ((! $#)) || printf '%s\n' "$@" | sort)
	[[ $there == "$wanted" ]] || fail "files: $(printf '%q ' $there), not: $(printf '%q ' "$@")"
}

# nothing_is_claimed: all that the results say to be there is there. (The last record may be half
# one, of a run that was killed.)
nothing_is_claimed() {
	local name
	while read -r name; do
		[[ -f $ARENA/out/$name ]] || fail "said to be there: $name" || return
	done < <(grep -a '^{.*}$' "$CTL/results.jsonl" 2>/dev/null |
		jq -r 'select(.status != "failed") | .filename_effective')
}

digest() { # ALGORITHM TARGET
	"$ORIGIN" --body "$2" | "${1}sum" | cut -d' ' -f1
}

# said PATTERN / not_said PATTERN: on stderr, as an extended regular expression.
said() {
	grep -qE -- "$1" "$CTL/stderr" || fail "it did not say: $1"
}

not_said() {
	! grep -qE -- "$1" "$CTL/stderr" || fail "it said: $1"
}

# list LINE...: a list of these lines in $CTL/list.txt.
list() {
	printf '%s\n' "$@" >"$CTL/list.txt"
}
