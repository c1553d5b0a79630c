#!/usr/bin/env bats
# Credentials for buckets: where services that give them are asked, and what becomes of those
# that a store calls expired.

load helper
load buckets
load dns
load web
load processes

from_container() {
	buckets
	unset AWS_ACCESS_KEY_ID
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$O/s3/keys/
}

renewed() {
	fetch 0 10 "${S3[@]}" --tries 2 s3://stale/
	requests '[.[] | select(.target == "/s3/keys/")] | length == 2'
	requests '[.[] | select(.target | contains("/key-")) | select(.status < 300) |
		.headers["x-amz-security-token"]] | length == 10 and all(. == "token-1")'
	all_signed 'select(.headers.authorization)'
}

@test "credentials that the store calls expired are renewed, once for all" {
	from_container
	each_mode renewed
}

@test "all words for a token that is not valid any more" {
	local code
	from_container
	for code in ExpiredToken ExpiredTokenException InvalidToken TokenRefreshRequired; do
		curl -sS -o "$CTL/reset" "$O/reset"
		fetch 0 1 "${S3[@]}" "s3://says-$code/$code"
		records 'all(.attempts == 2)'
		requests '[.[] | select(.target == "/s3/keys/")] | length == 2'
		AWS_ACCESS_KEY_ID=A AWS_SESSION_TOKEN=token-0 fetch 1 1 "${S3[@]}" "s3://says-$code/b"
		records 'all(.error == "credentials" and .attempts == 1)'
		said "$code: The provided token is no good. .renew the credentials of the environment"
	done
	# No token is at fault.
	curl -sS -o "$CTL/reset" "$O/reset"
	fetch 1 1 "${S3[@]}" s3://says-InvalidAccessKeyId/a
	records 'all(.error == "http" and .attempts == 1)'
}

@test "credentials that the store calls expired, whatever they are" {
	from_container
	fetch 1 2 "${S3[@]}" s3://expired/a s3://expired/b
	requests '[.[] | select(.target == "/s3/keys/")] | length == 2'
	requests 'map(.headers["x-amz-security-token"]) | contains(["token-1"])'
	said 'ExpiredToken: The provided token has expired'
	records 'all(.error == "http" and .response_code == 400 and .attempts == 3)'
}

@test "credentials that are the user's to renew" {
	buckets
	fetch 1 1 "${S3[@]}" s3://expired/a
	requests 'length == 1'
	records 'all(.error == "credentials")'
	said 'renew the credentials of the environment'
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	mkdir -p "$HOME/.aws"
	printf '[work]\naws_access_key_id = A\naws_secret_access_key = b\n' >"$HOME/.aws/credentials"
	fetch 1 1 "${S3[@]}" --s3-profile work s3://expired/a
	said "renew the credentials of the profile 'work'"
}

from_other_example() {
	fetch 0 1 "${S3[@]}" --cacert "$CERTS/ca.pem" "$@" s3://box/k
	requests 'map(select(.target == "/s3/keys/")) |
		length == 1 and .[0].headers["x-protocol"] != null'
}

# Nobody but we could find that name, and only by these options is it believed.
@test "services that give credentials are found and trusted as servers of files are" {
	command -v nginx >/dev/null || skip "nginx is not installed"
	command -v dnsmasq >/dev/null || skip "dnsmasq is not installed"
	from_container
	nginx_start
	dns_start --address=/other.example/127.0.0.1
	AWS_CONTAINER_CREDENTIALS_FULL_URI=https://other.example:${TLS_OTHER##*:}/s3/keys/
	each_mode from_other_example --dns-servers "$DNS"
	each_mode from_other_example --resolve "other.example:${TLS_OTHER##*:}:127.0.0.1"
	rm -rf "$ARENA/out"
	fetch 1 1 "${S3[@]}" --dns-servers "$DNS" --insecure s3://box/k
	records 'all(.error == "credentials" and (.errormsg | test("certificate")))'
	fetch 1 1 "${S3[@]}" --cacert "$CERTS/ca.pem" --dns-servers 127.0.0.1:1 s3://box/k
	records 'all(.error == "credentials" and (.errormsg | test("other.example: ")))'
}

# asked_in_vain CONDITION: a stop comes once credentials are waited for, as the condition tells.
asked_in_vain() {
	seine_start -d out "${S3[@]}" --results "$CTL/results.jsonl" --dns-servers "$DNS" s3://box/k
	wait_until 60 "$@"
	kill -INT "$SEINE_PID"
	seine_ends 130 || return
	# That nobody answers is known only later.
	records 'all(.error == "interrupted")'
}

silent_name_asked() {
	(($(queries sts.silent.example) > 0))
}

silent_service_asked() {
	stats '.requests > 0' >/dev/null
}

@test "a stop ends the wait for credentials, of a name server and of a service" {
	command -v dnsmasq >/dev/null || skip "dnsmasq is not installed"
	buckets
	unset AWS_ACCESS_KEY_ID
	DNS_LOG=$CTL/behind.log dns_start
	hold_still "$DNS_PID"
	dns_start --server="/silent.example/${DNS/:/#}"
	echo token >"$CTL/token"
	for MODE in $SEINE_TEST_MODES; do
		AWS_WEB_IDENTITY_TOKEN_FILE=$CTL/token AWS_ROLE_ARN=arn:aws:iam::1:role/r \
			AWS_ENDPOINT_URL_STS=https://sts.silent.example/ \
			asked_in_vain silent_name_asked
		: >"$CTL/dns.log"
		AWS_CONTAINER_CREDENTIALS_FULL_URI="$O/silent?hang" asked_in_vain silent_service_asked
		curl -sS -o "$CTL/reset" "$O/reset"
	done
}

@test "who waits for credentials holds nobody else up" {
	buckets
	unset AWS_ACCESS_KEY_ID
	export AWS_CONTAINER_CREDENTIALS_FULL_URI="$O/silent?hang"
	fetch 1 12 "${S3[@]}" --mode event --loops 1 -j 20 s3://box/{1..6} "$O"/{a..f}
	files a b c d e f
	records 'map(select(.status == "failed")) | length == 6 and all(.error == "credentials")'
	# The service is asked twice; all else while it is silent the first time.
	requests 'map(.target) | length == 8 and .[-1] == "/silent?hang"'
	# When there are some, all go on.
	AWS_CONTAINER_CREDENTIALS_FULL_URI="$O/s3/keys/" \
		fetch 0 6 "${S3[@]}" --mode event --loops 1 -j 20 s3://box/{1..6}
	all_signed 'select(.target | startswith("/s3/box"))'
}
