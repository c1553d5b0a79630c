#!/usr/bin/env bats
# Many in flight at once, as many as was said, and as descriptors allow.

load helper
load bulk

# in_flight N OPTION...: a job of N + 500 files, of which the origin answers none before N are
# under way at once.
in_flight() {
	origin_start
	bulk_urls $(($1 + 500)) "$O/all/" "gather=$1" | bulk_list
	bulk_fetch -j "$1" --first-byte-timeout 60s "${@:2}"
	stats ".max_active == $1"
	records 'all(.num_retries == 0)'
}

@test "1,000 in flight" { in_flight 1000 --mode event; }
@test "1,000 in flight, on threads" { in_flight 1000 --mode threads; }

@test "1,900 in flight, 2,000 descriptors" {
	ulimit -n 2000
	in_flight 1900 --mode event
	not_said "ulimit"
}

@test "large files in flight, 200 descriptors: fewer at a time, all there" {
	origin_start
	bulk_urls 150 "$O/large/" delay=100 | sed 's/size=/size=30/' | bulk_list
	local mode
	for mode in $SEINE_TEST_MODES; do
		[[ $mode != sequential ]] || continue
		MODE=$mode
		(
			ulimit -n 200
			# Some descriptors are kept for files, as many as loops write at once, most
			# of the time. Who finds none left asks again, and that costs no try.
			bulk_fetch -j 1900 --tries 1
		)
		[[ $mode != threads ]] || records 'all(.num_retries == 0)'
	done
}
