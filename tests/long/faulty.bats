#!/usr/bin/env bats
# Thousands of files of servers that break three answers in ten. "make check-long" runs this.

load ../cli/helper
load ../cli/bulk
load ../cli/chunks
load ../cli/faulty

thousands() { # KINDS
	local n=5000
	[[ $MODE != sequential ]] || n=500
	DEADLINE=900
	faulty_urls "$n" "kinds=$1" | bulk_list
	with_digests
	faulty_fetch "$n"
	records 'all(.verified == "hash")'
}

@test "5,000 files, broken and falsified" {
	origin_start
	each_mode thousands "flip,$KINDS"
}

@test "5,000 files, falsified, cut and lied about" {
	origin_start
	each_mode thousands "flip,truncate,lie"
}
