# chunks.bash - large files, which come in chunks: of 1 MiB, so that a test need not move much.

CHUNKS=(--chunk-size 1M --min-split-size 1M)

# chunk_fetch TARGET OPTION...: fetch it in chunks as a.bin, and look at every byte.
chunk_fetch() {
	local target=$1
	shift
	fetch 0 1 "${CHUNKS[@]}" "$O$target" "$@" || return
	files a.bin || return
	same a.bin "$target"
}

# sent [FACTOR]: the bytes that the origin has sent.
sent() {
	curl -sS "$O/stats" | jq .sent
}

# sent_at_most PERCENT BYTES: ... are at most so many percent of these, but for the heads.
sent_at_most() {
	stats ".sent - 600 * .requests <= $2 * $1 / 100" || fail "more than $1 % of $2 bytes were sent"
}

# checked N: a list of N entries with digests from URLs on stdin, into $CTL/list.txt.
checked_list() {
	local url
	while read -r url; do
		printf '%s\n checksum=sha-256=%s\n' "$url" "$(digest sha256 "${url#"$O"}")"
	done >"$CTL/list.txt"
}
