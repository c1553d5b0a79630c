# web.bash - an nginx of one's own making, that can be stopped and started again.

# web_start SERVER-BLOCKS: run it with these; "PORT" in them, "PORT1", "PORT2" become free
# ports, the first of them in WEB_PORT. The log, $CTL/web/log, has a JSON object per request.
web_start() {
	local base try
	command -v nginx >/dev/null || skip "nginx is not installed"
	mkdir -p "$CTL/www" "$CTL/web"
	for try in 1 2 3 4 5; do
		base=$((20000 + RANDOM % 10000))
		web_config "$1" "$base" >"$CTL/web/conf"
		web_run "$base" && break
		((try < 5)) || fail "nginx does not start: $(cat "$CTL/web/said")" || return
	done
	WEB_PORT=$base
}

# web_stop [SIGNAL]: end it, and wait until it is gone.
web_stop() {
	kill "-${1:-TERM}" "$WEB_PID"
	wait "$WEB_PID" || true
	PIDS=("${PIDS[@]/#$WEB_PID}")
}

# web_again: on the same ports, after web_stop.
web_again() {
	web_run "$WEB_PORT" || fail "nginx does not start again: $(cat "$CTL/web/said")"
}

web_run() { # PORT
	rm -f "$CTL/web/pid"
	setpriv --pdeathsig TERM nginx -p "$CTL/web" -c "$CTL/web/conf" \
		-e "$CTL/web/error.log" 3>&- >"$CTL/web/said" 2>&1 &
	WEB_PID=$!
	wait_until 60 web_settled "$1" || return
	kill -0 "$WEB_PID" 2>/dev/null || return
	PIDS+=("$WEB_PID")
}

# Dead, or ready: its PID file comes after its sockets.
web_settled() {
	! kill -0 "$WEB_PID" || { [[ -s $CTL/web/pid ]] && port_open "$1"; }
}

web_config() { # SERVER-BLOCKS BASE-PORT
	local blocks=$1
	blocks=${blocks//PORT2/$(($2 + 2))}
	blocks=${blocks//PORT1/$(($2 + 1))}
	blocks=${blocks//PORT/$2}
	cat <<-END
		daemon off;
		worker_processes 1;
		user $(id -un);
		pid $CTL/web/pid;
		error_log $CTL/web/error.log;
		events { worker_connections 4096; }
		http {
			log_format objects escape=json '{"connection":\$connection,'
				'"requests":\$connection_requests,"uri":"\$uri",'
				'"protocol":"\$server_protocol","status":\$status,'
				'"resumed":"\$ssl_session_reused"}';
			access_log $CTL/web/log objects;
			default_type application/octet-stream;
			client_body_temp_path $CTL/web/body;
			proxy_temp_path $CTL/web/proxy;
			fastcgi_temp_path $CTL/web/fastcgi;
			uwsgi_temp_path $CTL/web/uwsgi;
			scgi_temp_path $CTL/web/scgi;
			$blocks
		}
	END
}

# logged EXPRESSION: holds of the array of all that nginx has logged? It logs a request when it
# is through with it, and the client may have had the answer, and gone, before.
logged() {
	wait_until 60 in_log "$1" || fail "not so of nginx's log: $1
$(jq -c . "$CTL/web/log" | head -n 40)"
}

in_log() {
	jq -se "$1" "$CTL/web/log" >/dev/null
}
