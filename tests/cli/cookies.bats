#!/usr/bin/env bats
# Cookies of a file, and those that servers set.

load helper
load hosts
load processes
load web

jar() { # LINE... ("|" for tabs)
	printf '%s\n' "# Netscape HTTP Cookie File" "" "$@" | tr '|' '\t' >"$CTL/cookies.txt"
}

# sent PATH COOKIES: with the last request for it; "": none.
sent() {
	requests '(map(select(.target | split("?")[0] == "'"$1"'"))[-1].headers.cookie // "") == "'"$2"'"'
}

of_the_file() {
	at_names 0 5 --load-cookies "$CTL/cookies.txt" "http://one.test:$O_PORT/a" \
		"http://one.test:$O_PORT/in/b" "http://two.test:$O_PORT/c" "$O/d" \
		"http://one.test:$O_PORT/r?redirect=http://two.test:$O_PORT/to/r" || return
	sent /a "all=1" && sent /in/b "path=2; all=1" && sent /c "two=3" && sent /d "" || return
	sent /r "all=1" && sent /to/r "two=3"
}

@test "each host and path gets what the file has for it, in every mode" {
	origin_start
	jar "one.test|FALSE|/|FALSE|0|all|1" "one.test|FALSE|/in|FALSE|4102444800|path|2" \
		"#HttpOnly_.two.test|TRUE|/|FALSE|0|two|3" \
		"one.test|FALSE|/|TRUE|0|tls-only|canary" "one.test|FALSE|/|FALSE|1|old|canary"
	each_mode of_the_file
}

set_and_kept() {
	local set="header=Set-Cookie:sid%3D$1%3B%20Path%3D/"
	fetch 0 1 --load-cookies /dev/null "$O/login?redirect=/in/a%3Fneed%3DCookie:sid%253D$1&$set" ||
		return
	sent /in/a "sid=$1" || return
	# by other handles, over other connections, from whenever b0 has been answered
	fetch 0 400 --load-cookies /dev/null -j 8 "$O/b0?$set" $(printf "$O/c%s?redirect=/b\n" {1..399}) ||
		return
	requests 'map(select(.target == "/b" and .headers.cookie == "sid='"$1"'")) | length >= 8'
}

@test "what a server sets comes back, in the next hop and with other files" {
	origin_start
	local mode
	for mode in $SEINE_TEST_MODES; do
		begin_anew
		MODE=$mode set_and_kept "$mode" || fail "in mode $mode" || return
	done
}

@test "without --load-cookies nothing is kept; --cookie goes along with what is" {
	origin_start
	fetch 0 1 "$O/login?redirect=/a&header=Set-Cookie:sid%3Dx"
	sent /a ""
	fetch 0 1 -b "own=1" --load-cookies /dev/null "$O/in?redirect=/b&header=Set-Cookie:sid%3Dx%3B%20Path%3D/"
	sent /b "sid=x; own=1"
}

@test "a site's cookie for all of .com, or for a neighbour, is none" {
	origin_start
	at_names 0 2 --load-cookies /dev/null -j 1 \
		"http://one.test:$O_PORT/a?header=Set-Cookie:sid%3Dx%3B%20Domain%3Dtest" \
		"http://two.test:$O_PORT/b"
	sent /b ""
	at_names 0 2 --load-cookies /dev/null -j 1 --existing overwrite \
		"http://one.test:$O_PORT/a?header=Set-Cookie:sid%3Dx%3B%20Domain%3Dtwo.test" \
		"http://two.test:$O_PORT/b"
	sent /b ""
}

@test "a file from a pipe holds for all modes of a comparison" {
	origin_start
	jar "127.0.0.1|FALSE|/|FALSE|0|sid|1"
	printf 'default login me password 1\n' >"$CTL/logins"
	seine -d out --compare --load-cookies <(cat "$CTL/cookies.txt") \
		--netrc=<(cat "$CTL/logins") "$O/a.bin?need=Cookie:sid%3D1"
	((status == 0)) || fail "exit status $status" || return
	requests 'length == 3 and all(.headers | .cookie == "sid=1" and
		.authorization == "Basic bWU6MQ==")'
}

@test "a byte order mark in front is none of it" {
	origin_start
	printf '\xef\xbb\xbf127.0.0.1\tFALSE\t/\tFALSE\t0\tsid\t1\r\n' >"$CTL/cookies.txt"
	fetch 0 1 --load-cookies "$CTL/cookies.txt" "$O/a"
	sent /a "sid=1"
}

@test "they are shown nowhere" {
	origin_start
	jar "127.0.0.1|FALSE|/|FALSE|0|sid|canary"
	fetch 1 2 -v --load-cookies "$CTL/cookies.txt" "$O/a.bin" "$O/b.bin?status=404"
	sent /a.bin "sid=canary"
	! grep -r canary "$CTL/results.jsonl" "$CTL/stderr" "$CTL/stdout" "$ARENA/out" ||
		fail "shown"
}

@test "a file that cannot be read, or is something else, is wrong usage" {
	seine -d out --load-cookies nowhere http://127.0.0.1:1/a
	((status == 2))
	said "load-cookies: cannot read nowhere: No such file"
	echo '[{"domain": "one.test", "name": "a", "value": "canary"}]' >"$CTL/cookies.txt"
	seine -d out --load-cookies "$CTL/cookies.txt" http://127.0.0.1:1/a
	((status == 2))
	said "load-cookies: $CTL/cookies.txt:1: not a cookie: seven fields with tabs between"
	not_said canary
	# what libcurl would send without an end
	jar "127.0.0.1|FALSE|/|FALSE|0|a|$(printf '%09000d' 0)"
	seine -d out --load-cookies "$CTL/cookies.txt" http://127.0.0.1:1/a
	((status == 2))
	said "load-cookies: $CTL/cookies.txt:3: not a cookie.* at most 4,096 bytes"
	# what is behind a NUL would be lost without a word
	jar "one.test|FALSE|/|FALSE|0|a|canary"
	{ cat "$CTL/cookies.txt" && printf '\0\n' && cat "$CTL/cookies.txt"; } >"$CTL/nul.txt"
	seine -d out --load-cookies "$CTL/nul.txt" http://127.0.0.1:1/a
	((status == 2))
	said "load-cookies: $CTL/nul.txt:4: not a cookie"
}

at_another_host() {
	fetch 0 1 -H "Host: two.test" --load-cookies "$CTL/cookies.txt" \
		"http://one.test:$O_PORT/a?redirect=http://three.test:$O_PORT/b" "$@" || return
	sent /a "two=3" && sent /b "" || return
	printf '%s\n' "$O/c" " header=Host: two.test" "$O/d" "$O/e" " header=Host: two.test" \
		"http://three.test:$O_PORT/f" " header=Host:" >"$CTL/list"
	fetch 0 4 -j 1 --load-cookies "$CTL/cookies.txt" -i "$CTL/list" "$@" || return
	sent /c "two=3" && sent /d "" && sent /e "two=3" && sent /f ""
}

@test "those for a Host of the user's go to no other server by the same handle, in every mode" {
	origin_start
	jar "two.test|FALSE|/|FALSE|0|two|3"
	each_mode at_another_host --resolve "one.test:$O_PORT:127.0.0.1" \
		--resolve "three.test:$O_PORT:127.0.0.1"
}

@test "what the run is told is not written over by what it tells" {
	jar "127.0.0.1|FALSE|/|FALSE|0|sid|1"
	echo "default login ann password 1" >"$CTL/logins"
	seine -d out --load-cookies "$CTL/cookies.txt" --results "$CTL/cookies.txt" http://127.0.0.1:1/a
	((status == 2))
	said "would overwrite an input of this job"
	seine -d out --netrc="$CTL/logins" --failed "$CTL/logins" http://127.0.0.1:1/a
	((status == 2))
	said "would overwrite the --netrc of this job"
	[[ -s $CTL/cookies.txt && -s $CTL/logins ]]
}
