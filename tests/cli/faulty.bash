# faulty.bash - jobs of which three answers in ten are broken.

KINDS=reset,truncate,500,503,stall,close,lie

# faulty_urls N PARAMETERS: most files are small; one in twenty comes in chunks.
faulty_urls() {
	awk -v n="$1" -v origin="$O" -v more="$2" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "%s/f/%d.bin?size=%d&fault=0.3&seed=7&%s\n", origin, i,
				i % 20 == 0 ? 2500000 + i * 371 : 500 + i * 7919 % 40000, more
	}'
}

# with_digests: $CTL/list.txt, as bulk_list has made it, with the digest of each file.
with_digests() {
	sed -E 's|^([0-9a-f]+)  (.*)|\2\n checksum=sha-256=\1|' "$CTL/sums.url" >"$CTL/list.txt"
}

# faulty_fetch N OPTION...: every file, whatever it takes.
faulty_fetch() {
	fetch 0 "$1" -q --chunk-size 512K --min-split-size 1M --tries 30 --stall-time 300ms \
		-i "$CTL/list.txt" "${@:2}" || return
	bulk_whole || return
	records 'any(.num_retries > 2)' || return
	records 'map(select(.response_code == 206)) | length > 3'
}
