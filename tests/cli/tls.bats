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

@test "a server that wants to know the client" {
	certificates
	cat "$CERTS/other.pem" "$CERTS/other.key" >"$CTL/both.pem"
	openssl ec -in "$CERTS/other.key" -aes128 -passout pass:open -out "$CTL/locked.key"
	web_start "server {
		listen 127.0.0.1:PORT ssl;
		ssl_certificate $CERTS/good.pem;
		ssl_certificate_key $CERTS/good.key;
		ssl_client_certificate $CERTS/ca.pem;
		ssl_verify_client on;
		root $CTL/www;
	}"
	echo here >"$CTL/www/a.txt"
	fetch 0 1 --cacert "$CERTS/ca.pem" --cert "$CERTS/other.pem" --key "$CERTS/other.key" \
		"https://127.0.0.1:$WEB_PORT/a.txt"
	fetch 0 1 --cacert "$CERTS/ca.pem" --cert "$CTL/both.pem" --existing overwrite \
		"https://127.0.0.1:$WEB_PORT/a.txt"
	# What can be read only once is there for who shows it.
	fetch 0 1 --cacert <(cat "$CERTS/ca.pem") --cert <(cat "$CERTS/other.pem") \
		--key <(cat "$CERTS/other.key") --existing overwrite "https://127.0.0.1:$WEB_PORT/a.txt"
	fetch 1 1 --cacert "$CERTS/ca.pem" --existing overwrite "https://127.0.0.1:$WEB_PORT/a.txt"
	records '.[0].response_code == 400'
	# What a passphrase is on may be right.
	seine -d out --cacert "$CERTS/ca.pem" --cert "$CERTS/other.pem" --key "$CTL/locked.key" \
		"http://127.0.0.1:1/b.txt"
	((status == 1)) || fail "exit status $status, not 1"
}

@test "files of certificates and keys that are none: exit 2, naming option and file" {
	certificates
	echo "no certificate" >"$CTL/text.pem"
	refuses "--cacert: cannot read '$CTL/nowhere.pem': No such file" --cacert "$CTL/nowhere.pem"
	refuses "--cacert: $CTL/text.pem has no certificate" --cacert "$CTL/text.pem"
	refuses "--cert: cannot read '$CTL/nowhere.pem'" --cert "$CTL/nowhere.pem"
	refuses "--cert: $CTL/text.pem has no certificate" --cert "$CTL/text.pem"
	refuses "--cert: $CERTS/good.pem has no private key; say by --key" --cert "$CERTS/good.pem"
	refuses "--key: $CTL/text.pem has no private key" --cert "$CERTS/good.pem" \
		--key "$CTL/text.pem"
	refuses "--cert: the key in .*/other.key is not that of the certificate in .*/good.pem" \
		--cert "$CERTS/good.pem" --key "$CERTS/other.key"
	openssl genrsa -out "$CTL/rsa.key" 2048
	refuses "--cert: the key in .*/rsa.key is not that of the certificate in .*/good.pem" \
		--cert "$CERTS/good.pem" --key "$CTL/rsa.key"
	refuses "--key: cannot read '$CTL': Is a directory" --cert "$CERTS/good.pem" --key "$CTL"
}
refuses() { # PATTERN ARGUMENT...
	local pattern=$1
	shift
	seine -d out "$@" https://127.0.0.1:1/a.bin
	((status == 2)) || fail "exit status $status for $*" || return
	said "$pattern"
}
