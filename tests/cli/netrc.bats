#!/usr/bin/env bats
# Logins by a file: who is told what of it.

load helper
load hosts
load web

# The Authorization of a name and a password.
basic() { # NAME:PASSWORD
	echo "Basic $(printf %s "$1" | base64)"
}

netrc() { # LINE...
	printf '%s\n' "$@" >"$HOME/.netrc"
}

# sent TARGET AUTHORIZATION: with the last request for it; "": none.
sent() {
	requests '(map(select(.target == "'"$1"'"))[-1].headers.authorization // "") == "'"$2"'"'
}

@test "a .netrc is read when that is asked for, and no earlier" {
	origin_start
	netrc 'default login me password canary'
	fetch 0 1 "$O/a.bin"
	sent /a.bin ""
	fetch 0 1 --netrc "$O/b.bin"
	sent /b.bin "$(basic me:canary)"
	mv "$HOME/.netrc" "$CTL/logins"
	fetch 0 1 --netrc="$CTL/logins" "$O/c.bin"
	sent /c.bin "$(basic me:canary)"
	SEINE_NETRC=$CTL/logins fetch 0 1 "$O/d.bin"
	sent /d.bin "$(basic me:canary)"
	fetch 0 1 --netrc=<(cat "$CTL/logins") "$O/e.bin"
	sent /e.bin "$(basic me:canary)"
}

each_host() {
	at_names 0 4 --netrc -j 2 "http://one.test:$O_PORT/a1" "http://two.test:$O_PORT/b" "$O/c" \
		"http://one.test:$O_PORT/a2" || return
	sent /a1 "$(basic ann:canary-1)" && sent /a2 "$(basic ann:canary-1)" &&
		sent /b "$(basic bob:canary-2)" && sent /c "" || return
	# on the connection, and with the handle, of another's
	at_names 0 3 --netrc -j 1 "http://one.test:$O_PORT/d" "$O/e" "http://two.test:$O_PORT/f" ||
		return
	sent /d "$(basic ann:canary-1)" && sent /e "" && sent /f "$(basic bob:canary-2)"
}

@test "each host gets its own, in every mode" {
	origin_start
	netrc 'machine one.test login ann password canary-1' \
		'machine two.test' ' login bob' ' password canary-2'
	each_mode each_host
}

@test "a name in the URL chooses, a password there is stronger, as are --user and a token" {
	origin_start
	netrc "machine 127.0.0.1 login ann password canary-1" \
		"machine 127.0.0.1 login b@b password canary-2"
	fetch 0 3 --netrc "${O/:\/\//:\/\/b%40b@}/a" "${O/:\/\//:\/\/ann:other@}/b" \
		"${O/:\/\//:\/\/eve@}/c"
	sent /a "$(basic b@b:canary-2)"
	sent /b "$(basic ann:other)"
	sent /c "$(basic eve:)"
	fetch 1 1 --netrc "$O/no?status=401"
	said "401.*; it refuses the login that it was sent"
	fetch 1 1 "${O/:\/\//:\/\/ann:other@}/no?status=401"
	said "401.*; it refuses the login that it was sent"
	fetch 0 1 --netrc -u eve:own "$O/d"
	sent /d "$(basic eve:own)"
	echo token >"$CTL/token"
	fetch 0 1 --netrc --bearer-file "$CTL/token" "$O/e"
	sent /e "Bearer token"
	fetch 0 1 --netrc -H "Authorization: mine" "$O/f"
	sent /f mine
}

# What CVE-2024-11053 was about.
@test "where a redirect leads nothing is sent but the host's own login, and that over TLS only" {
	nginx_start
	origin_start OTHER
	netrc "machine one.test login ann password canary-1" \
		"machine 127.0.0.1 login bob password canary-2" \
		"machine two.test login ann" "default login any password canary-0"
	at_names 0 3 --netrc --cacert "$CERTS/ca.pem" \
		"http://one.test:$O_PORT/a?redirect=http://two.test:$O_PORT/to/a" \
		"http://one.test:$O_PORT/b?redirect=$OTHER/to/b" \
		"http://one.test:$O_PORT/c?redirect=$TLS/to/c"
	sent "/a?redirect=http://two.test:$O_PORT/to/a" "$(basic ann:canary-1)"
	sent /to/a ""
	requests 'map(.headers.authorization) == [null]' "$OTHER"
	sent /to/c "$(basic bob:canary-2)"
	# Anybody may be there who says so.
	at_names 0 2 --netrc --insecure "http://one.test:$O_PORT/d?redirect=$TLS/to/d" "$TLS/e"
	sent /to/d ""
	sent /e "$(basic bob:canary-2)"
}

@test "half a login is none, and what is for all goes to the hosts that are named only" {
	origin_start
	netrc "machine one.test login ann" "default password canary-0"
	at_names 0 2 --netrc "http://one.test:$O_PORT/a" "http://two.test:$O_PORT/b"
	sent /a ""
	sent /b ""
	netrc "machine one.test login ann" "default login any password canary-0"
	at_names 0 2 --netrc "http://one.test:$O_PORT/c" \
		"http://two.test:$O_PORT/d?redirect=$O/to/d"
	sent /c ""
	sent "/d?redirect=$O/to/d" "$(basic any:canary-0)"
	sent /to/d ""
}

@test "it is shown nowhere" {
	origin_start
	netrc "machine 127.0.0.1 login canary-name password canary-password oops canary-odd"
	fetch 1 2 -v --netrc "$O/a.bin" "$O/b.bin?status=404"
	sent /a.bin "$(basic canary-name:canary-password)"
	said "netrc:1: passed over a word"
	! grep -r canary "$CTL/results.jsonl" "$CTL/stderr" "$CTL/stdout" "$ARENA/out" ||
		fail "shown"
}

@test "a file that cannot be read, or names nobody, is wrong usage" {
	seine -d out --netrc http://127.0.0.1:1/a
	((status == 2))
	said "netrc: cannot read $HOME/.netrc: No such file"
	netrc "# nobody yet"
	seine -d out --netrc http://127.0.0.1:1/a
	((status == 2))
	said "netrc: $HOME/.netrc names no host; write 'machine HOST login NAME"
}
