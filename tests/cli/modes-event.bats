#!/usr/bin/env bats
# The cases of modes.bash in mode event. The three files differ in this one line:
MODE=event

load helper
load modes
load processes

@test "list" { case_list; }
@test "arguments" { case_arguments; }
@test "many" { case_many; }
@test "large" { case_large; }
@test "redirects" { case_redirects; }
@test "redirect secrets" { case_redirect_secrets; }
@test "redirect loop" { case_redirect_loop; }
@test "redirect hops" { case_redirect_hops; }
@test "redirect scheme" { case_redirect_scheme; }
@test "not found" { case_not_found; }
@test "retry" { case_retry; }
@test "retry exhausted" { case_retry_exhausted; }
@test "retry after seconds" { case_retry_after_seconds; }
@test "retry after date" { case_retry_after_date; }
@test "reset" { case_reset; }
@test "reset always" { case_reset_always; }
@test "truncation" { case_truncation; }
@test "no length" { case_no_length; }
@test "chunked" { case_chunked; }
@test "lengths" { case_lengths; }
@test "garbage" { case_garbage; }
@test "connection close" { case_connection_close; }
@test "stall" { case_stall; }
@test "stall then retry" { case_stall_then_retry; }
@test "short silence" { case_short_silence; }
@test "slow loris" { case_slow_loris; }
@test "first byte" { case_first_byte; }
@test "max time" { case_max_time; }
@test "floods" { case_floods; }
@test "mirror" { case_mirror; }
@test "refused" { case_refused; }
@test "mirror secrets" { case_mirror_secrets; }
@test "checksum" { case_checksum; }
@test "checksum wrong" { case_checksum_wrong; }
@test "checksum strongest" { case_checksum_strongest; }
@test "faults" { case_faults; }
@test "hostile names" { case_hostile_names; }
@test "collisions" { case_collisions; }
@test "existing" { case_existing; }
@test "overwrite failed" { case_overwrite_failed; }
@test "made meanwhile" { case_made_meanwhile; }
@test "jobs" { case_jobs; }
@test "per host" { case_per_host; }
@test "fair" { case_fair; }
@test "max size" { case_max_size; }
@test "compressed" { case_compressed; }
@test "bomb" { case_bomb; }
@test "interrupt" { case_interrupt; }
@test "interrupt drains" { case_interrupt_drains; }
@test "interrupt twice" { case_interrupt_twice; }
@test "stream" { case_stream; }
