#!/usr/bin/env bats
# Connections, streams and sessions, as nginx counts them.

load helper
load bulk
load web

setup_file() {
	command -v nginx >/dev/null || skip "nginx is not installed"
}

# An nginx before the origin: HTTP/2 at HTTPS with few streams to a connection, and at SHORT an
# HTTP/1.1 that ends each connection after its answer.
https_start() { # STREAMS
	origin_start
	certificates
	web_start "
		ssl_certificate $CERTS/good.pem;
		ssl_certificate_key $CERTS/good.key;
		ssl_session_cache shared:sessions:1m;
		server {
			listen 127.0.0.1:PORT ssl http2;
			http2_max_concurrent_streams $1;
			location / { proxy_pass $O; }
		}
		server {
			listen 127.0.0.1:PORT1 ssl;
			keepalive_timeout 0;
			location / { proxy_pass $O; }
		}
		server {
			listen 127.0.0.1:PORT2 ssl;
			ssl_protocols TLSv1.2;
			keepalive_timeout 0;
			location / { proxy_pass $O; }
		}"
	HTTPS=https://127.0.0.1:$WEB_PORT
	SHORT=https://127.0.0.1:$((WEB_PORT + 1))
	SHORT_1_2=https://127.0.0.1:$((WEB_PORT + 2))
}

# libcurl (7.88, and its own tool as well) puts all who waited for a connection on it before the
# server has said how few streams it takes, whatever CURLMOPT_MAX_CONCURRENT_STREAMS says, and
# opens a connection for each that is refused. So there are more than the streams would need;
# but nothing is lost or tried anew by that, and there are no more than jobs.
@test "64 at once on connections of 8 streams" {
	https_start 8
	bulk_urls 64 "$HTTPS/" delay=100 | bulk_list
	bulk_fetch -j 64 --cacert "$CERTS/ca.pem"
	records 'all(.http_version == "2" and .num_retries == 0)'
	logged 'length == 64 and all(.protocol == "HTTP/2.0" and .status == 206)'
	logged 'map(.connection) | unique | length >= 8 and length <= 64'
}

@test "a thousand on connections of 8 streams, 64 at once" {
	https_start 8
	bulk_urls 1000 "$HTTPS/" | bulk_list
	bulk_fetch -j 64 --cacert "$CERTS/ca.pem"
	records 'all(.http_version == "2" and .num_retries == 0)'
	logged 'length == 1000 and (map(.connection) | unique | length <= 64)'
}

@test "streams enough: one connection" {
	https_start 128
	bulk_urls 200 "$HTTPS/" | bulk_list
	bulk_fetch -j 64 --cacert "$CERTS/ca.pem"
	records 'all(.http_version == "2" and .num_retries == 0)'
	logged 'map(.connection) | unique | length <= 2'
}

# A stream that comes before nginx is through with the one before it is refused, and libcurl then
# opens a connection for it; that happens now and then, when the machine is busy.
@test "no streams at all to spare: one at a time on each" {
	https_start 1
	bulk_urls 40 "$HTTPS/" delay=20 | bulk_list
	bulk_fetch -j 8 --cacert "$CERTS/ca.pem"
	records 'all(.http_version == "2")'
	logged 'length == 40 and (map(.connection) | unique | length <= 20)'
}

# The first handshakes, one for each who asks at once, know no session; the others resume one.
@test "TLS: a server that ends each connection resumes the session of the one before" {
	local mode url
	https_start 8
	for mode in $SEINE_TEST_MODES; do
		for url in "$SHORT" "$SHORT_1_2"; do
			MODE=$mode
			: >"$CTL/web/log"
			bulk_urls 20 "$url/" | bulk_list
			bulk_fetch -j 2 --cacert "$CERTS/ca.pem"
			logged 'length == 20 and (map(select(.resumed == "r")) | length >= 18)'
		done
	done
}
