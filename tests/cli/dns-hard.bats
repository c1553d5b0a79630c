#!/usr/bin/env bats
# Thousands of names in one job, short lives, addresses that are dead, and name servers in trouble.

load helper
load bulk
load dns

setup_file() {
	command -v dnsmasq >/dev/null || skip "dnsmasq is not installed"
}

# Hosts h1.test to hN.test, spread over eight addresses, in $CTL/hosts.
hosts() { # N
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "127.0.1.%d h%d.test\n", i % 8 + 1, i
	}' >"$CTL/hosts"
}

@test "3,000 names that live for a second: each file from its own address" {
	local mode
	hosts 3000
	# shellcheck disable=SC2046 # one word per option
	origin_start O $(for n in {1..8}; do echo "--host 127.0.1.$n"; done)
	dns_start --addn-hosts="$CTL/hosts" --local=/test/ --local-ttl=1
	{
		awk -v port="$O_PORT" '{ printf "http://%s:%d/a%d.bin?size=%d\n", $2, port, NR, NR }' \
			"$CTL/hosts"
		awk -v port="$O_PORT" 'NR % 4 == 0 {
			printf "http://%s:%d/b%d.bin?size=%d\n", $2, port, NR, NR }' "$CTL/hosts"
	} | bulk_list
	for mode in $SEINE_TEST_MODES; do
		[[ $mode != sequential ]] || continue
		MODE=$mode
		: >"$CTL/dns.log"
		curl -sS "http://127.0.1.1:$O_PORT/reset" >/dev/null
		bulk_fetch --dns-servers "$DNS" -j 64
		(($(grep -cF 'query[A]' "$CTL/dns.log") >= 3000)) || fail "names were not asked for"
		asked_sparingly
		requests 'length == 3750 and all(.server ==
			"127.0.1.\((.headers.host[1:] | split(".")[0] | tonumber) % 8 + 1)")' \
			"http://127.0.1.1:$O_PORT"
	done
}

@test "a name is asked for again when its time to live is over" {
	local mode
	origin_start
	dns_start --address=/one.test/127.0.0.1 --local-ttl=1
	bulk_urls 30 "http://one.test:$O_PORT/" | bulk_list
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		: >"$CTL/dns.log"
		bulk_fetch --dns-servers "$DNS" --request-rate 20/s --json
		# at the beginning, and a second or more after each answer: twice in the 1.5 s
		# that it takes, if nothing else keeps the machine busy
		jq -e --argjson n "$(queries one.test)" '$n >= 2 and $n <= 1 + .wall_s' \
			"$CTL/stdout" >/dev/null || fail "$(queries one.test) queries"
	done
}

@test "a chain of ten aliases" {
	local mode n aliases=()
	origin_start
	for n in {1..10}; do
		aliases+=(--cname="c$n.test,c$((n + 1)).test,1")
	done
	dns_start --host-record=c11.test,127.0.0.1 --local=/test/ "${aliases[@]}"
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		fetch 0 1 --dns-servers "$DNS" --existing overwrite "http://c1.test:$O_PORT/a.bin?size=100"
		same a.bin "/a.bin?size=100"
	done
	requests 'all(.headers.host | startswith("c1.test"))'
}

# A server that answers SERVFAIL for all below fail.test: what comes from up the line is signed
# by nobody, where signatures are due.
failing_dns_start() {
	local key=E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
	DNS_LOG=$CTL/upstream.log dns_start --host-record=a.fail.test,127.0.0.1,::1
	dns_start --server="/fail.test/127.0.0.1#$DNS_PORT" --dnssec --dnssec-check-unsigned \
		--trust-anchor="fail.test,20326,8,2,$key" --trust-anchor=".,20326,8,2,$key"
}

@test "SERVFAIL, a refusal and silence may pass, and are tried again; NXDOMAIN is not" {
	local mode
	origin_start
	failing_dns_start
	local failing=$DNS
	DNS_LOG=$CTL/other.log dns_start --server=/silent.test/127.0.0.1#9 --local=/gone.test/
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		fetch 1 1 --dns-servers "$failing" --tries 2 "http://a.fail.test:$O_PORT/a.bin"
		records '.[0] | .error == "dns" and .attempts == 2 and
			(.errormsg | contains("SERVFAIL"))'
		fetch 1 2 --dns-servers "$DNS" --tries 2 "http://a.refused.test:$O_PORT/a.bin" \
			"http://a.gone.test:$O_PORT/c.bin"
		records 'map([.error, .attempts]) | sort == [["dns", 2], ["nxdomain", 1]]'
		records 'map(.errormsg) | any(contains("REFUSED"))'
		fetch 1 1 --dns-servers "$DNS" --tries 2 --connect-timeout 500ms \
			"http://a.silent.test:$O_PORT/b.bin"
		records '.[0] | .error == "dns" and .attempts == 2'
	done
	stats '.requests == 0'
}

@test "names that nobody answers for: so many questions at once, and no more" {
	origin_start
	dns_start --server=/silent.test/127.0.0.1#9 --dns-forward-max=10000
	awk -v port="$O_PORT" 'BEGIN {
		for (i = 1; i <= 400; i++)
			printf "http://h%d.silent.test:%d/%d.bin\n", i, port, i
	}' >"$CTL/list.txt"
	local asked loops
	for loops in 1 2 4; do
		: >"$CTL/dns.log"
		fetch 1 400 --mode event --loops "$loops" --dns-servers "$DNS" --tries 1 \
			--connect-timeout 4s -j 400 -i "$CTL/list.txt"
		records 'all(.error == "dns")'
		# until the first one is put again, which is when room is made for others: some of
		# them may come before it, where another loop asks
		asked=$(grep -F query "$CTL/dns.log" | awk 'seen[$5, $6]++ { exit } { n++ } END { print n }')
		((asked >= 100 && asked <= 128 + 8 * loops)) || fail "$asked questions under way"
	done
}

@test "names that nobody answers for do not hold up the others" {
	local mode
	origin_start
	dns_start --server=/silent.test/127.0.0.1#9 --dns-forward-max=10000 \
		--address=/good.test/127.0.0.1
	awk -v port="$O_PORT" 'BEGIN {
		for (i = 1; i <= 220; i++)
			printf "http://h%d.%s.test:%d/%d.bin\n", i,
				i <= 200 ? "silent" : "good", port, i
	}' >"$CTL/list.txt"
	for mode in $SEINE_TEST_MODES; do
		[[ $mode != sequential ]] || continue
		MODE=$mode
		# time for the first of the three times that a name is asked for, not for all
		fetch 1 220 --dns-servers "$DNS" -4 --tries 1 --connect-timeout 8s -j 220 \
			--existing overwrite -i "$CTL/list.txt"
		records 'map(select(.status == "done")) | length == 20'
		records 'map(select(.status == "failed")) | length == 200 and all(.error == "dns")'
	done
}

# Each of the ten that are under way has been told of a failure?
has_asked_again() {
	(($(grep -c "asking again" "$CTL/stderr") >= 10))
}

@test "a name server that fails for a while, is gone, and comes back" {
	local mode
	origin_start
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		failing_dns_start
		: >"$CTL/dns.log"
		bulk_urls 20 "http://a.fail.test:$O_PORT/" | bulk_list
		rm -rf "$ARENA/out"
		seine_start -d out --results "$CTL/results.jsonl" -i "$CTL/list.txt" -j 10 \
			--dns-servers "$DNS" --tries 500 --retry-max-wait 200ms -v
		wait_until 60 has_asked_again
		dns_stop
		dns_run --address=/fail.test/127.0.0.1
		seine_ends 0
		expect_records 20
		bulk_whole
		# (an entry may have been tried again several times by then, another not yet)
		records 'any(.num_retries > 0)'
	done
}
