#!/usr/bin/env bats
# What a review found, each once more: lost files, jobs without an end, deadlines not kept.

load helper

@test "a list of failures gives the names of the first run again" {
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

refused_for_good() {
	local DEADLINE=60
	list $(for n in {1..10}; do
		echo "$O/$1/$n?redirect=%2F$1%2Fr$n%3Fstatus=503&delay=10"
		echo "$O/$1/p$n?status=503&delay=10"
	done)
	fetch 1 20 --tries 2 --retry-wait 20ms --retry-max-wait 20ms -j 8 -i "$CTL/list.txt"
	# Two refusals of each are overlooked, as the origin answers others; each try has a redirect.
	records 'all(.error == "http" and .attempts <= 8)'
}

@test "an origin that only refuses is given up, also behind redirects" {
	origin_start
	each_mode refused_for_good down
}

announced_too_large() {
	fetch 4 3 "$O/a.bin?size=10" "$O/huge.bin?length=10000000000000" "$O/b.bin?size=10"
	records 'map(select(.status == "done")) | length == 2'
	records 'map(select(.status == "failed"))[0].error == "no-room"'
}

@test "a file that is announced larger than the disk fails alone" {
	origin_start
	each_mode announced_too_large
}

many_hosts() {
	(
		ulimit -n 40
		fetch 0 120 -j 1000 --tries 8 -i "$CTL/list.txt"
	)
}

@test "few descriptors and many hosts: all there" {
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

@test "a directory under the name is no file" {
	origin_start
	mkdir -p "$ARENA/out/a.bin"
	fetch 1 1 "$O/a.bin"
	records '.[0].error == "exists"'
}

took_at_most() { # SECONDS ARGUMENT...
	local most=$1
	shift
	seine -d out --json "$@"
	jq -e --argjson most "$most" '.wall_s < $most' "$CTL/stdout" >/dev/null ||
		fail "$(cat "$CTL/stdout")"
}

# (without it, the first would take 30 seconds, and the second 16)
@test "--max-time is kept while waiting for a name, and for one's turn" {
	origin_start
	each_mode took_at_most 20 --dns-servers 127.0.0.1:9 --max-time 500ms --connect-timeout 30s \
		"http://silent.test:$O_PORT/a.bin"
	list $(for n in {1..4}; do echo "$O/$n.bin?size=4096"; done)
	each_mode took_at_most 10 -j 16 --limit-rate 1K --max-time 500ms -i "$CTL/list.txt"
}

@test "waiting for one's turn is no stall, in any mode" {
	origin_start
	each_mode fetch 0 1 --limit-rate 4K --min-rate 8K --stall-time 300ms "$O/a.bin?size=6000"
}

@test "what nohup has set aside stays so" {
	origin_start
	(
		trap '' HUP
		seine_start -d out "$O$(held a.bin)"
		wait_until 60 started
		kill -HUP "$SEINE_PID"
		let_go
		wait "$SEINE_PID"
	)
	files a.bin
}

started() {
	(($(curl -s "$O/stats" | jq .requests) >= 1))
}

no_answer_in_time() {
	took_at_most 20 --min-rate 0 --first-byte-timeout 500ms --tries 1 "$O/a.bin?$1&rate=200"
	((status == 1))
}

@test "endless beginnings of an answer are no answer" {
	origin_start
	each_mode no_answer_in_time endless=1xx
	each_mode no_answer_in_time endless=headers
}

@test "a long answer that is not the file leads to the mirror" {
	origin_start
	printf '%s\t%s\n' "$O/a.bin?status=206&size=400K&nolength" "$O/a.bin?size=10" >"$CTL/list.txt"
	fetch 0 1 -i "$CTL/list.txt"
}
