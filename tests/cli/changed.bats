#!/usr/bin/env bats
# A file that becomes another one at the server, of the same length: the new one or an error,
# never a mix of both.

load helper
load chunks

# A list of files of eight chunks, that change after the first answer, the second, and so on.
changing() { # PARAMETERS
	local k
	for k in {1..9}; do
		echo "$O/k$k.bin?size=4M&change=$k&$1"
	done >"$CTL/list.txt"
}

# The bytes of one state: of the new one, or, where nobody asked again after the change, the old.
unmixed() { # NAME TARGET
	cmp -s "$ARENA/out/$1" <("$ORIGIN" --body "$2&seed=1") ||
		cmp -s "$ARENA/out/$1" <("$ORIGIN" --body "$2") || fail "$1 is mixed"
}

all_unmixed() {
	fetch 0 9 "${CHUNKS[@]}" --chunk-size 512K --tries 5 -i "$CTL/list.txt" "$@"
	local k
	for k in {1..9}; do
		unmixed "k$k.bin" "/k$k.bin?size=4M" || return
	done
	# The first chunks were of the old state: it must be the new one.
	for k in {1..7}; do
		same "k$k.bin" "/k$k.bin?size=4M&seed=1" || return
	done
}

@test "between any two chunks" {
	origin_start
	changing ""
	each_mode all_unmixed
}

@test "... at a server that knows no ETags, or weak ones" {
	origin_start
	changing "etag=none"
	each_mode all_unmixed
	changing "etag=weak"
	each_mode all_unmixed
}

@test "... at a server that does not heed If-Range" {
	origin_start
	changing "lie=heedless"
	each_mode all_unmixed
	changing "lie=heedless&etag=none"
	each_mode all_unmixed
}

# One stream, asked for again after it broke off.
stream_broken() {
	fetch 0 1 "${CHUNKS[@]}" --split 1 --tries 3 "$O/a.bin?size=4M&change=1&fail=1:reset"
	same a.bin "/a.bin?size=4M&seed=1"
}

@test "between two tries of one stream" {
	origin_start
	each_mode stream_broken
}

# The answers to chunks break off, so what is missing of them is asked for again.
broken_and_changing() {
	fetch 0 9 "${CHUNKS[@]}" --chunk-size 512K --tries 10 -i "$CTL/list.txt"
	local k
	for k in {1..9}; do
		unmixed "k$k.bin" "/k$k.bin?size=4M" || return
	done
}

@test "while answers break off" {
	origin_start
	changing "fault=0.4&kinds=reset,truncate,500&first=12"
	each_mode broken_and_changing
}

# Killed with its first chunks in the part; then the file changes, and the same job runs again.
between_runs() {
	local target="/a.bin?size=4M&change=4$1"
	seine_start -d out "${CHUNKS[@]}" --chunk-size 512K --limit-rate 1M "$O$target"
	wait_until 60 stats '.requests >= 4'
	seine_kill
	[[ -d $ARENA/out/.seine && ! -e $ARENA/out/a.bin ]]
	fetch 0 1 "${CHUNKS[@]}" --chunk-size 512K "$O$target"
	same a.bin "/a.bin?size=4M&seed=1"
}

@test "between two runs" {
	origin_start
	each_mode between_runs
	each_mode between_runs "&etag=none"
	each_mode between_runs "&lie=heedless"
}
