# web.bash - a real web server, nginx: the usual one, or one of a test's own making, that can be
# stopped and started again; and certificates of an authority of our own.

# nginx_start: real HTTP/1.1, TLS and HTTP/2 before an origin. Sets WEB (plain, static files
# of $CTL/www), TLS, TLS_OTHER, TLS_EXPIRED, TLS_SELF (each passes on to the origin $O).
nginx_start() {
	local n=0 name blocks
	[[ -n ${O:-} ]] || origin_start
	certificates
	blocks="
		gzip_types *;
		server {
			listen 127.0.0.1:PORT;
			root $CTL/www;
			location /packed/ { alias $CTL/www/; gzip on; gzip_min_length 1; }
			location /metalink/ {
				alias $CTL/www/;
				default_type application/metalink4+xml;
			}
		}"
	for name in good other expired self; do
		blocks+="
		server {
			listen 127.0.0.1:PORT$((++n)) ssl http2;
			ssl_certificate $CERTS/$name.pem;
			ssl_certificate_key $CERTS/$name.key;
			location / {
				proxy_pass $O;
				proxy_http_version 1.1;
				proxy_redirect off;
				proxy_set_header Connection \"\";
				proxy_set_header X-Protocol \$server_protocol;
			}
		}"
	done
	web_start "$blocks" || return
	WEB=http://127.0.0.1:$WEB_PORT
	TLS=https://127.0.0.1:$((WEB_PORT + 1))
	TLS_OTHER=https://127.0.0.1:$((WEB_PORT + 2))
	TLS_EXPIRED=https://127.0.0.1:$((WEB_PORT + 3))
	TLS_SELF=https://127.0.0.1:$((WEB_PORT + 4))
}

# web_start BLOCKS: run one with these in its http block; "PORT" in them, "PORT1" to "PORT4" become
# free ports, the first of them in WEB_PORT. The log, $CTL/web/log, has a JSON object per request.
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
	server_stop "$WEB_PID" "$@"
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

web_config() { # BLOCKS BASE-PORT
	local blocks=$1 n
	for n in 4 3 2 1; do
		blocks=${blocks//PORT$n/$(($2 + n))}
	done
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

# certificates: they are in $CERTS, made once per file.
certificates() {
	CERTS=$BATS_FILE_TMPDIR/certs
	[[ -e $CERTS/done ]] && return
	mkdir -p "$CERTS"
	(
		cd "$CERTS" || exit
		make_certificates
	) >"$CERTS/log" 2>&1 || fail "no certificates: $(cat "$CERTS/log")"
}

make_certificates() {
	set -e
	local name ec=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
	openssl req -x509 "${ec[@]}" -keyout ca.key -out ca.pem -days 2 -subj "/CN=Test CA"
	openssl req -x509 "${ec[@]}" -keyout self.key -out self.pem -days 2 \
		-subj "/CN=127.0.0.1" -addext "subjectAltName=IP:127.0.0.1"
	cat >ca.conf <<-END
		[ca]
		default_ca = ours
		[ours]
		database = $PWD/index
		new_certs_dir = $PWD
		serial = $PWD/serial
		default_md = sha256
		policy = any
		unique_subject = no
		[any]
		commonName = supplied
		[here]
		subjectAltName = IP:127.0.0.1,DNS:localhost
		[there]
		subjectAltName = DNS:other.example
	END
	: >index
	echo 01 >serial
	for name in good other expired; do
		openssl req -new "${ec[@]}" -keyout $name.key -out $name.csr -subj "/CN=$name"
	done
	local sign=(openssl ca -batch -config ca.conf -cert ca.pem -keyfile ca.key)
	"${sign[@]}" -in good.csr -out good.pem -days 2 -extensions here
	"${sign[@]}" -in other.csr -out other.pem -days 2 -extensions there
	"${sign[@]}" -in expired.csr -out expired.pem -extensions here \
		-startdate 20200101000000Z -enddate 20200201000000Z
	: >done
}
