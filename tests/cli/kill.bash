# kill.bash - killing jobs at random moments, and what must hold after each: no file under its
# final name is wrong, none that was there is lost, none is said to be done that is not there.

# kill_job SEED LARGE SMALL: so many files of 4 to 16 MiB, which come in chunks, so many small
# ones, half as many of sizes in between. Every other one has a digest in $CTL/list.txt. The
# large ones come at a rate, so that a kill finds them half done.
kill_job() {
	awk -v seed="$1" -v large="$2" -v small="$3" -v origin="$O" 'BEGIN {
		srand(seed)
		for (i = 1; i <= large; i++)
			print name("l") int(2 ^ (22 + 2 * rand())) "&rate=24M"
		for (i = 1; i <= small; i++)
			print name("s") int(200 + 30000 * rand())
		for (i = 1; i <= small / 2; i++)
			print name("m") int(2 ^ (12 + 9 * rand())) "&rate=24M"
	}
	function name(kind) {
		return sprintf("%s/%s%d.bin?seed=%d&size=", origin, kind, i, seed)
	}' | shuf --random-source=<(yes "$1") | bulk_list
	awk '{ print $2 } NR % 2 { print " checksum=sha-256=" $1 }' "$CTL/sums.url" >"$CTL/list.txt"
	BYTES=$(grep -oE 'size=[0-9]+' "$CTL/sums.url" | awk -F= '{ n += $2 } END { print n }')
	THERE=0
	rm -rf "$ARENA/out"
}

# kill_once [MILLISECONDS]: run the job for so long, or to its end. Sets status: 137, or 0 if it
# ended before.
kill_once() {
	rm -f "$CTL/results.jsonl"
	seine_start -q -d out --chunk-size 1M --min-split-size 1M --split 3 -j 4 --tries 10 \
		--results "$CTL/results.jsonl" -i "$CTL/list.txt"
	if (($#)); then
		sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
		kill_now "$SEINE_PID" || return
	fi
	status=0
	{ wait "$SEINE_PID"; } 2>/dev/null || status=$?
	unset "PIDS[-1]"
	((status == 137 || status == 0)) || fail "exit status $status"
}

# kill_check: what must hold now.
kill_check() {
	local there
	(cd "$ARENA/out" && sha256sum --check --strict --quiet --ignore-missing "$CTL/sums.txt" 2>&1) |
		grep -v "no file was verified" >"$CTL/wrong" || true
	[[ ! -s $CTL/wrong ]] || fail "wrong: $(cat "$CTL/wrong")" || return
	there=$(find "$ARENA/out" -maxdepth 1 -type f -printf x | wc -c)
	((there >= THERE)) || fail "lost: there were $THERE files, now $there" || return
	THERE=$there
	nothing_is_claimed
}

# kill_loop KILLS LARGE SMALL MILLISECONDS: jobs, one after another, killed so often in all, each
# time after so long at most, in all modes in turn; the last one then comes to its end. Leaves in
# KILLS how often it was, in JOBS_BYTES the bytes of the jobs, and in TWICE what the program has
# taken besides.
kill_loop() {
	local kills=0 jobs=0 modes
	read -ra modes <<<"$SEINE_TEST_MODES"
	JOBS_BYTES=0 TWICE=0
	while ((kills < $1)); do
		kill_job "$((jobs++))" "$2" "$3"
		curl -sS "$O/reset" >/dev/null
		BUFFERED=0
		status=137
		while ((status != 0)); do
			MODE=${modes[kills % ${#modes[@]}]}
			if ((kills < $1)); then
				kill_once $((5 + RANDOM % $4)) || return
			else
				kill_once || return
			fi
			kill_check || return
			((kills += status == 137)) || true
		done
		bulk_whole || return
		[[ ! -e $ARENA/out/.seine ]] || fail "left over: $(find "$ARENA/out/.seine")" || return
		((JOBS_BYTES += BYTES, TWICE += $(curl -sS "$O/stats" |
			jq '.sent - 600 * .requests') - BYTES - BUFFERED))
	done
	KILLS=$kills
	echo "# $kills kills, $jobs jobs, $JOBS_BYTES bytes, $TWICE twice" >&3
}
