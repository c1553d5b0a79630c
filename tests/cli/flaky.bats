#!/usr/bin/env bats
# Origins that refuse some requests for no reason of load: that slows nothing down but what is
# refused.

load helper

TRIES=(--tries 5 --retry-wait 100ms --retry-max-wait 30s)

# most N EVERY PARAMETERS: a list of N files, of which every so many-th has these, too.
most() {
	awk -v n="$1" -v every="$2" -v more="$3" -v origin="$O" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "%s/g/%d.bin?size=1K&delay=20%s\n", origin, i,
				i % every ? "" : "&" more
	}' >"$CTL/list.txt"
}

# quick_fetch STATUS N SECONDS OPTION...: no longer than that (twice, on a busy machine).
quick_fetch() {
	local before=$EPOCHSECONDS seconds=$3
	fetch "$1" "$2" -i "$CTL/list.txt" "${TRIES[@]}" "${@:4}" || return
	sanitized || ((EPOCHSECONDS - before <= 2 * seconds)) ||
		fail "$((EPOCHSECONDS - before)) seconds, not $seconds" || return
}

# Five tries with 0.1 s between, twice as long each time, and some that are overlooked.
always_refused() {
	quick_fetch 1 2000 6 "$@"
	records 'map(select(.status == "failed")) | length == 285'
	records 'map(select(.status == "failed")) | all(.response_code == 503)'
	records 'map(select(.status == "failed")) | all(.attempts >= 5 and .attempts <= 12)'
	sanitized || records 'map(select(.status == "done") | .time_queue) | max < 4'
	stats '.requests < 4500'
}

@test "one in seven is always refused: the others come, and it fails like any other failure" {
	origin_start
	most 2000 7 status=503
	once_in_three always_refused --jobs auto
	once_in_three always_refused --jobs 64
}

@test "one in five is refused at first: all come" {
	origin_start
	most 2000 5 fail=1:503
	local jobs
	for jobs in auto 64; do
		once_in_three quick_fetch 0 2000 4 --jobs "$jobs"
		stats '.requests == 2400'
	done
}

@test "a few, one at a time" {
	origin_start
	most 100 7 status=503
	once_in_three quick_fetch 1 100 8 -j 1
	records 'map(select(.status == "failed")) | length == 14'
}
