#!/usr/bin/env bats
# Three in ten answers broken in every way there is, small files and chunks alike; and connections
# that stall: every file arrives, and is whole.

load helper
load bulk
load chunks
load faulty

# What says nothing is found out about once a second, where one thread does everything.
amount() { # N
	[[ $MODE == sequential ]] && echo $(($1 / 20)) || echo "$1"
}

broken() {
	local n
	n=$(amount 500)
	faulty_urls "$n" "kinds=$KINDS" | bulk_list
	faulty_fetch "$n"
}

@test "broken, without digests" {
	origin_start
	each_mode broken
}

flipped() {
	local n
	n=$(amount 500)
	faulty_urls "$n" "kinds=flip,$KINDS" | bulk_list
	with_digests
	faulty_fetch "$n"
	records 'all(.verified == "hash")'
}

@test "broken and falsified, with digests" {
	origin_start
	each_mode flipped
}

# One chunk says nothing for half a minute: the rest of it is asked for anew long before that.
stalled_chunk() { # AT STALL
	local took target="/a.bin?size=6M&rate=3M&at=$1&stall=$2&stall-for=30000"
	took=${EPOCHREALTIME/./}
	fetch 0 1 "${CHUNKS[@]}" --stall-time 40s --first-byte-timeout 60s "$O$target"
	took=$((${EPOCHREALTIME/./} - took))
	same a.bin "/a.bin?size=6M"
	# without it, four at a time, less than a second
	sanitized || ((took < 4000000)) || fail "it took $took us"
}

@test "a chunk that stalls holds the file up by less than three seconds" {
	origin_start
	MODE=threads
	[[ $SEINE_TEST_MODES != *threads* ]] || once_in_three stalled_chunk 2M 100000
	MODE=event
	[[ $SEINE_TEST_MODES != *event* ]] || once_in_three stalled_chunk 5M 900000
}

@test "a chunk that stalls: the other files end, and then it does" {
	origin_start
	list "$O/a.bin?size=6M&rate=3M&at=3M&stall=200000&stall-for=30000" \
		"$O/"{1..40}".bin?size=3000&delay=50"
	local mode
	for mode in threads event; do
		[[ " $SEINE_TEST_MODES " == *" $mode "* ]] || continue
		MODE=$mode
		rm -rf "$ARENA/out"
		SECONDS=0
		fetch 0 41 "${CHUNKS[@]}" -j 6 --stall-time 40s -i "$CTL/list.txt"
		((SECONDS < 25)) || fail "it took $SECONDS s" # and not the 30 of the stall
		same a.bin "/a.bin?size=6M"
	done
}

# A server that breaks off each answer after so many bytes: what came is kept, and it ends.
breaks_off() {
	chunk_fetch "/a.bin?size=6M&truncate=300000" --tries 3
	sent_at_most 110 $((6 << 20))
}

breaks_off_always() {
	fetch 1 1 "${CHUNKS[@]}" --tries 3 "$O/a.bin?size=6M&truncate=300000&etag=none&modified=none"
	files
	records '.[0] | (.error | IN("network", "truncated")) and .attempts < 10'
}

@test "answers that all break off: with ranges it ends well, without it ends" {
	origin_start
	each_mode breaks_off
	each_mode breaks_off_always
}
