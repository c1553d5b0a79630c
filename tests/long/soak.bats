#!/usr/bin/env bats
# Ten thousand transfers in flight, for a while: everything whole, nothing asked for twice, with
# few more descriptors than transfers. For the sanitizers, too: a leak, or a list that is
# searched too often, shows here. "make check-long" runs this.

load ../cli/helper
load ../cli/bulk

FLIGHT=10000

setup_file() {
	(($(ulimit -Hn) >= FLIGHT + 2000)) || skip "not descriptors enough: $(ulimit -Hn)"
}

# soak N OPTION...: fetch the list, N at a time, with few more descriptors than that.
soak() {
	DEADLINE=300
	(
		ulimit -n $(($1 + 2000))
		bulk_fetch -q -j "$1" --first-byte-timeout 90s --connect-timeout 60s \
			--stall-time 60s "${@:2}"
	)
}

# Four hosts, a fourth of N files from each.
four_hosts() { # N PARAMETERS
	local n
	for n in 2 3 4 5; do
		bulk_urls $(($1 / 4)) "http://127.0.8.$n:$O_PORT/all/$n-" "$2"
	done | bulk_list
}

origin_of_four() {
	# shellcheck disable=SC2046 # one word per option
	origin_start O $(loopback_hosts 8 4)
	O=http://127.0.8.2:$O_PORT
}

@test "10,000 in flight, each answer 2 s late" {
	origin_of_four
	four_hosts $((3 * FLIGHT)) "gather=$FLIGHT&delay=2000"
	soak "$FLIGHT" --tries 1
	stats ".max_active == $FLIGHT and .requests == 3 * $FLIGHT"
}

@test "10,000 in flight, one in twenty answers broken" {
	origin_of_four
	four_hosts $((2 * FLIGHT)) \
		"gather=$FLIGHT&delay=2000&fault=0.05&kinds=reset,truncate,500,503,close,garbage"
	soak "$FLIGHT" --tries 20 --retry-max-wait 1s
	stats ".max_active == $FLIGHT"
}

@test "10,000 in flight, on four loops" {
	origin_of_four
	four_hosts $((2 * FLIGHT)) "gather=$FLIGHT&delay=2000"
	soak "$FLIGHT" --tries 1 --loops 4
	stats ".max_active == $FLIGHT and .requests == 2 * $FLIGHT"
}

@test "10,000 in flight at a server that ends each connection" {
	origin_of_four
	four_hosts $((2 * FLIGHT)) "gather=$FLIGHT&delay=2000&hangup"
	soak "$FLIGHT" --tries 3
	stats ".max_active == $FLIGHT"
}

@test "2,000 in flight on threads" {
	origin_of_four
	four_hosts 8000 "gather=2000&delay=1000"
	DEADLINE=300
	bulk_fetch -q -j 2000 --mode threads --first-byte-timeout 90s --tries 1
	stats '.max_active == 2000'
}
