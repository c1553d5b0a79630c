# dns.bash - name servers for tests.

# A name server with these dnsmasq options, in DNS.
dns_start() {
	local try
	for try in 1 2 3 4 5; do
		DNS_PORT=$(free_port)
		DNS=127.0.0.1:$DNS_PORT
		dns_run "$@" && return
	done
	fail "dnsmasq does not start"
}

# Another one on the same port, after dns_stop.
dns_run() {
	dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --port="$DNS_PORT" \
		--listen-address=127.0.0.1 --bind-interfaces --user=root --pid-file= \
		--log-queries --log-facility="${DNS_LOG:-$CTL/dns.log}" "$@" >/dev/null 2>&1 3>&- &
	DNS_PID=$!
	wait_until 60 dns_settled || return
	kill -0 "$DNS_PID" 2>/dev/null || return
	PIDS+=("$DNS_PID")
}

# Dead, somebody else having the port, or ready.
dns_settled() {
	! kill -0 "$DNS_PID" || port_open "$DNS_PORT"
}

dns_stop() {
	server_stop "$DNS_PID"
}

# How often was this asked for?
queries() { # NAME
	grep -c "query\[A\] $1 " "$CTL/dns.log" || true
}

# No name was asked for twice within its time to live of a second. The log has whole seconds:
# what is a second apart has two of them.
asked_sparingly() {
	local twice
	twice=$(grep -F 'query[A]' "$CTL/dns.log" | awk '{ print $3, $6 }' | sort | uniq -d)
	[[ -z $twice ]] || fail "asked twice in a second: $(head -n 5 <<<"$twice")"
}
