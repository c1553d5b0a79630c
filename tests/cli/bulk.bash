# bulk.bash - large jobs: lists whose files all differ, and the proof that each came whole.

# bulk_urls N PREFIX [PARAMETERS]: the URLs of N files below PREFIX, of 1 to 4 KiB.
bulk_urls() {
	awk -v n="$1" -v prefix="$2" -v more="${3:+&$3}" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "%s%d.bin?size=%d%s\n", prefix, i, 1024 + i * 37 % 3072, more
	}'
}

# bulk_list: URLs from stdin become $CTL/list.txt, and what their files must be $CTL/sums.txt.
# The list has no digests: a wrong byte is for us to find. No two last segments are alike.
bulk_list() {
	tee "$CTL/list.txt" | "$ORIGIN" --sums >"$CTL/sums.url" || fail "no digests" || return
	sed -E 's|  [^?]*/([^/?]*)([?].*)?$|  \1|' "$CTL/sums.url" >"$CTL/sums.txt"
}

# bulk_whole: exactly the files of the list are in the output directory, each with its bytes.
bulk_whole() {
	local there wanted
	there=$(find "$ARENA/out" -type f -printf x | wc -c)
	wanted=$(wc -l <"$CTL/sums.txt")
	((there == wanted)) || fail "$there files, not $wanted" || return
	(cd "$ARENA/out" && sha256sum --check --strict --quiet "$CTL/sums.txt") ||
		fail "wrong files"
}

# bulk_fetch OPTION...: fetch the whole list, anew.
bulk_fetch() {
	rm -rf "$ARENA/out"
	fetch 0 "$(wc -l <"$CTL/sums.txt")" -i "$CTL/list.txt" "$@" || return
	bulk_whole
}

# Addresses of the loopback net, as options of the origin: 127.0.HIGH.1 and so on.
loopback_hosts() { # HIGH N
	local n
	for ((n = 1; n <= $2; n++)); do
		echo "--host 127.0.$(($1 + n / 250)).$((n % 250 + 1))"
	done
}
