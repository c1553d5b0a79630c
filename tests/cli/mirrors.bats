#!/usr/bin/env bats
# Chunks of one file from several mirrors at once: when, and when not.

load helper
load chunks
load processes
load web

# of A B [OPTION]...: a file at the URL A of one origin, and B of another, into a list.
of() {
	list "$O$1	$OTHER$2" "${@:3}"
}

two_origins() {
	origin_start
	origin_start OTHER
}

forget() {
	curl -sS "$OTHER/reset" >/dev/null
}

both_serve() {
	forget
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt"
	same a.bin "/f?size=12M"
	records '.[0] | .num_retries == 0 and .size_download == 12582912'
	if [[ $MODE == sequential ]]; then
		stats '.requests == 0' "$OTHER" # one after the other: there is no need of it
		return
	fi
	# Four at a time in all, and about as many at each; a third of the twelve is not much less,
	# and a fourth is what an origin may have brought that was kept waiting.
	stats '.max_active <= 3 and .requests >= 3'
	stats '.max_active <= 3 and .requests >= 3' "$OTHER"
}

@test "mirrors with the same ETag and size share a file" {
	two_origins
	of "/x/a.bin?size=12M&as=/f&rate=4M" "/y/a.bin?size=12M&as=/f&rate=4M"
	each_mode both_serve
}

@test "mirrors of a file that a digest proves share it, whatever their validators" {
	two_origins
	of "/x/a.bin?size=12M&as=/f&rate=4M&etag=%22x%22" \
		"/y/a.bin?size=12M&as=/f&rate=4M&etag=%22y%22&modified=none" \
		" checksum=sha-256=$(digest sha256 "/f?size=12M")"
	each_mode both_serve
	requests '.[1:] | all(.headers["if-range"] == "\"x\"")'
	# It is asked for without one only before it has said what it has.
	requests 'map(select(.headers["if-range"] == null)) | length <= 2' "$OTHER"
	requests 'map(.headers["if-range"]) | unique - [null, "\"y\""] == []' "$OTHER"
}

# Other bytes of the same length: asked once, and set aside.
other_version() {
	forget
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt"
	same a.bin "/f?size=8M"
	stats '.requests <= 1' "$OTHER"
	stats '.requests == 8'
}

@test "a mirror with another version is set aside" {
	two_origins
	of "/x/a.bin?size=8M&as=/f&rate=16M" "/y/a.bin?size=8M&as=/g&rate=16M"
	each_mode other_version
	of "/x/a.bin?size=8M&as=/f&rate=16M" "/y/a.bin?size=8M&as=/f&rate=16M&lie=shift"
	each_mode other_version
}

# No more of it than one request that is refused.
other_size() {
	forget
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt"
	same a.bin "/f?size=8M"
	records '.[0].verified == "hash"'
	stats '.requests <= 1' "$OTHER"
}

@test "a digest does not prove a file of another length" {
	two_origins
	of "/x/a.bin?size=8M&as=/f&rate=16M" "/y/a.bin?size=8000001&as=/f&rate=16M" \
		" checksum=sha-256=$(digest sha256 "/f?size=8M")"
	each_mode other_size
}

# Of one of them it is another file after three requests; the other still has it.
changing() {
	forget
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt"
	same a.bin "/f?size=8M"
}

@test "a mirror that changes in the middle" {
	two_origins
	of "/x/a.bin?size=8M&as=/f&rate=16M" "/y/a.bin?size=8M&as=/f&change=2"
	each_mode changing
	of "/x/a.bin?size=8M&as=/f&change=3" "/y/a.bin?size=8M&as=/f"
	each_mode changing
	of "/x/a.bin?size=8M&as=/f&etag=%22x%22&change=3" "/y/a.bin?size=8M&as=/f&etag=%22y%22" \
		" checksum=sha-256=$(digest sha256 "/f?size=8M")"
	each_mode changing
}

# Wrong bytes that nobody can be blamed for: each by itself, and the right one is found.
wrong_bytes() {
	forget
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt"
	same a.bin "/f?size=4M"
	records '.[0] | .verified == "hash" and (.url_effective | contains("'"$1"'"))'
}

@test "bytes of two mirrors that are wrong together" {
	two_origins
	of "/x/a.bin?size=4M&as=/f&rate=16M&flip=100" "/y/a.bin?size=4M&as=/f&rate=16M" \
		" checksum=sha-256=$(digest sha256 "/f?size=4M")"
	each_mode wrong_bytes /y/
	of "/x/a.bin?size=4M&as=/f&rate=16M" \
		"/y/a.bin?size=4M&as=/f&rate=16M&flip=1048576&at=1048576" \
		" checksum=sha-256=$(digest sha256 "/f?size=4M")"
	each_mode wrong_bytes /x/
}

# What a mirror that stands still was to bring, the other one brings.
standing_still() {
	forget
	SECONDS=0
	fetch 0 1 "${CHUNKS[@]}" --stall-time 60s -i "$CTL/list.txt"
	same a.bin "/f?size=8M"
	((SECONDS < 50)) # and not the 60 of the stall
}

@test "a mirror that stands still" {
	two_origins
	of "/x/a.bin?size=8M&as=/f&rate=16M" "/y/a.bin?size=8M&as=/f&stall=100000"
	SEINE_TEST_MODES="threads event" each_mode standing_still
}

# It refuses connections: the other one brings all of it.
refusing() {
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt"
	same a.bin "/f?size=8M"
	stats '.requests == 8'
}

@test "a mirror that is down" {
	origin_start
	OTHER=http://127.0.0.1:$(free_port)
	of "/x/a.bin?size=8M&as=/f&rate=16M" "/y/a.bin?size=8M&as=/f"
	each_mode refusing
	list "$OTHER/y/a.bin?size=8M&as=/f	$O/x/a.bin?size=8M&as=/f&rate=16M"
	each_mode refusing
}

# The first one refuses at first, so the second tells what the file is, and then is gone. What both
# have are the same bytes, as the digest proves, and their ETags are their own.
@test "what an earlier run has of a mirror that is gone, another one adds to" {
	two_origins
	of "/x/a.bin?size=4M&as=/f&etag=%22x%22&fail=1:503" "/y/a.bin?size=4M&as=/f&etag=%22y%22" \
		" checksum=sha-256=$(digest sha256 "/f?size=4M")"
	MODE=event
	seine_start -d out "${CHUNKS[@]}" --split 1 --limit-rate 1M -i "$CTL/list.txt"
	wait_until 60 noted 4
	kill -KILL "$SEINE_PID"
	wait "$SEINE_PID" || true
	kill "$OTHER_PID"
	wait "$OTHER_PID" || true
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt"
	same a.bin "/f?size=4M"
	records '.[0].size_download < 4194304'
	requests 'all(.headers["if-range"] != "\"y\"")'
}

# Secrets are the first one's, also when both are asked at once.
secret() {
	forget
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt" -H "X-Secret: canary" -u "name:canary"
	same a.bin "/f?size=8M"
	requests 'all(.headers["x-secret"] == "canary")'
	requests 'length > 0 and all(.headers | .["x-secret"] == null and .authorization == null)' \
		"$OTHER"
}

@test "secrets go to the first origin alone" {
	two_origins
	of "/x/a.bin?size=8M&as=/f&rate=4M" "/y/a.bin?size=8M&as=/f&rate=4M"
	SEINE_TEST_MODES="threads event" each_mode secret
}

# pointer URL [PARAMETER]: the origin's parameter for a Link field that tells of this URL.
pointer() {
	local url=${1//&/%26}
	printf 'header=Link:%%3C%s%%3E;%%20rel=duplicate%s' "$url" "${2:-}"
}

announced() {
	forget
	fetch 0 1 "${CHUNKS[@]}" "$@"
	same a.bin "/f?size=12M"
	stats '.requests >= 4'
	stats '.requests >= 4' "$OTHER"
	requests 'all(.headers["x-secret"] == null)' "$OTHER"
}

not_announced() {
	forget
	fetch 0 1 "${CHUNKS[@]}" "$@"
	same a.bin "/f?size=12M"
	stats '.requests == 0' "$OTHER"
}

@test "mirrors that the server tells of (RFC 6249)" {
	two_origins
	SEINE_TEST_MODES="threads event"
	local link file="/x/a.bin?size=12M&as=/f&rate=4M"
	link=$(pointer "$OTHER/y/a.bin?size=12M&as=/f&rate=4M" ";%20pri=1;%20geo=de")
	each_mode announced "$O$file&$link" -H "X-Secret: canary"
	# Without an ETag nobody knows that it is the same, unless there is a digest.
	each_mode not_announced "$O$file&$link&etag=none"
	each_mode announced "$O$file&$link&etag=none" --checksum "sha-256=$(digest sha256 "/f?size=12M")"
	each_mode not_announced "$O$file&$link" --max-redirs 0
}

@test "an answer with 27,000 Link fields holds nobody up" {
	yes 'add_header Link ",";' | head -n 27000 >"$CTL/links"
	web_start "server { listen 127.0.0.1:PORT; root $CTL/www; include $CTL/links; }"
	head -c 1M /dev/urandom >"$CTL/www/large"
	DEADLINE=10
	fetch 0 1 "http://127.0.0.1:$WEB_PORT/large"
	cmp "$CTL/www/large" "$ARENA/out/large"
}

# proven A B: both servers have it, by tags that differ, and what A announces proves it.
proven() {
	announced "$1$2"
	records '.[0] | .verified == "hash" and .verified_by == "repr-digest"'
}

# Its bytes are others, and nothing says so before the end: then each is asked alone.
disproven() {
	forget
	fetch 0 1 "${CHUNKS[@]}" "$@"
	same a.bin "/f?size=12M"
	records '.[0] | .verified == "hash" and .num_retries > 0'
}

# The other origin is asked once, and nothing of what it has gets into the file.
asked_once() {
	forget
	fetch 0 1 "${CHUNKS[@]}" "$@"
	same a.bin "/f?size=12M"
	stats '.requests == 1' "$OTHER"
}

denied() {
	asked_once "$@"
	records '.[0] | .size_download <= 12582912'
}

# A simple server, which passes over If-Range and says no ETag: nobody knows whether it is the same.
@test "a mirror that does not say which state of the file it sends" {
	two_origins
	SEINE_TEST_MODES="threads event"
	local there="/y/a.bin?size=12M&rate=4M&as=/g&etag=none&modified=none&lie=heedless"
	each_mode asked_once "$O/x/a.bin?size=12M&as=/f&rate=4M&$(pointer "$OTHER$there")"
	of "/x/a.bin?size=12M&as=/f&rate=4M" "$there"
	each_mode asked_once -i "$CTL/list.txt"
}

# The redirect tells of the other origin, and the file does not.
announced_on_the_way() {
	announced "$@"
	records '.[0] | .num_redirects == 1 and .num_retries == 0'
}

@test "mirrors that a redirect tells of" {
	two_origins
	SEINE_TEST_MODES="threads event"
	local link target="$O/x/a.bin?size=12M&as=/f&rate=4M"
	link=$(pointer "$OTHER/y/a.bin?size=12M&as=/f&rate=4M")
	each_mode announced_on_the_way "$O/a.bin?redirect=${target//&/%26}&$link" -H "X-Secret: canary"
	# Nobody knows whether it is the same.
	each_mode not_announced "$O/a.bin?redirect=${target//&/%26}%26etag=none&$link"
}

@test "mirrors that the server tells of, and a digest that it announces" {
	two_origins
	SEINE_TEST_MODES="threads event"
	local digest file="/x/a.bin?size=12M&as=/f&rate=4M&etag=%22x%22" there="$OTHER/y/a.bin?size=12M&rate=4M"
	digest=$(repr "/f?size=12M")
	each_mode proven "$O$file&$digest&$(pointer "$there&as=/f&etag=%22y%22")"
	# It does without any validator, too.
	file=${file/etag=%22x%22/etag=none&modified=none}
	each_mode proven "$O$file&$digest&$(pointer "$there&as=/f&etag=none&modified=none")"
	each_mode not_announced "$O$file&$digest&$(pointer "$there&as=/f")" --ignore-server-digests
	each_mode disproven "$O$file&$digest&$(pointer "$there&as=/g&etag=%22y%22")"
	# A mirror that announces another digest is not asked for more.
	each_mode denied "$O$file&$digest&$(pointer "$there&as=/g&$(repr "/g?size=12M")")"
}

# A file of which an earlier run has got some.
resumed() {
	rm -rf "$ARENA/out"
	seine_start -d out "${CHUNKS[@]}" "$1"
	wait_until 60 has_sent
	kill_now "$SEINE_PID"
	wait "$SEINE_PID" 2>/dev/null || true
	forget
	fetch 0 1 "${CHUNKS[@]}" "$1"
	same a.bin "/f?size=12M"
	stats '.requests > 0' "$OTHER"
}

has_sent() {
	(($(sent) >= 4 << 20))
}

@test "mirrors that the server tells of are heard by another run, too" {
	two_origins
	MODE=event resumed "$O/x/a.bin?size=12M&as=/f&rate=1M&$(pointer "$OTHER/y/a.bin?size=12M&as=/f&rate=1M")"
}

# With so many at once, those who have heard them are gone sooner than what they have heard is used.
@test "mirrors that thousands of redirects tell of at once" {
	two_origins
	local link
	link=$(pointer "$OTHER/m")
	list "$O/r"{1..1500}"?delay=1500&redirect=$O/t?size=100&$link"
	MALLOC_PERTURB_=170 fetch 0 1500 --mode event --loops 1 -j 1500 -i "$CTL/list.txt"
}
