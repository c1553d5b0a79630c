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

# Large files, so many of which have begun before any goes on: files and their directories want
# descriptors, too, and nobody may find none left.
with_descriptors() { # N AT-ONCE OPTION...
	curl -sS -o "$CTL/reset" "$O/reset"
	sed -i "s/gather=[0-9]*/gather=$2/" "$CTL/list.txt"
	(
		ulimit -n "$1"
		bulk_fetch -j 1900 --tries 1 --first-byte-timeout 60s "${@:3}"
	)
	records 'all(.num_retries == 0)'
}

@test "large files in flight, 200 descriptors: fewer at a time, all there" {
	origin_start
	bulk_urls 250 "$O/large/" "gather=1&stall=280000&stall-for=300" | sed 's/size=/size=30/' | bulk_list
	MODE=event with_descriptors 200 100 --loops 1
	MODE=event with_descriptors 200 100 --loops 2
	MODE=event with_descriptors 40 4
	MODE=threads with_descriptors 200 25
}

@test "chunks of many files in as many directories, 200 descriptors" {
	origin_start
	bulk_urls 120 "$O/large/" "gather=1&rate=2M" | sed 's/size=/size=30/' | bulk_list
	sed -i -E 's|.*/([0-9]+)\.bin.*|&\n out=d\1/\1.bin|' "$CTL/list.txt"
	sed -i -E 's|  ([0-9]+)\.bin$|  d\1/\1.bin|' "$CTL/sums.txt"
	MODE=event with_descriptors 200 60 --min-split-size 64K --chunk-size 64K -s 3
	MODE=threads with_descriptors 200 20 --min-split-size 64K --chunk-size 64K -s 3
}
