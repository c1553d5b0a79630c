#!/usr/bin/env bats
# --content-disposition: files are called what their servers call them, wherever that is safe.

load helper
load chunks

# given VALUE [PARAMETERS]: the query of a target whose answer has this Content-Disposition.
given() {
	echo "disposition=$(jq -rn --arg value "$1" '$value | @uri')${2:+&$2}"
}

# at NUMBER VALUE: a URL of its own, whose file has NUMBER bytes and is given this name.
at() {
	echo "$O/u$1.php?$(given "$2" "size=$1")"
}

# has FILE BYTES: has the file so many bytes?
has() {
	[[ $(stat -c %s "$ARENA/out/$1") == "$2" ]] || fail "'$1' has not $2 bytes"
}

# ---- what it is called

named() {
	fetch 0 9 --content-disposition \
		"$(at 1 'attachment; filename=plain.txt')" \
		"$(at 2 'Attachment; FileName="two words; and more.txt"')" \
		"$(at 3 'inline; filename=seen.txt')" \
		"$(at 4 "attachment; filename=\"euro.txt\"; filename*=UTF-8''%e2%82%ac.txt")" \
		"$(at 5 "attachment; filename*=iso-8859-1'en'%a35.txt")" \
		"$(at 6 'attachment; filename="größe.txt"')" \
		"$(at 7 'attachment; filename=a b (1).txt')" \
		"$(at 8 'attachment')" \
		"$O/u9.php?size=9" || return
	files plain.txt "two words; and more.txt" seen.txt "€.txt" "£5.txt" "größe.txt" \
		"a b (1).txt" u8.php u9.php || return
	has plain.txt 1 && has "€.txt" 4 && has u8.php 8 || return
	same "a b (1).txt" "/u7.php?size=7" || return
	records 'map(.filename_effective) | sort == (["plain.txt", "two words; and more.txt",
		"seen.txt", "€.txt", "£5.txt", "größe.txt", "a b (1).txt", "u8.php", "u9.php"] | sort)' ||
		return
	records 'all(.status == "done" and .verified == "length")'
}

@test "plain, quoted, extended, of any type, and none" {
	origin_start
	each_mode named
}

@test "without the option a server's name does not count" {
	origin_start
	fetch 0 1 "$(at 1 'attachment; filename=evil.sh')"
	files u1.php
}

@test "no name leads anywhere, is hidden, or holds what a terminal acts on" {
	origin_start
	fetch 0 14 --content-disposition \
		"$(at 1 'attachment; filename="../../escape1"')" \
		"$(at 2 'attachment; filename="/etc/escape2"')" \
		"$(at 3 'attachment; filename=".ssh/authorized_keys"')" \
		"$(at 4 'attachment; filename="C:\\dir\\escape4.txt"')" \
		"$(at 5 'attachment; filename=".bashrc"')" \
		"$(at 6 'attachment; filename=".."')" \
		"$(at 7 'attachment; filename="."')" \
		"$(at 8 'attachment; filename="dir/"')" \
		"$(at 9 'attachment; filename=""')" \
		"$(at 10 'attachment; filename="x/.."')" \
		"$(at 11 "attachment; filename*=UTF-8''%1b%5d52%3bx%07%0a")" \
		"$(at 12 "attachment; filename*=UTF-8''%2e%2e%2fescape12")" \
		"$(at 13 'attachment; filename=.seine')" \
		"$(at 14 'attachment; filename="   "')"
	files escape1 escape2 authorized_keys escape4.txt _bashrc u6.php u7.php u8.php u9.php \
		u10.php "%1B]52;x%07%0A" escape12 _seine u14.php
	[[ ! -e $ARENA/escape1 && ! -e $ARENA/out/dir ]]
}

@test "what is no proper field gives no name" {
	origin_start
	fetch 0 5 --content-disposition \
		"$(at 1 'attachment; filename="open')" \
		"$(at 2 'filename=x.txt')" \
		"$(at 3 'attachment; filename=a; filename=b')" \
		"$(at 4 "attachment; filename*=UTF-8''%ff")" \
		"$O/u5.php?size=5&$(given "attachment; filename=a")&header=Content-Disposition:inline"
	files u1.php u2.php u3.php u4.php u5.php
}

@test "a name over 255 bytes is shortened, its extension kept" {
	origin_start
	local long
	printf -v long 'é%.0s' {1..200}
	fetch 0 2 --content-disposition "$(at 1 "attachment; filename=\"$long.tar.gz\"")" \
		"$(at 2 "attachment; filename=\"$long.tar.gz\"")"
	(($(find "$ARENA/out" -name 'ééé*~????????.tar.gz' | wc -l) == 2))
}

@test "a redirect's own name does not count, that of the file does" {
	origin_start
	local target
	target="/far/b.bin?size=2&$(given 'attachment; filename=right.txt')"
	fetch 0 2 --content-disposition \
		"$O/a.bin?$(given 'attachment; filename=wrong.txt')&redirect=/far/c.bin" \
		"$O/b.php?redirect=$(jq -rn --arg target "$target" '$target | @uri')"
	files a.bin right.txt
	has right.txt 2
}

@test "nor that of an error" {
	origin_start
	fetch 1 1 --content-disposition \
		"$O/a.bin?status=404&$(given 'attachment; filename=wrong.txt')"
	files
	records '.[0].filename_effective == null'
	fetch 0 1 --content-disposition \
		"$O/b.bin?fail=1:503&$(given 'attachment; filename=right.txt')"
	files right.txt
}

@test "a name that somebody else has given stays" {
	origin_start
	local query
	query=$(given 'attachment; filename=server.txt' size=3)
	list "$O/a?$query" " out=sub/mine.txt" "$O/b?$query" " dir=in"
	fetch 0 2 --content-disposition -i "$CTL/list.txt"
	files sub/mine.txt in/server.txt
	fetch 0 1 --content-disposition -o one.txt "$O/c?$query"
	fetch 0 1 --content-disposition --name "{stem}+{n}" "$O/d?$query"
	files sub/mine.txt in/server.txt one.txt d+000001
}

@test "an empty file has a name, too" {
	origin_start
	fetch 0 2 --content-disposition "$O/a.php?size=0&$(given 'attachment; filename=a.txt')" \
		"$O/b.php?size=0&chunked&$(given 'attachment; filename=b.txt')"
	files a.txt b.txt
}

# ---- two of one name

twice() {
	local urls=("$(at 1 'attachment; filename=same.tar.gz')"
		"$(at 2 'attachment; filename=Same.tar.gz')" "$O/far/same.tar.gz?size=3")
	fetch 0 3 --content-disposition "${urls[@]}" || return
	(($(find "$ARENA/out" -iname 'same*' | wc -l) == 3)) || fail "not three files" || return
	(($(find "$ARENA/out" -iname 'same~????????.tar.gz' | wc -l) >= 1)) || fail "no suffix" || return
	[[ $(find "$ARENA/out" -type f -printf '%s\n' | sort | tr '\n' ' ') == "1 2 3 " ]] ||
		fail "not the three files"
}

@test "of two that have one name, one has a suffix" {
	origin_start
	each_mode twice
}

# Who comes first is another each time.
again() {
	local n before urls=()
	for n in 1 2 3 4; do
		urls+=("$(at "$n" 'attachment; filename=same.bin')")
	done
	fetch 0 4 --content-disposition "${urls[@]}" || return
	before=$(cd "$ARENA/out" && sha256sum -- * | sort)
	fetch 0 4 --content-disposition "${urls[3]}" "${urls[2]}" "${urls[0]}" "${urls[1]}" || return
	records 'all(.status == "present") and (map(.filename_effective) | unique | length == 4)' ||
		return
	[[ $(cd "$ARENA/out" && sha256sum -- * | sort) == "$before" ]] || fail "other files"
}

@test "the same files again in another run, in another order" {
	origin_start
	each_mode again
}

# same.bin is there, but it is the file of the other one.
went_on() {
	local done_url left_url
	done_url=$(at 1 'attachment; filename=same.bin')
	left_url="$O/u2.php?fail=1:hang&$(given 'attachment; filename=same.bin' size=2)"
	seine_start -d out --content-disposition -j 2 "$left_url" "$done_url"
	wait_until 60 test -e "$ARENA/out/same.bin" || return
	wait_until 60 stats '.requests == 2' || return
	kill -INT "$SEINE_PID"
	wait "$SEINE_PID" || true
	fetch 0 2 --content-disposition -j 1 "$left_url" "$done_url" || return
	(($(find "$ARENA/out" -name 'same*' | wc -l) == 2)) || fail "not two files" || return
	has same.bin 1 && has "$(cd "$ARENA/out" && echo same~*.bin)" 2 || return
	records '.[0].status == "done" and .[1].status == "present"'
}

@test "a job that goes on does not take its own files for those of others" {
	origin_start
	SEINE_TEST_MODES="threads event" each_mode went_on
}

# ---- what is there already

there() { # WHAT
	mkdir "$ARENA/out"
	echo mine >"$ARENA/out/mine.txt"
	fetch 0 1 --content-disposition --existing "$1" "$(at 1 'attachment; filename=mine.txt')"
}

skip() {
	there skip || return
	files mine.txt || return
	[[ $(<"$ARENA/out/mine.txt") == mine ]] || fail "it was replaced" || return
	records '.[0].status == "present" and .[0].filename_effective == "mine.txt"'
}

overwrite() {
	there overwrite || return
	files mine.txt || return
	same mine.txt "/u1.php?size=1" || return
	records '.[0].status == "done" and .[0].filename_effective == "mine.txt"'
}

rename() {
	there rename || return
	files mine.txt mine.1.txt || return
	same mine.1.txt "/u1.php?size=1" || return
	records '.[0].status == "done" and .[0].filename_effective == "mine.1.txt"'
}

update() {
	local url
	there update || return
	files mine.txt || return
	same mine.txt "/u1.php?size=1" || return
	url=$(at 1 'attachment; filename=mine.txt')
	fetch 0 1 --content-disposition --existing update "$url" || return
	records '.[0].status == "present" and .[0].filename_effective == "mine.txt"' || return
	touch "$ARENA/out/mine.txt"
	fetch 0 1 --content-disposition --existing update "$url" || return
	records '.[0].status == "done"'
}

@test "a file of that name is there: --existing=skip" {
	origin_start
	each_mode skip
}

@test "... overwrite" {
	origin_start
	each_mode overwrite
}

@test "... rename" {
	origin_start
	each_mode rename
}

@test "... update" {
	origin_start
	each_mode update
}

# All of it would take a quarter of an hour.
body_left_alone() {
	mkdir "$ARENA/out"
	echo mine >"$ARENA/out/mine.bin"
	fetch 0 1 --content-disposition "${CHUNKS[@]}" \
		"$O/a.php?rate=1M&$(given 'attachment; filename=mine.bin' size=1G)" || return
	files mine.bin || return
	records '.[0].status == "present"' || return
	stats '.requests == 1'
}

@test "the body of a large file that is there is not fetched" {
	origin_start
	each_mode body_left_alone
}

# Its stream ends, and the others of the connection go on.
@test "... nor by HTTP/2" {
	origin_start
	nginx_start
	mkdir "$ARENA/out"
	touch "$ARENA/out/mine.bin"
	list "$TLS/large.php?rate=1M&$(given 'attachment; filename=mine.bin' size=1G)" \
		"$TLS/small/"{1..20}".php?size=30K&delay=100"
	fetch 0 21 --content-disposition --cacert "$CERTS/ca.pem" --per-host 30 -s 1 \
		-i "$CTL/list.txt"
	records 'map(select(.status == "present").filename_effective) == ["mine.bin"]'
	records 'all(.http_version == "2" and .attempts == 1)'
}

@test "it does not matter how a body ends that is not wanted" {
	origin_start
	mkdir "$ARENA/out"
	touch "$ARENA/out/a.bin" "$ARENA/out/b.bin"
	fetch 0 2 --content-disposition --stall-time 1s --min-rate 10 \
		"$O/a.php?reset=100&$(given 'attachment; filename=a.bin' size=1000)" \
		"$O/b.php?stall=100&$(given 'attachment; filename=b.bin' size=1000)"
	files a.bin b.bin
	records 'all(.status == "present" and .attempts == 1)'
}

@test "a connection is used again after a small one" {
	origin_start
	mkdir "$ARENA/out"
	touch "$ARENA/out/mine.bin"
	fetch 0 3 --content-disposition -j 1 "$(at 1 'attachment; filename=mine.bin')" \
		"$O/u2.php?chunked&$(given 'attachment; filename=other.bin' size=2)" \
		"$(at 3 'attachment; filename=third.bin')"
	stats '.connections == 1'
}

@test "a link of that name is left alone, or replaced itself" {
	origin_start
	local url
	mkdir "$ARENA/out"
	echo precious >"$ARENA/victim"
	ln -s ../victim "$ARENA/out/link.txt"
	url=$(at 1 'attachment; filename=link.txt')
	fetch 0 1 --content-disposition "$url"
	[[ -L $ARENA/out/link.txt ]]
	fetch 0 1 --content-disposition --existing overwrite "$url"
	[[ ! -L $ARENA/out/link.txt && $(<"$ARENA/victim") == precious ]]
	same link.txt "/u1.php?size=1"
}

@test "a directory of that name is in the way" {
	origin_start
	mkdir -p "$ARENA/out/dir.d"
	fetch 1 1 --content-disposition "$(at 1 'attachment; filename=dir.d')"
	records '.[0].error == "exists"'
}

# ---- large files

in_chunks() {
	local query
	query=$(given 'attachment; filename=large.bin' size=5M)
	fetch 0 1 --content-disposition "${CHUNKS[@]}" "$O/a.php?$query" || return
	files large.bin || return
	same large.bin "/a.php?size=5M" || return
	records '.[0].filename_effective == "large.bin"' || return
	rm "$ARENA/out/large.bin"
	# Of chunks that fail, and without ranges.
	fetch 0 1 --content-disposition "${CHUNKS[@]}" "$O/a.php?$query&fail=2:reset" || return
	fetch 0 1 --content-disposition "$O/b.php?$(given 'attachment; filename=b.bin' \
		size=1M)&chunked" || return
	files large.bin b.bin || return
	same large.bin "/a.php?size=5M"
}

@test "a file that comes in chunks" {
	origin_start
	each_mode in_chunks
}

# Has the origin sent so many bytes?
sent_is() {
	(($(sent) >= $1))
}

interrupted() { # TARGET
	seine_start -d out --content-disposition "${CHUNKS[@]}" "$O$1"
	wait_until 60 sent_is $((2 << 20)) || return
	kill -INT "$SEINE_PID"
	wait "$SEINE_PID" || true
	[[ -s $ARENA/out/.seine/journal ]] || fail "nothing is left" || return
	files
}

@test "one that an interrupted run has begun" {
	origin_start
	local target
	target="/a.php?rate=1M&$(given 'attachment; filename=large.bin' size=16M)"
	interrupted "$target"
	fetch 0 1 --content-disposition "${CHUNKS[@]}" "$O$target"
	files large.bin
	same large.bin "/a.php?size=16M"
}

# What that has left is of no use, and not left lying about.
@test "... whose name is there meanwhile" {
	origin_start
	local target
	target="/a.php?rate=1M&$(given 'attachment; filename=large.bin' size=16M)"
	interrupted "$target"
	echo mine >"$ARENA/out/large.bin"
	fetch 0 1 --content-disposition "${CHUNKS[@]}" "$O$target"
	files large.bin
	records '.[0].status == "present"'
	[[ $(<"$ARENA/out/large.bin") == mine ]]
}

# ---- other options

@test "digests are looked up by the URL's name" {
	origin_start
	local url
	url=$(at 9 'attachment; filename=given.txt')
	echo "$(digest sha256 "/u9.php?size=9")  u9.php" >"$CTL/SUMS"
	fetch 0 1 --content-disposition --checksum-file "$CTL/SUMS" "$url"
	files given.txt
	records '.[0].verified == "hash"'
	rm "$ARENA/out/given.txt"
	echo "$(digest sha256 "/other?size=9")  u9.php" >"$CTL/SUMS"
	fetch 1 1 --content-disposition --checksum-file "$CTL/SUMS" "$url"
	files
}

@test "what failed is fetched under the server's name by another run" {
	origin_start
	local url
	url="$O/a.php?fail=1:404&$(given 'attachment; filename=given.txt')"
	fetch 1 1 --content-disposition --failed "$CTL/left.txt" "$url"
	fetch 0 1 --content-disposition -i "$CTL/left.txt"
	files given.txt
	curl -s "$O/reset" >/dev/null
	rm "$ARENA/out/given.txt"
	fetch 1 1 --content-disposition "$url"
	mv "$CTL/results.jsonl" "$CTL/before.jsonl"
	fetch 0 1 --content-disposition --only failed -i "$CTL/before.jsonl"
	files given.txt
}

@test "--compare" {
	origin_start
	seine -d out --content-disposition --compare=threads,event \
		"$(at 1 'attachment; filename=given.txt')"
	((status == 0))
	[[ -f $ARENA/out/threads/given.txt && -f $ARENA/out/event/given.txt ]]
}
