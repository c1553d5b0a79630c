#!/usr/bin/env bats
# A real S3 server (s3rver) with a bucket of 5,000 keys, odd ones among them. scripts/check
# installs it; where it is not, these are skipped, but never in continuous integration.

load helper
load chunks

# Objects are files of the server, so that thousands are there at once.
put() { # BUCKET KEY [ETAG]: from standard input
	local path=$CTL/s3/$1/$2
	mkdir -p "$(dirname "$path")"
	cat >"${path}._S3rver_object"
	[[ -z ${3:-} ]] || printf %s "$3" >"${path}._S3rver_object.md5"
}

s3_start() {
	local try
	if [[ ! -e ${S3RVER:-}/node_modules/s3rver ]]; then
		[[ -z ${CI:-} ]] || fail "there is no S3 server: scripts/s3rver" || return
		skip "there is no S3 server (scripts/s3rver installs it)"
	fi
	mkdir -p "$CTL/s3"
	for try in 1 2 3 4 5; do
		S3_PORT=$(free_port)
		setpriv --pdeathsig TERM node --openssl-legacy-provider \
			"$S3RVER/node_modules/s3rver/bin/s3rver.js" -d "$CTL/s3" -p "$S3_PORT" -a 127.0.0.1 -s \
			3>&- >"$CTL/s3.log" 2>&1 &
		S3_PID=$!
		wait_until 60 s3_settled || return
		kill -0 "$S3_PID" 2>/dev/null && break
		((try < 5)) || fail "s3rver does not start: $(cat "$CTL/s3.log")" || return
	done
	PIDS+=("$S3_PID")
	DEADLINE=120
	export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER
	export AWS_EC2_METADATA_DISABLED=true
	S3=(--s3-endpoint "http://127.0.0.1:$S3_PORT" --first-byte-timeout 60s --stall-time 60s)
}

s3_settled() {
	! kill -0 "$S3_PID" || port_open "$S3_PORT"
}

# Have the files of out/ the bytes of the bucket's objects, and are they all?
same_as_bucket() { # BUCKET [PREFIX]
	diff <(cd "$CTL/s3/$1/${2:-}" && find . -name '*._S3rver_object' -exec sha256sum {} + |
		sed 's/\._S3rver_object$//' | sort) \
		<(cd "$ARENA/out" && find . -type f -exec sha256sum {} + | sort) |
		head -20 >"$CTL/differences"
	[[ ! -s $CTL/differences ]] || fail "$(cat "$CTL/differences")"
}

fill() {
	local i dirs=(a b c)
	mkdir -p "$CTL/s3/big/"{a,b,c}
	for ((i = 0; i < 4990; i++)); do
		echo "object $i of many" >"$CTL/s3/big/${dirs[i % 3]}/key-$i._S3rver_object"
	done
	local key
	for key in 'a space' 'plus+plus' '100%' 'c%20d' 'ümläut/ß' 'quote"' "apos'" 'amp&amp;' \
		'semi;colon' 'hash#tag'; do
		echo "the object $key" | put big "odd/$key"
	done
	: | put big odd/empty
}

odd_ones() {
	fetch 0 11 "${S3[@]}" s3://big/odd/
	same_as_bucket big odd
	records 'all(.verified == "hash" and .verified_by == "etag")'
}

@test "5,000 keys, odd ones among them" {
	s3_start
	fill
	fetch 0 5001 "${S3[@]}" s3://big/
	same_as_bucket big
	each_mode odd_ones
	rm -rf "$ARENA/out"
	fetch 0 1 "${S3[@]}" "s3://big/odd/ümläut/ß"
	fetch 0 "$(find "$CTL/s3/big/a" -name 'key-1?0*_object' | wc -l)" "${S3[@]}" \
		's3://big/a/key-1?0*'
}

@test "multipart objects are verified by their parts" {
	s3_start
	head -c 20M /dev/urandom >"$CTL/bytes"
	local sums
	sums=$(split -b 8M --filter 'md5sum | cut -d" " -f1' "$CTL/bytes" | tr -d '\n' |
		sed 's/../\\x&/g')
	put parts right "$(printf '%b' "$sums" | md5sum | cut -d' ' -f1)-3" <"$CTL/bytes"
	put parts unknown "$(printf '%032d' 0)-3" <"$CTL/bytes"
	put parts wrong "$(printf '%032d' 0)" <"$CTL/bytes"
	fetch 1 3 "${S3[@]}" s3://parts/
	records 'map({key: (.url | split("/") | last), value: .verified}) | from_entries |
		.right == "etag" and .unknown == "length" and .wrong == null'
	records 'map(select(.status == "failed")) | length == 1 and .[0].error == "checksum"'
	cmp "$CTL/bytes" "$ARENA/out/right"
	rm -rf "$ARENA/out"
	fetch 0 3 "${S3[@]}" --ignore-server-digests s3://parts/
}

@test "a large object in chunks, and gone on with after a kill" {
	s3_start
	head -c 64M /dev/urandom | put box large
	fetch 0 1 "${S3[@]}" -s 4 --chunk-size 4M s3://box/large
	cmp "$CTL/s3/box/large._S3rver_object" "$ARENA/out/large"
	records 'all(.attempts > 4)'
	rm -rf "$ARENA/out"
	seine_start "${S3[@]}" -d out -s 4 --chunk-size 4M --limit-rate 20M s3://box/large
	wait_until 60 noted 40
	seine_kill
	fetch 0 1 "${S3[@]}" -s 4 --chunk-size 4M s3://box/large
	cmp "$CTL/s3/box/large._S3rver_object" "$ARENA/out/large"
	records 'all(.size_download < 60 * 1048576)'
}

@test "no such bucket, no such key" {
	s3_start
	echo x | put box there
	fetch 1 1 "${S3[@]}" s3://nobody/
	said 'NoSuchBucket'
	fetch 1 1 "${S3[@]}" s3://box/missing
	said 's3://box/missing: HTTP 404 Not Found: NoSuchKey'
}
