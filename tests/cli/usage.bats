#!/usr/bin/env bats
# The command line itself.

load helper

@test "--help and --version" {
	seine --help
	((status == 0))
	grep -q -- "--existing" "$CTL/stdout"
	grep -q -- "--per-host" "$CTL/stdout"
	[[ ! -s $CTL/stderr ]]
	seine --version
	((status == 0))
	grep -q "^seine " "$CTL/stdout"
	grep -q "libcurl" "$CTL/stdout"
}

@test "help that cannot be written: exit 4, as for all output" {
	local rc=0
	"$SEINE" --help >/dev/full 2>"$CTL/stderr" || rc=$?
	((rc == 4)) || fail "exit status $rc, not 4"
	said "standard output: No space left"
}

@test "nothing to fetch: exit 2, and what to do" {
	seine
	((status == 2))
	said "-i"
	[[ -z $(ls -A "$ARENA" | grep -v bystander) ]]
}

@test "wrong usage: exit 2, naming the option, and nothing made" {
	local arguments
	for arguments in "--colour" "-j 0" "-j many" "-j" "--mode fast" "--existing maybe" \
		"--max-size -1" "--max-time soon" "--checksum sha-256=xyz" "--checksum crc=00" \
		"--progress wild" "--tries 0" "--cacert=" "-o ../x" "-o /x" \
		"-x foo://h:1" "--s3-endpoint store" "--s3-endpoint http://store:99999" \
		"--s3-region eu_west"; do
		# shellcheck disable=SC2086 # words are meant
		seine -d out http://127.0.0.1:1/a $arguments
		((status == 2)) || fail "exit status $status for $arguments"
		[[ -s $CTL/stderr ]]
		[[ ! -e $ARENA/out ]] || fail "made a directory for $arguments"
		no_crash
	done
}

@test "a store that cannot be: exit 2 wherever it is said, before anything is asked" {
	seine s3://box/key --s3-endpoint 'http://two words'
	((status == 2))
	said "--s3-endpoint: bad URL: the host"
	SEINE_S3_ENDPOINT=ftp://store seine s3://box/key
	((status == 2))
	said "--s3-endpoint: bad URL: only http"
	said "(from SEINE_S3_ENDPOINT)"
	echo "s3-endpoint = http://store/?x=1" >"$CTL/config"
	seine --config "$CTL/config" s3://box/key
	((status == 2))
	said "config:1"
	# Of others' variables the entries tell that need them.
	AWS_ENDPOINT_URL=store:9000 seine s3://box/key
	((status == 1))
	said "s3://box/key: not where buckets can be: bad URL: no scheme"
	said "AWS_ENDPOINT_URL"
}

@test "an option misspelt: the right one is named" {
	seine --exsiting skip http://127.0.0.1:1/a
	((status == 2))
	said "--existing"
}

@test "--checksum for the one URL" {
	origin_start
	fetch 0 1 --checksum "sha-256=$(digest sha256 "/a.bin?size=100")" "$O/a.bin?size=100"
	records '.[0].verified == "hash"'
	fetch 1 1 --checksum "sha-256=$(printf '%064d' 0)" -o b.bin "$O/b.bin?size=100"
	records '.[0].error == "checksum"'
	files a.bin
	fetch 0 1 --checksum "SHA256=$(digest sha256 "/c.bin?size=100" | tr a-f A-F)" "$O/c.bin?size=100"
}

@test "options before, between and after URLs; -- ends them" {
	origin_start
	fetch 0 2 -j1 "$O/a.bin" --tries=2 -- "$O/b.bin"
	files a.bin b.bin
}

@test "a URL without its scheme: said, not guessed" {
	seine -d out --results "$CTL/results.jsonl" 127.0.0.1:1/a.bin
	((status == 3)) || fail "exit status $status, not 3"
	said "http://"
}

@test "a list without its -i, a directory without its -d: exit 2, what to write, nothing begun" {
	echo "http://127.0.0.1:1/a.bin" >"$CTL/urls.txt"
	seine -d out http://127.0.0.1:1/b.bin "$CTL/urls.txt"
	((status == 2)) || fail "exit status $status, not 2"
	said "urls.txt' is not a URL but a file; .* -i"
	[[ ! -e $ARENA/out ]]
	mkdir "$ARENA/place"
	seine http://127.0.0.1:1/b.bin place
	((status == 2)) || fail "exit status $status, not 2"
	said "'place' is not a URL but a directory; .* -d"
	# What only is called like a file is a URL.
	mkdir -p "$ARENA/http:/127.0.0.1:1"
	echo >"$ARENA/http:/127.0.0.1:1/a.bin"
	seine -d out --tries 1 http://127.0.0.1:1/a.bin
	((status == 1)) || fail "exit status $status, not 1"
}

@test "all modes have all cases" {
	local mode
	grep -oE '^case_[a-z_]+' "$SRCDIR/tests/cli/modes.bash" | sort >"$CTL/cases"
	for mode in sequential threads event; do
		grep -oE 'case_[a-z_]+' "$SRCDIR/tests/cli/modes-$mode.bats" | sort |
			diff "$CTL/cases" -
	done
}

# A library that libcurl brings calls its function of that name, and would get ours.
@test "no library can take a function of the program for its own" {
	local exported
	sanitized && skip "a sanitizer stands in for some"
	command -v nm >/dev/null || skip "nm is not installed"
	exported=$(nm -D --defined-only "$SEINE" | awk '$2 == "T" { print $3 }')
	[[ -z $exported ]] || fail "exported: $exported"
}
