# processes.bash - processes that are stopped or killed, and what the system then has of theirs.

# hold_still PID...: stop these processes wherever they are, and wait until they stand still. Those that
# have ended do.
hold_still() {
	local pid
	kill -STOP "$@" 2>/dev/null || true
	for pid; do
		wait_until 60 stands_still "$pid" || return
	done
}

stands_still() { # PID
	! grep -hs '^State:' "/proc/$1/task/"*/status | grep -qv '[TZX] ('
}

# has_taken_signals PID: has it seen to all that were sent to it? Two alike, of which it has not
# seen the first, are one.
has_taken_signals() {
	grep -qE '^ShdPnd:\s*0+$' "/proc/$1/status"
}

# kill_now PID: end it at this very moment. What the origin $O has sent, and it has not taken from
# its sockets yet, is added to BUFFERED: how much that is, is the machine's doing.
kill_now() {
	hold_still "$1" "$O_PID" || return
	((BUFFERED += $(in_buffers "$O_PORT"))) || true
	kill -KILL "$1" 2>/dev/null || true
	# it would send more to sockets that are not closed yet
	wait_until 60 has_ended "$1" || return
	kill -CONT "$O_PID"
}

# has_ended PID: it has no sockets any more.
has_ended() {
	! grep -hs '^State:' "/proc/$1/task/"*/status | grep -qv '[ZX] ('
}

# in_buffers PORT: the bytes that were sent from this port and are in sockets still.
in_buffers() {
	local port here there queues sum=0
	printf -v port %04X "$1"
	while read -r _ here there _ queues _; do
		[[ $here != *":$port" ]] || ((sum += 16#${queues%:*})) || true
		[[ $there != *":$port" ]] || ((sum += 16#${queues#*:})) || true
	done < <(tail -n +2 /proc/net/tcp)
	echo "$sum"
}

# is_connected PORT: has the server at this port a connection, also one that it does not know of yet?
is_connected() {
	grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [0-9A-F:]+ 01 " /proc/net/tcp{,6}
}

# client_ports PORT: the local ports of those who are connected to this port of 127.0.0.1.
client_ports() {
	local here there state wanted
	printf -v wanted 0100007F:%04X "$1"
	while read -r _ here there state _; do
		[[ $there != "$wanted" || $state != 01 ]] || echo "$((16#${here#*:}))"
	done < <(tail -n +2 /proc/net/tcp)
}
