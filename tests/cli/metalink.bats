#!/usr/bin/env bats
# Metalinks: as files, from a pipe, at URLs and by the type of an answer; mirrors, digests, names.

load helper
load web

# metalink ELEMENT...: a Metalink 4 of these in $CTL/a.meta4.
metalink() {
	printf '<?xml version="1.0" encoding="UTF-8"?>
<metalink xmlns="urn:ietf:params:xml:ns:metalink">%s</metalink>\n' "$*" >"$CTL/a.meta4"
}

# file NAME TARGET [ELEMENT...]: of a file that is at this target of the origin.
file() {
	local name=$1 target=$2
	shift 2
	printf '<file name="%s"><hash type="sha-256">%s</hash>%s<url priority="5">%s</url></file>' \
		"$name" "$(digest sha256 "$target")" "$*" "$O${target//&/&amp;}"
}

two_files() {
	metalink "$(file a.bin '/a.bin?size=3000')" "$(file sub/b.bin '/b.bin?size=1M')"
}

both_are_there() {
	files a.bin sub/b.bin
	same a.bin '/a.bin?size=3000'
	same sub/b.bin '/b.bin?size=1M'
	records 'all(.verified == "hash" and .verified_by == "checksum")'
}

as_a_file() {
	fetch 0 2 -i "$CTL/a.meta4"
	both_are_there
	records 'all(.input | endswith("a.meta4:2"))'
}

from_a_pipe() {
	STDIN=$CTL/a.meta4 fetch 0 2 -i -
	both_are_there
}

at_a_url() {
	fetch 0 2 "$WEB/a.meta4"
	both_are_there
}

@test "as a file, from a pipe, packed, and at a URL" {
	nginx_start
	two_files
	cp "$CTL/a.meta4" "$CTL/www/a.meta4"
	gzip -k "$CTL/a.meta4"
	each_mode as_a_file
	each_mode from_a_pipe
	each_mode at_a_url
	rm -rf "$ARENA/out"
	fetch 0 2 -i "$CTL/a.meta4.gz"
	both_are_there
	rm -rf "$ARENA/out"
	list "$WEB/a.meta4" "  dir=below"
	fetch 0 2 -i "$CTL/list.txt"
	files below/a.bin below/sub/b.bin
}

@test "version 3, relative URLs, and the order of mirrors" {
	nginx_start
	"$ORIGIN" --body '/a.bin?size=3000' >"$CTL/www/a.bin"
	cat >"$CTL/www/old.metalink" <<-END
		<metalink version="3.0" xmlns="http://www.metalinker.org/"><files>
		<file name="a.bin"><size>3000</size>
		<verification><hash type="md5">$(digest md5 '/a.bin?size=3000')</hash></verification>
		<resources><url type="http" preference="10">$O/wrong</url>
		<url type="http" preference="90">a.bin</url>
		<url type="bittorrent" preference="100">a.torrent</url></resources>
		</file></files></metalink>
	END
	fetch 0 1 "$WEB/old.metalink"
	files a.bin
	same a.bin '/a.bin?size=3000'
	requests 'length == 0'
}

# By its name, and by its type, behind a redirect.
@test "relative URLs are so to where the Metalink was found in the end" {
	nginx_start
	mkdir -p "$CTL/www/deep"
	"$ORIGIN" --body '/a.bin?size=3000' >"$CTL/www/deep/a.bin"
	metalink '<file name="a.bin"><url>a.bin</url></file>'
	cp "$CTL/a.meta4" "$CTL/www/deep/latest.meta4"
	cp "$CTL/a.meta4" "$CTL/www/deep/latest"
	fetch 0 1 "$O/old/x.meta4?redirect=$WEB/deep/latest.meta4"
	same a.bin '/a.bin?size=3000'
	rm -rf "$ARENA/out"
	fetch 0 1 "$O/old/x?redirect=$WEB/metalink/deep/latest"
	same a.bin '/a.bin?size=3000'
}

@test "secrets go to the Metalink's server, not to those that it names" {
	origin_start
	web_start "server {
		listen 127.0.0.1:PORT;
		root $CTL/www;
		location / { if (\$http_x_secret = '') { return 403; } }
	}"
	echo mine >"$CTL/www/mine"
	metalink "<file name='mine'><url>mine</url></file><file name='theirs'><url>$O/theirs</url></file>"
	cp "$CTL/a.meta4" "$CTL/www/"
	each_mode secret -H 'X-Secret: canary' -u user:canary -b canary=1 -e http://canary/
	list "http://127.0.0.1:$WEB_PORT/a.meta4" " header=X-Secret: canary" # for it alone
	fetch 1 2 -i "$CTL/list.txt" --existing=overwrite
	requests 'all((tostring | contains("canary") | not) and .headers.authorization == null)'
}

secret() {
	fetch 0 2 "$@" "http://127.0.0.1:$WEB_PORT/a.meta4"
	files mine theirs
	requests 'all((tostring | contains("canary") | not) and .headers.authorization == null)'
}

@test "what failed of a Metalink is fetched again without the secrets for its server" {
	origin_start
	web_start "server {
		listen 127.0.0.1:PORT;
		root $CTL/www;
	}"
	metalink "<file name='theirs'><url>$O/theirs?status=404</url></file>"
	cp "$CTL/a.meta4" "$CTL/www/"
	fetch 1 1 -u user:canary --failed "$CTL/left.txt" "http://127.0.0.1:$WEB_PORT/a.meta4"
	grep -qx " named-by=http://127.0.0.1:$WEB_PORT" "$CTL/left.txt"
	cp "$CTL/results.jsonl" "$CTL/before.jsonl"
	fetch 1 1 -u user:canary -i "$CTL/left.txt"
	fetch 1 1 -u user:canary -i "$CTL/before.jsonl"
	requests 'length == 3 and all(.headers.authorization == null)'
}

@test "the type of the answer tells, too" {
	origin_start
	# The origin's bytes are no Metalink: what is asked for as one must be one.
	fetch 3 1 "$O/x.bin?type=application/metalink4%2Bxml"
	files
	said 'x.bin.*'
	fetch 0 1 --no-follow-metalink "$O/x.bin?type=application/metalink4%2Bxml"
	files x.bin
	rm -rf "$ARENA/out"
	fetch 0 1 "$O/x.bin?type=application/metalink4%2Bxml" -o kept.bin
	files kept.bin
	rm -rf "$ARENA/out"
	fetch 0 1 --no-follow-metalink "$O/x.meta4"
	files x.meta4
	rm -rf "$ARENA/out"
	fetch 1 1 "$O/gone.meta4?status=404"
}

@test "a Metalink by its type, from a real server" {
	nginx_start
	two_files
	cp "$CTL/a.meta4" "$CTL/www/download"
	each_mode by_its_type
}

by_its_type() {
	fetch 0 2 "$WEB/metalink/download"
	both_are_there
}

@test "the next mirror, when one has other bytes" {
	origin_start
	origin_start OTHER
	metalink "<file name='a.bin'><hash type='sha-256'>$(digest sha256 '/a.bin?size=9000')</hash>
		<url priority='2'>$O/a.bin?size=9000</url>
		<url priority='1' location='de'>$OTHER/a.bin?size=9000&amp;seed=7</url></file>"
	fetch 0 1 -i "$CTL/a.meta4"
	same a.bin '/a.bin?size=9000'
	requests 'length > 0' "$OTHER"
	curl -s "$OTHER/reset" >/dev/null
	rm -rf "$ARENA/out"
	metalink "<file name='a.bin'><hash type='sha-256'>$(digest sha256 '/a.bin?size=9000')</hash>
		<url priority='2' location='at'>$O/a.bin?size=9000</url>
		<url priority='1' location='de'>$OTHER/a.bin?size=9000&amp;seed=7</url></file>"
	fetch 0 1 --metalink-location at,ch -i "$CTL/a.meta4"
	requests 'length == 0' "$OTHER"
}

@test "hostile names and documents" {
	origin_start
	metalink "$(file ../evil /1)" "$(file /etc/evil /2)" "$(file a/../../evil /3)" \
		"$(file .hidden /4)" "$(file "" /5)" "$(file fine /6)"
	fetch 3 5 -i "$CTL/a.meta4"
	files _hidden fine
	records '[.[] | select(.error == "bad-name")] | length == 3'
	rm -rf "$ARENA/out"
	mkfifo "$CTL/pipe"
	cat >"$CTL/evil.meta4" <<-END
		<?xml version="1.0"?>
		<!DOCTYPE metalink [<!ENTITY x SYSTEM "file://$CTL/pipe">]>
		<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="&x;"/></metalink>
	END
	DEADLINE=30 fetch 3 0 -i "$CTL/evil.meta4"
	head -c 500 "$CTL/a.meta4" >"$CTL/torn.meta4"
	fetch 3 2 -i "$CTL/torn.meta4"
	said 'torn.meta4:'
}

@test "50,000 files in little memory" {
	local i
	{
		echo '<metalink xmlns="urn:ietf:params:xml:ns:metalink">'
		for ((i = 0; i < 50000; i++)); do
			printf '<file name="f%d"><size>0</size><url>http://127.0.0.1:9/f%d</url></file>\n' \
				"$i" "$i"
		done
		echo '</metalink>'
	} >"$CTL/big.meta4"
	mkdir -p "$ARENA/out"
	(cd "$ARENA/out" && seq -f f%.0f 0 49999 | xargs touch)
	seine -d out -i "$CTL/big.meta4"
	((status == 0)) || fail "exit status $status"
	said '50,000 there already'
	sanitized || [[ $(grep -oE 'memory [0-9]+' "$CTL/stderr") =~ ([0-9]+) ]]
	sanitized || ((BASH_REMATCH[1] < 64))
}

@test "one that cannot be read comes back by the failed list as it was asked for" {
	origin_start
	list "$O/a.meta4?size=100	$O/b?size=100" " header=X-One: 1" " referer=http://r.example/" \
		" user-agent=me" " max-tries=2" " size=100" " dir=sub"
	fetch 3 1 -i "$CTL/list.txt" --failed "$CTL/left.txt"
	requests 'map(.headers["x-one"]) == ["1"]'
	diff <(grep -v '^#' "$CTL/left.txt" | sort) <(sort "$CTL/list.txt")
	fetch 3 1 -i "$CTL/left.txt"
	requests 'map(.headers["x-one"]) == ["1", "1"]'
}

@test "a Metalink of another size than was asked for names nothing" {
	nginx_start
	two_files
	cp "$CTL/a.meta4" "$CTL/www/a.meta4"
	list "$WEB/a.meta4" " size=$(stat -c %s "$CTL/a.meta4")"
	fetch 0 2 -i "$CTL/list.txt" --max-size 1M
	list "$WEB/a.meta4" " size=5"
	fetch 1 1 -i "$CTL/list.txt"
	records '.[0].error == "wrong-size"'
}

@test "a Metalink whose URL is none is a failure, and the rest is fetched" {
	origin_start
	list "m.meta4" "ftp://127.0.0.1/m.metalink" "$O/a.bin?size=1000"
	fetch 3 3 -i "$CTL/list.txt"
	records 'map(select(.error == "bad-url")) | length == 2'
	files a.bin
}
