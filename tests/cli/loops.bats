#!/usr/bin/env bats
# --loops: several event loops do one job, with the limits of one.

load helper
load bulk
load dns
load processes

MODE=event

# Eight addresses of one origin, $O at the first; eight_urls N [PARAMETERS]: N files of each.
eight_start() {
	# shellcheck disable=SC2046 # one word per option
	origin_start O $(loopback_hosts 4 8)
	O=http://127.0.4.2:$O_PORT
}

eight_urls() {
	local n
	for n in {2..9}; do
		bulk_urls "$1" "http://127.0.4.$n:$O_PORT/h$n/$n-" "${2:-}"
	done
}

@test "2,000 files of eight hosts, on two to four loops" {
	eight_start
	eight_urls 250 | shuf --random-source=/dev/zero | bulk_list
	local n
	for n in 2 3 4; do
		curl -sS "$O/reset" >/dev/null
		bulk_fetch --loops "$n" -j 64
		stats '.requests == 2000 and .max_active <= 64'
		records 'all(.num_retries == 0)'
	done
}

@test "all jobs are used, and no more; more loops than jobs do no harm" {
	origin_start
	bulk_urls 300 "$O/all/" gather=200 | bulk_list
	local n
	for n in 2 4; do
		curl -sS "$O/reset" >/dev/null
		bulk_fetch --loops "$n" -j 200 --first-byte-timeout 20s
		stats '.max_active == 200'
	done
	bulk_urls 50 "$O/few/" | bulk_list
	curl -sS "$O/reset" >/dev/null
	bulk_fetch --loops 4 -j 1
	stats '.max_active == 1'
}

# watched PID: of how many descriptors each of its epolls is told, a line each.
watched() {
	grep -hc "^tfd:" "/proc/$1/fdinfo/"*
}

# Eight may be the chunks of one large file, which keep a processor busy each.
@test "also eight transfers are shared among the loops" {
	origin_start
	bulk_urls 8 "$O/held/" gather=9 | bulk_list
	seine_start -d out --loops 2 -j 8 --first-byte-timeout 60s -i "$CTL/list.txt"
	wait_until 60 stats '.requests == 8'
	watched "$SEINE_PID" >"$CTL/watched"
	let_go
	wait "$SEINE_PID"
	awk '$1 >= 3 { n++ } END { exit n != 2 }' "$CTL/watched" || fail "$(<"$CTL/watched")"
}

@test "one thread per loop" {
	origin_start
	bulk_urls 300 "$O/held/" gather=301 | bulk_list
	seine_start -d out --loops 3 -j 300 --first-byte-timeout 60s -i "$CTL/list.txt"
	wait_until 60 stats '.requests == 300'
	local threads
	threads=$(find "/proc/$SEINE_PID/task" -mindepth 1 -maxdepth 1 -printf x | wc -c)
	let_go
	wait "$SEINE_PID"
	sanitized || ((threads == 3 || threads == 4)) || fail "$threads threads"
}

@test "redirects from host to host" {
	eight_start
	local n
	for n in {2..9}; do
		bulk_urls 60 "http://127.0.4.$n:$O_PORT/$n-" |
			awk -v port="$O_PORT" -v to=$((n % 8 + 2)) '{
				as = "/f" NR
				size = $0
				sub(/.*size=/, "", size)
				printf "%s&as=%s&redirect=http%%3A%%2F%%2F127.0.4.%d%%3A%d%%2F%d.bin" \
					"%%3Fsize%%3D%d%%26as%%3D%s\n", $0, as, to, port, NR, size, as }'
	done | bulk_list
	for n in 2 4; do
		bulk_fetch --loops "$n" -j 64
		records 'all(.num_redirects == 1)'
	done
}

@test "so many at a host, whatever the loops" {
	eight_start
	eight_urls 60 gather=3 | bulk_list # none of a host is answered before
	local n
	for n in 2 4; do
		curl -sS "$O/reset" >/dev/null
		bulk_fetch --loops "$n" -j 100 --per-host 3
		stats '[.groups[] | .max_active] == [3, 3, 3, 3, 3, 3, 3, 3]'
	done
}

@test "one host, and one at a time" {
	origin_start
	bulk_urls 200 "$O/" | bulk_list
	bulk_fetch --loops 4 -j 100 --per-host 1
	stats '.max_active == 1'
}

@test "the rate is that of all loops together" {
	eight_start
	eight_urls 25 | sed 's/size=[0-9]*/size=10K/' | bulk_list
	local n
	for n in 2 4; do
		rm -rf "$ARENA/out"
		seine -d out --json --loops "$n" -j 100 --limit-rate 1M -i "$CTL/list.txt"
		((status == 0)) || fail "exit status $status"
		# (rates.bats has how much longer it may take)
		jq -e '.wall_s > 1.85' "$CTL/stdout" >/dev/null || fail "$(cat "$CTL/stdout")"
		bulk_whole
	done
}

@test "requests are spread over time, host by host" {
	eight_start
	eight_urls 20 | bulk_list
	rm -rf "$ARENA/out"
	seine -d out --json --loops 4 -j 100 --request-rate 20/s -i "$CTL/list.txt"
	((status == 0)) || fail "exit status $status"
	# and not for the eight seconds that one host after the other would take
	jq -e '.wall_s | . > 0.9 and . < 7' "$CTL/stdout" >/dev/null || fail "$(cat "$CTL/stdout")"
	bulk_whole
}

@test "interrupted: what is under way ends, nothing else begins" {
	eight_start
	eight_urls 50 gather=65 | sed 's|/h[0-9]/|/held/|' | bulk_list
	seine_start -d out --loops 4 -j 64 --first-byte-timeout 60s --results "$CTL/results.jsonl" \
		-i "$CTL/list.txt"
	wait_until 60 stats '.active == 64'
	SECONDS=0
	kill -INT "$SEINE_PID"
	wait_until 60 has_taken_signals "$SEINE_PID"
	let_go
	seine_ends 130
	((SECONDS < 30)) || fail "it took $SECONDS s"
	stats '.requests == 64 + 1 and .active == 0'
	local there
	there=$(find "$ARENA/out" -name '*.bin' | wc -l)
	((there == 64)) || fail "$there files"
	(cd "$ARENA/out" && sha256sum --check --ignore-missing --strict --quiet "$CTL/sums.txt")
	sed -i 's/&gather=65//' "$CTL/list.txt"
	fetch 0 400 --loops 4 -i "$CTL/list.txt"
	bulk_whole
}

@test "interrupted while all loops wait for input, or for a retry" {
	origin_start
	local feed
	mkfifo "$CTL/feed"
	STDIN=$CTL/feed
	seine_start -d out --loops 4 -i - --tries 5 --retry-wait 1h --retry-max-wait 1h
	exec {feed}>"$CTL/feed"
	echo "$O/a.bin" >&"$feed"
	echo "$O/b.bin?status=500" >&"$feed"
	echo "$O/c.bin" >&"$feed" # an entry ends where the next one begins
	wait_until 60 stats '.requests == 2'
	wait_until 60 test -e "$ARENA/out/a.bin"
	SECONDS=0
	kill -INT "$SEINE_PID"
	seine_ends 130
	exec {feed}>&-
	((SECONDS < 30)) || fail "it took $SECONDS s" # and not an hour
}

@test "a pipe that delivers line by line" {
	eight_start
	local feed n
	mkfifo "$CTL/feed"
	STDIN=$CTL/feed
	seine_start -d out --loops 3 -i - --results "$CTL/results.jsonl"
	exec {feed}>"$CTL/feed"
	for n in {1..40}; do
		echo "http://127.0.4.$((n % 8 + 2)):$O_PORT/$n.bin?size=$n" >&"$feed"
		# an entry ends where the next one begins
		((n == 1)) || wait_until 60 test -e "$ARENA/out/$((n - 1)).bin"
	done
	# half a line, and no more for the time being
	printf '%s' "$O/last.bin?si" >&"$feed"
	echo "ze=7" >&"$feed"
	exec {feed}>&-
	seine_ends 0
	expect_records 41
	same 40.bin "/40.bin?size=40"
	same last.bin "/last.bin?size=7"
}

@test "retries and pauses wake the loops that sleep" {
	eight_start
	eight_urls 10 fail=2:500 | bulk_list
	SECONDS=0
	bulk_fetch --loops 4 -j 100 --retry-wait 200ms --retry-max-wait 200ms
	records 'all(.num_retries == 2)'
	((SECONDS < 30)) || fail "it took $SECONDS s"
	eight_urls 4 "fail=1:429&retry-after=1" | bulk_list
	curl -sS "$O/reset" >/dev/null
	SECONDS=0
	bulk_fetch --loops 4 -j 100
	((SECONDS < 30)) || fail "it took $SECONDS s"
	records 'all(.status == "done") and any(.num_retries > 0)'
}

@test "half of the answers broken: all files whole" {
	eight_start
	eight_urls 40 "fault=0.5&kinds=reset,truncate,500,503,close,garbage" | bulk_list
	bulk_fetch --loops 4 -j 64 --tries 40
}

@test "a thousand names, each asked for once" {
	command -v dnsmasq >/dev/null || skip "dnsmasq is not installed"
	origin_start
	dns_start --address=/test/127.0.0.1 --local-ttl=600
	awk -v port="$O_PORT" 'BEGIN {
		for (i = 0; i < 3000; i++)
			printf "http://h%d.test:%d/%d.bin?size=%d\n", i % 1000, port, i, i
	}' | bulk_list
	bulk_fetch --loops 4 -j 100 --dns-servers "$DNS"
	local most
	most=$(grep -F 'query[A]' "$CTL/dns.log" | awk '{ print $6 }' | sort | uniq -c |
		sort -rn | awk 'NR == 1 { print $1 }')
	((most == 1)) || fail "a name was asked for $most times"
}
