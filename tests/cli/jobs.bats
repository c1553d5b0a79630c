#!/usr/bin/env bats
# --jobs: a number is obeyed, auto finds one out, refusals reduce both, --per-host caps both.

load helper

# Refusals while nothing else is delivered count as tries: there must be enough of them.
PATIENT=(--tries 20 --retry-wait 200ms --retry-max-wait 2s)

# many N QUERY: a list of N files of one group.
many() {
	local n
	for ((n = 1; n <= $1; n++)); do
		echo "$O/g/$n.bin?size=1K&$2"
	done >"$CTL/list.txt"
}

# The list, all of which must come, with no more than so many requests.
fetch_all() { # N REQUESTS OPTION...
	local n=$1 requests=$2
	shift 2
	curl -sS "$O/reset" >/dev/null
	rm -rf "$ARENA/out"
	fetch 0 "$n" -i "$CTL/list.txt" "${PATIENT[@]}" "$@"
	stats ".requests <= $requests"
}

# What it finds out is how many the machine is good for, just then.
goes_beyond() {
	fetch_all 600 600 "$@"
	sanitized || stats '.max_active > 64'
}

@test "auto is the default, and goes beyond what it starts with" {
	origin_start
	many 600 "delay=100"
	once_in_three goes_beyond
	once_in_three goes_beyond --jobs auto --mode threads
}

@test "a number is obeyed" {
	origin_start
	many 60 "gather=7" # none is answered before
	local mode
	for mode in event threads; do
		fetch_all 60 60 --mode "$mode" -j 7
		stats '.max_active == 7'
	done
}

@test "--per-host caps auto" {
	origin_start O --host 127.0.0.1 --host 127.0.0.2
	many 60 "gather=10"
	sed 's/127.0.0.1/127.0.0.2/; s/\.bin/.other/' "$CTL/list.txt" >"$CTL/more.txt"
	fetch_all 120 120 -i "$CTL/more.txt" --per-host 5
	stats '.max_active == 10 and (.hosts | all(.max_active == 5))'
}

@test "in sequential mode there is one, whatever is said" {
	origin_start
	many 10 "delay=5"
	fetch_all 10 10 --mode sequential --jobs auto
	stats '.max_active == 1 and .connections == 1'
}

@test "a server that refuses more than eight at once is asked for about eight" {
	origin_start
	many 800 "delay=20&max-active=8:503"
	local mode
	for mode in event threads; do
		# 850 when nothing else keeps the machine busy; with 64, 56 before it can know
		once_in_three fetch_all 800 960 --mode "$mode"
		once_in_three fetch_all 800 960 --mode "$mode" -j 64
	done
}

@test "a server that refuses more than so many per second" {
	origin_start
	many 600 "delay=20&max-rate=200:429"
	# The first second's are gone when the window is 128 wide: that many are refused, and
	# then those that see whether the next second has begun: about 800 requests, more when
	# something else keeps the machine busy.
	once_in_three fetch_all 600 1200
}

@test "other servers do not wait for one that refuses" {
	origin_start
	many 300 "delay=10&max-active=2:429"
	local n
	for n in {1..300}; do
		echo "${O/127.0.0.1/localhost}/h/$n.bin?size=1K&delay=10&x-$n"
		echo " out=other$n"
	done >>"$CTL/list.txt"
	once_in_three fetch_all 600 700 # 30 of them at once, at first
	jq -es 'map(select(.url | contains("localhost"))) | length == 300' \
		"$CTL/results.jsonl" >/dev/null
	stats '.hosts | with_entries(.key |= split(":")[0]) | .localhost.last < ."127.0.0.1".last'
}

@test "few descriptors: auto keeps within them, and says nothing of it" {
	origin_start
	many 200 "delay=20"
	ulimit -n 100
	fetch_all 200 200
	stats '.max_active <= 40'
	! grep "open files" "$CTL/stderr" || fail "it said something"
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
