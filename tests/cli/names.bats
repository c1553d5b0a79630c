#!/usr/bin/env bats
# What files are called, and where they may be.

load helper

@test "the last segment of the path, decoded, without the query" {
	origin_start
	fetch 0 3 "$O/dir/a%20b.bin?size=1" "$O/dir/c+d.bin?size=1" "$O/x/%C3%A9.bin?size=1"
	files "a b.bin" "c+d.bin" "é.bin"
}

@test "templates" {
	origin_start
	local url="$O/one/two/c.tar.gz?size=1&q=7"
	fetch 0 1 --name "{host}/{path}" "$url"
	[[ -n $(find "$ARENA/out" -path '*127.0.0.1*/one/two/c.tar.gz') ]]
	fetch 0 1 --name "{dir}/x-{base}" "$url"
	[[ -e $ARENA/out/one/two/x-c.tar.gz ]]
	fetch 0 1 --name "{stem}+{n}{ext}" "$url"
	[[ -e $ARENA/out/c.tar+000001.gz ]]
	fetch 0 1 --name "{{{hash}}}" "$url"
	[[ -n $(find "$ARENA/out" -regex '.*/{[0-9a-f]+}') ]]
	fetch 0 1 --name "{base}_{query}" "$url"
	[[ -n $(find "$ARENA/out" -name 'c.tar.gz_*q=7*') ]]
}

@test "a template that is none: exit 2, nothing made" {
	local template
	for template in "{base" "{nonsense}" "base}" ""; do
		seine -d out --name "$template" http://127.0.0.1:1/x
		((status == 2)) || fail "exit status $status for '$template'"
		[[ ! -e $ARENA/out ]]
	done
}

@test "-o names the one file, with directories" {
	origin_start
	fetch 0 1 -o sub/dir/name.bin "$O/a.bin?size=10"
	files sub/dir/name.bin
	same sub/dir/name.bin "/a.bin?size=10"
}

@test "-o is for one URL: exit 2 otherwise" {
	list "http://127.0.0.1:1/a"
	seine -d out -o x.bin http://127.0.0.1:1/a http://127.0.0.1:1/b
	((status == 2))
	seine -d out -o x.bin -i "$CTL/list.txt"
	((status == 2))
}

@test "-o does not lead outside" {
	origin_start
	local name
	for name in ../x.bin /tmp/seine-escape a/../../x.bin ..; do
		fetch 2 0 -o "$name" "$O/a.bin"
		said "seine: --output: "
		files
		list "$O/a.bin" " out=$name"
		fetch 1 1 -i "$CTL/list.txt"
		records '.[0].error == "bad-name"'
		files
	done
	[[ ! -e /tmp/seine-escape ]]
	stats '.requests == 0'
}

@test "no leading dot from the network, by template neither" {
	origin_start
	seine -d out --results "$CTL/results.jsonl" "$O/.bashrc" "$O/x/%2eprofile"
	seine -d out --name "{path}" "$O/.ssh/authorized_keys"
	[[ -z $(find "$ARENA/out" -mindepth 1 -name '.*') ]]
}

@test "a name in the response does not count" {
	origin_start
	fetch 0 2 "$O/a.bin?disposition=attachment;%20filename=evil.sh" \
		"$O/b.bin?redirect=/x/.bashrc"
	files a.bin b.bin
}

@test "names that differ in case or normal form only are kept apart" {
	origin_start
	list "$O/a/Name.bin?size=1" "$O/b/name.bin?size=2" \
		"$O/a/%C3%A9.bin?size=3" "$O/b/e%CC%81.bin?size=4"
	fetch 0 4 -i "$CTL/list.txt"
	(($(find "$ARENA/out" -type f | wc -l) == 4))
	[[ -e $ARENA/out/Name.bin && -n $(find "$ARENA/out" -name 'name~????????.bin') ]]
	[[ -n $(find "$ARENA/out" -name '*~????????.bin' -size 4c) ]]
}

@test "the same names again in another run, and nothing is asked for" {
	origin_start
	local i
	for i in 1 2 3 4 5; do
		echo "$O/d$i/same.tar.gz?size=$i"
	done >"$CTL/list.txt"
	fetch 0 5 -i "$CTL/list.txt" -j 3
	local first
	first=$(cd "$ARENA/out" && sha256sum -- * | sort)
	rm -r "$ARENA/out"
	fetch 0 5 -i "$CTL/list.txt" -j 1
	[[ $(cd "$ARENA/out" && sha256sum -- * | sort) == "$first" ]]
	fetch 0 5 -i "$CTL/list.txt" -j 5
	stats '.requests == 10'
}

@test "names over 255 bytes are shortened, the extension kept, and stay apart" {
	origin_start
	local long
	long=$(printf 'x%.0s' {1..300})
	fetch 0 2 "$O/${long}1.tar.gz?size=1" "$O/${long}2.tar.gz?size=2"
	(($(find "$ARENA/out" -name 'xxx*.gz' | wc -l) == 2))
}

@test "names with quotes, newlines and what is not UTF-8 are files and records" {
	origin_start
	fetch 0 4 "$O/a%22b.bin" "$O/c=cmd%28%29.bin" "$O/d%FFe.bin" "$O/f%27g.bin"
	records 'all(.filename_effective | type == "string")'
	(($(find "$ARENA/out" -type f | wc -l) == 4))
	seine -d out --results "$CTL/results.jsonl" "$O/h%0Ai.bin"
	expect_records 1
}

@test "a symbolic link in the output directory is not followed" {
	origin_start
	mkdir -p "$ARENA/out" "$ARENA/victim"
	echo precious >"$ARENA/victim/file"
	ln -s ../victim "$ARENA/out/sub"
	ln -s ../victim/file "$ARENA/out/link.bin"
	ln -s ../victim/new "$ARENA/out/dangling.bin"
	list "$O/a.bin" " out=sub/a.bin" "$O/b.bin" " out=link.bin" "$O/c.bin" " out=dangling.bin"
	fetch 1 3 -i "$CTL/list.txt"
	[[ $(ls "$ARENA/victim") == file ]]
	fetch 1 3 -i "$CTL/list.txt" --existing overwrite
	[[ $(ls "$ARENA/victim") == file && $(cat "$ARENA/victim/file") == precious ]]
	# overwriting a link means the link
	[[ -f $ARENA/out/link.bin && ! -L $ARENA/out/link.bin ]]
}

@test "a link put there while the job runs is not followed" {
	origin_start
	mkdir -p "$ARENA/out" "$ARENA/victim"
	echo precious >"$ARENA/victim/file"
	(
		set +e
		while :; do
			ln -sfn ../victim "$ARENA/out/sub"
			rm -f "$ARENA/out/sub"
			mkdir -p "$ARENA/out/sub"
			rm -rf "$ARENA/out/sub"
		done
	) 2>/dev/null 3>&- &
	local flipper=$! n
	for n in {1..40}; do
		printf '%s\n out=sub/f%d.bin\n' "$O/f.bin?size=100" "$n"
	done >"$CTL/list.txt"
	seine -d out -i "$CTL/list.txt" --results "$CTL/results.jsonl"
	kill "$flipper"
	wait "$flipper" || true
	no_crash
	[[ $(ls "$ARENA/victim") == file && $(cat "$ARENA/victim/file") == precious ]]
}

@test "an output directory that is a link is the user's own wish" {
	origin_start
	mkdir "$CTL/elsewhere"
	ln -s "$CTL/elsewhere" "$ARENA/out"
	seine -d out "$O/a.bin?size=10"
	((status == 0))
	[[ -f $CTL/elsewhere/a.bin ]]
}

@test "a file where a directory must be, a directory where a file must be" {
	origin_start
	mkdir -p "$ARENA/out/dir.bin"
	echo x >"$ARENA/out/file"
	list "$O/a.bin" " out=file/a.bin" "$O/dir.bin" "$O/c.bin"
	seine -d out -i "$CTL/list.txt" --existing overwrite --results "$CTL/results.jsonl"
	((status == 1))
	[[ -d $ARENA/out/dir.bin && $(cat "$ARENA/out/file") == x && -f $ARENA/out/c.bin ]]
	expect_records 3
}

@test "the directory is made, with its parents" {
	origin_start
	seine -d out/deep/er "$O/a.bin?size=10"
	((status == 0))
	[[ -f $ARENA/out/deep/er/a.bin && ! -e $ARENA/out/deep/er/.seine ]]
}

@test "without -d files go to the current directory" {
	origin_start
	seine "$O/a.bin?size=10"
	((status == 0))
	[[ -f $ARENA/a.bin && ! -e $ARENA/.seine ]]
}

@test "a directory under the name of a file is not taken for it" {
	origin_start
	mkdir -p "$ARENA/out/a.bin"
	fetch 1 1 "$O/a.bin"
	records '.[0].error == "exists"'
	said "is a directory"
}
