#!/usr/bin/env bats
# Servers that lie about ranges, in the answer to each chunk: an intact file, by falling back to
# one stream if need be, or a clear error. Never a wrong file.

load helper
load chunks

LIES=(ignore refuse shift less short long total sizeless ok unsaid etag multipart
	encoded)
POSITIONS=(0 1M 2M 3M)

# lies EXTRA: a list of files of four chunks, one for each lie at each of them.
lies() {
	local lie at
	for lie in "${LIES[@]}"; do
		for at in "${POSITIONS[@]}"; do
			echo "$O/$lie-$at.bin?size=4000000&lie=$lie$1&at=$at"
		done
		echo "$O/$lie-all.bin?size=4000000&lie=$lie$1"
	done >"$CTL/list.txt"
}

# Every file that is there is right, and every other has a clear error.
none_wrong() {
	local name
	for name in "$ARENA"/out/*.bin; do
		name=${name##*/}
		same "$name" "/$name?size=4000000" || return
	done
	records 'map(select(.status == "failed")) |
		all(.error | IN("range", "changed", "truncated", "checksum", "network"))'
}

all_lies() {
	fetch 0 65 "${CHUNKS[@]}" -i "$CTL/list.txt"
	none_wrong
}

@test "each lie in each chunk, and in all: one stream in the end" {
	origin_start
	lies ""
	each_mode all_lies
}

@test "the same without an ETag" {
	origin_start
	LIES=(ignore refuse shift less short long total sizeless ok unsaid)
	lies "&etag=none"
	all_lies() {
		fetch 0 50 "${CHUNKS[@]}" -i "$CTL/list.txt"
		none_wrong
	}
	MODE=event all_lies
}

# A server that is done with it after the first time.
@test "a lie told once" {
	origin_start
	local n
	for n in {1..12}; do
		echo "$O/$n.bin?size=4000000&fail=$n:lie"
	done >"$CTL/list.txt"
	told_once() {
		fetch 0 12 "${CHUNKS[@]}" --tries 10 -i "$CTL/list.txt"
		none_wrong
	}
	each_mode told_once
}

# Right headers, wrong bytes: only a digest can tell.
wrong_bytes() {
	fetch "$@" "${CHUNKS[@]}" -i "$CTL/list.txt"
	none_wrong
	records 'map(select(.status == "failed")) | all(.error == "checksum")'
}

@test "bytes of another place: found out by the digest" {
	origin_start
	local at
	for at in "${POSITIONS[@]}"; do
		echo "$O/data-$at.bin?size=4000000&lie=data&at=$at"
	done | checked_list
	wrong_bytes_any() {
		local wanted=0
		seine -d out --results "$CTL/results.jsonl" "${CHUNKS[@]}" -i "$CTL/list.txt"
		((status == 0 || status == 1)) || fail "exit status $status"
		rm -f "$CTL/results.jsonl" && rm -rf "$ARENA/out"
		wanted=$status
		wrong_bytes "$wanted" 4
	}
	each_mode wrong_bytes_any
}

# More than one range of the answers wrong at a time, at many files at a time.
@test "lies in a third of all answers" {
	origin_start
	local n
	for n in {1..20}; do
		echo "$O/$n.bin?size=4000000&fault=0.3&kinds=lie&seed=$n"
	done >"$CTL/list.txt"
	third() {
		fetch 0 20 "${CHUNKS[@]}" --tries 20 -i "$CTL/list.txt"
		local n
		for n in {1..20}; do
			same "$n.bin" "/$n.bin?size=4000000&seed=$n" || return
		done
	}
	each_mode third
}

# A server that leaves its file system's end out of account: what is announced never comes.
@test "a total that is too large, for one stream as well" {
	origin_start
	too_large() {
		fetch 1 1 "${CHUNKS[@]}" --tries 2 --stall-time 500ms "$O/a.bin?size=4000000&length=5000000&lie=ignore&close"
		files
		records '.[0].error | IN("truncated", "network", "stall", "changed")'
	}
	each_mode too_large
}
