#!/usr/bin/env bats
# s3:// URLs against the buckets of our origin, which misbehave as told: listings, signatures,
# regions, errors, hostile keys.

load helper
load buckets
load chunks

# The keys that a bucket of N has, as paths.
keys() { # N
	local i
	for ((i = 0; i < $1; i++)); do
		printf 'dir%d/key-%06d\n' $((i % 7)) "$i"
	done
}

one_object() {
	fetch 0 2 "${S3[@]}" "s3://box/some/key.size-300K" "s3://box/with space&+%20~ü"
	same key.size-300K "/s3/box/some/key.size-300K?size=300K"
	same "with space&+%20~ü" "/s3/box/with%20space%26%2B%2520~%C3%BC"
	requests 'all(.[]; .headers.authorization |
		startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"))'
	requests 'map(.target) | sort == ["/s3/box/some/key.size-300K",
		"/s3/box/with%20space%26%2B%2520~%C3%BC"]'
	all_signed
	records 'map(.url) | sort == ["s3://box/some/key.size-300K", "s3://box/with space&+%20~ü"]'
}

@test "single objects, signed" {
	buckets
	each_mode one_object
}

pages() { # KEYS PAGES
	fetch 0 "$1" "${S3[@]}" "s3://list$1/"
	mapfile -t wanted < <(keys "$1")
	files "${wanted[@]}"
	same dir1/key-000001 "/s3/list$1/dir1/key-000001"
	requests '[.[] | select(.target | contains("list-type=2"))] | length == '"$2"
	requests '[.[] | select(.target | contains("key-"))] | length == '"$1"
}

@test "a bucket, listed page by page" {
	buckets
	each_mode pages 1003 2
	rm -rf "$ARENA/out"
	curl -sS "$O/reset" >/dev/null
	pages 2500 3
	# Objects were fetched before the last page was asked for.
	requests '(map(.target | contains("token=t2000")) | index(true)) >
		(map(.target | contains("key-000000")) | index(true))'
	all_signed 'select(.target | contains("list-type"))'
}

@test "--name is not for the keys of a bucket, which is said once" {
	buckets
	fetch 0 2 "${S3[@]}" --name "{host}-{base}" "s3://box/dir1/"
	files key-000001 key-000008
	[[ $(grep -c -- "--name is not for what a bucket" "$CTL/stderr") == 1 ]] ||
		fail "not said once"
	rm -rf "$ARENA/out"
	fetch 0 1 "${S3[@]}" --name "{hash}-{base}" "s3://box/dir1/key-000001"
	not_said "--name"
}

@test "prefixes and patterns" {
	buckets
	fetch 0 2 "${S3[@]}" "s3://box/dir1/"
	files key-000001 key-000008
	rm -rf "$ARENA/out"
	fetch 0 2 "${S3[@]}" "s3://box/dir*/*8" "s3://box/dir?/key-000009"
	files dir1/key-000008 dir2/key-000009
	rm -rf "$ARENA/out"
	list "s3://box/dir1/" "  dir=one" "  max-tries=2" "s3://box/dir2/key-000002"
	fetch 0 3 "${S3[@]}" -i "$CTL/list.txt"
	files one/key-000001 one/key-000008 key-000002
}

@test "keys that read as patterns" {
	buckets
	local wild=('a*b' axb 'what?' whats 'back\*slash' 'x?versionId=1' %2A) key target
	fetch 1 7 "${S3[@]}" --max-size 100 --failed "$CTL/left.txt" s3://wild
	curl -sS "$O/reset" >/dev/null
	# Each names itself alone, and nothing is listed.
	fetch 0 7 "${S3[@]}" -i "$CTL/left.txt"
	files "${wild[@]/\\/%5C}"
	requests 'length == 7 and all(.target | contains("list-type") | not)'
	for key in "${wild[@]}"; do
		target=$(jq -rn --arg k "$key" '$k | @uri')
		same "${key/\\/%5C}" "/s3/wild/${target//\*/%2A}"
	done
	rm -rf "$ARENA/out"
	fetch 0 2 "${S3[@]}" 's3://wild/a\*b' 's3://wild/what\?'
	files 'a*b' 'what?'
	rm -rf "$ARENA/out"
	fetch 0 4 "${S3[@]}" 's3://wild/a*b' 's3://wild/what?'
	files 'a*b' axb 'what?' whats
}

@test "nothing there is an error" {
	buckets
	fetch 3 1 "${S3[@]}" s3://empty/
	said 's3://empty/.*no object'
	fetch 3 1 "${S3[@]}" "s3://box/nothing*"
	said 's3://box/nothing'
	fetch 3 1 "${S3[@]}" "s3://bad_bucket!/x"
	said 'not the name of a bucket'
}

@test "a second run fetches nothing" {
	buckets
	fetch 0 10 "${S3[@]}" s3://box
	curl -sS "$O/reset" >/dev/null
	fetch 0 10 "${S3[@]}" s3://box
	records 'all(.status == "present")'
	requests 'length == 1'
}

@test "hostile keys" {
	buckets
	fetch 1 9 "${S3[@]}" s3://hostile/
	records '[.[] | select(.error == "bad-name")] | length == 3'
	files fine _hidden 'tab%09here' $'b\u202ec' "<&>'\"" 'a b+c%20d' ||
		files fine _hidden 'tab%09here' 'b%E2%80%AEc' "<&>'\"" 'a b+c%20d'
}

in_another_region() {
	rm -rf "$ARENA/out"
	curl -sS "$O/reset" >/dev/null
	fetch 0 10 "${S3[@]}" "s3://$1/"
	all_signed 'select(.target | contains("list-type") or contains("key-000001"))'
	# Found out once, by the listing.
	requests '[.[] | select(.status != 200 and .status != 206)] | length == 1'
}

@test "buckets in another region" {
	buckets
	each_mode in_another_region away
	in_another_region moved
	rm -rf "$ARENA/out"
	fetch 0 1 "${S3[@]}" --s3-region eu-west-1 s3://away/dir1/key-000001
	# What is no region's name is not believed.
	fetch 1 1 "${S3[@]}" s3://evil-region/k
}

slow() {
	fetch 0 10 "${S3[@]}" --tries 4 s3://slow/
	requests '[.[] | select(.status == 503)] | length == 22'
}

@test "SlowDown is obeyed" {
	buckets
	each_mode slow
}

@test "errors are shown by code and message" {
	buckets
	fetch 1 1 "${S3[@]}" s3://denied/
	said 's3://denied/: HTTP 403 Forbidden: AccessDenied: Access Denied'
	fetch 1 1 "${S3[@]}" s3://expired/a
	said 's3://expired/a: HTTP 400 Bad Request: ExpiredToken: The provided token has expired.*environment'
	! grep -q $'\u202e' "$CTL/stderr"
	fetch 1 1 "${S3[@]}" s3://evil-region/a
	said 's3://evil-region/a: HTTP 301: PermanentRedirect: It is elsewhere.'
}

@test "what is said of one file cannot be so of many" {
	buckets
	list s3://box/many/ " checksum=md5=00000000000000000000000000000000" s3://box/ " size=3"
	fetch 3 2 "${S3[@]}" -i "$CTL/list.txt"
	fetch 3 1 "${S3[@]}" -o name s3://box/
	files
	records '.[0].error == "bad-url"'
}

@test "listings that break off, or go on for ever" {
	buckets
	fetch 0 10 "${S3[@]}" s3://cut/
	rm -rf "$ARENA/out"
	fetch 3 1 "${S3[@]}" --failed "$CTL/left.txt" s3://torn/
	grep -qx 's3://torn/' "$CTL/left.txt"
	said 's3://torn/'
	local bucket
	for bucket in endless circle; do
		rm -rf "$ARENA/out"
		seine -d out "${S3[@]}" "s3://$bucket/"
		((status == 3)) || fail "exit status $status"
		said 'same page'
	done
}

@test "no credentials, and none wanted" {
	buckets
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	fetch 1 1 "${S3[@]}" s3://box/k
	records 'all(.error == "credentials")'
	said '--s3-no-sign-request'
	fetch 0 10 "${S3[@]}" --s3-no-sign-request s3://box/
	requests 'all(.[]; .headers.authorization == null)'
}

@test "a profile, a session token, and whoever pays" {
	buckets
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	mkdir -p "$HOME/.aws"
	cat >"$HOME/.aws/credentials" <<-END
		[default]
		aws_access_key_id = NOBODY
		aws_secret_access_key = nothing
		[work]
		aws_access_key_id = AKIDWORK
		aws_secret_access_key = canary/secret
		aws_session_token = canary-token
	END
	AWS_SECRET_ACCESS_KEY=canary/secret
	fetch 0 1 "${S3[@]}" --s3-profile work --s3-requester-pays -vv s3://box/k
	requests 'all(.[]; .headers["x-amz-security-token"] == "canary-token" and
		.headers["x-amz-request-payer"] == "requester" and
		(.headers.authorization | contains("Credential=AKIDWORK/")))'
	all_signed
	! grep -rq canary "$CTL/stderr" "$CTL/results.jsonl" || fail "a secret was told"
}

# S3 refuses what has a header of its own that is not signed.
@test "headers of S3's that the user gives are signed, too" {
	buckets
	list "s3://box/k" " header=X-Amz-Expected-Bucket-Owner: 111122223333" " header=x-amz-empty:" \
		" header=X-Other: 1"
	fetch 0 1 "${S3[@]}" -i "$CTL/list.txt" --header "x-amz-zone: here"
	requests 'all(.[]; .headers.authorization | contains("SignedHeaders=host;" +
		"x-amz-checksum-mode;x-amz-content-sha256;x-amz-date;x-amz-expected-bucket-owner;" +
		"x-amz-zone,"))'
	requests 'all(.[]; .headers["x-other"] == "1" and .headers["x-amz-empty"] == null)'
	all_signed
}

# A store would refuse them unsigned, without saying which.
@test "more headers of S3's than are signed are an error, and nothing is asked for" {
	local many=() i
	buckets
	for ((i = 0; i < 28; i++)); do many+=(--header "x-amz-meta-$i: $i"); done
	fetch 0 1 "${S3[@]}" "${many[@]}" s3://box/k
	all_signed
	curl -sS "$O/reset" >/dev/null
	fetch 1 1 "${S3[@]}" "${many[@]}" --header "x-amz-meta-28: one too many" s3://box/one
	said 'too many headers that begin with x-amz-'
	stats '.requests == 0'
}

# Of two with one name the log has the last, and the store another signature.
@test "what the user says of S3's headers is not said twice" {
	buckets
	fetch 0 1 "${S3[@]}" --s3-requester-pays --header "X-Amz-Request-Payer: requester" \
		--header "x-amz-checksum-mode: ENABLED" s3://box/k
	all_signed
	curl -sS "$O/reset" >/dev/null
	fetch 0 1 "${S3[@]}" --header "x-amz-checksum-mode:" --existing=overwrite s3://box/k
	requests 'map(.headers | has("x-amz-checksum-mode")) == [false]'
	all_signed
	curl -sS "$O/reset" >/dev/null
	fetch 0 1 "${S3[@]}" --header "Authorization: Bearer mine" --existing=overwrite s3://box/k
	requests 'map(.headers | [.authorization, has("x-amz-date")]) == [["Bearer mine", false]]'
	# nor are credentials looked for
	AWS_ACCESS_KEY_ID='' AWS_CONTAINER_CREDENTIALS_FULL_URI=$O/credentials \
		fetch 0 1 "${S3[@]}" --header "authorization: Bearer mine" --existing=overwrite s3://box/k
	stats '.paths["/credentials"] == null'
}

# A store behind a tunnel, say, which knows itself by another name.
@test "a Host of the user's is the one that is signed" {
	buckets
	fetch 0 1 "${S3[@]}" --header "host:  store.example:81" s3://box/k
	requests 'all(.[]; .headers.host == "store.example:81")'
	all_signed
}

@test "what only who signs can say is not taken from the user" {
	local name
	buckets
	for name in X-Amz-Date x-amz-content-sha256; do
		fetch 1 1 "${S3[@]}" --header "$name: 1" s3://box/k
		said "\"${name,,}\" is part of the signature"
	done
	AWS_SESSION_TOKEN=mine fetch 1 1 "${S3[@]}" --header "x-amz-security-token: 1" s3://box/k
	said '"x-amz-security-token" is part of the signature'
	stats '.requests == 0'
	# who signs may say them all
	fetch 0 1 "${S3[@]}" --header "x-amz-date: 1" --header "Authorization: mine" s3://box/k
}

@test "versions, and URLs that are signed already" {
	buckets
	fetch 0 1 "${S3[@]}" "s3://box/k?versionId=a/b+c"
	requests '.[0].target == "/s3/box/k?versionId=a%2Fb%2Bc"'
	all_signed
	curl -sS "$O/reset" >/dev/null
	fetch 0 1 "$O/plain/x?x-amz-signature=1&x-amz-date=%2f%2B"
	requests '.[0] | .target == "/plain/x?x-amz-signature=1&x-amz-date=%2f%2B" and
		.headers.authorization == null'
}

@test "what is left of a bucket can be fetched by the failed list" {
	buckets
	fetch 1 10 "${S3[@]}" --max-size 1000 --failed "$CTL/left.txt" s3://box/
	grep -q '^s3://box/dir1/key-000001$' "$CTL/left.txt"
	fetch 0 10 "${S3[@]}" -i "$CTL/left.txt"
	mapfile -t wanted < <(keys 10)
	files "${wanted[@]}"
}

elsewhere() {
	curl -sS "$OTHER/reset" >/dev/null
	fetch 0 1 "${S3[@]}" -H 'X-Secret: of the first one' -i "$CTL/$1"
	same file "/s3/$2"
	all_signed 'select(.target | startswith("/s3/"))'
	requests 'all(.[]; .headers["x-secret"] == null)'
	requests 'length == 1 and all(.[]; .headers["x-secret"] and
		.headers.authorization == null)' "$OTHER"
	records 'all(.url_effective | startswith("'"$O"'/s3/"))'
}

@test "a mirror in a bucket, in all ways of naming it" {
	buckets
	origin_start OTHER
	list "$OTHER/file?status=404	s3://box/k.size-300K"
	each_mode elsewhere list.txt "box/k.size-300K?size=300K"
	printf '{"url": ["%s/file?status=404", "s3://away/k"]}' "$OTHER" >"$CTL/list.jsonl"
	rm -rf "$ARENA/out"
	curl -sS "$O/reset" >/dev/null
	elsewhere list.jsonl away/k
	cat >"$CTL/list.meta4" <<-END
		<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="file">
			<url priority="1">$OTHER/file?status=404</url>
			<url priority="2">s3://box/many/</url>
			<url priority="3">s3://box/k</url>
		</file></metalink>
	END
	rm -rf "$ARENA/out"
	curl -sS "$O/reset" >/dev/null
	elsewhere list.meta4 box/k
	list "$OTHER/x?status=404	s3://denied/k"
	fetch 1 1 "${S3[@]}" --failed "$CTL/left.txt" -i "$CTL/list.txt"
	grep -q '^http.*	s3://denied/k$' "$CTL/left.txt"
}

@test "mirrors in buckets that are none" {
	buckets
	origin_start OTHER
	list "$OTHER/file?status=404	s3://bad_bucket!/x	s3://box/all/	s3://box/k"
	fetch 0 1 "${S3[@]}" -i "$CTL/list.txt"
	said 'list.txt:1: .*: not the name of a bucket.*using the other mirrors'
	said 'list.txt:1: .*several objects.*using the other mirrors'
	same file /s3/box/k
}

both_give() {
	curl -sS "$OTHER/reset" >/dev/null
	fetch 0 1 "${S3[@]}" "${CHUNKS[@]}" -i "$CTL/list.txt"
	same file "/s3/box/k.size-12M?size=12M"
	all_signed
	requests 'map(.headers["if-match"]) | unique | length >= 1 and length <= 2'
	requests 'length > 0 and all(.headers.authorization == null)' "$OTHER"
}

@test "a bucket and another server share a file" {
	buckets
	origin_start OTHER
	list "$OTHER/file?size=12M&as=/s3/box/k.size-12M&rate=6M	s3://box/k.size-12M" \
		" checksum=sha-256=$(digest sha256 "/s3/box/k.size-12M?size=12M")"
	MODE=event both_give
	rm -rf "$ARENA/out"
	curl -sS "$O/reset" >/dev/null
	MODE=threads both_give
}

@test "what is secret stays with the store" {
	buckets
	origin_start OTHER
	export AWS_SESSION_TOKEN=canary
	fetch 0 1 "${S3[@]}" "s3://to-$OTHER_PORT/file"
	requests 'all(.[]; .headers.authorization and .headers["x-amz-security-token"])'
	requests 'length == 1 and all(.[]; .headers.authorization == null and
		.headers["x-amz-security-token"] == null)' "$OTHER"
	# Of a store that is a mirror, too.
	curl -sS "$OTHER/reset" >/dev/null
	list "$O/gone?status=404	s3://to-$OTHER_PORT/file"
	fetch 0 1 "${S3[@]}" -i "$CTL/list.txt"
	requests 'length == 1 and all(.[]; .headers.authorization == null and
		.headers["x-amz-security-token"] == null)' "$OTHER"
	# And one that is where the entry's first URL is sent to is nobody.
	curl -sS "$O/reset" >/dev/null
	list "$OTHER/moved?redirect=$O/s3/box/k	s3://box/other"
	fetch 0 1 "${S3[@]}" -i "$CTL/list.txt"
	requests 'map(select(.target == "/s3/box/k") | .headers.authorization) == [null]'
}

# What cannot be read comes back as it was asked for, and its parts are asked for like it.
@test "what is said of a bucket goes with each request, and into the failed list" {
	buckets
	list s3://torn/ " header=X-One: 1" " header=X-Two: 2" " referer=http://r.example/" \
		" user-agent=me" " max-tries=2" " dir=sub" \
		s3://box/ " header=X-One: 1" " referer=http://r.example/"
	fetch 3 11 "${S3[@]}" -i "$CTL/list.txt" --failed "$CTL/left.txt"
	requests 'map(.headers["x-one"]) | length == 12 and all(. == "1")'
	requests 'map(.headers.referer) | all(. == "http://r.example/")'
	diff <(grep -v '^#' "$CTL/left.txt" | sort) <(head -n 7 "$CTL/list.txt" | sort)
	# A page that does not come.
	list s3://denied/ " header=X-One: 1"
	fetch 1 1 "${S3[@]}" -i "$CTL/list.txt" --failed "$CTL/left.txt"
	diff <(grep -v '^#' "$CTL/left.txt") "$CTL/list.txt"
}
