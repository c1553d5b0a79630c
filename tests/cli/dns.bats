#!/usr/bin/env bats
# Names: looked up by ourselves, once, in every engine; never by a thread of libcurl's.

load helper
load dns

setup_file() {
	command -v dnsmasq >/dev/null || skip "dnsmasq is not installed"
}

@test "a hundred files of one name, in every mode: it is asked for once" {
	origin_start
	dns_start --address=/one.test/127.0.0.1 --local-ttl=600
	list $(for n in {1..100}; do echo "http://one.test:$O_PORT/$n.bin?size=100"; done)
	local mode runs=0
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		fetch 0 100 --dns-servers "$DNS" -j 20 --existing overwrite -i "$CTL/list.txt"
		records 'all(.remote_ip == "127.0.0.1")'
		((++runs))
		(($(queries one.test) == runs)) || fail "$(queries one.test) queries in $runs runs"
	done
}

@test "the event engine has one thread, whatever the names" {
	origin_start
	dns_start --address=/test/127.0.0.1
	list $(for n in {1..50}; do echo "http://h$n.test:$O_PORT/held/$n.bin?gather=51"; done)
	seine_start -d out --dns-servers "$DNS" -j 50 --mode event --loops 1 -i "$CTL/list.txt"
	wait_until 60 stats '.requests >= 50'
	[[ $(ls "/proc/$SEINE_PID/task" | wc -l) == 1 ]]
	let_go
	wait "$SEINE_PID"
}

# Has the program this file in an epoll set?
watches() { # FILE
	local fd
	for fd in /proc/"$SEINE_PID"/fd/*; do
		[[ $fd -ef $1 ]] || continue
		grep -q "^tfd: *${fd##*/} " /proc/"$SEINE_PID"/fdinfo/* && return
	done
	return 1
}

@test "names are heard of also where the list has just been closed, which was a pipe" {
	origin_start
	dns_start --address=/one.test/127.0.0.1
	mkfifo "$CTL/feed"
	seine_start -d out --dns-servers "$DNS" --mode event --loops 1 --connect-timeout 5s \
		--tries 1 -i "$CTL/feed"
	wait_until 60 watches "$CTL/feed"
	echo "http://one.test:$O_PORT/a.bin?size=100" >"$CTL/feed"
	seine_ends 0
	same a.bin "/a.bin?size=100"
}

@test "a name that does not exist is final, one that is not answered for is not" {
	origin_start
	dns_start --address=/nx.test/ --server=/slow.test/127.0.0.1#9
	local mode
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		fetch 1 1 --dns-servers "$DNS" --tries 3 "http://nx.test:$O_PORT/a.bin"
		records '.[0] | .error == "nxdomain" and .attempts == 1'
		fetch 1 1 --dns-servers 127.0.0.1:9 --tries 2 --connect-timeout 600ms \
			"http://slow.test:$O_PORT/a.bin"
		records '.[0] | .error == "dns" and .attempts == 2'
	done
}

@test "a dead address first, then a good one" {
	origin_start
	local port
	port=$(free_port)
	fetch 0 1 --resolve "two.test:$O_PORT:127.0.0.9,127.0.0.1" \
		"http://two.test:$O_PORT/a.bin?size=100"
	same a.bin "/a.bin?size=100"
}

@test "a redirect to another name is looked up, too; a CNAME is followed" {
	origin_start
	dns_start --address=/from.test/127.0.0.1 --host-record=real.test,127.0.0.1 \
		--cname=alias.test,real.test
	local mode
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		fetch 0 1 --dns-servers "$DNS" --existing overwrite \
			"http://from.test:$O_PORT/a.bin?redirect=http%3A%2F%2Falias.test%3A$O_PORT%2Fb.bin"
		records '.[0] | .num_redirects == 1 and .status == "done"'
	done
}

@test "localhost is loopback without asking" {
	origin_start
	fetch 0 1 --dns-servers 127.0.0.1:9 "http://localhost:$O_PORT/a.bin"
}
