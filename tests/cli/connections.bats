#!/usr/bin/env bats
# Servers that close every connection, that never close any, that close one at the wrong moment.

load helper
load bulk
load processes
load web

@test "closed after every answer, announced: a connection per file, and none asked twice" {
	origin_start
	bulk_urls 500 "$O/" close | bulk_list
	for MODE in $SEINE_TEST_MODES; do
		curl -sS "$O/reset" >/dev/null
		bulk_fetch -j 50
		records 'all(.num_retries == 0)'
		stats '.requests == 500 and .connections == 500'
	done
}

@test "closed after every answer, unannounced" {
	origin_start
	bulk_urls 500 "$O/" hangup | bulk_list
	for MODE in $SEINE_TEST_MODES; do
		curl -sS "$O/reset" >/dev/null
		bulk_fetch -j 50
		# nobody was answered twice
		requests 'map(select(.status | IN(200, 206))) | length == 500 and
			(map(.connection) | unique | length == 500)'
	done
}

@test "closed after every answer that has no length" {
	origin_start
	bulk_urls 200 "$O/" nolength | bulk_list
	for MODE in $SEINE_TEST_MODES; do
		bulk_fetch -j 50
		records 'all(.verified == "none" and .num_retries == 0)'
	done
}

@test "closed or reset as the next request comes: asked again, nothing fails" {
	origin_start
	bulk_urls 600 "$O/" stale=0.3 | bulk_list
	for MODE in $SEINE_TEST_MODES; do
		curl -sS "$O/reset" >/dev/null
		bulk_fetch -j 20 --tries 10
		requests 'map(select(.status == 0)) | length > 50'
	done
}

# By an nginx whose patience with an idle connection is as long as the time between two requests.
@test "idle connections that end about when they are used again" {
	origin_start
	web_start "server { listen 127.0.0.1:PORT; keepalive_timeout 10ms;
		location / { proxy_pass $O; } }"
	bulk_urls 60 "http://127.0.0.1:$WEB_PORT/" | bulk_list
	for MODE in $SEINE_TEST_MODES; do
		bulk_fetch --request-rate 100/s
	done
}

@test "few requests per connection, as nginx likes it" {
	origin_start
	web_start "server { listen 127.0.0.1:PORT; keepalive_requests 7;
		location / { proxy_pass $O; } }"
	bulk_urls 500 "http://127.0.0.1:$WEB_PORT/" | bulk_list
	for MODE in $SEINE_TEST_MODES; do
		: >"$CTL/web/log"
		bulk_fetch -j 20
		records 'all(.num_retries == 0)'
		logged 'length == 500 and all(.requests <= 7)'
	done
}

# kernel_is_at_least MAJOR MINOR
kernel_is_at_least() {
	local release
	IFS=.- read -ra release </proc/sys/kernel/osrelease
	((release[0] > $1 || (release[0] == $1 && release[1] >= $2)))
}

# Half of the local ports have a parity. Who goes through that half first takes a millisecond for a
# connection when it is full.
@test "thousands of connections to one server: any free local port is taken" {
	kernel_is_at_least 6 8 || skip "this kernel tries ports of one parity first"
	origin_start
	bulk_urls 40 "$O/held/" gather=41 | bulk_list
	seine_start -d out -j 40 --first-byte-timeout 60s -i "$CTL/list.txt"
	wait_until 60 stats '.requests == 40'
	client_ports "$O_PORT" >"$CTL/ports"
	let_go
	wait "$SEINE_PID"
	(($(wc -l <"$CTL/ports") >= 40)) || fail "no 40 connections"
	grep -q '[02468]$' "$CTL/ports" || fail "no even port"
	grep -q '[13579]$' "$CTL/ports" || fail "no odd port"
}

# each_host_twice N: a list of two files from each of N hosts of $O, first one of each, then the
# other.
each_host_twice() {
	local round
	for round in a b; do
		loopback_hosts 2 "$1" | awk -v port="$O_PORT" -v round=$round '{
			printf "http://%s:%d/%s%d.bin?size=%d\n", $2, port, round, NR, NR * 10 }'
	done | bulk_list
}

@test "300 hosts that never close, a hundred descriptors" {
	# shellcheck disable=SC2046 # one word per option
	origin_start O $(loopback_hosts 2 300)
	each_host_twice 300
	for MODE in $SEINE_TEST_MODES; do
		(
			ulimit -n 100
			bulk_fetch -j 1000
		)
		records 'all(.num_retries == 0)'
	done
}

@test "40 hosts that never close, descriptors enough: each is connected to once" {
	# shellcheck disable=SC2046 # one word per option
	origin_start O $(loopback_hosts 2 40)
	each_host_twice 40
	# (by one loop: each of several may have a connection of its own)
	bulk_fetch --mode event --loops 1 -j 30 --per-host 1
	stats '.connections == 40' "http://127.0.2.2:$O_PORT"
}

many_hosts() {
	(
		ulimit -n 40
		fetch 0 120 -j 1000 --tries 8 -i "$CTL/list.txt"
	)
}

@test "forty descriptors, eight hosts: no file is lost" {
	local hosts=()
	for n in {1..8}; do
		hosts+=(--host "127.0.1.$n")
	done
	origin_start O "${hosts[@]}"
	list $(for n in {1..120}; do
		echo "http://127.0.1.$((n % 8 + 1)):$O_PORT/$n.bin?size=100&delay=5"
	done)
	each_mode many_hosts
}
