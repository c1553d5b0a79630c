#!/usr/bin/env bats
# TLS and HTTP/2, through nginx.

load helper
load web

setup_file() {
	command -v nginx >/dev/null || skip "nginx is not installed"
}

@test "a server whose authority is trusted" {
	nginx_start
	fetch 0 2 --cacert "$CERTS/ca.pem" "$TLS/a.bin?size=5000" "$TLS/b.bin?size=3M"
	same a.bin "/a.bin?size=5000"
	same b.bin "/b.bin?size=3M"
	records 'all(.time_appconnect != null or .time_connect == null)'
}

@test "an unknown authority, a self-signed, an expired certificate, another name: refused" {
	nginx_start
	fetch 1 1 "$TLS/a.bin"
	records '.[0] | .error == "tls-verify" and .attempts == 1'
	fetch 1 3 --cacert "$CERTS/ca.pem" "$TLS_SELF/a.bin" "$TLS_EXPIRED/b.bin" "$TLS_OTHER/c.bin"
	records 'all(.error == "tls-verify" and .attempts == 1)'
	said "/a.bin: .*; if it is to be trusted, name its CA with --cacert"
	said "/b.bin: .*expired; is the clock right"
	said "/c.bin: .*'127.0.0.1'; it is for another server: check the name"
	files
	stats '.requests == 0'
}

hints_in_turn() {
	fetch 1 5 --cacert "$CERTS/ca.pem" -j 1 "$TLS/a.bin" "$TLS_SELF/b.bin" "$TLS_OTHER/c.bin" \
		"$TLS_EXPIRED/d.bin" "${TLS_OTHER/127.0.0.1/localhost}/e.bin"
	said "/b.bin: .*; if it is to be trusted, name its CA with --cacert" || return
	said "/c.bin: .*; it is for another server" || return
	said "/d.bin: .*; is the clock right" || return
	said "/e.bin: .*'localhost'; it is for another server"
}

@test "the hint is of the certificate that was refused, whatever was met before" {
	nginx_start
	each_mode hints_in_turn
}

@test "-k takes them all, and says so loudly" {
	nginx_start
	fetch 0 4 -k "$TLS/a.bin" "$TLS_SELF/b.bin" "$TLS_EXPIRED/c.bin" "$TLS_OTHER/d.bin"
	files a.bin b.bin c.bin d.bin
	said "insecure|not checked|not verified|certificate"
}

@test "in every mode" {
	nginx_start
	local mode
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		fetch 0 1 --cacert "$CERTS/ca.pem" --existing overwrite "$TLS/a.bin?size=5000"
		same a.bin "/a.bin?size=5000"
		fetch 1 1 --existing overwrite "$TLS_SELF/a.bin"
		records '.[0].error == "tls-verify"'
	done
}

@test "HTTP/2 where the server offers it, HTTP/1.1 on demand" {
	nginx_start
	local n urls=()
	for n in {1..50}; do
		urls+=("$TLS/f$n.bin?size=2000")
	done
	fetch 0 50 --cacert "$CERTS/ca.pem" "${urls[@]}" -j 20
	records 'all(.http_version == "2")'
	requests 'all(.headers["x-protocol"] == "HTTP/2.0")'
	same f50.bin "/f50.bin?size=2000"
	fetch 0 1 --cacert "$CERTS/ca.pem" --http1.1 "$TLS/old.bin"
	records '.[0].http_version == "1.1"'
}

@test "HTTP/2: errors, resets and truncations are seen as such" {
	nginx_start
	fetch 1 4 --cacert "$CERTS/ca.pem" --tries 2 "$TLS/a.bin?status=404" \
		"$TLS/b.bin?size=200000&truncate=100000" "$TLS/c.bin?size=5000&fail=1:500" \
		"$TLS/d.bin?size=200000&reset=150000"
	files c.bin
	same c.bin "/c.bin?size=5000"
}

@test "redirects: https to http is refused unless allowed, http to https is followed" {
	nginx_start
	fetch 1 1 --cacert "$CERTS/ca.pem" "$TLS/a.bin?redirect=$O/plain/a.bin"
	records '.[0].error == "redirect"'
	stats '.groups["/plain"] == null'
	fetch 0 1 --cacert "$CERTS/ca.pem" --allow-downgrade -H "X-Secret: canary" \
		"$TLS/a.bin?redirect=$O/plain/a.bin"
	stats '.paths["/plain/a.bin"].headers["x-secret"] == null'
	fetch 0 1 --cacert "$CERTS/ca.pem" "$O/b.bin?redirect=$TLS/plain/b.bin"
	files a.bin b.bin
}

@test "a file of authorities that is none: a clear error" {
	nginx_start
	seine -d out --cacert "$CTL/nowhere.pem" "$TLS/a.bin"
	((status == 1 || status == 2))
	said "nowhere.pem|CA|certificate"
	files
}
