#!/usr/bin/env bats
# Digests that servers announce, and which of them and the user's counts.

load helper

# binary ALGORITHM TARGET: the digest in base64.
binary() {
	"$ORIGIN" --body "$2" | openssl dgst "-$1" -binary | base64 -w0
}

# crc WIDTH POLYNOMIAL TARGET: the reflected CRC in base64, bit by bit as it is defined.
crc() {
	local ones value byte
	((ones = $1 == 64 ? -1 : (1 << $1) - 1, value = ones))
	for byte in $("$ORIGIN" --body "$3" | od -An -v -tu1); do
		((value ^= byte))
		for _ in 1 2 3 4 5 6 7 8; do
			((value = (value >> 1 & 0x7fffffffffffffff) ^ (value & 1 ? $2 : 0)))
		done
	done
	printf "%0$(($1 / 4))x" $((value ^ ones)) | sed 's/../\\x&/g' | xargs -0 printf | base64 -w0
}

# Lines of a list: /NAME.bin of 24 bytes, announced by this header.
announcing() { # NAME "HEADER: VALUE"...
	local target="$O/$1.bin?size=24" header
	shift
	for header in "$@"; do
		target+="&header=${header// /%20}"
	done
	echo "$target"
}

# All kinds of headers: of NAME.bin itself when there is no second argument, else of that.
all_kinds() {
	local of=${1:-}
	bytes() { echo "/${of:-$1}.bin?size=24"; }
	announcing repr "Repr-Digest: sha-256=:$(binary sha256 "$(bytes repr)"):"
	announcing repr512 "repr-digest: md5=:$(binary md5 "$(bytes repr512)"):, sha-512=:$(
		binary sha512 "$(bytes repr512)"):"
	announcing content "Content-Digest: sha-256=:$(binary sha256 "$(bytes content)"):"
	announcing digest "Digest: MD5=$(binary md5 "$(bytes digest)"),SHA=$(
		binary sha1 "$(bytes digest)")"
	announcing md5 "Content-MD5: $(binary md5 "$(bytes md5)")"
	announcing goog "x-goog-hash: crc32c=$(crc 32 0x82f63b78 "$(bytes goog)")"
	announcing goog2 "x-goog-hash: crc32c=$(crc 32 0x82f63b78 "$(bytes goog2)")" \
		"x-goog-hash: md5=$(binary md5 "$(bytes goog2)")"
	announcing amz32 "x-amz-checksum-crc32: $(crc 32 0xedb88320 "$(bytes amz32)")"
	announcing amz32c "x-amz-checksum-crc32c: $(crc 32 0x82f63b78 "$(bytes amz32c)")"
	announcing amz64 "x-amz-checksum-crc64nvme: $(
		crc 64 0x9a6c9329ac4bc9b5 "$(bytes amz64)")" "x-amz-checksum-type: FULL_OBJECT"
	announcing amz1 "x-amz-checksum-sha1: $(binary sha1 "$(bytes amz1)")"
	announcing amz256 "x-amz-checksum-sha256: $(binary sha256 "$(bytes amz256)")"
}

proven() { # NAME ALGORITHM BY
	records 'map(select(.filename_effective == "'"$1"'.bin"))[0] | .verified == "hash" and
		.verified_by == "'"$3"'" and (.digest | startswith("'"$2"'="))' || return
	same "$1.bin" "/$1.bin?size=24"
}

right_ones() {
	fetch 0 12 -i "$CTL/list.txt"
	proven repr sha-256 repr-digest
	proven repr512 sha-512 repr-digest
	proven content sha-256 content-digest
	proven digest sha-1 digest
	proven md5 md5 content-md5
	proven goog crc32c x-goog-hash
	proven goog2 md5 x-goog-hash
	proven amz32 crc32 x-amz-checksum-crc32
	proven amz32c crc32c x-amz-checksum-crc32c
	proven amz64 crc64nvme x-amz-checksum-crc64nvme
	proven amz1 sha-1 x-amz-checksum-sha1
	proven amz256 sha-256 x-amz-checksum-sha256
}

@test "what servers announce is verified, and the results say by what" {
	origin_start
	all_kinds >"$CTL/list.txt"
	each_mode right_ones
	said '12 fetched \(12 verified by digest\)'
	rm -rf "$ARENA/out"
	fetch 0 12 -v -i "$CTL/list.txt"
	said 'amz64.bin, crc64nvme right \(x-amz-checksum-crc64nvme\)'
}

wrong_ones() {
	fetch 1 12 -i "$CTL/list.txt"
	files
	records 'all(.error == "checksum" and .verified == null and .attempts == 2)'
	records 'all(.errormsg | test("got [a-z0-9-]+=[0-9a-f]{8,64}(\\.{3})?, " +
		"not [0-9a-f]{8,64}(\\.{3})?, which the server announced by (repr|con|dig|x-)"))'
}

@test "what is not as announced never gets its name" {
	origin_start
	all_kinds other >"$CTL/list.txt"
	each_mode wrong_ones
}

mirrored() {
	fetch 0 12 -i "$CTL/mirrors.txt"
	records 'all(.attempts == 2 and .verified == "length" and .verified_by == null)'
	same repr.bin "/repr.bin?size=24"
	same amz64.bin "/amz64.bin?size=24"
}

@test "... and is asked for elsewhere" {
	origin_start
	origin_start OTHER
	# The mirrors announce nothing, and have the bytes.
	all_kinds other | while IFS= read -r url; do
		path=${url#"$O"}
		printf '%s\t%s\n' "$url" "$OTHER${path%%&*}"
	done >"$CTL/mirrors.txt"
	each_mode mirrored
}

damaged() {
	curl -sS "$O/reset" >/dev/null # so that the first request is a first one again
	fetch 0 2 -i "$CTL/list.txt"
	records 'all(.verified_by == "repr-digest" and .attempts == 2)'
	same small.bin "/small.bin?size=5000"
	same large.bin "/large.bin?size=1M"
}

@test "damage on the way is found and repaired, small and large" {
	origin_start
	local small large
	small=$(binary sha256 "/small.bin?size=5000")
	large=$(binary sha512 "/large.bin?size=1M")
	list "$O/small.bin?size=5000&fail=1:flip&header=Repr-Digest:%20sha-256=:$small:" \
		"$O/large.bin?size=1M&fail=1:flip&header=Repr-Digest:%20sha-512=:$large:"
	each_mode damaged
}

@test "what cannot be read, or is of something else, announces nothing" {
	origin_start
	local wrong
	wrong=$(binary sha256 "/other.bin?size=24")
	{
		announcing a "Repr-Digest: sha-256=$wrong"
		announcing b "Repr-Digest: sha-256=:AAAA:"
		announcing c "Digest: SHA-256=:$wrong:"
		announcing d "Content-MD5: $wrong"
		announcing e "x-amz-checksum-sha256: $wrong-3"
		announcing f "x-amz-checksum-sha256: $wrong" "x-amz-checksum-type: COMPOSITE"
		announcing g "x-goog-hash: md5=$(binary md5 "/other.bin?size=24")" \
			"x-goog-stored-content-encoding: gzip"
		announcing h "Want-Repr-Digest: sha-256=:$wrong:"
		announcing i "Content-MD5:"
		announcing j "x-amz-checksum-crc64nvme: $(printf '=%.0s' {1..3000})"
	} >"$CTL/list.txt"
	fetch 0 10 -i "$CTL/list.txt"
	records 'all(.verified == "length" and .digest == null and .attempts == 1)'
}

# To a range that is just a part of a multipart upload S3 says the checksum of that part.
@test "the checksum of a part is not held against the file" {
	origin_start
	local part
	part=$(binary sha256 "/part.bin?size=16M")
	fetch 0 1 "$O/part.bin?size=20M&header=x-amz-checksum-sha256:$part"
	same part.bin "/part.bin?size=20M"
	records '.[0] | .verified == "length" and .digest == null and .errormsg == null'
	requests 'map(.headers.range) | length == (unique | length)'
}

@test "a server's wrong digests can be ignored" {
	origin_start
	all_kinds other >"$CTL/list.txt"
	fetch 0 12 --ignore-server-digests -i "$CTL/list.txt"
	records 'all(.verified == "length")'
}

@test "digests are of encoded bytes: decoded ones are not held to them" {
	origin_start
	local encoded decoded
	encoded=$(curl -sS "$O/a.bin?size=5000&encoding=gzip" | openssl dgst -sha256 -binary | base64)
	decoded=$(binary sha256 "/a.bin?size=5000")
	fetch 0 1 --compressed \
		"$O/a.bin?size=5000&encoding=gzip&header=Repr-Digest:%20sha-256=:$encoded:"
	records '.[0] | .verified != "hash" and .attempts == 1'
	same a.bin "/a.bin?size=5000"
	rm -rf "$ARENA/out"
	# Not encoded after all: what was announced is what is stored.
	fetch 0 1 --compressed "$O/a.bin?size=5000&header=Repr-Digest:%20sha-256=:$decoded:"
	records '.[0].verified_by == "repr-digest"'
	rm -rf "$ARENA/out"
	# Stored as it comes, coding and all.
	fetch 0 1 "$O/a.bin?size=5000&encoding=gzip&header=Content-Digest:%20sha-256=:$encoded:"
	records '.[0].verified_by == "content-digest"'
}

@test "of the user's digest and the server's the stronger one; the user's always" {
	origin_start
	local md5 sha256 other_md5 other_sha256
	md5=$(digest md5 "/f?size=100")
	sha256=$(digest sha256 "/f?size=100")
	other_md5=$(binary md5 "/other?size=100")
	other_sha256=$(binary sha256 "/other?size=100")
	list "$O/a.bin?size=100&as=/f&header=Content-MD5:$other_md5" " checksum=sha-256=$sha256" \
		"$O/b.bin?size=100&as=/f&header=Digest:SHA-256=$other_sha256" " checksum=sha-256=$sha256" \
		"$O/c.bin?size=100&as=/f&header=Digest:SHA-256=$other_sha256" " checksum=md5=$md5" \
		"$O/d.bin?size=100&as=/f&header=Digest:SHA-256=$(binary sha256 "/f?size=100")" \
		" checksum=md5=$(digest md5 "/other?size=100")" \
		"$O/e.bin?size=100&as=/f&header=Digest:SHA-256=$(binary sha256 "/f?size=100")" \
		" checksum=md5=$md5"
	fetch 1 5 -i "$CTL/list.txt"
	files a.bin b.bin e.bin
	records 'map(select(.status == "done" and .verified_by == "checksum")) | length == 2'
	records 'map(select(.filename_effective == "e.bin"))[0] | .verified_by == "digest" and
		.digest == "sha-256='"$sha256"'"'
	records 'map(select(.status == "failed")) | map(.digest | split("=")[0]) | sort ==
		["md5", "sha-256"]'
}

@test "a wrong digest is said: what came, what was wanted, and by whom" {
	origin_start
	local right wrong
	right=$(digest sha256 "/a.bin?size=9")
	wrong=$(printf '%064d' 7)
	seine -q -d out "$O/a.bin?size=9" --checksum "sha-256=$wrong"
	((status == 1))
	said "got sha-256=$right, not $wrong, which was asked for"
	list "$O/a.bin?size=9" " checksum=sha-256=$wrong"
	fetch 1 1 -i "$CTL/list.txt"
	said "got sha-256=$right, not $wrong, which the list asks for"
	records '.[0] | .digest == "sha-256='"$right"'" and .checksum == "sha-256='"$wrong"'" and
		(.errormsg | startswith("got sha-256='"$right"', not '"$wrong"', "))'
	echo "$wrong  a.bin" >"$CTL/SHA256SUMS"
	seine -d out "$O/a.bin?size=9" --checksum-file "$CTL/SHA256SUMS"
	((status == 1))
	said "got sha-256=$right, not $wrong, which --checksum-file asks for"
}
