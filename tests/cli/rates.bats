#!/usr/bin/env bats
# --limit-rate, --limit-rate-per-host, --request-rate: kept, and without spinning.

load helper
load web

# Run within the time that the rate leaves: never more than a twentieth faster; and, if the machine
# lets it once, not much slower, and mostly asleep.
in_time() { # SECONDS OPTION...
	TOO_FAST=$CTL/too-fast
	once_in_three once_in_time "$@"
	[[ ! -e $TOO_FAST ]] || fail "too fast: $(cat "$TOO_FAST")"
	rm -rf "$ARENA/out"
}

once_in_time() { # SECONDS OPTION...
	local want=$1
	shift
	seine -d out --json "$@"
	((status == 0)) || fail "exit status $status"
	jq -e --argjson want "$want" '.wall_s > $want * 0.95' "$CTL/stdout" >/dev/null ||
		cp "$CTL/stdout" "$TOO_FAST"
	sanitized || jq -e --argjson want "$want" '.wall_s < $want * 1.5 and .cpu_s < $want * 0.7' \
		"$CTL/stdout" >/dev/null || fail "$(cat "$CTL/stdout")"
}

@test "one transfer, in every mode" {
	origin_start
	local mode
	for mode in $SEINE_TEST_MODES; do
		in_time 2 --mode "$mode" --limit-rate 500K "$O/a.bin?size=1000K"
	done
}

@test "two hundred transfers share the rate" {
	origin_start
	list $(for n in {1..200}; do echo "$O/$n.bin?size=10K"; done)
	local mode
	for mode in $SEINE_TEST_MODES; do
		in_time 2 --mode "$mode" -j 200 --limit-rate 1M -i "$CTL/list.txt"
	done
}

@test "HTTP/2: one transfer, and a hundred on one connection" {
	command -v nginx >/dev/null || skip "nginx is not installed"
	nginx_start
	in_time 2 --cacert "$CERTS/ca.pem" --limit-rate 500K "$TLS/a.bin?size=1000K"
	list $(for n in {1..100}; do echo "$TLS/$n.bin?size=20K"; done)
	in_time 2 --cacert "$CERTS/ca.pem" -j 100 --limit-rate 1M -i "$CTL/list.txt"
}

@test "each host has its own share" {
	origin_start O --host 127.0.0.1 --host 127.0.0.2
	in_time 2 --limit-rate-per-host 250K "$O/a.bin?size=500K" \
		"${O/127.0.0.1/127.0.0.2}/b.bin?size=500K"
}

@test "what arrives under a limit is whole" {
	origin_start
	fetch 0 3 --limit-rate 2M "$O/a.bin?size=700K" "$O/b.bin?size=500001&chunked" "$O/c.bin?size=1"
	same a.bin "/a.bin?size=700K"
	same b.bin "/b.bin?size=500001"
	same c.bin "/c.bin?size=1"
}

@test "waiting for one's turn is no stall" {
	origin_start
	each_mode fetch 0 1 --limit-rate 4K --min-rate 8K --stall-time 300ms "$O/a.bin?size=6000"
}

@test "requests are spread evenly, host by host" {
	origin_start
	list $(for n in {1..20}; do echo "$O/$n.bin?size=10"; done)
	local mode
	for mode in $SEINE_TEST_MODES; do
		in_time 1.9 --mode "$mode" -j 20 --request-rate 10/s -i "$CTL/list.txt"
	done
	in_time 1 --request-rate 60/m "$O/x.bin" "$O/y.bin"
}
