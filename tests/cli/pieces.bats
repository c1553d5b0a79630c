#!/usr/bin/env bats
# Digests of pieces: each is verified as it comes, and fetched again by itself, from another mirror.

load helper
load chunks
load pieces

# Five pieces of 300,000 bytes and one of 100,000.
SIZE=1600000
LENGTH=300000

# asked_for PATH: the ranges that were asked for there, in jq.
asked_for() {
	printf 'map(select(.target | startswith("%s"))) | map(.headers.range)' "$1"
}

in_whole_pieces() {
	fetch 0 1 --chunk-size 500K --min-split-size 1M -i "$CTL/a.meta4"
	same a.bin "/f?size=$SIZE"
	records '.[0] | .verified == "hash" and .verified_by == "pieces" and .digest == null'
	requests 'map(.headers.range) | sort == ["bytes=0-599999", "bytes=1200000-1599999", "bytes=600000-1199999"]'
	sent_at_most 100 $SIZE
}

@test "ranges are of whole pieces, and pieces are proof" {
	origin_start
	pieced $SIZE $LENGTH "$O/x/a.bin?size=$SIZE&as=/f"
	each_mode in_whole_pieces
}

# One of a mirror's pieces is wrong: it comes from the other one, alone.
wrong_piece() { # INDEX OPTION...
	local first=$(($1 * LENGTH)) last=$((($1 + 1) * LENGTH - 1))
	((last < SIZE)) || last=$((SIZE - 1))
	shift
	fetch 0 1 --min-split-size 1M -i "$CTL/a.meta4" "$@" || return
	same a.bin "/f?size=$SIZE" || return
	records '.[0] | .verified_by == "pieces" and .num_retries == 1' || return
	requests "$(asked_for /y/) | index(\"bytes=$first-$last\")" || return
	# What was not asked for before is asked for once.
	requests '.[1:] | map(.headers.range) | length == (unique | length)' || return
}

@test "a wrong piece, at each position, comes from another mirror" {
	local i
	origin_start
	for i in 0 1 2 3 4 5; do
		pieced $SIZE $LENGTH "$O/x/a.bin?size=$SIZE&as=/f&flip=$((i * LENGTH + 99999))" \
			"$O/y/a.bin?size=$SIZE&as=/f"
		each_mode wrong_piece "$i" --split 1
	done
	pieced $SIZE $LENGTH "$O/x/a.bin?size=$SIZE&as=/f&flip=700000" "$O/y/a.bin?size=$SIZE&as=/f"
	SEINE_TEST_MODES=sequential each_mode wrong_piece 2 --chunk-size 500K
}

# Whoever is asked for it, the file is right, and little is fetched twice.
wrong_somewhere() {
	fetch 0 1 --chunk-size 300K --min-split-size 1M -i "$CTL/a.meta4"
	same a.bin "/f?size=$SIZE"
	records '.[0].verified_by == "pieces"'
	sent_at_most 190 $SIZE
}

@test "wrong pieces of two mirrors at once" {
	origin_start
	pieced $SIZE $LENGTH "$O/x/a.bin?size=$SIZE&as=/f&flip=250000" \
		"$O/y/a.bin?size=$SIZE&as=/f&flip=1300000"
	each_mode wrong_somewhere
}

wrong_everywhere() {
	fetch 1 1 --min-split-size 1M "$@" -i "$CTL/a.meta4"
	files
	records '.[0] | .error == "checksum" and (.errormsg | startswith("piece 3 of 6: got sha-1="))'
	# Each is asked for it twice; and of what the first was asked for, all may have been on its
	# way when the piece turned out to be wrong.
	sent_at_most 225 $SIZE
}

@test "a piece that is wrong everywhere" {
	origin_start
	pieced $SIZE $LENGTH "$O/x/a.bin?size=$SIZE&as=/f&flip=700000" \
		"$O/y/a.bin?size=$SIZE&as=/f&flip=700001"
	each_mode wrong_everywhere
	each_mode wrong_everywhere --chunk-size 300K
	each_mode wrong_everywhere --split 1
	pieced $SIZE $LENGTH "$O/x/a.bin?size=$SIZE&as=/f&flip=700000"
	each_mode wrong_everywhere
}

# A server that knows no ranges sends a wrong piece: another one that does brings the rest.
no_ranges_first() {
	fetch 0 1 --min-split-size 1M -i "$CTL/a.meta4"
	same a.bin "/f?size=$SIZE"
	requests "$(asked_for /y/) | index(\"bytes=600000-899999\")"
}

no_ranges_at_all() {
	fetch 0 1 --min-split-size 1M -i "$CTL/a.meta4"
	same a.bin "/f?size=$SIZE"
	records '.[0].verified_by == "pieces"'
}

@test "servers without ranges" {
	origin_start
	pieced $SIZE $LENGTH "$O/x/a.bin?size=$SIZE&as=/f&flip=700000&lie=ignore&etag=none&modified=none" \
		"$O/y/a.bin?size=$SIZE&as=/f"
	each_mode no_ranges_first
	pieced $SIZE $LENGTH "$O/x/a.bin?size=$SIZE&as=/f&flip=700000&lie=ignore" \
		"$O/y/a.bin?size=$SIZE&as=/f&lie=ignore"
	each_mode no_ranges_at_all
	# Nor does anybody say how long it is.
	pieced $SIZE $LENGTH "$O/x/a.bin?size=$SIZE&as=/f&flip=700000&lie=ignore&chunked" \
		"$O/y/a.bin?size=$SIZE&as=/f&lie=ignore&chunked"
	each_mode no_ranges_at_all
}

# Kept in memory.
small_file() {
	fetch 0 1 -i "$CTL/a.meta4"
	same a.bin "/f?size=5000"
	records '.[0] | .verified_by == "pieces" and .num_retries == 1'
}

@test "a small file" {
	origin_start
	pieced 5000 1000 "$O/x/a.bin?size=5000&as=/f&flip=4999" "$O/y/a.bin?size=5000&as=/f"
	each_mode small_file
}

@test "pieces that the file cannot have, or a digest that contradicts them" {
	origin_start
	pieced $SIZE $LENGTH "$O/x/a.bin?size=1800001&as=/f"
	fetch 1 1 -i "$CTL/a.meta4"
	files
	records '.[0] | .error == "wrong-size" and (.errormsg | contains("not 6 pieces of 300000"))'
	pieced $SIZE $LENGTH "<hash type=\"sha-256\">$(digest sha256 /other)</hash>" \
		"$O/x/a.bin?size=$SIZE&as=/f"
	fetch 1 1 -i "$CTL/a.meta4"
	files
	records '.[0] | .error == "checksum" and (.errormsg | contains("got sha-256="))'
	pieced $SIZE $LENGTH "<hash type=\"sha-256\">$(digest sha256 "/f?size=$SIZE")</hash>" \
		"$O/x/a.bin?size=$SIZE&as=/f"
	fetch 0 1 -i "$CTL/a.meta4"
	records '.[0] | .verified_by == "checksum" and .digest != null'
}

# killed: in the middle of it, with some of the 24 pieces in the journal.
killed() {
	curl -sS "$O/reset" >/dev/null
	seine_start -d out --chunk-size 1M --min-split-size 1M -i "$CTL/a.meta4"
	wait_until 60 noted 5
	seine_kill
	curl -sS "$O/reset" >/dev/null
}

resumed() {
	killed
	fetch 0 1 --chunk-size 1M --min-split-size 1M -i "$CTL/a.meta4"
	same a.bin "/f?size=6M"
	records '.[0].verified_by == "pieces"'
	sent_at_most 85 $((6 << 20))
}

@test "killed, and gone on with" {
	origin_start
	pieced 6M 262144 "$O/x/a.bin?size=6M&as=/f&rate=500K&etag=none&modified=none" \
		"$O/y/a.bin?size=6M&as=/f&rate=500K"
	each_mode resumed
}

# A list knows nothing of pieces: such a run would not have looked at what is there.
@test "what is left is of use only to who would have verified it in the same way" {
	local urls
	origin_start
	urls=("$O/x/a.bin?size=6M&as=/f&rate=500K" "$O/y/a.bin?size=6M&as=/f&rate=500K")
	pieced 6M 262144 "${urls[@]}"
	MODE=event
	killed
	list "${urls[0]}	${urls[1]}"
	fetch 0 1 --chunk-size 1M --min-split-size 1M -i "$CTL/list.txt"
	same a.bin "/f?size=6M"
	requests '.[0].headers.range == "bytes=0-1048575"'
	rm -rf "$ARENA/out"
	killed
	pieced 6M 524288 "${urls[@]}"
	fetch 0 1 --chunk-size 1M --min-split-size 1M -i "$CTL/a.meta4"
	same a.bin "/f?size=6M"
	requests '.[0].headers.range == "bytes=0-1048575"'
}
