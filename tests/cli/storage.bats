#!/usr/bin/env bats
# A disk that is full, gone, or fails in the middle of large files: exit status 4 and a clear
# line, nothing said to be done that is not, and a later run completes, with what it can use of
# what was kept.

load helper
load chunks

JOB=(--chunk-size 512K --min-split-size 512K -j 8)

# No file that has its final name is anything but whole, whatever is said to be done is there.
nothing_false() {
	local name
	while read -r name; do
		same "$name" "/$name?size=$(size_of "$name")" || return
	done < <(cd "$ARENA/out" 2>/dev/null && find . -maxdepth 1 -name '*.bin' -printf '%P\n')
	nothing_is_claimed
}

# a.bin to c.bin are large, the others are not.
size_of() {
	case $1 in
	[abc].bin) echo 3M ;;
	*) echo 20K ;;
	esac
}

job_list() { # PARAMETERS
	local name
	for name in d e f g h a b c; do
		echo "$O/$name.bin?size=$(size_of "$name.bin")$1"
	done >"$CTL/list.txt"
}

failed_run() { # STATUS OPTION...
	rm -f "$CTL/results.jsonl"
	seine -d out --results "$CTL/results.jsonl" "${JOB[@]}" -i "$CTL/list.txt" "${@:2}"
	((status == $1)) || fail "exit status $status, not $1" || return
	no_crash || return
	nothing_false
}

completes() {
	rm -f "$CTL/results.jsonl"
	seine -d out --results "$CTL/results.jsonl" "${JOB[@]}" -i "$CTL/list.txt" "$@"
	((status == 0)) || fail "the run after it: exit status $status" || return
	nothing_false || return
	(($(find "$ARENA/out" -name '*.bin' | wc -l) == 8)) || fail "not all files are there" || return
	[[ ! -e $ARENA/out/.seine ]] || fail "left over: $(find "$ARENA/out/.seine")"
}

@test "no room for what is announced: those files fail, the others are there; then all" {
	origin_start
	job_list ""
	tmpfs size=5M
	failed_run 4
	said "no room"
	records 'map(select(.status == "done")) | length >= 5'
	mount -o remount,size=30M "$ARENA/out"
	completes
}

# Each would fit by itself, and the beginnings of both do.
one_of_two() {
	mount -o remount,size=138M "$ARENA/out"
	list "$O/a.bin?size=72M&rate=60M" "$O/b.bin?size=72M&rate=60M&delay=200"
	fetch 4 2 -i "$CTL/list.txt"
	records 'map(.status) == ["done", "failed"] and .[1].error == "no-room"'
	same a.bin "/a.bin?size=72M"
	files a.bin
	mount -o remount,size=200M "$ARENA/out"
	fetch 0 2 -i "$CTL/list.txt"
	same b.bin "/b.bin?size=72M"
	rm "$ARENA/out/"*
}

@test "room for one of two files: it is whole" {
	origin_start
	tmpfs size=138M
	local mode
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		one_of_two
	done
}

@test "a file that leaves no room for another never comes: the other one does" {
	origin_start
	tmpfs size=138M
	list "$O/a.bin?size=72M&stall=1000000" "$O/b.bin?size=72M&delay=200" "$O/c.bin?size=10"
	MODE=event
	fetch 1 3 --tries 1 --stall-time 1s -i "$CTL/list.txt"
	records 'map(select(.status == "done")) | length == 2 and any(.num_retries > 0)'
	same b.bin "/b.bin?size=72M"
}

@test "... nor does it when the disk has been given to it already" {
	origin_start
	tmpfs size=100M
	list "$O/a.bin?size=60M&rate=60M" " checksum=md5=00000000000000000000000000000000" \
		"$O/b.bin?size=60M&delay=200"
	MODE=event
	fetch 1 2 -i "$CTL/list.txt"
	records 'map([.status, .error]) == [["failed", "checksum"], ["done", null]]'
	same b.bin "/b.bin?size=60M"
}

# Without lengths nobody can know before.
filled_up() {
	local target="/a.bin?size=3M&rate=1M"
	mount -o remount,size=5M "$ARENA/out"
	list "$O$target" "$O/z.bin?size=6M&chunked&lie=ignore&delay=500"
	rm -f "$CTL/results.jsonl"
	seine -d out "${JOB[@]}" -i "$CTL/list.txt" --results "$CTL/results.jsonl"
	((status == 4)) || fail "exit status $status, not 4"
	said "[Nn]o space"
	records 'any(.error == "disk")'
	[[ $MODE == sequential || -s $ARENA/out/.seine/journal ]] || fail "nothing is kept"
	mount -o remount,size=30M "$ARENA/out"
	fetch 0 2 "${JOB[@]}" -i "$CTL/list.txt"
	same a.bin "$target"
	same z.bin "/z.bin?size=6M"
	[[ $MODE == sequential ]] || records 'any(.size_download < 3000000)'
	rm "$ARENA/out/"*
}

@test "the disk is full in the middle of a file: exit 4, and what is in ranges is kept" {
	origin_start
	tmpfs size=5M
	local mode
	for mode in $SEINE_TEST_MODES; do
		MODE=$mode
		filled_up
	done
}

@test "no inode left: exit 4; with more of them the next run completes" {
	origin_start
	job_list "&delay=20"
	local inodes
	for inodes in 3 4 5 6 7 9 11; do
		tmpfs "size=20M,nr_inodes=$inodes"
		failed_run 4
		# with fewer it does not even begin
		((inodes < 11)) || said "stopped: the same command goes on from here"
		mount -o remount,nr_inodes=1000 "$ARENA/out"
		completes
		umount "$ARENA/out"
		MOUNTS=()
	done
}

# is_at FILES: have so many files their final names?
is_at() {
	(($(find "$ARENA/out" -maxdepth 1 -name '*.bin' -printf x | wc -c) >= $1))
}

vanished() { # WHAT
	rm -f "$CTL/results.jsonl"
	seine_start -d out --results "$CTL/results.jsonl" "${JOB[@]}" -i "$CTL/list.txt" \
		--limit-rate 3M
	wait_until 60 is_at 5
	# it may make another part just then
	until rm -rf "${ARENA:?}/$1" 2>/dev/null; do :; done
	seine_ends 4
	completes
}

@test "the directory vanishes, or its .seine, or the parts, while large files come" {
	origin_start
	job_list ""
	each_mode vanished out
	each_mode vanished out/.seine
	each_mode vanished out/.seine/parts
}

# injected CALL ERROR N: the N-th such call of each thread fails, in the modes in turn. (Of
# openat(2) and close(2), which everybody calls, only those about parts, or one of them.)
injected() {
	local seine=$SEINE modes path=""
	[[ $1 != openat ]] || path="-P '$ARENA/out/.seine/parts'"
	[[ $1 != close ]] || path="-P '$ARENA/out/.seine/parts/f1.part'"
	read -ra modes <<<"$SEINE_TEST_MODES"
	MODE=${modes[TURN++ % ${#modes[@]}]}
	cat >"$CTL/injected" <<-END
		#!/bin/sh
		exec strace -f -qq -o "$CTL/strace" $path -e trace=$1 -e inject=$1:error=$2:when=$3 "$seine" "\$@"
	END
	chmod +x "$CTL/injected"
	rm -rf "$ARENA/out" "$CTL/results.jsonl"
	SEINE=$CTL/injected ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 seine -d out \
		--results "$CTL/results.jsonl" "${JOB[@]}" -i "$CTL/list.txt" --tries 2 "${@:4}"
	((status == 0 || status == 1 || status == 4)) || fail "$*: exit status $status" || return
	no_crash && nothing_false || fail "$*" || return
	((status != 0 || $(find "$ARENA/out" -name '*.bin' | wc -l) == 8)) ||
		fail "$*: exit status 0, and not all is there" || return
	grep -q INJECTED "$CTL/strace" || fail "$*: no such call" || return
	completes "${@:4}" || fail "$*"
}

can_inject() {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o "$CTL/strace" -e inject=getppid:error=EPERM true 2>/dev/null ||
		skip "tracing is not allowed here"
}

@test "the n-th write, allocation, rename fails" {
	can_inject
	origin_start
	job_list ""
	injected pwrite64 ENOSPC 1
	injected pwrite64 EIO 2
	injected pwrite64 EDQUOT 5
	injected pwrite64 ENOSPC 1+
	injected fallocate ENOSPC 1
	injected fallocate EIO 1
	injected ftruncate EIO 1
	injected renameat2 EDQUOT 1
	injected renameat2 EROFS 2
	injected renameat2 EIO 1+
	injected renameat EIO 1 --existing overwrite
	injected renameat2 EINVAL 1+
	injected unlinkat EIO 1+
	injected openat ENOSPC 2+
	injected openat EMFILE 3
	injected close EDQUOT 1
	injected close EIO 2
}

@test "the n-th sync fails, in each way of being durable" {
	can_inject
	origin_start
	job_list ""
	injected fdatasync EIO 1 --durability each
	injected fsync EIO 1 --durability each
	# Eight files: one of two threads has as many.
	injected fdatasync EIO 4 --durability each -j 2
	injected fsync EIO 3 --durability each -j 2
	injected syncfs EIO 1 --durability batch
}

announced_too_large() {
	fetch 4 3 "$O/a.bin?size=10" "$O/huge.bin?length=10000000000000" "$O/b.bin?size=10"
	records 'map(select(.status == "done")) | length == 2'
	records 'map(select(.status == "failed"))[0].error == "no-room"'
}

@test "a file that is announced larger than any disk fails alone, in every mode" {
	origin_start
	each_mode announced_too_large
}
