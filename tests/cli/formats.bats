#!/usr/bin/env bats
# Inputs that are not list files: JSON Lines, CSV, TSV, and the results of an earlier run.

load helper

# input NAME: standard input as a file of $CTL.
input() {
	cat >"$CTL/$1"
}

sha256_of() { # TARGET
	"$ORIGIN" --body "$1" | sha256sum | cut -d ' ' -f 1
}

@test "JSON Lines from stdin, known by its first byte" {
	origin_start
	input in <<-END
		{"url": "$O/a.bin?size=10"}

		{"url": "$O/x/b.bin?size=20", "out": "sub/b2.bin", "size": 20}
		"$O/c.bin"
	END
	STDIN=$CTL/in
	fetch 0 3 -i -
	files a.bin sub/b2.bin c.bin
	same sub/b2.bin "/x/b.bin?size=20"
	records 'map(.input) | sort == ["stdin:1", "stdin:3", "stdin:4"]'
}

@test "JSON Lines: an entry is fetched as soon as its line is there" {
	local feed
	origin_start
	mkfifo "$CTL/fifo"
	STDIN=$CTL/fifo
	seine_start -d out -i -
	exec {feed}>"$CTL/fifo"
	echo "{\"url\": \"$O/a.bin\"}" >&"$feed"
	wait_until 60 test -e "$ARENA/out/a.bin"
	echo "\"$O/b.bin\"" >&"$feed"
	wait_until 60 test -e "$ARENA/out/b.bin"
	exec {feed}>&-
	seine_ends 0
	files a.bin b.bin
}

@test "a list from a pipe is not waited for any longer than before" {
	local feed
	origin_start
	mkfifo "$CTL/fifo"
	STDIN=$CTL/fifo
	seine_start -d out -i -
	exec {feed}>"$CTL/fifo"
	printf '%s\n%s\n' "$O/a.bin" "$O/b.bin" >&"$feed"
	wait_until 60 test -e "$ARENA/out/a.bin"
	exec {feed}>&-
	seine_ends 0
	files a.bin b.bin
}

@test "JSON Lines: every option of an entry" {
	origin_start
	local sum
	sum=$(sha256_of "/a.bin?size=100")
	input in.jsonl <<-END
		{"url": ["$O/a.bin?size=100&fail=9:500", "$O/a.bin?size=100"], "size": 100, "checksum": "sha-256=$sum", "dir": "d", "max-tries": 2}
		{"url": "$O/b.bin", "header": ["X-One: 1", "X-Two: 2"], "referer": "http://from/", "user-agent": "its own"}
		{"url": "$O/c.bin?size=100", "checksum": "sha-256=$sum", "max-tries": 1}
	END
	fetch 1 3 -i "$CTL/in.jsonl"
	files d/a.bin b.bin
	stats '.paths["/b.bin"].headers | .["x-one"] == "1" and .["x-two"] == "2" and
		.referer == "http://from/" and .["user-agent"] == "its own"'
	records 'map(select(.error == "checksum")) | length == 1 and (.[0].url | test("c.bin"))'
}

@test "JSON Lines: bad lines are told with their numbers, exit 3, the rest is fetched" {
	origin_start
	{
		echo "{\"url\": \"$O/a.bin\"}"
		echo "{\"url\": \"$O/x.bin\", \"colour\": \"blue\"}"
		echo "{\"url\": \"$O/x.bin\", \"size\": true}"
		echo "{\"url\": \"$O/x.bin\", \"url\": \"$O/y.bin\"}"
		printf '{"url": "%s/\xff.bin"}\n' "$O"
		printf '{"url": "%s/x\0.bin"}\n' "$O"
		head -c 70000 /dev/zero | tr '\0' '['
		printf '\n'
		head -c 60000 /dev/zero | tr '\0' '['
		printf '\n{"url": "%s/b.bin"}' "$O"
	} >"$CTL/in"
	fetch 3 2 -i "$CTL/in"
	files a.bin b.bin
	local line
	for line in 2 3 4 5 6 7 8; do
		said "/in:$line: " || return
	done
}

@test "JSON Lines: no secret in what is said of a bad line" {
	input in.jsonl <<-END
		{"url": "http://u:canary@127.0.0.1/", "header": "Authorization canary"}
		{"url": "http://u:canary@127.0.0.1/" canary
		canary
	END
	fetch 3 0 -i "$CTL/in.jsonl" -v
	! grep canary "$CTL/stderr" || fail "it told the secret"
}

@test "an array of JSON objects is told from JSON Lines" {
	input in.json <<<'[{"url": "http://127.0.0.1:1/a"}]'
	fetch 3 0 -i "$CTL/in.json"
	said "in.json:1: .*jq -c"
}

@test "CSV, gzip, with columns that are not used, quotes and line ends" {
	origin_start
	local sum
	sum=$(sha256_of "/b.bin?size=20")
	printf '%s\r\n' \
		"Caption,URL,sha256,out" \
		"\"a, \"\"b\"\"\",$O/a.bin?size=10,,one.bin" \
		"\"two" \
		"lines\",\"$O/b.bin?size=20\",$sum," \
		"none,$O/c.bin?size=30,$sum,c.bin" | gzip >"$CTL/in.csv.gz"
	fetch 1 3 -i "$CTL/in.csv.gz" --tries 1 -v
	files one.bin b.bin
	said "in.csv.gz: columns that are not used: caption"
	records 'map({(.input | split(":") | last): .status}) | add ==
		{"2": "done", "3": "done", "5": "failed"}'
	records 'map(select(.verified_by == "checksum")) | length == 1'
}

@test "CSV: mirrors in columns of the same name" {
	origin_start
	input in.csv <<-END
		url,url
		$O/x/a.bin?as=/a&status=404,$O/y/a.bin?as=/a
	END
	fetch 0 1 -i "$CTL/in.csv"
	same a.bin "/a"
}

@test "CSV without a column url is refused, with what to write" {
	origin_start
	input in.csv <<<"$O/a.bin"
	fetch 3 0 -i "$CTL/in.csv"
	said 'in.csv:1: no column is named "url"; .*url,out,sha256'
	input in.csv <<<"url;out"
	fetch 3 0 -i "$CTL/in.csv"
	stats '.requests == 0'
}

@test "CSV: bad records are told with their numbers, exit 3, the rest is fetched" {
	origin_start
	{
		printf 'url,size,caption\n%s,many,\n' "$O/x.bin"
		printf '%s,1\n%s,1,a,b\n' "$O/x.bin" "$O/x.bin"
		printf '"%s"x,,\n,,\n' "$O/x.bin"
		printf '%s,,\0\n' "$O/x.bin"
		printf '%s,1024,"ok"\n' "$O/a.bin"
		printf '%s,,"never closed\n' "$O/x.bin"
		for _ in {1..10}; do
			head -c 10000 /dev/zero | tr '\0' x
			echo
		done
		printf '%s,,\n' "$O/b.bin"
		printf '%s,,"\n' "$O/x.bin"
	} >"$CTL/in.csv"
	fetch 3 2 -i "$CTL/in.csv"
	files a.bin b.bin
	local line
	for line in 2 3 4 5 6 7 9 21; do
		said "/in.csv:$line: " || return
	done
}

@test "TSV, and Google's lists by their first line" {
	origin_start
	local md5
	md5=$("$ORIGIN" --body "/b.bin?size=20" | openssl md5 -binary | base64)
	printf 'url\tout\tcaption\n%s\tone.bin\t"never closed\n' "$O/a.bin" >"$CTL/in.tsv"
	printf 'TsvHttpData-1.0\n%s\t20\t%s\n%s\t20\t%s\n' "$O/b.bin?size=20" "$md5" \
		"$O/c.bin?size=20" "$md5" >"$CTL/google"
	fetch 1 3 -i "$CTL/in.tsv" -i "$CTL/google" --tries 1
	files one.bin b.bin
	records 'map(select(.error == "checksum")) | length == 1'
}

@test "columns from stdin need no --input-format" {
	origin_start
	printf 'sha256,url,out\n,%s,one.bin\n' "$O/a.bin" >"$CTL/in"
	STDIN=$CTL/in
	fetch 0 1 -i -
	printf 'url\tout\n%s\ttwo.bin\n' "$O/b.bin" >"$CTL/in"
	fetch 0 1 -i -
	files one.bin two.bin
}

@test "--input-format goes before name and content" {
	origin_start
	input in.jsonl <<<"url,out
$O/a.bin,one.bin"
	input in.csv <<<"$O/b.bin"
	fetch 0 1 -i "$CTL/in.jsonl" --input-format csv
	files one.bin
	fetch 0 1 -i "$CTL/in.csv" --input-format list
	files one.bin b.bin
	seine -i "$CTL/in.csv" --input-format yaml
	((status == 2))
	said "input-format"
}

@test "results are input: nothing is asked for again" {
	origin_start
	list "$O/x/a.bin" "$O/y/a.bin" "$O/z/a.bin" " out=sub/c.bin"
	fetch 0 3 -i "$CTL/list.txt"
	files "$(cd "$ARENA/out" && echo a~*.bin)" a.bin sub/c.bin
	mv "$CTL/results.jsonl" "$CTL/first"
	fetch 0 3 -i "$CTL/first"
	records 'all(.status == "present")'
	stats '.requests == 3'
	jq -se 'map([.url, .filename_effective]) | sort' "$CTL/first" >"$CTL/one"
	jq -se 'map([.url, .filename_effective]) | sort' "$CTL/results.jsonl" >"$CTL/two"
	cmp "$CTL/one" "$CTL/two"
}

@test "--only failed: what is left, with all that was asked of it" {
	origin_start
	local sum
	sum=$(sha256_of "/m/b.bin")
	list "$O/a.bin" \
		"$O/b.bin?as=/m/b.bin&fail=1:500	$O/m/b.bin?fail=1:500" " max-tries=1" \
		" checksum=sha-256=$sum" " user-agent=its own" " size=1024" \
		"$O/other/a.bin?fail=2:500"
	fetch 1 3 -i "$CTL/list.txt" --tries 1
	mv "$CTL/results.jsonl" "$CTL/first"
	records_of first 'map(select(.status == "failed")) | length == 2'
	fetch 1 2 -i "$CTL/first" --only failed --tries 1
	records 'map(select(.status == "done")) | length == 1 and
		(.[0] | .checksum == "sha-256='"$sum"'" and .verified_by == "checksum" and
		(.mirrors | length == 1) and .size == 1024)'
	same b.bin "/m/b.bin"
	stats '.paths["/b.bin"].headers["user-agent"] == "its own"'
	mv "$CTL/results.jsonl" "$CTL/second"
	fetch 0 1 -i "$CTL/second" --only=failed --tries 1
	files "$(cd "$ARENA/out" && echo a~*.bin)" a.bin b.bin
	stats '.paths["/a.bin"].requests == 1'
}

# records_of FILE EXPRESSION: as records.
records_of() {
	jq -se "$2" "$CTL/$1" >/dev/null || fail "not so of $1: $2"
}

@test "results that left out a secret cannot be asked for again, and say so" {
	origin_start
	list "http://user:canary@127.0.0.1:$O_PORT/a.bin?status=500" \
		"$O/b.bin?status=500&token=canary" \
		"$O/c.bin?status=500" " header=X-Key: canary" \
		"$O/d.bin?status=500"
	fetch 1 4 -i "$CTL/list.txt" --tries 1
	mv "$CTL/results.jsonl" "$CTL/first"
	fetch 3 1 -i "$CTL/first" --only failed --tries 1
	records '.[0].url | test("d.bin")'
	said "first:[0-9]: the URL was redacted"
	said "first:[0-9]: the headers of this entry were not written"
	! grep -q canary "$CTL/first" "$CTL/stderr" "$CTL/results.jsonl" || fail "a secret"
}

@test "results of an entry without a safe name fail in the same way again" {
	origin_start
	list "$O/a.bin" " out=../x"
	fetch 1 1 -i "$CTL/list.txt"
	mv "$CTL/results.jsonl" "$CTL/first"
	fetch 1 1 -i "$CTL/first" --only failed
	records '.[0].error == "bad-name"'
	files
}

@test "hostile names in every format: nothing outside" {
	origin_start
	input in.jsonl <<-END
		{"url": "$O/a.bin", "out": "../a"}
		{"url": "$O/b.bin", "out": "/tmp/../b"}
		{"url": "$O/c.bin", "dir": "x/../../y"}
		{"url": "$O/d.bin", "out": "new\\nline"}
		{"status": "failed", "url": "$O/e.bin", "filename_effective": "../../e"}
	END
	input in.csv <<-END
		url,out
		$O/f.bin,../f
		$O/g.bin,"two
		lines"
	END
	seine -d out -i "$CTL/in.jsonl" -i "$CTL/in.csv" --results "$CTL/results.jsonl"
	((status == 1))
	records 'map(select(.error == "bad-name")) | length == 5'
	[[ ! -e $ARENA/a && ! -e $ARENA/f && ! -e $ARENA/../e ]]
	no_crash
}

@test "a long CSV costs little memory" {
	yes "http://127.0.0.1:1/x,a caption" | head -n 300000 |
		awk 'BEGIN { print "url,caption,size" } { print $0 ",none" }' >"$CTL/in.csv"
	DEADLINE=120
	seine -d out -i "$CTL/in.csv" -q --json
	((status == 3))
	jq -e '.bad_lines == 300000 and .attempts == 0' "$CTL/stdout" || fail "not all read"
	sanitized || jq -e '.max_rss < 100 * 1048576' "$CTL/stdout" || fail "too much memory"
}
