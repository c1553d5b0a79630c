# buckets.bash - our origin as a store of buckets, and the signatures that it should see.

buckets() {
	origin_start
	export AWS_ACCESS_KEY_ID=AKIDEXAMPLE
	export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
	export AWS_EC2_METADATA_DISABLED=true
	S3=(--s3-endpoint "$O/s3")
}

hmac() { # HEXKEY: of standard input, in hex
	openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" | sed 's/.*= *//'
}

sha256() {
	sha256sum | cut -d' ' -f1
}

# The signature that a request of the origin's log should have, by openssl and this shell: the
# other way round than the program does it.
signature() { # LOG-ENTRY
	local path query headers signed date scope key canonical name
	path=$(jq -r '.target | split("?")[0]' <<<"$1")
	query=$(jq -r '.target | split("?")[1] // ""' <<<"$1" | tr '&' '\n' |
		sed '/=/!s/$/=/; /^=$/d' | LC_ALL=C sort | paste -sd'&')
	signed=$(jq -r '.headers.authorization | capture("SignedHeaders=(?<s>[^,]*)").s' <<<"$1")
	scope=$(jq -r '.headers.authorization | capture("Credential=[^/]*/(?<s>[^,]*)").s' <<<"$1")
	date=$(jq -r '.headers["x-amz-date"]' <<<"$1")
	headers=$(for name in ${signed//;/ }; do
		printf '%s:%s\n' "$name" "$(jq -r --arg n "$name" '.headers[$n]' <<<"$1")"
	done)
	canonical=$(printf 'GET\n%s\n%s\n%s\n\n%s\n%s' "$path" "$query" "$headers" "$signed" \
		"$(jq -r '.headers["x-amz-content-sha256"]' <<<"$1")" | sha256)
	key=$(printf 'AWS4%s' "$AWS_SECRET_ACCESS_KEY" | od -An -v -tx1 | tr -d ' \n')
	for name in ${scope//\// }; do
		key=$(printf %s "$name" | hmac "$key")
	done
	printf 'AWS4-HMAC-SHA256\n%s\n%s\n%s' "$date" "$scope" "$canonical" | hmac "$key"
}

# Every request is signed, and well.
all_signed() {
	local entry got n=0
	while read -r entry; do
		got=$(jq -r '.headers.authorization | capture("Signature=(?<s>[0-9a-f]*)").s' \
			<<<"$entry")
		[[ $got == "$(signature "$entry")" ]] || fail "badly signed: $entry" || return
		((++n))
	done < <(curl -sS "$O/log" | jq -c "${1:-.}")
	((n > 0))
}
