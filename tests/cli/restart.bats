#!/usr/bin/env bats
# A web server that goes away in the middle of a job, and comes back.

load helper
load bulk
load web

setup_file() {
	command -v nginx >/dev/null || skip "nginx is not installed"
}

there_are() { # N
	(($(find "$ARENA/out" -type f -name '*.bin' -printf x | wc -c) >= $1))
}

# Half of the files are asked for before nginx ends, half while it is gone.
restart_case() { # MODE FILES SIGNAL SCHEME [OPTION]...
	local feed half=$(($2 / 2)) scheme=$4
	[[ " $SEINE_TEST_MODES " == *" $1 "* ]] || skip "mode $1 is not asked for"
	MODE=$1
	origin_start
	certificates
	web_start "server {
		listen 127.0.0.1:PORT;
		listen 127.0.0.1:PORT1 ssl http2;
		ssl_certificate $CERTS/good.pem;
		ssl_certificate_key $CERTS/good.key;
		location / {
			proxy_pass $O;
			proxy_http_version 1.1;
			proxy_set_header Connection '';
		}
	}"
	bulk_urls "$2" "$scheme://127.0.0.1:$((WEB_PORT + (${#scheme} == 5)))/" delay=10 | bulk_list
	mkfifo "$CTL/feed"
	STDIN=$CTL/feed
	seine_start -d out -i - --results "$CTL/results.jsonl" -v -j 50 --tries 500 \
		--retry-max-wait 100ms --cacert "$CERTS/ca.pem" "${@:5}"
	exec {feed}>"$CTL/feed"
	head -n "$half" "$CTL/list.txt" >&"$feed"
	wait_until 60 there_are $((half / 4))
	web_stop "$3"
	tail -n +$((half + 1)) "$CTL/list.txt" >&"$feed" 3>&- &
	exec {feed}>&-
	wait_until 60 grep -q "onnect.*asking again" "$CTL/stderr"
	web_again
	seine_ends 0
	expect_records "$2"
	records 'any(.num_retries > 0)'
	bulk_whole
}

@test "sequential" { restart_case sequential 100 TERM http; }
@test "threads" { restart_case threads 2000 TERM http; }
@test "event" { restart_case event 2000 TERM http; }
@test "event, what is under way may end" { restart_case event 800 QUIT http; }
@test "threads, TLS" { restart_case threads 400 TERM https --http1.1; }
@test "event, TLS" { restart_case event 400 TERM https --http1.1; }
@test "event, HTTP/2" { restart_case event 1000 TERM https; }
@test "event, HTTP/2, what is under way may end" { restart_case event 800 QUIT https; }
