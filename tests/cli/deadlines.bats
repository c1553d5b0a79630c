#!/usr/bin/env bats
# Deadlines hold in every mode, whatever is waited for. (The plain cases are in modes.bash.)

load helper

took_at_most() { # SECONDS ARGUMENT...
	local most=$1
	shift
	seine -d out --json "$@"
	jq -e --argjson most "$most" '.wall_s < $most' "$CTL/stdout" >/dev/null ||
		fail "$(cat "$CTL/stdout")"
}

# (without it, the first would take 30 seconds, and the second 16)
@test "--max-time is kept while waiting for a name, and for one's turn" {
	origin_start
	each_mode took_at_most 20 --dns-servers 127.0.0.1:9 --max-time 500ms --connect-timeout 30s \
		"http://silent.test:$O_PORT/a.bin"
	said "no answer from the name servers in time"
	list $(for n in {1..4}; do echo "$O/$n.bin?size=4096"; done)
	each_mode took_at_most 10 -j 16 --limit-rate 1K --max-time 500ms -i "$CTL/list.txt"
}

no_answer_in_time() {
	took_at_most 20 --min-rate 0 --first-byte-timeout 500ms --tries 1 "$O/a.bin?$1&rate=200"
	((status == 1))
}

@test "endless beginnings of an answer are no answer" {
	origin_start
	each_mode no_answer_in_time endless=1xx
	each_mode no_answer_in_time endless=headers
}

# Nobody who waits to share the connection of another waits longer. (The origin never answers to TLS;
# one after the other they would take 20 seconds.)
@test "--connect-timeout is kept by all that go to a server at once" {
	origin_start
	list $(for n in {1..20}; do echo "https://127.0.0.1:$O_PORT/$n.bin"; done)
	for MODE in threads event; do
		begin_anew
		took_at_most 15 -j 20 --tries 1 --connect-timeout 1s -i "$CTL/list.txt"
		((status == 1))
	done
}
