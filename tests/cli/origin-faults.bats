#!/usr/bin/env bats
# The scripted origin, once more: misdeeds in the answers to single ranges, and what it counts.

load helper

code() { # RANGE TARGET
	curl -s -o "$CTL/part" --max-time 60 -w '%{http_code}%{exitcode}' -r "$1" "$O$2" || true
}

@test "at= picks out the answers to ranges from one byte on" {
	origin_start
	[[ $(code 0-9 "/a?at=10&status=404") == 2060 ]]
	[[ $(code 10-19 "/a?at=10&status=404") == 4040 ]]
	[[ $(code 11-19 "/a?at=10&truncate=5") == 2060 ]]
	[[ $(code 10-19 "/a?at=10&truncate=5") == 20618 ]]
	[[ $(code 0-9 "/a?at=0&lie=ignore") == 2000 ]]
	[[ $(curl -s -o /dev/null -w '%{http_code}' "$O/a?at=0&status=500") == 500 ]]
	[[ $(curl -s -o /dev/null -w '%{http_code}' "$O/a?at=1&status=500") == 200 ]]
}

@test "fail= with at= counts only these" {
	origin_start
	local seen="" n
	for n in 0 10 0 10 10 10; do
		seen+="$(code $n-19 "/a?at=10&fail=2:503") "
	done
	[[ $seen == "2060 5030 2060 5030 2060 2060 " ]]
}

@test "faults fall into what was asked for" {
	origin_start
	local n
	for n in 1 2 3 4; do
		[[ $(code 1000-1099 "/t$n?size=1M&fail=1:truncate") == 20618 ]]
		[[ $(code 1000-1099 "/f$n?size=1M&fail=1:flip") == 2060 ]]
		(($(cmp -l "$CTL/part" <("$ORIGIN" --body "/f$n?size=1M" | tail -c +1001 | head -c 100) |
			wc -l) == 1))
	done
}

@test "a lie as a fault, and one about If-Range" {
	origin_start
	local seen="" n
	for n in {1..12}; do
		seen+="$(code 10-19 "/l$n?size=100&fail=1:lie") "
	done
	[[ $seen == *2000* && $seen == *4160* && $seen == *206* ]]
	[[ $(curl -s -o /dev/null -w '%{http_code}' -r 0-9 -H 'If-Range: "x"' "$O/a?lie=heedless") == 206 ]]
}

@test "a Date, and a Last-Modified as fresh as that" {
	origin_start
	curl -s -D - -o /dev/null "$O/a?modified=now" | tr -d '\r' >"$CTL/head"
	[[ $(sed -n 's/^Date: //p' "$CTL/head") == "$(sed -n 's/^Last-Modified: //p' "$CTL/head")" ]]
	local date
	date=$(date -d "$(sed -n 's/^Date: //p' "$CTL/head")" +%s)
	((date >= $(date +%s) - 60 && date <= $(date +%s)))
}

@test "what was sent is counted, not what was asked for" {
	origin_start
	curl -s -o /dev/null "$O/x/a?size=100000"
	curl -s -o /dev/null -r 0-9 "$O/x/b?size=100000"
	curl -s -o /dev/null "$O/y/c?size=100000&truncate=1000" || true
	stats '.sent > 101010 and .sent < 103000'
	stats '.groups["/x"].sent > 100010 and .groups["/y"].sent < 2000'
}
