# modes.bash - the cases that every mode must pass. modes-MODE.bats runs them, MODE being set.

setup() {
	[[ " $SEINE_TEST_MODES " == *" $MODE "* ]] || skip "mode $MODE is not asked for"
	common_setup
}

# ---- the plain job

case_list() {
	origin_start
	list "$O/a/empty.bin?size=0" "$O/a/one.bin?size=1" "$O/a/small.bin?size=4096" \
		"# a comment" "" \
		"$O/a/middle.bin?size=100000" "$O/a/large.bin?size=3M"
	fetch 0 5 -i "$CTL/list.txt" -j 4
	files empty.bin one.bin small.bin middle.bin large.bin
	same one.bin "/a/one.bin?size=1"
	same small.bin "/a/small.bin?size=4096"
	same middle.bin "/a/middle.bin?size=100000"
	same large.bin "/a/large.bin?size=3M"
	[[ ! -s $ARENA/out/empty.bin ]]
	records 'all(.status == "done" and .verified == "length")'
	# The first request of a file asks for a range; of no bytes there is none.
	records 'all(.response_code == if .filename_effective == "empty.bin" then 416 else 206 end)'
	stats '.requests == 5'
}

case_arguments() {
	origin_start
	fetch 0 2 "$O/a.bin?size=5" "$O/b.bin?size=6"
	files a.bin b.bin
	same b.bin "/b.bin?size=6"
	records 'all(.input == null)'
}

case_many() {
	origin_start
	curl -sS "$O/list.txt?n=500&size=3000" >"$CTL/list.txt"
	fetch 0 500 -i "$CTL/list.txt" -j 16
	local n
	for n in 000001 000250 000500; do
		same "$n.bin" "/file/$n.bin?size=3000"
	done
	(($(find "$ARENA/out" -type f -size 3000c | wc -l) == 500))
	records 'map(.input) | unique | length == 500'
	# Connections are used again: each job has one, by turns in each of two loops.
	stats '.connections <= 32'
}

case_large() {
	origin_start
	fetch 0 2 "$O/a.bin?size=20M" "$O/b.bin?size=20M&chunked"
	same a.bin "/a.bin?size=20M"
	same b.bin "/b.bin?size=20M"
	# of no length that is known before, but by the end of its chunks
	rm -rf "$ARENA/out"
	fetch 0 2 "$O/c.bin?size=1M&chunked&lie=ignore" "$O/d.bin?size=1M&nolength&lie=ignore"
	same c.bin "/c.bin?size=1M"
	records 'map([.filename_effective, .verified]) | sort ==
		[["c.bin", "length"], ["d.bin", "none"]]'
}

# ---- redirects

case_redirects() {
	origin_start
	origin_start OTHER
	local target="size=777" code urls=()
	for code in 301 302 303 307 308; do
		urls+=("$O/r/code$code.bin?code=$code&redirect=/y/end$code.bin%3F$target")
	done
	fetch 0 8 "${urls[@]}" \
		"$O/r/relative.bin?redirect=../y/b.bin%3F$target" \
		"$O/r/absolute.bin?redirect=$O/y/c.bin%3F$target" \
		"$O/r/cross.bin?redirect=$OTHER/y/d.bin%3F$target"
	# names come from the URL first asked for
	files code301.bin code302.bin code303.bin code307.bin code308.bin relative.bin \
		absolute.bin cross.bin
	same relative.bin "/y/b.bin?$target"
	same absolute.bin "/y/c.bin?$target"
	same cross.bin "/y/d.bin?$target"
	same code308.bin "/y/end308.bin?$target"
	records 'all(.num_redirects == 1 and .num_retries == 0)'
	records 'map(select(.filename_effective == "cross.bin"))[0].url_effective
		| startswith("'"$OTHER"'/y/d.bin")'
}

case_redirect_secrets() {
	origin_start
	origin_start OTHER
	echo canary-bearer >"$CTL/token"
	list "$O/r/a.bin?redirect=$OTHER/seen/a.bin" \
		" header=X-Entry: canary-entry" \
		" referer=http://canary-referer/"
	fetch 0 1 -i "$CTL/list.txt" -H "X-Secret: canary-header" -b "id=canary-cookie" \
		--bearer-file "$CTL/token"
	requests '.[0].headers | .["x-secret"] == "canary-header" and
		.cookie == "id=canary-cookie" and .["x-entry"] == "canary-entry" and
		.referer == "http://canary-referer/" and .authorization == "Bearer canary-bearer"'
	requests 'length == 1 and (.[0] | tostring | contains("canary") | not)' "$OTHER"

	rm -r "$ARENA/out"
	fetch 0 1 "$O/r/b.bin?redirect=$OTHER/seen/b.bin" -u name:canary-password
	requests '.[-1].headers.authorization | startswith("Basic ")'
	requests 'all(.headers.authorization == null)' "$OTHER"
}

case_redirect_loop() {
	origin_start
	fetch 1 1 "$O/a.bin?loop"
	files
	records '.[0].error == "redirect"'
	stats '.requests <= 11'
}

case_redirect_hops() {
	origin_start
	fetch 1 3 "$O/ten.bin?hops=10" "$O/eleven.bin?hops=11" "$O/none.bin?size=3" -j 1
	files ten.bin none.bin
	records 'map(.num_redirects) | sort == [0, 10, 10]'
	fetch 1 2 --existing overwrite --max-redirs 2 "$O/two.bin?hops=2" "$O/three.bin?hops=3"
	records 'map([.status, .error]) | sort == [["done", null], ["failed", "redirect"]]'
}

# Nothing but http and https, whatever the server says.
case_redirect_scheme() {
	origin_start
	origin_start VICTIM
	local to urls=()
	for to in file:///etc/passwd "ftp://127.0.0.1:$VICTIM_PORT/x" \
		"gopher://127.0.0.1:$VICTIM_PORT/x" "dict://127.0.0.1:$VICTIM_PORT/x" \
		"scp://127.0.0.1/x" "data:,x" "javascript:x" "http://"; do
		urls+=("$O/r${#urls[@]}.bin?redirect=$to")
	done
	fetch 1 8 "${urls[@]}"
	files
	records 'all(.error | IN("redirect", "bad-url"))'
	stats '.requests == 8'
	stats '.connections == 0 and .open == 1' "$VICTIM"
}

# ---- errors of servers

case_not_found() {
	origin_start
	fetch 1 4 "$O/a.bin?size=10" "$O/b.bin?status=404" "$O/c.bin?size=10" "$O/d.bin?status=403"
	files a.bin c.bin
	records 'map(select(.status == "failed")) | all(.error == "http" and .attempts == 1) and
		(map(.response_code) | sort == [403, 404])'
	stats '.requests == 4'
}

case_retry() {
	origin_start
	fetch 0 3 "$O/a.bin?size=10&fail=2:500" "$O/b.bin?size=10&fail=1:503" "$O/c.bin?size=10&fail=1:408"
	files a.bin b.bin c.bin
	same a.bin "/a.bin?size=10"
	records 'map(.num_retries) | sort == [1, 1, 2]'
	records 'all(.response_code == 206)'
}

case_retry_exhausted() {
	origin_start
	fetch 1 1 --tries 3 "$O/a.bin?status=500"
	files
	records '.[0] | .error == "http" and .response_code == 500 and .attempts == 3'
	stats '.requests == 3'
}

# Nothing goes to an origin between its 429 and the end of the pause it asked for; what is in
# flight may end. Another origin is not held up.
pause_case() { # RETRY-AFTER MILLISECONDS
	origin_start O --host 127.0.0.1 --host 127.0.0.2
	local other=http://127.0.0.2:$O_PORT
	list "$O/a.bin?size=10&fail=1:429&retry-after=$1" "$O/b.bin?size=10&delay=1000" \
		"$O/c.bin?size=10" "$O/d.bin?size=10" "$O/e.bin?size=10" "$O/f.bin?size=10" \
		"$other/g.bin?size=10" "$other/h.bin?size=10" "$other/i.bin?size=10"
	fetch 0 9 -i "$CTL/list.txt" -j 2
	files {a..i}.bin
	# b.bin may be under way before the 429 has arrived, and then leaves no room for another.
	requests '(map(select(.status == 429)) | length == 1) and
		((map(select(.status == 429))[0].ms) as $t |
		map(select(.target | startswith("/b.bin") | not)) |
		map(select(.server == "127.0.0.1" and .ms > $t and .ms < $t + '"$2"')) | length == 0)'
	requests 'map(.ms) | max - min < 20000'
	records 'map(select(.num_retries > 0)) | length == 1'
	if [[ $MODE != sequential ]]; then
		# all that the other one is asked for, before the first one is asked again
		requests 'map(.server) | rindex("127.0.0.2") < length - 5'
	fi
}

case_retry_after_seconds() {
	pause_case 2 1950
}

# A date says whole seconds: three ahead is more than two.
case_retry_after_date() {
	pause_case date:3 1900
}

# ---- broken connections

# One at a time: on a connection that another file has left, libcurl would try again by itself.
case_reset() {
	local name fault
	origin_start
	for fault in 1:reset 2:reset 1:close; do
		name=${fault/:/-}.bin
		fetch 0 1 "$O/$name?size=50000&fail=$fault"
		same "$name" "/$name?size=50000"
		records "all(.num_retries == ${fault%:*})"
	done
}

case_reset_always() {
	origin_start
	fetch 1 3 "$O/a.bin?reset=0" "$O/b.bin?size=50000&reset=20000" "$O/c.bin?size=3M&reset=2M"
	# What a large one has brought stays, so that it comes to an end.
	files c.bin
	same c.bin "/c.bin?size=3M"
	records 'map(select(.status == "failed")) | length == 2 and
		all(.error | IN("network", "truncated")) and all(.attempts == 3)'
}

case_truncation() {
	origin_start
	fetch 1 5 "$O/a.bin?size=50000&fail=1:truncate" "$O/b.bin?size=50000&truncate=49999" \
		"$O/c.bin?size=50000&truncate=0" "$O/d.bin?size=3M&truncate=2M" \
		"$O/e.bin?size=50000&chunked&truncate=50000"
	files a.bin d.bin
	same a.bin "/a.bin?size=50000"
	same d.bin "/d.bin?size=3M"
	records 'map(select(.status == "failed")) | length == 3 and
		all(.error | IN("truncated", "network"))'
}

# A body that ends with its connection can be cut unseen: it is taken, and said to be unproved;
# where the list knows the length, it is checked.
case_no_length() {
	origin_start
	list "$O/a.bin?size=50000&nolength" \
		"$O/b.bin?size=50000&nolength" " size=50000" \
		"$O/c.bin?size=49999&nolength&lie=ignore" " size=50000" \
		"$O/d.bin?size=50001&nolength&lie=ignore" " size=50000"
	fetch 1 4 -i "$CTL/list.txt" --tries 1
	files a.bin b.bin
	same a.bin "/a.bin?size=50000"
	records 'map([.status, .verified // .error]) | sort ==
		[["done", "length"], ["done", "none"], ["failed", "truncated"], ["failed", "truncated"]]'
}

case_chunked() {
	origin_start
	fetch 0 2 "$O/a.bin?size=50000&chunked" "$O/b.bin?size=0&chunked"
	same a.bin "/a.bin?size=50000"
	files a.bin b.bin
}

# Lengths that lie or contradict each other: never a final name.
case_lengths() {
	origin_start
	# No disk has room for the first, which makes the exit status that of the output.
	fetch 4 6 --tries 1 --stall-time 700ms \
		"$O/a.bin?size=100&length=9223372036854775807" \
		"$O/b.bin?size=100&length=9223372036854775808" \
		"$O/c.bin?size=100&length=18446744073709551616&close" \
		"$O/d.bin?size=100&length=-1&close" \
		"$O/e.bin?size=100&length2=50" \
		"$O/f.bin?size=100&length=200&close"
	files
	records 'all(.status == "failed")'
	no_crash
}

case_garbage() {
	origin_start
	fetch 1 2 "$O/a.bin?garbage" "$O/b.bin?drop"
	files
	records 'all(.error | IN("protocol", "network"))'
}

case_connection_close() {
	origin_start
	local n urls=()
	for n in {1..20}; do
		urls+=("$O/f$n.bin?size=100&close")
	done
	fetch 0 20 "${urls[@]}" -j 4
	stats '.requests == 20 and .connections == 20'
}

# ---- slowness

case_stall() {
	origin_start
	fetch 1 3 --tries 1 --stall-time 600ms \
		"$O/a.bin?size=50000&stall=1000" "$O/b.bin?size=100" "$O/c.bin?size=3M&stall=2M"
	files b.bin
	records 'map(select(.status == "failed")) | all(.error == "stall" and .time_total < 9)'
}

case_stall_then_retry() {
	origin_start
	fetch 0 1 --stall-time 600ms --tries 10 "$O/a.bin?size=50000&fail=1:stall"
	same a.bin "/a.bin?size=50000"
	records '.[0].num_retries >= 1'
}

# A short silence is no stall.
case_short_silence() {
	origin_start
	fetch 0 1 --tries 1 --stall-time 5s "$O/a.bin?size=50000&stall=1000&stall-for=400"
	same a.bin "/a.bin?size=50000"
}

case_slow_loris() {
	origin_start
	SECONDS=0
	fetch 1 4 --tries 1 --stall-time 700ms --min-rate 100 --first-byte-timeout 3s -j 8 \
		"$O/body.bin?size=1000&rate=10" "$O/head.bin?rate=10&drip" \
		"$O/chunks.bin?endless=chunks&rate=60" "$O/fine.bin?size=100"
	files fine.bin
	records 'map(select(.status == "failed")) | all(.error | IN("stall", "timeout"))'
	((SECONDS < 60)) # the first would take a hundred
}

case_first_byte() {
	origin_start
	SECONDS=0
	fetch 1 3 --tries 1 --first-byte-timeout 1500ms \
		"$O/a.bin?hang" "$O/b.bin?delay=30000" "$O/c.bin?delay=50"
	files c.bin
	records 'map(select(.status == "failed")) | all(.error == "timeout")'
	((SECONDS < 20)) # that of the helpers' QUICK, or the 30 of b.bin
}

case_max_time() {
	origin_start
	SECONDS=0
	fetch 1 2 --tries 1 --max-time 1500ms "$O/a.bin?size=1M&rate=20000" "$O/b.bin?size=10"
	files b.bin
	records 'map(select(.status == "failed")) | .[0].error == "timeout"'
	((SECONDS < 30)) # a.bin would take fifty
}

case_floods() {
	origin_start
	SECONDS=0
	fetch 1 3 --tries 1 --max-time 1500ms --max-size 1M \
		"$O/headers.bin?endless=headers" "$O/early.bin?endless=1xx" \
		"$O/chunks.bin?endless=chunks"
	files
	records 'all(.status == "failed")'
	fetch 1 1 --tries 1 --max-size 1M "$O/body.bin?endless=body"
	files
	records '.[0].error == "too-large"'
	list "$O/line.bin?endless=line	$O/line.bin?size=300"
	fetch 0 1 -i "$CTL/list.txt"
	files line.bin
	rm "$ARENA/out/line.bin"
	fetch 1 1 --tries 2 "$O/line.bin?endless=line"
	records '.[0] | .error == "protocol" and .attempts == 2'
	((SECONDS < 60)) # all of them would go on for ever
}

# ---- mirrors and checksums

case_mirror() {
	origin_start
	list "http://127.0.0.1:$(free_port)/x/a.bin	$O/y/a.bin?size=5000" \
		"$O/x/b.bin?status=404	$O/y/b.bin?size=5000" \
		"$O/x/c.bin?status=500	$O/y/c.bin?size=5000"
	fetch 0 3 -i "$CTL/list.txt"
	files a.bin b.bin c.bin
	same a.bin "/y/a.bin?size=5000"
	same b.bin "/y/b.bin?size=5000"
	same c.bin "/y/c.bin?size=5000"
}

case_refused() {
	origin_start
	fetch 1 2 --tries 2 "http://127.0.0.1:$(free_port)/a.bin" "$O/b.bin"
	files b.bin
	records 'map(select(.status == "failed"))[0] | .error == "connect" and .response_code == 0
		or .response_code == null'
}

# The secrets of the first mirror's origin are not for the second.
case_mirror_secrets() {
	origin_start
	origin_start OTHER
	list "$O/x/a.bin?status=404	$OTHER/y/a.bin"
	fetch 0 1 -i "$CTL/list.txt" -H "X-Secret: canary" -b "id=canary" -u "name:canary"
	requests '.[0].headers["x-secret"] == "canary"'
	requests 'length == 1 and (.[0].headers | .["x-secret"] == null and .cookie == null and
		.authorization == null)' "$OTHER"
}

case_checksum() {
	origin_start
	local good
	list "$O/x/a.bin?size=5000&as=/f&flip=77	$O/y/a.bin?size=5000&as=/f" \
		" checksum=sha-256=$(digest sha256 "/f?size=5000")" \
		"$O/b.bin?size=3M" " checksum=sha-1=$(digest sha1 "/b.bin?size=3M")" \
		"$O/c.bin?size=100" " checksum=md5=$(digest md5 "/c.bin?size=100")" \
		"$O/d.bin?size=100" " checksum=sha-512=$(digest sha512 "/d.bin?size=100")"
	fetch 0 4 -i "$CTL/list.txt"
	same a.bin "/f?size=5000"
	same b.bin "/b.bin?size=3M"
	records 'all(.verified == "hash")'
	good=$(digest sha256 "/f?size=5000")
	records 'map(select(.filename_effective == "a.bin"))[0].digest == "sha-256='"$good"'"'
}

case_checksum_wrong() {
	origin_start
	local wrong
	wrong=$(printf '%064d' 0)
	list "$O/a.bin?size=5000	$O/y/a.bin?size=5000" " checksum=sha-256=$wrong" \
		"$O/b.bin?size=3M" " checksum=sha-256=$wrong" \
		"$O/c.bin?size=10"
	fetch 1 3 -i "$CTL/list.txt"
	files c.bin
	records 'map(select(.status == "failed")) | length == 2 and all(.error == "checksum")'
}

case_checksum_strongest() {
	origin_start
	list "$O/a.bin?size=5000" " checksum=md5=$(printf '%032d' 0)" \
		" checksum=sha-256=$(digest sha256 "/a.bin?size=5000")" \
		"$O/b.bin?size=5000" " checksum=sha-256=$(printf '%064d' 0)" \
		" checksum=md5=$(digest md5 "/b.bin?size=5000")"
	fetch 1 2 -i "$CTL/list.txt"
	files a.bin
}

# Three in ten responses broken, in every way there is: all files whole, since all have sums.
case_faults() {
	origin_start
	local n target
	: >"$CTL/list.txt"
	for n in {1..60}; do
		target="/f/$n.bin?size=$((n * 997))&seed=11"
		printf '%s\n checksum=sha-256=%s\n' \
			"$O$target&fault=0.3&kinds=reset,truncate,500,503,stall,flip,close,garbage" \
			"$(digest sha256 "$target")" >>"$CTL/list.txt"
	done
	fetch 0 60 -i "$CTL/list.txt" -j 8 --tries 20 --stall-time 400ms --first-byte-timeout 1s
	for n in {1..60}; do
		same "$n.bin" "/f/$n.bin?size=$((n * 997))&seed=11"
	done
	records 'all(.verified == "hash") and (map(.num_retries) | add > 5)'
}

# ---- names

case_hostile_names() {
	origin_start
	list "$O/x/%2e%2e%2fup.bin" "$O/x/..%2f..%2fup2.bin" "$O/x/%2fetc%2fpasswd" \
		"$O/x/..%5cback.bin" "$O/x/%2e%2e" "$O/x/." "$O/x/.." "$O/" \
		"$O/x/%00nul.bin" "$O/x/%2ebashrc" "$O/x/.ssh" \
		"$O/x/plain1.bin" " out=../escape1.bin" \
		"$O/x/plain2.bin" " out=/tmp/escape2.bin" \
		"$O/x/plain3.bin" " out=a/../../escape3.bin" \
		"$O/x/plain4.bin" " dir=../escape4" \
		"$O/x/plain5.bin" " out=.seine/lock" \
		"$O/x/plain6.bin" " out=sub/.." \
		"$O/x/fine.bin"
	# which of them are refused is naming's business (tests/unit)
	fetch 1 18 -i "$CTL/list.txt"
	[[ -f $ARENA/out/fine.bin ]]
	[[ ! -e /tmp/escape2.bin ]]
	# what was written is inside, has no leading dot, and is no control character's work
	local hidden
	hidden=$(find "$ARENA/out" -mindepth 1 -name '.*')
	[[ -z $hidden ]] || fail "hidden: $hidden" || return
	records 'map(select(.url | contains("plain"))) | map(select(.status == "done")) |
		all(.filename_effective | test("(^|/)\\.\\.?(/|$)|^/|\\.seine") | not)'
	records 'map(select(.error == "bad-name")) | length >= 4'
}

case_collisions() {
	origin_start
	list "$O/a/same.bin?size=101" "$O/b/same.bin?size=102" "$O/c/SAME.bin?size=103"
	fetch 0 3 -i "$CTL/list.txt"
	local names
	names=$(cd "$ARENA/out" && printf '%s\n' * | sort)
	same same.bin "/a/same.bin?size=101"
	[[ $(grep -ciE '^same(~[0-9a-f]{8})?\.bin$' <<<"$names") == 3 ]] ||
		fail "names: $names" || return
	# the same names for the same list, so nothing is asked for
	fetch 0 3 -i "$CTL/list.txt"
	records 'all(.status == "present")'
	[[ $(cd "$ARENA/out" && printf '%s\n' * | sort) == "$names" ]]
	stats '.requests == 3'
}

case_existing() {
	origin_start
	mkdir "$ARENA/out"
	echo old >"$ARENA/out/a.bin"
	fetch 0 2 "$O/a.bin?size=10" "$O/b.bin?size=10"
	[[ $(cat "$ARENA/out/a.bin") == old ]]
	records 'map(.status) == ["present", "done"]'
	stats '.paths["/a.bin"] == null'

	fetch 0 1 --existing rename "$O/a.bin?size=10"
	files a.bin a.1.bin b.bin
	[[ $(cat "$ARENA/out/a.bin") == old ]]
	same a.1.bin "/a.bin?size=10"
	records '.[0].filename_effective == "a.1.bin"'

	fetch 0 1 --existing overwrite "$O/a.bin?size=10"
	same a.bin "/a.bin?size=10"
	files a.bin a.1.bin b.bin
}

# A file that cannot be had does not cost the one that is there.
case_overwrite_failed() {
	origin_start
	mkdir "$ARENA/out"
	echo old >"$ARENA/out/a.bin"
	fetch 1 1 --existing overwrite --tries 1 "$O/a.bin?size=5000&truncate=100"
	[[ $(cat "$ARENA/out/a.bin") == old ]]
}

case_made_meanwhile() {
	origin_start
	mkdir "$ARENA/out"
	STDIN=/dev/null
	seine_start -d out --results "$CTL/results.jsonl" "$O$(held a.bin)"
	wait_until 60 stats '.requests == 1'
	echo theirs >"$ARENA/out/a.bin"
	let_go
	seine_ends 1
	[[ $(cat "$ARENA/out/a.bin") == theirs ]]
	records '.[0].error == "exists"'
	files a.bin
}

# ---- limits and turns

case_jobs() {
	origin_start
	curl -sS "$O/list.txt?n=30&size=100&delay=20" >"$CTL/list.txt"
	if [[ $MODE == sequential ]]; then
		fetch 0 30 -i "$CTL/list.txt" -j 5
		stats '.max_active == 1'
	else
		sed -i 's/$/\&gather=5/' "$CTL/list.txt" # none is answered before
		fetch 0 30 -i "$CTL/list.txt" -j 5
		stats '.max_active == 5'
	fi
}

case_per_host() {
	origin_start O --host 127.0.0.1 --host 127.0.0.2
	curl -sS "$O/list.txt?n=12&size=100&delay=20" >"$CTL/list.txt"
	[[ $MODE == sequential ]] || sed -i 's/$/\&gather=3/' "$CTL/list.txt"
	sed "s/127.0.0.1/127.0.0.2/; s/file/other/" "$CTL/list.txt" >>"$CTL/list.txt.2"
	cat "$CTL/list.txt.2" >>"$CTL/list.txt"
	fetch 0 24 -i "$CTL/list.txt" -j 10 --per-host 3 --name "{path}"
	if [[ $MODE == sequential ]]; then
		stats '.max_active == 1'
	else
		stats '[.groups[] | select(.requests == 12) | .max_active] == [3, 3]'
	fi
}

# A list sorted by host: the second host does not wait for the end of the first one's.
case_fair() {
	origin_start O --host 127.0.0.1 --host 127.0.0.2
	curl -sS "$O/list.txt?n=200&size=100&delay=5" >"$CTL/list.txt"
	curl -sS "$O/list.txt?n=20&size=100&delay=5" |
		sed "s/127.0.0.1/127.0.0.2/; s/file/other/" >>"$CTL/list.txt"
	curl -sS "$O/reset" >/dev/null
	fetch 0 220 -i "$CTL/list.txt" -j 2 --name "{path}"
	requests 'map(.server) | index("127.0.0.2") < 150'
}

# ---- bodies

case_max_size() {
	origin_start
	fetch 1 4 --max-size 10000 "$O/a.bin?size=10000" "$O/b.bin?size=10001" \
		"$O/c.bin?size=10001&chunked" "$O/d.bin?size=10001&nolength"
	files a.bin
	records 'map(select(.status == "failed")) | all(.error == "too-large" and .attempts == 1)'
}

case_compressed() {
	origin_start
	# unasked it is kept as it came, asked for it is decoded
	fetch 0 1 "$O/plain.bin?size=5000"
	requests '.[0].headers["accept-encoding"] | IN(null, "identity")'
	# (the origin packs all of it before it answers: that is slow, with a sanitizer)
	fetch 0 2 --compressed --first-byte-timeout 90s "$O/a.bin?size=50000&encoding=gzip" \
		"$O/b.bin?size=3M&encoding=gzip:2"
	same a.bin "/a.bin?size=50000"
	same b.bin "/b.bin?size=3M"
	requests '.[-1].headers["accept-encoding"] | contains("gzip")'
}

case_bomb() {
	origin_start
	fetch 1 2 --compressed --max-size 1M --tries 1 --first-byte-timeout 90s \
		"$O/bomb.bin?zero&size=100M&encoding=gzip" \
		"$O/stacked.bin?size=1000&encoding=gzip:1000"
	files
	records 'map(select(.url | contains("bomb")))[0].error == "too-large"'
}

# ---- being told to stop

case_interrupt() {
	origin_start
	curl -sS "$O/list.txt?n=200&size=1000&delay=200" >"$CTL/list.txt"
	seine_start -d out -i "$CTL/list.txt" -j 4 --results "$CTL/results.jsonl"
	wait_until 60 stats '.requests > 4'
	SECONDS=0
	kill -INT "$SEINE_PID"
	seine_ends 130 || return
	((SECONDS < 20)) # what is in flight has 5, and needs 0.2
	# what is there is whole, and a second run fetches just the rest
	[[ -z $(find "$ARENA/out" -name '*.bin' ! -size 1000c) ]]
	local there
	there=$(find "$ARENA/out" -name '*.bin' | wc -l)
	((there > 0 && there < 200)) || fail "$there files" || return
	sed -i 's/&delay=200//' "$CTL/list.txt"
	fetch 0 200 -i "$CTL/list.txt"
	records 'map(select(.status == "present")) | length == '"$there"
	(($(find "$ARENA/out" -name '*.bin' -size 1000c | wc -l) == 200))
}

# What is in flight has 5 seconds, no more.
case_interrupt_drains() {
	origin_start
	seine_start -d out -j 2 --first-byte-timeout 60s --results "$CTL/results.jsonl" \
		"$O$(held quick.bin)" "$O/hang.bin?hang"
	if [[ $MODE == sequential ]]; then
		wait_until 60 stats '.requests == 1'
	else
		wait_until 60 stats '.requests == 2'
	fi
	SECONDS=0
	kill -TERM "$SEINE_PID"
	let_go
	seine_ends 143 || return
	((SECONDS < 30)) # and not 60
	files quick.bin
}

case_interrupt_twice() {
	origin_start
	seine_start -d out --first-byte-timeout 60s "$O/hang.bin?hang"
	wait_until 60 stats '.requests == 1'
	SECONDS=0
	kill -INT "$SEINE_PID"
	wait_until 60 has_taken_signals "$SEINE_PID"
	kill -INT "$SEINE_PID"
	seine_ends 130 || return
	((SECONDS < 5)) || fail "it took $SECONDS s" # which what is in flight would have had
}

# ---- streaming

# The first transfer starts while the list is still being written.
case_stream() {
	origin_start
	mkfifo "$CTL/feed"
	STDIN=$CTL/feed
	seine_start -d out -i - --results "$CTL/results.jsonl"
	exec {feed}>"$CTL/feed"
	echo "$O/a.bin?size=10" >&"$feed"
	echo "$O/b.bin?size=10" >&"$feed"
	wait_until 60 test -e "$ARENA/out/a.bin"
	echo "$O/c.bin?size=10" >&"$feed"
	wait_until 60 test -e "$ARENA/out/b.bin"
	exec {feed}>&-
	seine_ends 0 || return
	expect_records 3
	files a.bin b.bin c.bin
}
