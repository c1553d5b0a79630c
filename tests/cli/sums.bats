#!/usr/bin/env bats
# --checksum-file: what sha256sum and its kin write, looked up by the names of files.

load helper

# The files a.bin ... in $CTL/bytes, to be summed by the real tools.
bodies() { # NAME...
	local name
	for name in "$@"; do
		mkdir -p "$CTL/bytes/$(dirname "$name")"
		"$ORIGIN" --body "/$name?size=3000" >"$CTL/bytes/$name"
		echo "$O/$name?size=3000"
	done >"$CTL/list.txt"
}

summed() {
	fetch 0 3 --checksum-file "$CTL/SUMS" -i "$CTL/list.txt"
	records 'all(.verified_by == "checksum-file" and (.digest | startswith("'"$1"'=")))'
}

@test "checksum files of all tools" {
	origin_start
	bodies a.bin b.bin c.bin
	local tool
	for tool in md5sum sha1sum sha224sum sha256sum sha384sum sha512sum; do
		rm -rf "$ARENA/out"
		(cd "$CTL/bytes" && "$tool" ./*.bin) >"$CTL/SUMS"
		summed "$(sed 's/sum//; s/^sha/sha-/' <<<"$tool")"
		rm -rf "$ARENA/out"
		(cd "$CTL/bytes" && "$tool" --tag ./*.bin) | gzip >"$CTL/SUMS"
		summed "$(sed 's/sum//; s/^sha/sha-/' <<<"$tool")"
	done
	rm -rf "$ARENA/out"
	(cd "$CTL/bytes" && b2sum --tag a.bin && sha256sum -b b.bin c.bin) >"$CTL/SUMS"
	fetch 0 3 --checksum-file "$CTL/SUMS" -i "$CTL/list.txt"
	records 'map(.digest | split("=")[0]) | sort == ["blake2b-512", "sha-256", "sha-256"]'
	rm -rf "$ARENA/out"
	(cd "$CTL/bytes" && b2sum ./*) >"$CTL/B2SUMS"
	fetch 0 3 --checksum-file "$CTL/B2SUMS" -i "$CTL/list.txt"
	records 'all(.digest | startswith("blake2b-512="))'
}

one_wrong() {
	fetch 1 3 --checksum-file "$CTL/SUMS" -v --failed "$CTL/left.txt" -i "$CTL/list.txt"
	files a.bin c.bin
	records 'map(select(.status == "failed"))[0] | .error == "checksum" and .attempts == 2'
	said 'c.bin: no --checksum-file names it'
	not_said 'names any of the files'
	grep -q "checksum=sha-256=$(printf '%064d' 0)" "$CTL/left.txt"
}

@test "wrong checksums, and files without one" {
	origin_start
	bodies a.bin b.bin c.bin
	(cd "$CTL/bytes" && sha256sum a.bin) >"$CTL/SUMS"
	echo "$(printf '%064d' 0)  b.bin" >>"$CTL/SUMS"
	each_mode one_wrong
}

@test "names with directories, and by their last component" {
	origin_start
	bodies x/a.bin y/a.bin y/b.bin
	(cd "$CTL/bytes" && sha256sum x/a.bin y/a.bin && cd y && sha256sum b.bin) >"$CTL/SUMS"
	fetch 0 3 --name '{path}' --checksum-file "$CTL/SUMS" -i "$CTL/list.txt"
	records 'all(.verified_by == "checksum-file")'
	files x/a.bin y/a.bin y/b.bin
	rm -rf "$ARENA/out"
	# Which a.bin is it?
	fetch 0 3 --name '{host}/{path}' --checksum-file "$CTL/SUMS" -i "$CTL/list.txt"
	records 'map(select(.verified_by == "checksum-file")) | length == 1'
}

@test "several checksum files: the strongest; against the list's as well" {
	origin_start
	bodies a.bin b.bin
	(cd "$CTL/bytes" && sha256sum a.bin b.bin) >"$CTL/sha"
	(cd "$CTL/bytes" && md5sum a.bin b.bin) >"$CTL/md5"
	fetch 0 2 --checksum-file "$CTL/md5" --checksum-file "$CTL/sha" -i "$CTL/list.txt"
	records 'all(.digest | startswith("sha-256="))'
	rm -rf "$ARENA/out"
	list "$O/a.bin?size=3000" " checksum=md5=$(digest md5 "/a.bin?size=3000")" \
		"$O/b.bin?size=3000" " checksum=sha-512=$(digest sha512 "/b.bin?size=3000")"
	fetch 0 2 --checksum-file "$CTL/sha" -i "$CTL/list.txt"
	records 'map(.verified_by) | sort == ["checksum", "checksum-file"]'
}

@test "bad lines of a checksum file have numbers; the rest holds" {
	origin_start
	bodies a.bin
	{
		echo "# made by hand"
		echo "nonsense"
		(cd "$CTL/bytes" && sha256sum a.bin)
		echo "$(printf '%064d' 0)  a.bin"
	} >"$CTL/SUMS"
	fetch 3 1 --checksum-file "$CTL/SUMS" -i "$CTL/list.txt"
	said 'SUMS:2: this is no checksum'
	said 'SUMS:4: there is another checksum of this name'
	records '.[0].verified_by == "checksum-file"'
}

nothing_fetched() {
	fetch 3 0 --checksum-file "$1" "$O/a.bin"
	files
	stats '.requests == 0'
}

@test "nothing is fetched when a checksum file cannot be read" {
	origin_start
	each_mode nothing_fetched "$CTL/missing"
	said 'missing: cannot open'
	head -c 3000 /dev/urandom | od -An -tx1 -w32 | tr -d ' ' | sed 's/$/  x/' | gzip |
		head -c 1000 >"$CTL/torn.gz"
	each_mode nothing_fetched "$CTL/torn.gz"
	# Not even the list of what is left is replaced.
	list "$O/a.bin"
	fetch 3 0 --checksum-file "$CTL/missing" --failed "$CTL/list.txt" -i "$CTL/list.txt"
	[[ $(cat "$CTL/list.txt") == "$O/a.bin" ]]
}

from_pipe() {
	mkfifo "$CTL/pipe"
	(cd "$CTL/bytes" && sha256sum a.bin) >"$CTL/pipe" &
	fetch 0 1 --checksum-file "$CTL/pipe" -i "$CTL/list.txt"
	rm "$CTL/pipe"
	records '.[0].verified_by == "checksum-file"'
}

@test "a checksum file may be a pipe" {
	origin_start
	bodies a.bin
	each_mode from_pipe
}

@test "a checksum file that names none of the files is told of; files there are left" {
	origin_start
	bodies a.bin
	echo "$(printf '%064d' 0)  z.bin" >"$CTL/SUMS"
	fetch 0 1 --checksum-file "$CTL/SUMS" -i "$CTL/list.txt"
	said 'no --checksum-file names any of the files fetched'
	echo "$(printf '%064d' 0)  a.bin" >"$CTL/SUMS"
	fetch 0 1 --checksum-file "$CTL/SUMS" -i "$CTL/list.txt"
	records '.[0].status == "present"'
	not_said 'names any'
}

@test "a clearsigned checksum file: its text counts, its signature is not checked" {
	origin_start
	bodies a.bin b.bin
	{
		printf '%s\n' '-----BEGIN PGP SIGNED MESSAGE-----' 'Hash: SHA256' ''
		(cd "$CTL/bytes" && sha256sum --tag a.bin)
		(cd "$CTL/bytes" && sha256sum b.bin) | sed 's/^/- /' # escaped
		printf '%s\n' '-----BEGIN PGP SIGNATURE-----' '' iHUEARYIAB0WIQRs \
			'=F9vR' '-----END PGP SIGNATURE-----'
	} >"$CTL/SUMS"
	fetch 0 2 --checksum-file "$CTL/SUMS" -i "$CTL/list.txt"
	records 'all(.verified_by == "checksum-file")'
	(($(grep -c "SUMS: its signature is not checked" "$CTL/stderr") == 1))
	# Cut short, it may lack what matters.
	sed -i '$d' "$CTL/SUMS"
	rm -rf "$ARENA/out"
	fetch 3 0 --checksum-file "$CTL/SUMS" -i "$CTL/list.txt"
	said "SUMS: breaks off in a signed message"
}
