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

# repr TARGET: the origin's parameter for the digest of these bytes (RFC 9530).
repr() {
	local digest
	digest=$("$ORIGIN" --body "$1" | openssl dgst -sha256 -binary | base64 -w0)
	digest=${digest//+/%2B} digest=${digest//\//%2F}
	printf 'header=Repr-Digest:sha-256%%3D:%s:' "${digest//=/%3D}"
}

# What a kill costs at most, for each connection: 256 KiB of which the journal has not been told,
# and what libcurl had read, up to 512 KiB. Besides, an origin that sends at a rate sends once or
# twice more, a twentieth of it each time, before it learns that nobody is there.
IN_MEMORY=$((768 << 10))

lost_at_most() { # RATE
	echo $((IN_MEMORY + $1 / 10))
}

# sent: the bytes that the origin has sent.
sent() {
	curl -sS "$O/stats" | jq .sent
}

# sent_at_most PERCENT BYTES: ... are at most so many percent of these, but for the heads, and for
# what never reached a run that was killed (kill_now).
sent_at_most() {
	stats ".sent - 600 * .requests - $BUFFERED <= $2 * $1 / 100" ||
		fail "more than $1 % of $2 bytes were sent, $BUFFERED of them in vain"
}

# noted N: are so many quarters of a megabyte in the journal, at least?
noted() {
	(($(stat -c %s "$ARENA/out/.seine/journal") > 200 + 40 * $1))
}

# checked_list: a list of the URLs on stdin with the digests of their files, into $CTL/list.txt.
checked_list() {
	local url
	while read -r url; do
		printf '%s\n checksum=sha-256=%s\n' "$url" "$(digest sha256 "${url#"$O"}")"
	done >"$CTL/list.txt"
}
