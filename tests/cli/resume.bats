#!/usr/bin/env bats
# A job that ends before it is done, by a signal or by force: the same command goes on with it,
# and fetches what is missing, not what is there. Whatever has become of what it left behind, no
# file is wrong.

load helper
load chunks
load processes
load web

SIZE=$((64 << 20))
JOB=(--chunk-size 4M --min-split-size 1M)

# Has the origin sent so many bytes? It sends the others no sooner than in a second or two.
sent_is() {
	(($(sent) >= $1))
}

# Start the job, and end it by a signal as soon as so many bytes were sent.
stopped_by() { # SIGNAL BYTES ARGUMENT...
	seine_start -d out "${@:3}"
	wait_until 60 sent_is "$2"
	if [[ $1 == KILL ]]; then
		kill_now "$SEINE_PID"
	else
		kill "-$1" "$SEINE_PID"
	fi
	status=0
	wait "$SEINE_PID" || status=$?
}

ended_by() { # SIGNAL STATUS
	local target="/a.bin?size=64M&rate=6M"
	[[ $MODE != sequential ]] || target="/a.bin?size=64M&rate=24M"
	stopped_by "$1" $((16 << 20)) "${JOB[@]}" "$O$target"
	((status == $2)) || fail "exit status $status, not $2" || return
	[[ ! -e $ARENA/out/a.bin && -s $ARENA/out/.seine/journal ]] || fail "nothing is kept" || return
	fetch 0 1 "${JOB[@]}" "$O$target" || return
	same a.bin "$target" || return
	sent_at_most 100 $((SIZE + 4 * $(lost_at_most $((6 << 20)))))
}

@test "killed in the middle of a large file" {
	origin_start
	each_mode ended_by KILL 137
}

@test "interrupted in the middle of a large file" {
	origin_start
	each_mode ended_by INT 130
	curl -sS "$O/reset" >/dev/null
	rm -rf "$ARENA/out"
	MODE=event ended_by TERM 143
}

# Twice, and then a second time in another mode.
@test "a file without validators goes on by the digest that is announced" {
	origin_start
	local target="/a.bin?size=64M&rate=6M&etag=none&modified=none"
	target+="&$(repr "$target")"
	MODE=event
	stopped_by KILL $((16 << 20)) "${JOB[@]}" "$O$target"
	fetch 0 1 "${JOB[@]}" "$O$target"
	same a.bin "$target"
	records '.[0] | .verified == "hash" and .verified_by == "repr-digest"'
	sent_at_most 100 $((SIZE + 4 * $(lost_at_most $((6 << 20)))))
}

@test "--ignore-server-digests does not count what an earlier run has heard" {
	origin_start
	local target="/a.bin?size=64M&rate=6M"
	target+="&$(repr "/b?size=64M")"
	MODE=event
	stopped_by TERM $((16 << 20)) "${JOB[@]}" "$O$target"
	fetch 0 1 "${JOB[@]}" --ignore-server-digests --tries 1 "$O$target"
	same a.bin "$target"
}

@test "killed again and again, and ended in another mode" {
	origin_start
	local target="/a.bin?size=64M&rate=4M" k
	MODE=threads
	for k in 1 2 3 4; do
		stopped_by KILL $((k * (10 << 20))) "${JOB[@]}" "$O$target"
		[[ ! -e $ARENA/out/a.bin ]]
	done
	MODE=event
	fetch 0 1 "${JOB[@]}" "$O$target" --checksum "sha-256=$(digest sha256 "$target")"
	same a.bin "$target"
	records '.[0].verified == "hash"'
	sent_at_most 100 $((SIZE + 4 * 4 * $(lost_at_most $((4 << 20)))))
}

# A job of large and small files, some of them done.
mixed_job() {
	local n
	list "$O/large/"{1..3}".bin?size=6M&rate=4M" "$O/small/s"{1..40}".bin?size=30K&delay=20"
	stopped_by KILL $((9 << 20)) "${CHUNKS[@]}" -j 4 -i "$CTL/list.txt"
	fetch 0 43 "${CHUNKS[@]}" -j 4 -i "$CTL/list.txt" || return
	for n in {1..3}; do
		same "$n.bin" "/large/$n.bin?size=6M" || return
	done
	for n in {1..40}; do
		same "s$n.bin" "/small/s$n.bin?size=30K" || return
	done
	sent_at_most 100 $((18 * (1 << 20) + 40 * (30 << 10) + 4 * $(lost_at_most $((4 << 20)))))
}

@test "killed in the middle of a job of many files" {
	origin_start
	each_mode mixed_job
}

# Leave a job of one file half done in $CTL/half, the rest of which comes fast.
TARGET="/a.bin?size=4M"
PIECES=(--chunk-size 512K --min-split-size 512K)

half_done() {
	# so slowly that it is not done before somebody looks
	seine_start -d out "${PIECES[@]}" --limit-rate 1M "$O$TARGET"
	wait_until 60 noted 4
	seine_kill
	[[ ! -e $ARENA/out/a.bin ]]
	mv "$ARENA/out" "$CTL/half"
}

again() {
	rm -rf "$ARENA/out"
	cp -a "$CTL/half" "$ARENA/out"
}

ends_well() {
	fetch 0 1 "${PIECES[@]}" "$@" "$O$TARGET" || return
	files a.bin || return
	same a.bin "$TARGET"
}

@test "--no-resume begins anew" {
	origin_start
	half_done
	again
	ends_well
	records '.[0].size_download < 4194304'
	again
	ends_well --no-resume
	records '.[0].size_download == 4194304'
}

@test "a journal cut anywhere, with garbage in it, of zeros, or none at all" {
	origin_start
	half_done
	local journal=$ARENA/out/.seine/journal size at
	size=$(stat -c %s "$CTL/half/.seine/journal")
	for at in 0 1 7 8 16 $((size / 4)) $((size / 2)) $((size - 9)) $((size - 1)); do
		again
		truncate -s "$at" "$journal"
		ends_well || fail "cut at $at" || return
		again
		printf 'garbage!' | dd of="$journal" bs=1 seek="$at" conv=notrunc status=none
		ends_well || fail "garbage at $at" || return
	done
	for at in {1..5}; do
		again
		printf '%b' "\\x$(printf %x $((RANDOM % 256)))" |
			dd of="$journal" bs=1 seek=$((RANDOM % size)) conv=notrunc status=none
		ends_well || return
	done
	again
	head -c "$size" /dev/zero >"$journal"
	ends_well
	again
	cat "$CTL/half/.seine/journal" >>"$journal"
	ends_well
	again
	rm "$journal"
	ends_well
}

@test "a part that is gone, cut, a link, a directory, linked elsewhere" {
	origin_start
	half_done
	local part
	part=$(cd "$CTL/half/.seine/parts" && echo *)
	part=$ARENA/out/.seine/parts/$part
	again
	rm "$part"
	ends_well
	again
	truncate -s 100 "$part"
	ends_well
	again
	rm "$part"
	ln -s ../../../bystander "$part"
	ends_well
	again
	ln "$part" "$CTL/elsewhere"
	ends_well
	again
	rm "$part"
	mkdir "$part"
	seine -d out "${PIECES[@]}" "$O$TARGET"
	[[ ! -e $ARENA/out/a.bin ]] || same a.bin "$TARGET"
	grep -q "not yours" "$ARENA/bystander"
}

@test "bytes of the part that have become others: the digest finds out, and all begins anew" {
	origin_start
	half_done
	again
	printf 'garbage!' | dd of="$(echo "$ARENA/out/.seine/parts/"*)" bs=1 seek=1000 conv=notrunc status=none
	fetch 0 1 "${PIECES[@]}" "$O$TARGET" --checksum "sha-256=$(digest sha256 "$TARGET")"
	same a.bin "$TARGET"
}

# others_stay ARGUMENT...: a job that ends well beside what another one has left.
others_stay() {
	seine -d out "$@"
	((status == 0)) || fail "exit status $status, not 0"
	said "'out/.seine' keeps what another job has got of 1 file"
	[[ $(ls "$ARENA/out/.seine/parts") == f*.part ]]
}

@test "the same name from another URL, the same URL to another name" {
	origin_start
	half_done
	again
	fetch 0 1 "${PIECES[@]}" "$O/other/a.bin?size=4M"
	same a.bin "/other/a.bin?size=4M"
	# ... a small one, which has no part
	again
	fetch 0 1 "$O/small/a.bin?size=1K"
	# ... one that does not come: what is there stays for whoever has got it
	again
	fetch 1 1 "${PIECES[@]}" "$O/gone/a.bin?status=404"
	said "keeps what another job has got of 1 file"
	ends_well
	records '.[0].size_download < 4000000'
	# the same URL, to another name
	again
	others_stay "${PIECES[@]}" -o b.bin "$O$TARGET"
	same b.bin "$TARGET"
	# a file of that name has come from elsewhere
	again
	echo mine >"$ARENA/out/a.bin"
	fetch 0 1 "${PIECES[@]}" "$O$TARGET"
	files a.bin
	[[ $(cat "$ARENA/out/a.bin") == mine ]]
}

@test "the file is another one, longer or shorter, when the job goes on" {
	nginx_start
	local size
	"$ORIGIN" --body "$TARGET" >"$CTL/www/a.bin"
	touch -d '2024-05-01 10:00:00 UTC' "$CTL/www/a.bin"
	O=$WEB TARGET=/a.bin half_done
	for size in 0 100 1M 3M 5M; do
		again
		"$ORIGIN" --body "/a.bin?size=$size" >"$CTL/www/a.bin"
		fetch 0 1 "${PIECES[@]}" "$WEB/a.bin"
		same a.bin "/a.bin?size=$size"
	done
}

# The server has no more for now; then it has.
given_up() {
	# One after the other: what comes between two failures gives hope.
	seine -d out "${PIECES[@]}" -j 1 --tries 2 "$O$TARGET&fail=4:500&at=2M"
	((status == 1)) || fail "exit status $status, not 1"
	[[ -s $ARENA/out/.seine/journal ]] || fail "nothing is kept"
	fetch 0 1 "${PIECES[@]}" --tries 5 "$O$TARGET&fail=4:500&at=2M"
	same a.bin "$TARGET"
	records '.[0].size_download < 4000000'
}

@test "a job that failed, and may not the next time, is gone on with" {
	origin_start
	each_mode given_up
}

@test "one job in a directory at a time" {
	origin_start
	seine_start -d out "${PIECES[@]}" --limit-rate 1M "$O$TARGET"
	wait_until 60 noted 1
	local first=$SEINE_PID
	seine -d out "${PIECES[@]}" "$O$TARGET"
	((status == 5)) || fail "exit status $status, not 5"
	said "$first"
	seine_ends 0
	files a.bin
	same a.bin "$TARGET"
}

@test "what another job has left stays for it, and that is said" {
	origin_start
	MODE=event
	stopped_by KILL $((16 << 20)) "${JOB[@]}" "$O/a.bin?size=64M&rate=6M"
	others_stay "$O/b.bin?size=1000"
	others_stay --existing overwrite "$O/b.bin?size=1001"
	[[ $(stat -c %s "$ARENA/out/b.bin") == 1001 ]] || fail "it counted as finished"
	fetch 0 1 "${JOB[@]}" "$O/a.bin?size=64M&rate=6M"
	not_said "another job"
	records '.[0].size_download < 60 * 1024 * 1024'
	files a.bin b.bin
}

BOOT_ID=/proc/sys/kernel/random/boot_id

# in_boot N ARGUMENT...: a run that takes this for the machine's N-th boot.
in_boot() {
	echo "00000000-0000-0000-0000-00000000000$1" >"$CTL/boot"
	cat >"$CTL/in-boot" <<-END
		#!/bin/sh
		exec unshare -m sh -c 'mount --bind "$CTL/boot" $BOOT_ID && exec "$SEINE" "\$@"' sh "\$@"
	END
	chmod +x "$CTL/in-boot"
	local SEINE=$CTL/in-boot
	"${@:2}"
}

@test "the machine went down in one job, and another one ends: the first is still not believed" {
	origin_start
	MODE=event
	local list=("$O/small.bin?size=1000" "$O/lost.bin?size=1000") held
	unshare -m mount --bind /dev/null "$BOOT_ID" 2>/dev/null || skip "no mounts of one's own here"
	held=$O$(held large.bin)
	in_boot 1 seine_start -d out -j 1 "${list[@]}" "$held"
	wait_until 60 stats '.requests == 3'
	kill_now "$SEINE_PID"
	wait "$SEINE_PID" || true
	: >"$ARENA/out/lost.bin"
	touch -d @1 "$ARENA/out/lost.bin"
	in_boot 2 seine -d out "$O/other.bin?size=10"
	((status == 0))
	said "machine went down"
	in_boot 2 seine -d out "${list[@]}"
	((status == 0))
	said "'lost.bin' was lost"
	not_said "another job"
	same lost.bin "/lost.bin?size=1000"
	files lost.bin other.bin small.bin
}

@test "--no-resume throws away what is left of its own files only" {
	origin_start
	MODE=event
	stopped_by KILL $((16 << 20)) "${JOB[@]}" "$O/a.bin?size=64M&rate=6M"
	others_stay --no-resume "$O/b.bin?size=1000"
	fetch 0 1 --no-resume "${JOB[@]}" "$O/a.bin?size=64M&rate=6M"
	not_said "another job"
	records '.[0].size_download == 64 * 1024 * 1024'
	files a.bin b.bin
}
