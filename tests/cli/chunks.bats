#!/usr/bin/env bats
# A large file in chunks: when, how many at once, and what is asked for. When not: one stream.

load helper
load chunks
load web

RANGES='map(.headers.range)'

in_chunks() {
	local sum
	sum=$(digest sha256 "/a.bin?size=8M")
	chunk_fetch "/a.bin?size=8M" --checksum "sha-256=$sum"
	records '.[0] | .verified == "hash" and .digest == "sha-256='"$sum"'" and
		.response_code == 206 and .size_download == 8388608 and .num_retries == 0'
	requests 'length == 8 and all(.status == 206)'
	requests "$RANGES | sort == ([range(8) | \"bytes=\(. * 1048576)-\((. + 1) * 1048576 - 1)\"] | sort)"
	sent_at_most 100 $((8 << 20))
}

@test "every byte once, and the digest is right" {
	origin_start
	each_mode in_chunks
}

# No length in the URL is a multiple of anything.
odd_length() {
	chunk_fetch "/a.bin?size=5000001"
	requests 'length == 5 and .[-1].headers.range == "bytes=4194304-5000000"'
}

@test "the last chunk ends with the file" {
	origin_start
	MODE=sequential odd_length
}

at_once() { # MOST OPTION...
	if [[ $MODE == sequential ]]; then
		chunk_fetch "/a.bin?size=3M" --chunk-size 512K "${@:2}"
		stats '.max_active == 1'
	else
		# A second for each chunk: all that can be at once meet.
		chunk_fetch "/a.bin?size=3M&rate=500K" --chunk-size 512K "${@:2}"
		stats ".max_active == $1"
	fi
}

@test "never more at once than --split, --jobs, --per-host allow" {
	origin_start
	each_mode at_once 4
	each_mode at_once 3 --split 3
	MODE=event
	for option in --jobs --per-host; do
		rm -rf "$ARENA/out"
		curl -sS "$O/reset" >/dev/null
		at_once 2 "$option" 2
	done
}

# Many large files at once: --jobs is for all of them together.
many_large() {
	list "$O"/{1..6}.bin"?size=2M&rate=8M"
	fetch 0 6 "${CHUNKS[@]}" --chunk-size 512K -j 5 --split 3 -i "$CTL/list.txt"
	for n in {1..6}; do
		same "$n.bin" "/$n.bin?size=2M" || return
	done
	stats '.max_active <= 5 and (.paths | all(.max_active <= 3))'
}

@test "many large files share the jobs" {
	origin_start
	each_mode many_large
}

no_range() { # TARGET OPTION...
	fetch 0 1 "$O$1" "${@:2}"
	same a.bin "$1"
	requests 'length == 1 and .[0].headers.range == null and .[0].status == 200'
}

@test "no range is asked for: --split 1, --compressed" {
	origin_start
	each_mode no_range "/a.bin?size=3M" "${CHUNKS[@]}" --split 1
	each_mode no_range "/a.bin?size=3M" "${CHUNKS[@]}" --compressed
}

@test "a compressed answer is decoded as one stream" {
	origin_start
	fetch 0 1 "${CHUNKS[@]}" --compressed "$O/a.bin?size=3M&encoding=gzip"
	same a.bin "/a.bin?size=3M"
	requests 'length == 1 and .[0].headers.range == null'
}

@test "--min-split-size: a smaller file comes in one request, or two where a chunk is smaller" {
	origin_start
	chunk_fetch "/a.bin?size=4M" --min-split-size 5M
	requests 'length == 2'
	rm "$ARENA/out/a.bin"
	chunk_fetch "/a.bin?size=1M" --min-split-size 5M
	requests 'length == 3'
	rm "$ARENA/out/a.bin"
	chunk_fetch "/a.bin?size=5M" --min-split-size 5M
	requests 'length == 8'
}

@test "--chunk-size is that of each chunk" {
	origin_start
	chunk_fetch "/a.bin?size=6M" --chunk-size 2M
	# (the last ones may have been split, where nothing else was to be done)
	requests "[\"bytes=0-2097151\", \"bytes=2097152-4194303\", \"bytes=4194304-6291455\"] - ($RANGES) == []"
	rm "$ARENA/out/a.bin"
	curl -sS "$O/reset" >/dev/null
	chunk_fetch "/a.bin?size=6M" --chunk-size 512K
	requests 'length == 12'
}

@test "the first request asks for all of a file that is not to be cut" {
	origin_start
	chunk_fetch "/a.bin?size=20M" --chunk-size 0 --min-split-size 16M
	requests '.[0].headers.range == "bytes=0-16777215"'
}

one_stream() { # REQUESTS PARAMETERS [ANSWERS]
	chunk_fetch "/a.bin?size=3M&$2"
	requests "length == $1 and .[-1].status == 200 and .[-1].headers[\"if-range\"] == null"

}

@test "what no state can be told of comes as one stream" {
	origin_start
	# 200 in answer to the first range: it goes on as it is
	each_mode one_stream 1 "lie=ignore"
	# the first chunk came, and nothing safe can be added to it
	each_mode one_stream 2 "etag=none&modified=none"
	each_mode one_stream 2 "etag=weak&modified=none"
	each_mode one_stream 2 "etag=none&modified=now"
}

@test "If-Range: the strong ETag; else a Last-Modified that is old enough" {
	origin_start
	chunk_fetch "/a.bin?size=3M&etag=%22v1%22"
	requests '(.[0].headers["if-range"] == null) and
		all(.[1:][]; .headers["if-range"] == "\"v1\"" and .status == 206)'
	rm "$ARENA/out/a.bin"
	curl -sS "$O/reset" >/dev/null
	chunk_fetch "/a.bin?size=3M&etag=weak"
	requests 'length == 3 and all(.[1:][];
		.headers["if-range"] == "Wed, 01 May 2024 10:00:00 GMT" and .status == 206)'
}

empty() {
	fetch 0 1 "${CHUNKS[@]}" "$O/a.bin?size=0$1"
	files a.bin
	[[ ! -s $ARENA/out/a.bin ]]
	records '.[0] | .status == "done" and .size_download == 0 and .verified == "length"'
	requests 'length == 1'
}

@test "an empty file: 416, or 200" {
	origin_start
	each_mode empty
	each_mode empty "&lie=ignore"
}

@test "an empty file where bytes were expected is none" {
	origin_start
	list "$O/a.bin?size=0" " checksum=sha-256=$(digest sha256 "/a.bin?size=1")" \
		"$O/b.bin?size=0" " size=5"
	fetch 1 2 "${CHUNKS[@]}" -i "$CTL/list.txt"
	files
	records 'map(.error) | sort == ["checksum", "wrong-size"]'
}

redirected() {
	chunk_fetch "/a.bin?size=4M&redirect=/real/a.bin%3Fsize=4M%26as=/a.bin&code=$1"
	records '.[0] | .num_redirects >= 1 and (.url_effective | contains("/real/"))'
	requests 'map(select(.status == 206)) | length == 4'
}

@test "chunks are asked for where the first one was found" {
	origin_start
	each_mode redirected 302
	each_mode redirected 307
}

# The origin has had enough of it: from its third megabyte on the file is elsewhere.
moved_in_the_middle() {
	chunk_fetch "/a.bin?size=4M&at=$1&redirect=$O/real/a.bin%3Fsize=4M%26as=/a.bin"
	records '.[0].num_redirects >= 1'
}

@test "a redirect at any chunk is followed" {
	origin_start
	each_mode moved_in_the_middle 1M
	each_mode moved_in_the_middle 3M
}

# A signed URL that is good for some requests: the way begins anew at the first one.
expired() {
	chunk_fetch "/a.bin?size=4M&redirect=$O/real/a.bin%3Fsize=4M%26as=/a.bin%26at=$1%26fail=1:$2"
	requests 'map(select(.target | startswith("/a.bin"))) | length >= 2'
}

@test "a redirect that has gone bad is asked for again" {
	origin_start
	each_mode expired 2M 503
	each_mode expired 2M 403
}

over_tls() { # PROTOCOL OPTION...
	fetch 0 2 "${CHUNKS[@]}" --cacert "$CERTS/ca.pem" "${@:2}" \
		"$TLS/a.bin?size=6M" "$TLS/b.bin?size=300K"
	same a.bin "/a.bin?size=6M"
	same b.bin "/b.bin?size=300K"
	requests 'map(select(.status == 206)) | length == 7 and
		(.[0].headers["x-protocol"] == "'"$1"'")'
}

@test "TLS and HTTP/2" {
	nginx_start
	each_mode over_tls HTTP/2.0 --verbose
	each_mode over_tls HTTP/2.0 --http2
	requests 'all(.headers["x-protocol"] == "HTTP/2.0")'
	each_mode over_tls HTTP/1.1 --http1.1
}

@test "static files of a web server" {
	nginx_start
	"$ORIGIN" --body "/a.bin?size=6M" >"$CTL/www/a.bin"
	touch -d '2024-05-01 10:00:00 UTC' "$CTL/www/a.bin"
	: >"$CTL/www/empty.bin"
	static_files() {
		fetch 0 2 "${CHUNKS[@]}" "$WEB/a.bin" "$WEB/empty.bin"
		same a.bin "/a.bin?size=6M"
		[[ ! -s $ARENA/out/empty.bin && $(stat -c %Y "$ARENA/out/a.bin") == 1714557600 ]]
	}
	each_mode static_files
}

# The first mirror has other bytes, of the same length: found out at the end.
bad_mirror() {
	list "$O/x/a.bin?size=4M&as=/f&seed=9	$O/y/a.bin?size=4M&as=/f" \
		" checksum=sha-256=$(digest sha256 "/f?size=4M")"
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt" || return
	same a.bin "/f?size=4M" || return
	records '.[0] | .verified == "hash" and (.url_effective | contains("/y/"))'
}

# One bit of one chunk.
flipped_mirror() {
	list "$O/x/a.bin?size=4M&as=/f&flip=2500000	$O/y/a.bin?size=4M&as=/f" \
		" checksum=sha-256=$(digest sha256 "/f?size=4M")"
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt" || return
	same a.bin "/f?size=4M"
}

# It dies in the middle: the other one may go on, since it has the same state of the file.
dying_mirror() {
	list "$O/x/a.bin?size=4M&as=/f&etag=%22v%22&at=$1&status=404	$O/y/a.bin?size=4M&as=/f&etag=%22v%22" \
		" checksum=sha-256=$(digest sha256 "/f?size=4M")"
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt" || return
	same a.bin "/f?size=4M"
}

# The mirror says that it has another state of the file: nothing is mixed, digest or not.
other_mirror() {
	list "$O/x/a.bin?size=4M&as=/f&seed=9&at=2M&status=404	$O/y/a.bin?size=4M&as=/f"
	fetch 0 1 "${CHUNKS[@]}" -i "$CTL/list.txt" || return
	same a.bin "/f?size=4M"
}

@test "a bad mirror, then a good one" {
	origin_start
	each_mode bad_mirror
	each_mode flipped_mirror
	each_mode dying_mirror 0
	each_mode dying_mirror 2M
	each_mode other_mirror
}

# The announced size is that of the whole file, not of the range.
@test "--max-size and size= are of the whole file" {
	origin_start
	list "$O/a.bin?size=4M" " size=4194304" "$O/b.bin?size=4M" " size=3145728"
	fetch 1 2 "${CHUNKS[@]}" -i "$CTL/list.txt"
	files a.bin
	same a.bin "/a.bin?size=4M"
	fetch 1 1 "${CHUNKS[@]}" --max-size 3M "$O/c.bin?size=4M"
	files a.bin
	records '.[0].error == "too-large"'
}

overwritten() {
	mkdir -p "$ARENA/out"
	"$ORIGIN" --body "/a.bin?size=6M&seed=5" >"$ARENA/out/a.bin"
	chunk_fetch "/a.bin?size=3M" --existing overwrite
}

@test "a file that is there is replaced as a whole, also by a smaller one" {
	origin_start
	each_mode overwritten
}
