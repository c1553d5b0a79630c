#!/usr/bin/env bats
# What is asked, and how: headers, credentials, proxies, addresses, configuration.

load helper
load processes
load web

@test "headers, user agent, referer, cookie" {
	origin_start
	fetch 0 1 -H "X-One: 1" -H "Accept: text/x" -A "agent 007" -e "http://from/" -b "a=1; b=2" "$O/a.bin"
	requests '.[0].headers | .["x-one"] == "1" and .accept == "text/x" and
		.["user-agent"] == "agent 007" and .referer == "http://from/" and
		.cookie == "a=1; b=2"'
}

@test "the user agent is seine's, an empty one is none" {
	origin_start
	fetch 0 1 "$O/a.bin"
	requests '.[0].headers["user-agent"] | startswith("seine/")'
	fetch 0 1 -A "" "$O/b.bin"
	requests '.[1].headers["user-agent"] == null'
}

@test "a header with a line break is refused" {
	seine -d out -H $'X-One: 1\r\nX-Two: 2' http://127.0.0.1:1/a
	((status == 2))
}

@test "a status that leads nowhere, and one without a name" {
	origin_start
	fetch 1 2 "$O/a.bin?status=302" "$O/b.bin?status=418"
	records 'map(.errormsg) | sort ==
		["HTTP 302 without a Location", "HTTP 418"]'
}

@test "a password from argv, a file, the environment" {
	origin_start
	local good
	good="Basic%20$(printf 'me:canary pass' | base64)"
	fetch 0 1 -u "me:canary pass" "$O/a.bin?need=Authorization:$good"
	echo "canary pass" >"$CTL/password"
	fetch 0 1 -u me --password-file "$CTL/password" "$O/b.bin?need=Authorization:$good"
	SEINE_PASSWORD="canary pass" fetch 0 1 -u me "$O/c.bin?need=Authorization:$good"
	fetch 1 1 "$O/d.bin?need=Authorization:$good"
	records '.[0].response_code == 401'
	said "401.*; it wants a login: --user, "
	fetch 1 1 -u me "$O/d.bin?need=Authorization:$good"
	said "401.*; it refuses the login that it was sent"
}

@test "a bearer token from a file" {
	origin_start
	echo canary-token >"$CTL/token"
	fetch 0 1 --bearer-file "$CTL/token" "$O/a.bin?need=Authorization:Bearer%20canary-token"
}

@test "credentials in the URL are sent to it, and shown nowhere" {
	origin_start
	local url=${O/:\/\//:\/\/me:canary@}
	fetch 0 1 -v "$url/a.bin"
	requests '.[0].headers.authorization | startswith("Basic ")'
	! grep -r canary "$CTL/results.jsonl" "$CTL/stderr" "$CTL/stdout" "$ARENA" || fail "shown"
}

@test "... also where a redirect leads to the same origin, and nowhere else" {
	origin_start
	origin_start OTHER
	local url=${O/:\/\//:\/\/me:canary@}
	fetch 0 3 "$url/a.bin?redirect=/x/a" "$url/b.bin?redirect=$O/x/b" "$url/c.bin?redirect=$OTHER/x/c"
	requests 'length == 5 and all(.headers.authorization | startswith("Basic "))'
	curl -s "$OTHER/log" | jq -es 'map(.headers.authorization) == [null]'
}

@test "secrets are in no result, message or list of processes" {
	origin_start
	echo canary-bearer >"$CTL/token"
	seine_start -v -d out --results "$CTL/results.jsonl" --failed "$CTL/failed.txt" --json \
		-u me:canary-pass -H "Private-Token: canary-header" -b "sid=canary-cookie" \
		"$O$(held a.bin)" "$O/b.bin?status=404&X-Amz-Signature=canary-query&token=canary-token"
	wait_until 60 stats '.requests >= 1'
	local line
	line=$(tr '\0' ' ' <"/proc/$SEINE_PID/cmdline")
	let_go
	[[ $line != *canary-pass* ]] || fail "in the list of processes: $line" || return
	seine_ends 1 || return
	! grep canary "$CTL/results.jsonl" "$CTL/stderr" "$CTL/stdout" || fail "shown"
	# what is for another run may hold it, for nobody else to read
	[[ $(stat -c %a "$CTL/failed.txt") == 600 ]]
}

@test "a signed query that a redirect brings is shown nowhere" {
	origin_start
	fetch 0 1 -v "$O/a.bin?redirect=/b.bin%3FX-Amz-Signature%3Dcan%61ry-signature"
	requests '.[-1].target | contains("canary-signature")'
	! grep canary "$CTL/results.jsonl" "$CTL/stderr" || fail "shown"
}

@test "a server that lets nobody connect: --connect-timeout" {
	origin_start DEAF --backlog 0
	hold_still "$DEAF_PID"
	# fill what the kernel takes in the server's stead
	local feed
	exec {feed}<>"/dev/tcp/127.0.0.1/$DEAF_PORT"
	wait_until 60 is_connected "$DEAF_PORT"
	SECONDS=0
	fetch 1 1 --tries 1 --connect-timeout 500ms "$DEAF/a.bin"
	exec {feed}>&-
	records '.[0].error == "timeout"'
	((SECONDS < 10)) # that of the helpers' QUICK
}

@test "--http2 without TLS: a server that knows no better gives HTTP/1.1" {
	origin_start
	fetch 0 3 --http2 "$O/a.bin?size=10" "$O/b.bin?size=10" "$O/c.bin?size=10"
	records 'all(.http_version == "1.1")'
}

@test "a proxy gets absolute targets, and -x beats the environment" {
	origin_start
	origin_start OTHER
	http_proxy=$OTHER fetch 0 1 -x "$O" "http://far.example/a.bin?size=10"
	same a.bin "/a.bin?size=10"
	requests '.[0].target == "http://far.example/a.bin?size=10" and
		.[0].headers.host == "far.example"'
	stats '.requests == 0' "$OTHER"
	http_proxy=$OTHER fetch 0 1 "http://far.example/b.bin?size=10"
	stats '.requests == 1' "$OTHER"
	http_proxy=$OTHER fetch 0 1 -x "" "$O/c.bin?size=10"
	stats '.requests == 1' "$OTHER"
}

# libcurl quotes it, with the password in it.
@test "a proxy of the environment that is none: told without its password, and once" {
	no_proxy_at_all() { # URL
		http_proxy=$1 fetch 1 1 http://far.example/a.bin
		records '.[0] | .error == "usage" and .attempts == 1'
		said "http://far.example/a.bin: the proxy is none that can be asked: see http_proxy"
		! grep -q s3same "$CTL/stderr" "$CTL/results.jsonl" || fail "the password is told"
	}
	each_mode no_proxy_at_all http://me:s3same@127.0.0.1:x
	each_mode no_proxy_at_all odd://me:s3same@127.0.0.1:1
}

other_family() { # OPTION URL
	fetch 1 1 "$@"
	records '.[0] | .error == "nxdomain" and .attempts == 1'
	said "its address is not of the family that"
}

@test "IPv6, and -4 and -6" {
	origin_start
	grep -q . /proc/net/if_inet6 || skip "no IPv6 here"
	origin_start SIX --host ::1
	fetch 0 1 "http://[::1]:$SIX_PORT/a.bin?size=10"
	records '.[0].remote_ip == "::1"'
	fetch 0 1 -4 "$O/d.bin"
	records '.[0].remote_ip == "127.0.0.1"'
	each_mode other_family -6 "$O/b.bin"
	each_mode other_family -4 "http://[::1]:$SIX_PORT/c.bin"
}

@test "a name that does not exist fails once, and says so" {
	fetch 1 1 --tries 4 "http://does-not-exist.invalid/a.bin"
	records '.[0] | .error | IN("nxdomain", "dns")'
}

@test "the configuration file, the environment, the command line: later ones win" {
	origin_start
	mkdir -p "$HOME/.config/seine"
	printf '# mine\nuser-agent = from-file\nreferer = http://file/\ncookie = c=file\n' \
		>"$HOME/.config/seine/config"
	SEINE_REFERER=http://environment/ SEINE_COOKIE=c=environment fetch 0 1 -b c=line "$O/a.bin"
	requests '.[0].headers | .["user-agent"] == "from-file" and
		.referer == "http://environment/" and .cookie == "c=line"'
	fetch 0 1 --no-config "$O/b.bin"
	requests '.[1].headers["user-agent"] | startswith("seine/")'
	echo "user-agent = other-file" >"$CTL/config"
	fetch 0 1 --config "$CTL/config" "$O/c.bin"
	requests '.[2].headers["user-agent"] == "other-file"'
	mkdir -p "$CTL/xdg/seine"
	echo "user-agent = xdg-file" >"$CTL/xdg/seine/config"
	XDG_CONFIG_HOME=$CTL/xdg fetch 0 1 "$O/d.bin"
	requests '.[3].headers["user-agent"] == "xdg-file"'
}

@test "a mistake in the configuration: exit 2, with file and line, or the variable" {
	mkdir -p "$HOME/.config/seine"
	printf 'jobs = 3\ncolour = blue\n' >"$HOME/.config/seine/config"
	seine -d out http://127.0.0.1:1/a
	((status == 2))
	said "config:2"
	rm "$HOME/.config/seine/config"
	SEINE_JOBS=many seine -d out http://127.0.0.1:1/a
	((status == 2))
	said "SEINE_JOBS"
	[[ ! -e $ARENA/out ]]
}

@test "real HTTP/1.1 from nginx, static and compressed" {
	nginx_start
	head -c 300000 /dev/urandom >"$CTL/www/random.bin"
	seq 20000 >"$CTL/www/numbers.txt"
	: >"$CTL/www/empty"
	fetch 0 3 "$WEB/random.bin" "$WEB/numbers.txt" "$WEB/empty"
	cmp "$CTL/www/random.bin" "$ARENA/out/random.bin"
	cmp "$CTL/www/numbers.txt" "$ARENA/out/numbers.txt"
	[[ -f $ARENA/out/empty && ! -s $ARENA/out/empty ]]
	records 'all(.http_version == "1.1" and .verified == "length")'
	fetch 0 1 --existing overwrite --compressed "$WEB/packed/numbers.txt"
	cmp "$CTL/www/numbers.txt" "$ARENA/out/numbers.txt"
	fetch 1 1 "$WEB/nothing"
	records '.[0].response_code == 404'
}

@test "a long answer that is not the file leads to the mirror" {
	origin_start
	printf '%s\t%s\n' "$O/a.bin?status=206&size=400K&nolength" "$O/a.bin?size=10" >"$CTL/list.txt"
	fetch 0 1 -i "$CTL/list.txt"
}

# What is said by the head stays said, whatever becomes of a body that nobody wants.
told_by_the_head() { # FAULT
	fetch 1 2 --stall-time 300ms "$O/moved.bin?redirect=$O/there.bin&$1" \
		"$O/gone.bin?status=404&$1"
	files moved.bin
	records 'map([.status, .error, .attempts]) | sort ==
		[["done", null, 2], ["failed", "http", 1]]'
}

@test "a redirect or an error whose body breaks off, stalls or is long" {
	origin_start
	each_mode told_by_the_head truncate=3
	each_mode told_by_the_head reset=3
	each_mode told_by_the_head stall=3
	each_mode told_by_the_head text=1M
}

# The origin knows no CONNECT: 400.
@test "a proxy that makes no tunnel is not asked again and again" {
	origin_start
	no_tunnel() {
		fetch 1 1 --proxy "$O" https://far.test/a.bin
		records '.[0] | .error == "http" and .response_code == 400 and .attempts == 1'
		said "the proxy answers HTTP 400 Bad Request"
	}
	each_mode no_tunnel
}

@test "a status that has no name is shown as it is" {
	origin_start
	fetch 1 1 "$O/a.bin?status=418"
	records '.[0].errormsg == "HTTP 418"'
	fetch 1 1 "$O/b.bin?status=410"
	records '.[0].errormsg == "HTTP 410 Gone"'
}
