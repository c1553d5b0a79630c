#!/usr/bin/env bats
# Jobs killed at random moments; tests/long does it a thousand times.

load helper
load bulk
load chunks
load kill
load processes

@test "killed at random moments: no file wrong, lost, or falsely finished" {
	origin_start
	kill_loop 15 10 40 500
	((TWICE <= KILLS * 4 * $(lost_at_most $((24 << 20))))) || fail "$TWICE of $JOBS_BYTES bytes were sent twice"
}
