#!/usr/bin/env bats
# Names with addresses of both families, of which IPv6 is the first to be tried, and dead.
#
# It is only tried first where a host can reach the world by it, so each test runs itself once
# more in a network of its own, where that seems to be so.

load helper
load dns
load processes

setup_file() {
	command -v dnsmasq >/dev/null || skip "dnsmasq is not installed"
	[[ -n ${OWN_NETWORK:-} ]] || unshare -rn ip link set lo up 2>/dev/null ||
		skip "no network of one's own here"
}

in_own_network() {
	OWN_NETWORK=1 unshare -rn bash -c 'ip link set lo up &&
		ip -6 addr add 2001:db8::1/128 dev lo nodad && ip -6 route add default dev lo &&
		exec bats --tap -f "^$1\$" "$2"' - "$BATS_TEST_DESCRIPTION" "$BATS_TEST_FILENAME"
}

in_network_without_v6() {
	OWN_NETWORK=1 unshare -rn bash -c 'ip link set lo up &&
		exec bats --tap -f "^$1\$" "$2"' - "$BATS_TEST_DESCRIPTION" "$BATS_TEST_FILENAME"
}

# asked A AAAA: so many questions of each kind, since this was looked at last.
asked() {
	local v4 v6
	v4=$(grep -cF 'query[A] ' "$CTL/dns.log" || true)
	v6=$(grep -cF 'query[AAAA] ' "$CTL/dns.log" || true)
	: >"$CTL/dns.log"
	(($1 == v4 && $2 == v6)) || fail "$v4 questions for IPv4, $v6 for IPv6"
}

# fetch_both EXPRESSION [OPTION]...: a file from both.test; the expression holds of its record.
fetch_both() {
	fetch 0 1 --dns-servers "$DNS" --existing overwrite "${@:2}" \
		"http://both.test:$O_PORT/a.bin?size=100" || return
	records ".[0] | $1"
}

@test "IPv6 refused, IPv4 is taken" {
	[[ -n ${OWN_NETWORK:-} ]] || { in_own_network; return; }
	origin_start
	dns_start --host-record=both.test,127.0.0.1,2001:db8::1
	each_mode fetch_both '.remote_ip == "127.0.0.1" and .num_retries == 0'
}

@test "IPv6 silent, IPv4 is taken soon" {
	[[ -n ${OWN_NETWORK:-} ]] || { in_own_network; return; }
	local feed
	origin_start
	# A server that has stopped, one connection waiting, lets no other in.
	origin_start SIX --host 2001:db8::1 --port "$O_PORT" --backlog 0
	hold_still "$SIX_PID"
	exec {feed}<>"/dev/tcp/2001:db8::1/$O_PORT"
	wait_until 60 is_connected "$O_PORT"
	dns_start --host-record=both.test,127.0.0.1,2001:db8::1
	# it was the second to be tried
	each_mode fetch_both '.remote_ip == "127.0.0.1" and .num_retries == 0 and
		.time_connect > 0.1 and .time_connect < 9'
	exec {feed}>&-
}

@test "several dead IPv6 addresses, then IPv4" {
	[[ -n ${OWN_NETWORK:-} ]] || { in_own_network; return; }
	origin_start
	dns_start --host-record=both.test,127.0.0.1 --host-record=both.test,2001:db8::1 \
		--host-record=both.test,::1 --host-record=both.test,::2
	each_mode fetch_both '.remote_ip == "127.0.0.1"'
}

either_or_both() {
	fetch_both '.remote_ip == "2001:db8::1"'
	asked 1 1
	fetch_both '.remote_ip == "127.0.0.1"' -4
	asked 1 0
	fetch_both '.remote_ip == "2001:db8::1"' -6
	asked 0 1
}

@test "both are asked for where there is IPv6, or what -4 and -6 say" {
	[[ -n ${OWN_NETWORK:-} ]] || { in_own_network; return; }
	origin_start
	origin_start SIX --host 2001:db8::1 --port "$O_PORT"
	dns_start --host-record=both.test,127.0.0.1,2001:db8::1
	each_mode either_or_both
}

v4_unless_v6_is_said() {
	fetch_both '.remote_ip == "127.0.0.1"'
	asked 1 0
	fetch_both '.remote_ip == "::1"' -6
	asked 0 1
}

@test "no IPv6 but loopback: only IPv4 is asked for, unless -6 says otherwise" {
	[[ -n ${OWN_NETWORK:-} ]] || { in_network_without_v6; return; }
	origin_start
	origin_start SIX --host ::1 --port "$O_PORT"
	dns_start --host-record=both.test,127.0.0.1,::1
	each_mode v4_unless_v6_is_said
}
