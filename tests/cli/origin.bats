#!/usr/bin/env bats
# The test server itself, asked by curl: what it is trusted with elsewhere.

load helper

get() {
	curl -sS --max-time 60 "$@"
}

# part HEADER TARGET: status, Content-Range and length of a ranged answer.
part() {
	curl -sS --max-time 60 -r "$1" -o "$CTL/part" \
		-w '%{http_code} %header{content-range} %{size_download}' "$O$2" 2>/dev/null
}

@test "bodies are the same every time, and --body knows them" {
	origin_start
	local target="/x/a.bin?size=100003&seed=5"
	cmp <(get "$O$target") <("$ORIGIN" --body "$target")
	cmp <(get "$O$target&chunked") <("$ORIGIN" --body "$target")
	cmp <(get "$O/y/b.bin?size=100003&seed=5&as=/x/a.bin") <("$ORIGIN" --body "$target")
	! cmp -s <(get "$O/x/a.bin?size=100003&seed=6") <("$ORIGIN" --body "$target")
	! cmp -s <(get "$O/x/b.bin?size=100003&seed=5") <("$ORIGIN" --body "$target")
	[[ $(cmp -l <(get "$O$target&flip=77") <("$ORIGIN" --body "$target") | awk '{ print $1 }') == 78 ]]
}

@test "ranges" {
	origin_start
	local target="/a.bin?size=1000"
	[[ $(part 10-19 "$target") == "206 bytes 10-19/1000 10" ]]
	cmp "$CTL/part" <("$ORIGIN" --body "$target" | tail -c +11 | head -c 10)
	[[ $(part 990- "$target") == "206 bytes 990-999/1000 10" ]]
	[[ $(part -5 "$target") == "206 bytes 995-999/1000 5" ]]
	cmp "$CTL/part" <("$ORIGIN" --body "$target" | tail -c 5)
	[[ $(part 500-5000 "$target") == "206 bytes 500-999/1000 500" ]]
	[[ $(part 1000- "$target") == "416 bytes */1000 0" ]]
	[[ $(part 0-1,5-6 "$target") == "200  1000" ]]
}

@test "validators: If-Range, If-None-Match, another file after some requests" {
	origin_start
	local etag
	etag=$(get -o /dev/null -w '%header{etag}' "$O/a.bin")
	[[ $etag == '"'*'"' ]]
	[[ $(get -o /dev/null -w '%{http_code}' -H "If-None-Match: $etag" "$O/a.bin") == 304 ]]
	[[ $(get -o /dev/null -w '%{http_code}' -r 0-9 -H "If-Range: $etag" "$O/a.bin") == 206 ]]
	[[ $(get -o /dev/null -w '%{http_code}' -r 0-9 -H 'If-Range: "other"' "$O/a.bin") == 200 ]]
	! cmp -s <(get "$O/a.bin?change=1") <(get "$O/a.bin?change=1")
	[[ $(get -o /dev/null -w '%header{etag}' "$O/a.bin?etag=weak") == W/* ]]
	[[ -z $(get -o /dev/null -w '%header{etag}' "$O/a.bin?etag=none") ]]
}

@test "lies about ranges" {
	origin_start
	[[ $(part 10-19 "/a.bin?lie=ignore") == "200  1024" ]]
	[[ $(part 10-19 "/a.bin?lie=refuse") == "416 "* ]]
	[[ $(part 10-19 "/a.bin?lie=shift") == "206 bytes 11-20/1024 10" ]]
	[[ $(part 10-19 "/a.bin?lie=less") == "206 bytes 10-14/1024 5" ]]
	[[ $(part 10-19 "/a.bin?lie=short") == "206 bytes 10-19/1024 9" ]]
	[[ $(part 10-19 "/a.bin?lie=long") == "206 bytes 10-19/1024 11" ]]
	[[ $(part 10-19 "/a.bin?lie=total") == "206 bytes 10-19/1025 10" ]]
	[[ $(part 10-19 "/a.bin?lie=sizeless") == "206 bytes 10-19/* 10" ]]
	[[ $(part 10-19 "/a.bin?lie=ok") == "200 bytes 10-19/1024 10" ]]
	[[ $(part 10-19 "/a.bin?lie=unsaid") == "206  10" ]]
	[[ $(part 10-19 "/a.bin?lie=data") == "206 bytes 10-19/1024 10" ]]
	cmp "$CTL/part" <("$ORIGIN" --body "/a.bin" | tail -c +12 | head -c 10)
	part 10-19 "/a.bin?lie=multipart" >/dev/null
	grep -qa "^Content-Range: bytes 10-19/1024" "$CTL/part"
	[[ $(get -o /dev/null -w '%header{etag}' -r 0-1 "$O/a.bin?lie=etag") != \
		$(get -o /dev/null -w '%header{etag}' -r 0-1 "$O/a.bin?lie=etag") ]]
}

@test "faults are those of the seed, again and again" {
	origin_start
	local n first="" again=""
	for n in {1..40}; do
		first+=$(curl -s -o /dev/null --max-time 60 -w '%{http_code}%{exitcode} ' \
			"$O/f$n?fault=0.4&seed=3&kinds=reset,truncate,500,404,close" || true)
	done
	get "$O/reset" >/dev/null
	for n in {1..40}; do
		again+=$(curl -s -o /dev/null --max-time 60 -w '%{http_code}%{exitcode} ' \
			"$O/f$n?fault=0.4&seed=3&kinds=reset,truncate,500,404,close" || true)
	done
	[[ $first == "$again" ]]
	[[ $first == *5000* && $first == *4040* && $first == *2000* && $first == *52* ]]
}

@test "limits: so many at a time, so many a second" {
	origin_start
	get -Z --parallel-max 6 -o /dev/null -w '%{http_code}\n' \
		"$O/lim/[1-6]?delay=300&max-active=4:503" >"$CTL/codes"
	(($(grep -c 200 "$CTL/codes") >= 4 && $(grep -c 503 "$CTL/codes") >= 1))
	get -o /dev/null -w '%{http_code}\n' "$O/rate/[1-6]?max-rate=4:429" >"$CTL/codes"
	(($(grep -c 200 "$CTL/codes") == 4 && $(grep -c 429 "$CTL/codes") == 2))
}

@test "pipelined requests are answered in order" {
	origin_start
	exec 9<>"/dev/tcp/127.0.0.1/$O_PORT"
	printf 'GET /a?size=3&delay=100 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c?status=404 HTTP/1.0\r\n\r\n' >&9
	timeout 60 cat <&9 >"$CTL/answers"
	exec 9>&-
	[[ $(grep -aoE 'HTTP/1.1 [0-9]+' "$CTL/answers" | tr '\n' ' ') == "HTTP/1.1 200 HTTP/1.1 200 HTTP/1.1 404 " ]]
	requests 'map(.method) == ["GET", "HEAD", "GET"] and (map(.connection) | unique | length == 1)'
}

@test "a mistake in a URL, a method, a request is no healthy answer" {
	origin_start
	[[ $(get -o /dev/null -w '%{http_code}' "$O/a?sise=10") == 400 ]]
	[[ $(get -o /dev/null -w '%{http_code}' "$O/a?lie=big") == 400 ]]
	[[ $(get -o /dev/null -w '%{http_code}' "$O/a?size=x") == 400 ]]
	[[ $(get -o /dev/null -w '%{http_code}' -X DELETE "$O/a") == 405 ]]
	exec 9<>"/dev/tcp/127.0.0.1/$O_PORT"
	printf 'no request\r\n\r\n' >&9
	timeout 60 cat <&9 | grep -q "400 Bad Request"
	exec 9>&-
}

@test "the lists: so many, as large as asked, log-normal" {
	origin_start
	(($(get "$O/list.txt?n=50&size=30K&delay=230" | grep -c 'size=30720&delay=230$') == 50))
	get "$O/demo/list.txt?n=1000&delay=5" | sed 's/.*size=\([0-9]*\).*/\1/' | sort -n >"$CTL/sizes"
	awk '{ a[NR] = $1 } END { exit !(NR == 1000 && a[500] > 6000 && a[500] < 10000 &&
		a[1000] > 1e6 && a[1000] <= 8388608) }' "$CTL/sizes"
}

@test "help and README have every parameter" {
	local name
	"$ORIGIN" --help >"$CTL/help"
	sed -n 's/^\t{"\([a-z0-9-]*\)", PARAM_.*/\1/p' "$SRCDIR/tests/origin/script.c" >"$CTL/names"
	(($(wc -l <"$CTL/names") > 40))
	while read -r name; do
		grep -qE "\`$name[=\`]" "$SRCDIR/tests/origin/README.md" || fail "README: $name" || return
		[[ $name =~ ^(q|token)$ ]] || grep -qE "[ (]$name([= )]|$)" "$CTL/help" ||
			fail "help: $name" || return
	done <"$CTL/names"
}

@test "it ends when nobody holds its stdin any more, and at TERM" {
	local rc=0
	timeout 60 "$ORIGIN" --until-eof < <(:) >/dev/null || rc=$?
	((rc == 0))
	"$ORIGIN" >"$CTL/said" 3>&- &
	local pid=$!
	wait_until 60 grep -q "^port " "$CTL/said"
	kill "$pid"
	wait "$pid"
}
