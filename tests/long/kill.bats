#!/usr/bin/env bats
# A thousand SIGKILLs at random moments of mixed jobs: large files in chunks, small ones, and all
# between, with digests and without, in all modes. "make check-long" runs this; it takes minutes.

load ../cli/helper
load ../cli/bulk
load ../cli/kill
load ../cli/processes

@test "killed a thousand times: no file wrong, lost, or falsely finished; 2 % fetched twice" {
	origin_start
	kill_loop "${SEINE_TEST_KILLS:-1000}" 20 60 800
	((TWICE * 100 <= JOBS_BYTES * 2)) || fail "$TWICE of $JOBS_BYTES bytes were sent twice"
}
