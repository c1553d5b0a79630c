#!/usr/bin/env bats
# --content-disposition: files are called what their servers call them, wherever that is safe, and
# no file is lost or taken for another one by it.

load helper
load chunks
load web

# given VALUE [PARAMETERS]: the query of a target whose answer has this Content-Disposition.
given() {
	echo "disposition=$(jq -rn --arg value "$1" '$value | @uri')${2:+&$2}"
}

# at NUMBER VALUE [PARAMETERS]: a URL of its own, whose file has NUMBER bytes and is given this name.
at() {
	echo "$O/u$1.php?$(given "$2" "size=$1${3:+&$3}")"
}

# named NAME: the field's value.
named() {
	echo "attachment; filename=\"$1\""
}

# has FILE BYTES: has the file so many bytes?
has() {
	[[ $(stat -c %s "$ARENA/out/$1") == "$2" ]] || fail "'$1' has not $2 bytes"
}

# holds FILE TEXT
holds() {
	[[ $(<"$ARENA/out/$1") == "$2" ]] || fail "'$1' is not as it was"
}

mine() {
	mkdir -p "$ARENA/out"
	echo mine >"$ARENA/out/$1"
}

get() { # STATUS ENTRIES ARGUMENT...
	local wanted=$1 entries=$2
	shift 2
	fetch "$wanted" "$entries" --content-disposition "$@"
}

# ---- what it is called

names() {
	get 0 9 \
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
	each_mode names
}

@test "without the option a server's name does not count" {
	origin_start
	fetch 0 1 "$(at 1 "$(named evil.sh)")"
	files u1.php
}

@test "no name leads anywhere, is hidden, or holds what a terminal acts on" {
	origin_start
	get 0 15 -v \
		"$(at 1 "$(named ../../escape1)")" \
		"$(at 2 "$(named /etc/escape2)")" \
		"$(at 3 "$(named .ssh/authorized_keys)")" \
		"$(at 4 'attachment; filename="C:\\dir\\escape4.txt"')" \
		"$(at 5 "$(named .bashrc)")" \
		"$(at 6 "$(named ..)")" \
		"$(at 7 "$(named .)")" \
		"$(at 8 "$(named dir/)")" \
		"$(at 9 "$(named '')")" \
		"$(at 10 "$(named x/..)")" \
		"$(at 11 "attachment; filename*=UTF-8''%1b%5d52%3bx%07%0a")" \
		"$(at 12 "attachment; filename*=UTF-8''%2e%2e%2fescape12")" \
		"$(at 13 "$(named .seine)")" \
		"$(at 14 "$(named '   ')")" \
		"$(at 15 "$(named '..\\escape15')")"
	files u1.php u2.php u3.php u4.php _bashrc u6.php u7.php u8.php u9.php \
		u10.php "%1B]52;x%07%0A" u12.php _seine u14.php u15.php
	said "u1.php: the name that its server gives it is not safe"
	[[ ! -e $ARENA/escape1 && ! -e $ARENA/out/dir ]]
}

@test "what is no proper field gives no name" {
	origin_start
	get 0 5 \
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
	get 0 2 "$(at 1 "$(named "$long.tar.gz")")" "$(at 2 "$(named "$long.tar.gz")")"
	(($(find "$ARENA/out" -name 'ééé*~????????.tar.gz' | wc -l) == 2))
}

@test "a redirect's own name does not count, that of the file does" {
	origin_start
	local target
	target="/far/b.bin?size=2&$(given "$(named right.txt)")"
	get 0 2 \
		"$O/a.bin?$(given "$(named wrong.txt)")&redirect=/far/c.bin" \
		"$O/b.php?redirect=$(jq -rn --arg target "$target" '$target | @uri')"
	files a.bin right.txt
	has right.txt 2
}

@test "nor that of an error" {
	origin_start
	get 1 1 "$O/a.bin?status=404&$(given "$(named wrong.txt)")"
	files
	get 0 1 "$O/b.bin?fail=1:503&$(given "$(named right.txt)")"
	files right.txt
}

@test "a name that the user gave stays; a directory does, too" {
	origin_start
	local query
	query=$(given "$(named server.txt)" size=3)
	list "$O/a?$query" " out=sub/mine.txt" "$O/b?$query" " dir=in"
	get 0 2 -i "$CTL/list.txt"
	files sub/mine.txt in/server.txt
	get 0 1 -o one.txt "$O/c?$query"
	get 0 1 --name "{host}/{stem}+{n}" "$O/d?$query"
	files sub/mine.txt in/server.txt one.txt 127.0.0.1/server.txt
}

@test "so does a name that a Metalink gives" {
	origin_start
	local url
	url=$(at 3 "$(named server.txt)")
	cat >"$CTL/job.meta4" <<-EOF
		<metalink xmlns="urn:ietf:params:xml:ns:metalink">
		<file name="sub/own.bin"><url>${url//&/&amp;}</url></file>
		</metalink>
	EOF
	get 0 1 -i "$CTL/job.meta4"
	files sub/own.bin
	records '.[0] | has("known-as") | not'
}

@test "an empty file has a name, too" {
	origin_start
	local urls=("$O/a.php?size=0&$(given "$(named a.txt)")"
		"$O/b.php?size=0&chunked&$(given "$(named b.txt)")")
	get 0 2 "${urls[@]}"
	files a.txt b.txt
	get 0 2 "${urls[@]}"
	records 'all(.status == "present")'
	files a.txt b.txt
}

# ---- run again

again() {
	local n urls=()
	for n in 1 2 3; do
		urls+=("$(at "$n" "$(named "n$n.bin")")")
	done
	urls+=("$O/large.php?$(given "$(named large.bin)" size=5M)" "$O/own.bin?size=7")
	get 0 5 "${CHUNKS[@]}" "${urls[@]}" || return
	files n1.bin n2.bin n3.bin large.bin own.bin || return
	curl -s "$O/reset" >/dev/null
	get 0 5 "${CHUNKS[@]}" "${urls[3]}" "${urls[2]}" "${urls[0]}" "${urls[4]}" "${urls[1]}" ||
		return
	records 'all(.status == "present") and (map(.filename_effective) | sort ==
		["large.bin", "n1.bin", "n2.bin", "n3.bin", "own.bin"])' || return
	files n1.bin n2.bin n3.bin large.bin own.bin || return
	# One request for each but the one whose own name is there; of the large one, what was on
	# its way when its head was read.
	stats '.requests == 4' || return
	same large.bin "/large.php?size=5M"
}

@test "a file that is there is not fetched again" {
	origin_start
	each_mode again
}

body_left_alone() {
	local url
	url="$O/a.php?rate=40M&$(given "$(named large.bin)" size=20M)"
	get 0 1 "${CHUNKS[@]}" "$url" || return
	same large.bin "/a.php?size=20M" || return
	curl -s "$O/reset" >/dev/null
	get 0 1 "${CHUNKS[@]}" "$url" || return
	records '.[0].status == "present"' || return
	stats '.requests == 1 and .sent < 5e6'
}

@test "the body of a large one is left alone" {
	origin_start
	each_mode body_left_alone
}

# Its stream ends, and the others of the connection go on.
@test "... by HTTP/2, too" {
	command -v nginx >/dev/null || skip "nginx is not installed"
	origin_start
	nginx_start
	list "$TLS/large.php?$(given "$(named large.bin)" size=20M)" \
		"$TLS/small/"{1..20}".php?size=30K&delay=100"
	get 0 21 --cacert "$CERTS/ca.pem" --per-host 30 -s 1 -i "$CTL/list.txt"
	rm "$ARENA"/out/*.php
	get 0 21 --cacert "$CERTS/ca.pem" --per-host 30 -s 1 -i "$CTL/list.txt"
	records 'map(select(.status == "present").filename_effective) == ["large.bin"]'
	records 'all(.http_version == "2" and .attempts == 1)'
}

@test "it does not matter how a body ends that is not wanted" {
	origin_start
	local url
	url="$O/a.php?fail=2:truncate&$(given "$(named a.bin)" size=1000)"
	get 0 1 "$url"
	records '.[0].attempts == 3'
	curl -s "$O/reset" >/dev/null
	get 0 1 "$url"
	records '.[0].status == "present" and .[0].attempts == 1'
}

@test "a connection is used again after a small one" {
	origin_start
	local urls=("$(at 1 "$(named a.bin)")" "$O/u2.php?chunked&$(given "$(named b.bin)" size=2)"
		"$(at 3 "$(named c.bin)")")
	get 0 3 -j 1 "${urls[@]}"
	curl -s "$O/reset" >/dev/null
	get 0 3 -j 1 "${urls[@]}"
	records 'all(.status == "present")'
	stats '.connections == 1'
}

# ---- whose a file is

# Another file of that name is there.
skip_theirs() {
	mine mine.txt
	get 1 1 "$(at 1 "$(named mine.txt)")" || return
	files mine.txt && holds mine.txt mine || return
	records '.[0].error == "exists" and (.[0].errormsg | contains("nothing says that it is"))'
}

overwrite_theirs() {
	mine mine.txt
	get 0 1 --existing overwrite "$(at 1 "$(named mine.txt)")" || return
	files mine.txt && same mine.txt "/u1.php?size=1" || return
	records '.[0].status == "done" and .[0].filename_effective == "mine.txt"'
}

rename_theirs() {
	mine mine.txt
	get 0 1 --existing rename "$(at 1 "$(named mine.txt)")" || return
	files mine.txt mine.1.txt && holds mine.txt mine || return
	same mine.1.txt "/u1.php?size=1" || return
	records '.[0].status == "done" and .[0].filename_effective == "mine.1.txt"'
}

update_theirs() {
	mine mine.txt
	get 0 1 --existing update "$(at 1 "$(named mine.txt)")" || return
	files mine.txt && same mine.txt "/u1.php?size=1"
}

@test "another's file is there: --existing=skip" {
	origin_start
	each_mode skip_theirs
}

@test "... overwrite" {
	origin_start
	each_mode overwrite_theirs
}

@test "... rename" {
	origin_start
	each_mode rename_theirs
}

@test "... update" {
	origin_start
	each_mode update_theirs
}

# The entry's own file, of an earlier run.
own() {
	local url
	url="$O/u.php?change=2&$(given "$(named own.bin)" size=100)"
	get 0 1 -s 1 --existing update "$url" || return
	has own.bin 100 || return
	cp "$ARENA/out/own.bin" "$CTL/before" || return
	get 0 1 -s 1 --existing update "$url" || return
	records '.[0].status == "present" and .[0].filename_effective == "own.bin"' || return
	cmp -s "$ARENA/out/own.bin" "$CTL/before" || fail "it was replaced" || return
	get 0 1 -s 1 --existing update "$url" || return
	records '.[0].status == "done" and .[0].filename_effective == "own.bin"' || return
	! cmp -s "$ARENA/out/own.bin" "$CTL/before" || fail "it was not replaced" || return
	cp "$ARENA/out/own.bin" "$CTL/before" || return
	curl -s "$O/reset" >/dev/null
	get 0 1 -s 1 --existing overwrite "$url" || return
	! cmp -s "$ARENA/out/own.bin" "$CTL/before" || fail "it was not replaced" || return
	files own.bin || return
	get 0 1 -s 1 --existing rename "$url" || return
	files own.bin own.1.bin || return
	get 0 1 -s 1 --existing rename "$url" || return
	files own.bin own.1.bin own.2.bin
}

@test "an entry's own file: update, overwrite, rename" {
	origin_start
	each_mode own
}

@test "an entry's own file that is not as long as the server says is left alone" {
	origin_start
	local url
	url=$(at 9 "$(named own.bin)")
	get 0 1 "$url"
	echo more >>"$ARENA/out/own.bin"
	cp "$ARENA/out/own.bin" "$CTL/before"
	get 1 1 "$url"
	records '.[0].error == "exists" and (.[0].errormsg | contains("9 bytes"))'
	cmp "$ARENA/out/own.bin" "$CTL/before"
}

# twins EXISTING: two entries of one name, and once more in the other order.
twins() {
	local one two before
	one=$(at 1 "$(named same.bin)") two=$(at 2 "$(named same.bin)")
	get 1 2 --existing "$1" "$one" "$two" || return
	files same.bin || return
	records 'map(.status) | sort == ["done", "failed"]' || return
	records 'any(.error == "exists" and (.errormsg | contains("another entry")))' || return
	before=$(stat -c %s "$ARENA/out/same.bin")
	get 1 2 --existing "$1" "$two" "$one" || return
	files same.bin && has same.bin "$before" || return
	get 1 2 --existing "$1" "$one" "$two" || return
	files same.bin && has same.bin "$before" || return
	records 'map(select(.status == "failed")) | length == 1'
}

@test "of two entries of one name the second one never replaces the first" {
	origin_start
	local what
	for what in skip overwrite update; do
		each_mode twins "$what"
	done
}

twins_beside() {
	get 0 2 --existing rename "$(at 1 "$(named same.bin)")" "$(at 2 "$(named same.bin)")" || return
	files same.bin same.1.bin || return
	[[ $(stat -c %s "$ARENA/out/same.bin" "$ARENA/out/same.1.bin" | sort | tr '\n' ' ') == "1 2 " ]]
}

@test "... with rename they are beside each other" {
	origin_start
	each_mode twins_beside
}

# The name of one's URL is what the other's server says.
url_and_server() {
	local url server
	url="$O/x.bin?size=5" server=$(at 6 "$(named x.bin)")
	get 0 1 "$server" || return
	has x.bin 6 || return
	# It is not there for the first one, and not replaced by it.
	get 1 2 -s 1 "$url" "$server" || return
	files x.bin && has x.bin 6 || return
	records 'map(.status) | sort == ["failed", "present"]' || return
	get 1 1 --existing overwrite "$url" || return
	has x.bin 6 || return
	records '.[0].error == "exists" and (.[0].errormsg | contains("another entry"))' || return
	get 1 1 --existing update "$url" || return
	has x.bin 6 || return
	get 0 1 --existing rename "$url" || return
	has x.bin 6 && has x.1.bin 5 || return
	# And the other way round.
	rm -r "$ARENA/out"
	get 0 1 "$url" || return
	get 1 2 --existing overwrite "$server" "$url" || return
	files x.bin && has x.bin 5
}

@test "a server's name that is the name of another's URL" {
	origin_start
	each_mode url_and_server
}

# A file that was there before, for the one whose URL names it: it counts as its own.
counted_on() {
	local url="$O/x.bin?size=5" server
	server=$(at 6 "$(named x.bin)")
	fetch 0 1 "$url" || return
	get 1 2 --existing update "$server" "$url" || return
	files x.bin && has x.bin 5 || return
	records '.[0].error == "exists" and .[1].status == "present"' || return
	get 1 2 --existing overwrite "$url" "$server" || return
	files x.bin && has x.bin 5
}

@test "what counts as the file of one entry is not replaced by another one's" {
	origin_start
	MODE=sequential
	counted_on
}

@test "a link of that name is left alone, or replaced itself" {
	origin_start
	local url
	mkdir "$ARENA/out"
	echo precious >"$ARENA/victim"
	ln -s ../victim "$ARENA/out/link.txt"
	url=$(at 1 "$(named link.txt)")
	get 1 1 "$url"
	[[ -L $ARENA/out/link.txt ]]
	get 0 1 --existing overwrite "$url"
	[[ ! -L $ARENA/out/link.txt && $(<"$ARENA/victim") == precious ]]
	same link.txt "/u1.php?size=1"
}

@test "a directory of that name is in the way" {
	origin_start
	mkdir -p "$ARENA/out/dir.d"
	get 1 1 "$(at 1 "$(named dir.d)")"
	records '.[0].error == "exists"'
	get 1 1 --existing overwrite "$(at 1 "$(named dir.d)")"
	records '.[0].error == "exists"'
}

# ramfs has none.
@test "without extended attributes nothing is replaced" {
	origin_start
	local what one two
	one=$(at 1 "$(named same.bin)") two=$(at 2 "$(named same.bin)")
	mkdir -p "$ARENA/out"
	mount -t ramfs none "$ARENA/out" 2>/dev/null || skip "mounting is not allowed here"
	MOUNTS+=("$ARENA/out")
	get 0 1 "$one"
	has same.bin 1
	for what in skip overwrite update; do
		get 1 2 --existing "$what" "$two" "$one"
		files same.bin
		has same.bin 1
		records 'all(.error == "exists" and (.errormsg | contains("no extended attributes")))'
	done
	get 0 1 --existing rename "$two"
	files same.bin same.1.bin
	has same.bin 1
	# What is named after its URL is there, as ever.
	get 0 1 "$O/own.bin?size=3"
	get 0 1 "$O/own.bin?size=3"
	records '.[0].status == "present"'
	get 1 1 --existing overwrite "$O/own.bin?size=3"
}

# ---- large files

in_chunks() {
	local query
	query=$(given "$(named large.bin)" size=5M)
	get 0 1 "${CHUNKS[@]}" "$O/a.php?$query" || return
	files large.bin || return
	same large.bin "/a.php?size=5M" || return
	records '.[0].filename_effective == "large.bin"' || return
	rm "$ARENA/out/large.bin"
	# Of chunks that fail, and without ranges.
	get 0 1 "${CHUNKS[@]}" "$O/a.php?$query&fail=2:reset" || return
	get 0 1 "${CHUNKS[@]}" "$O/b.php?$(given "$(named b.bin)" size=1M)&chunked" || return
	files large.bin b.bin || return
	same large.bin "/a.php?size=5M" && same b.bin "/b.php?size=1M"
}

@test "a file that comes in chunks" {
	origin_start
	each_mode in_chunks
}

# Two mirrors that prove to be of one file: the first answer names it.
@test "of mirrors the one that answers first names the file" {
	origin_start
	local one=/one.php?size=8M
	list "$O/one.php?size=8M&rate=8M&$(repr "$one")&$(given "$(named first.bin)")	$O/two.php?size=8M&as=/one.php&$(repr "$one")&$(given "$(named second.bin)")"
	get 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt"
	files first.bin
	same first.bin "$one"
}

killed() { # TARGET
	seine_start -d out --content-disposition "${CHUNKS[@]}" "$O$1"
	wait_until 60 noted 8 || return
	kill -KILL "$SEINE_PID"
	{ wait "$SEINE_PID"; } 2>/dev/null || true
	[[ -s $ARENA/out/.seine/journal ]] || fail "nothing is left" || return
	files
}

goes_on() {
	local target
	target="/a.php?rate=8M&$(given "$(named large.bin)" size=16M)"
	killed "$target" || return
	get 0 1 "${CHUNKS[@]}" "$O$target" || return
	files large.bin || return
	same large.bin "/a.php?size=16M" || return
	stats '.sent < 25e6' || return
	get 0 1 "${CHUNKS[@]}" "$O$target" || return
	records '.[0].status == "present"'
}

@test "a run that goes on with one that was killed" {
	origin_start
	each_mode goes_on
}

@test "... whose name is there meanwhile" {
	origin_start
	local target
	target="/a.php?rate=8M&$(given "$(named large.bin)" size=16M)"
	killed "$target"
	mine large.bin
	get 1 1 "${CHUNKS[@]}" "$O$target"
	files large.bin
	holds large.bin mine
	records '.[0].error == "exists"'
}

# has_published EXISTING: is the file there that the first entry of the job brings?
has_published() {
	[[ -n $(find "$ARENA/out" -maxdepth 1 -name 'same*' -size -2c) ]]
}

# What the job has done is not done again, under whatever name.
job_goes_on() { # EXISTING FILE...
	local what=$1 urls
	shift
	mine same.bin
	urls=("$(at 1 "$(named same.bin)")"
		"$O/u2.php?fail=1:hang&$(given "$(named left.bin)" size=2)")
	seine_start -d out --content-disposition --existing "$what" -j 2 "${urls[@]}"
	wait_until 60 has_published || return
	wait_until 60 stats '.requests == 2' || return
	kill -KILL "$SEINE_PID"
	{ wait "$SEINE_PID"; } 2>/dev/null || true
	get 0 2 --existing "$what" -j 1 "${urls[@]}" || return
	files left.bin "$@" || return
	has "${!#}" 1 || return
	records 'map({(.filename_effective): .status}) | add ==
		{"left.bin": "done", "'"${!#}"'": "present"}'
}

@test "a job that was killed does not replace again what it has replaced" {
	origin_start
	SEINE_TEST_MODES="threads event" each_mode job_goes_on overwrite same.bin
}

@test "... nor put it beside again" {
	origin_start
	SEINE_TEST_MODES="threads event" each_mode job_goes_on rename same.bin same.1.bin
}

# What has the name of the URL is the user's, and nothing that the job has done says otherwise.
leaves_the_urls_name() { # EXISTING SIZE
	local urls
	urls=("$O/u1.php?$(given "$(named given.bin)" size="$2")"
		"$O/u2.php?fail=1:hang&$(given "$(named left.bin)" size=2)")
	mine u1.php
	seine_start -d out --content-disposition --existing "$1" -j 2 "${urls[@]}"
	wait_until 60 test -e "$ARENA/out/given.bin" || return
	wait_until 60 stats '.paths["/u2.php"].requests == 1' || return
	kill -KILL "$SEINE_PID"
	{ wait "$SEINE_PID"; } 2>/dev/null || true
	get 0 2 --existing "$1" -j 1 "${urls[@]}" || return
	files u1.php given.bin left.bin && holds u1.php mine || return
	records 'map({(.filename_effective): .status}) | add ==
		{"left.bin": "done", "given.bin": "present"}'
}

@test "what has the name of the URL is not taken for what the job has fetched" {
	origin_start
	SEINE_TEST_MODES="threads event" each_mode leaves_the_urls_name overwrite 5
	SEINE_TEST_MODES="threads event" each_mode leaves_the_urls_name rename 5
	SEINE_TEST_MODES="threads event" each_mode leaves_the_urls_name overwrite 2M
}

# same.bin is there, but it is the file of the other one.
unfinished_of_two() {
	local done_url left_url
	done_url=$(at 1 "$(named same.bin)")
	left_url="$O/u2.php?fail=1:hang&$(given "$(named same.bin)" size=2)"
	seine_start -d out --content-disposition -j 2 "$left_url" "$done_url"
	wait_until 60 test -e "$ARENA/out/same.bin" || return
	wait_until 60 stats '.requests == 2' || return
	kill -KILL "$SEINE_PID"
	{ wait "$SEINE_PID"; } 2>/dev/null || true
	get 1 2 -j 1 "$left_url" "$done_url" || return
	files same.bin && has same.bin 1 || return
	records '.[0].error == "exists" and .[1].status == "present"'
}

@test "a job that goes on does not take one entry's file for another's" {
	origin_start
	SEINE_TEST_MODES="threads event" each_mode unfinished_of_two
}

# ---- other options

@test "digests are looked up by the URL's name" {
	origin_start
	local url
	url=$(at 9 "$(named given.txt)")
	echo "$(digest sha256 "/u9.php?size=9")  u9.php" >"$CTL/SUMS"
	get 0 1 --checksum-file "$CTL/SUMS" "$url"
	files given.txt
	records '.[0].verified == "hash"'
	rm "$ARENA/out/given.txt"
	echo "$(digest sha256 "/other?size=9")  u9.php" >"$CTL/SUMS"
	get 1 1 --checksum-file "$CTL/SUMS" "$url"
	files
}

@test "what failed is fetched under the server's name by another run" {
	origin_start
	local url
	url="$O/a.php?fail=1:404&$(given "$(named given.txt)")"
	get 1 1 --failed "$CTL/left.txt" "$url"
	get 0 1 -i "$CTL/left.txt"
	files given.txt
	# It is the same entry.
	get 0 1 "$url"
	records '.[0].status == "present" and .[0]["known-as"] == "a.php"'
	curl -s "$O/reset" >/dev/null
	rm "$ARENA/out/given.txt"
	get 1 1 "$url"
	mv "$CTL/results.jsonl" "$CTL/before.jsonl"
	get 0 1 --only failed -i "$CTL/before.jsonl"
	files given.txt
	mv "$CTL/results.jsonl" "$CTL/before.jsonl"
	get 0 1 -i "$CTL/before.jsonl"
	records '.[0].status == "present"'
	files given.txt
}

@test "--compare" {
	origin_start
	seine -d out --content-disposition --compare=threads,event "$(at 1 "$(named given.txt)")"
	((status == 0))
	[[ -f $ARENA/out/threads/given.txt && -f $ARENA/out/event/given.txt ]]
}
