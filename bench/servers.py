"""The servers that scenarios are fetched from.

A server is made from a directory to work in, the files it is to have and the protocol to
speak, and says of each file where the original is, or what its digest is. It has

    enter       what to put before a command line so that it runs where the server is
    env         what a contender needs in its environment
    cacert      the authority behind its certificate, or None
    bucket      all files in one, as s3://NAME/, and the
    endpoint    of the store that has it; or both None
    used()      seconds of processor time that it has had
    address()   the URL of a file
    forget()    counting begins
    at_once()   most requests since then at a time, None if it does not count
    close()
"""

import contextlib
import hashlib
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time

import measure
from contenders import HERE, TOP

ORIGIN = os.environ.get("ORIGIN") or os.path.join(TOP, "build/release/tests/origin/origin")

NGINX_CONF = """
daemon off;
worker_processes 1;
user root;
pid {work}/nginx.pid;
error_log {work}/nginx.log;
events {{
	worker_connections {connections};
	multi_accept on;
}}
http {{
	access_log off;
	default_type application/octet-stream;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000000;
	keepalive_timeout 300;
	http2_max_concurrent_streams 128;
	ssl_protocols TLSv1.2 TLSv1.3;
	ssl_session_cache shared:tls:16m;
	client_body_temp_path {work}/body;
	proxy_temp_path {work}/proxy;
	fastcgi_temp_path {work}/fastcgi;
	uwsgi_temp_path {work}/uwsgi;
	scgi_temp_path {work}/scgi;
	server {{
		listen 127.0.0.1:{port} backlog=32768 {listen};
		root {work}/root;
		{certificate}
	}}
}}
"""
SO_MAX_PACING_RATE = 47  # Python has no name for it
PACE = 20_000_000  # bytes per second
LISTEN = {"http": "", "https": "ssl", "h2": "ssl http2"}


class Nginx:
    """One worker; static files."""

    enter, env, bucket, endpoint = (), {}, None, None
    handed = {}  # more that Popen shall know

    def __init__(self, work, files, protocol):
        if not shutil.which("nginx"):
            raise measure.Unavailable("nginx is not installed (scripts/deps bench)")
        self.work, self.cacert = work, None
        make_files(files, lambda file: f"{work}/root{file.target}")
        secure = protocol != "http"
        certificate = self.make_certificate() if secure else ""
        self.port = self.listen()
        conf = NGINX_CONF.format(
            work=work,
            connections=min(measure.descriptors(), 65536) - 64,
            port=self.port,
            listen=LISTEN[protocol],
            certificate=certificate,
        )
        if not self.start(conf):
            with open(f"{work}/nginx.said") as said:
                raise RuntimeError("nginx does not start: " + said.read())
        self.scheme = "https" if secure else "http"

    def listen(self):
        """nginx is handed its socket, as if by an nginx that was there before it: so nobody
        else has the port, and connections are as the one that they are accepted from.

        A machine may have BBR for all connections, which gives each a pace, kept by a timer
        for every few packets: on a loopback such timers were 40 % of nginx's time. Debian's
        own choice, cubic, has none."""
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=32768)
        for name in b"cubic", b"reno":
            with contextlib.suppress(OSError):
                self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, name)
                break
        self.listener.setblocking(False)
        self.handed = {
            "env": {**os.environ, "NGINX": f"{self.listener.fileno()};"},
            "pass_fds": [self.listener.fileno()],
        }
        return self.listener.getsockname()[1]

    def make_certificate(self):
        """An authority that lives as long as the benchmark, and a certificate from it."""
        given_out = "-CA ca.pem -CAkey ca.key -addext basicConstraints=critical,CA:FALSE"
        self.openssl("ca", "bench", "")
        self.openssl("server", "127.0.0.1", given_out + " -addext subjectAltName=IP:127.0.0.1")
        self.cacert = f"{self.work}/ca.pem"
        pem = f"{self.work}/server"
        return f"ssl_certificate {pem}.pem; ssl_certificate_key {pem}.key;"

    def openssl(self, name, subject, more):
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        command += f" -days 2 -keyout {name}.key -out {name}.pem -subj /CN={subject} {more}"
        subprocess.run(command.split(), cwd=self.work, check=True, capture_output=True)

    def start(self, conf):
        with self.listener:
            return self.run(conf)

    def run(self, conf):
        work = self.work
        with open(f"{work}/nginx.conf", "w") as file:
            file.write(conf)
        program = ["nginx", "-p", work, "-c", f"{work}/nginx.conf", "-e", f"{work}/nginx.log"]
        with open(f"{work}/nginx.said", "w") as said:
            self.process = subprocess.Popen(
                [*self.enter, *program],
                stdout=said,
                stderr=said,
                preexec_fn=measure.die_with_parent,
                **self.handed,
            )
        # It opens its port before it forks its worker: then that is open, and its own.
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.process.poll() is None:
            workers = children(self.process.pid)
            if workers:
                self.pids = [self.process.pid, *workers]
                return True
            time.sleep(0.01)
        self.close()
        return False

    def used(self):
        return measure.cpu_of(self.pids)

    def address(self, file):
        return f"{self.scheme}://{file.host}:{self.port}{file.target}"

    def forget(self):
        pass

    def at_once(self):
        return None

    def close(self):
        self.process.terminate()
        self.process.wait()


class Paced(Nginx):
    """The same, with 20 MB/s for each connection.

    nginx's own limit_rate is one of answers, and lets each begin with a second's worth at once,
    which ranges of that length would have no limit by. So it is the kernel that limits.
    """

    def listen(self):
        port = super().listen()
        self.listener.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, PACE)
        return port


class NamedHosts(Nginx):
    """The same in a network of its own, where names have to be asked for: nameserver.py."""

    def __init__(self, work, files, protocol):
        # Who is not root becomes root of a namespace of users.
        root = os.geteuid() == 0
        self.names = subprocess.Popen(
            ["unshare", *([] if root else ["-r"]), "-n", "-m", sys.executable]
            + [os.path.join(HERE, "nameserver.py"), work],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = self.names.stdout.readline().strip()
        if said != "ready":
            said += self.names.communicate()[0]
            last = said.strip().rpartition("\n")[2] or "no answer"
            raise measure.Unavailable(f"no network of its own: {last}")
        users = [] if root else ["-U", "--preserve-credentials"]
        self.enter = ["nsenter", "-t", str(self.names.pid), *users, "-n", "-m", "--"]
        super().__init__(work, files, protocol)
        self.pids.append(self.names.pid)

    def listen(self):
        """A socket of ours would be one of another network."""
        self.listener = contextlib.nullcontext()
        return 8080

    def close(self):
        super().close()
        self.names.communicate()


class Origin:
    """Our own server, for what nginx cannot do: latency."""

    enter, env, cacert, bucket, endpoint = (), {}, None, None, None

    def __init__(self, work, files, protocol):
        if not shutil.which(ORIGIN):
            raise measure.Unavailable(f"there is no {ORIGIN}")
        self.process = subprocess.Popen(
            [ORIGIN, "--until-eof", "--backlog", "32768"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self.process.stdout.readline().split()[1])
        self.control = http.client.HTTPConnection("127.0.0.1", self.port)
        # The bytes depend on path and size, not on the delay: ask for them without it.
        for file in files:
            path = file.target.partition("?")[0]
            body = self.ask(f"{path}?size={file.size}")
            if len(body) != file.size:
                raise RuntimeError(f"{ORIGIN}: a wrong answer for {path}")
            file.digest = hashlib.blake2b(body).digest()

    def ask(self, target):
        self.control.request("GET", target)
        return self.control.getresponse().read()

    def used(self):
        return measure.cpu_of([self.process.pid])

    def address(self, file):
        return f"http://{file.host}:{self.port}{file.target}"

    def forget(self):
        """Not before it has noticed that all who were connected have gone."""
        for _ in range(1000):
            if self.stats()["open"] <= 1:
                break
            time.sleep(0.01)
        else:
            raise RuntimeError("the origin still has connections of an earlier run")
        self.ask("/reset")

    def stats(self):
        return json.loads(self.ask("/stats"))

    def at_once(self):
        return self.stats()["max_active"]

    def close(self):
        self.control.close()
        self.process.stdin.close()
        self.process.wait()


def make_files(files, path_of):
    """The same bytes each time, that nothing can make shorter."""
    rng = random.Random(1)
    for file in files:
        file.original = path_of(file)
        os.makedirs(os.path.dirname(file.original), exist_ok=True)
        with open(file.original, "wb") as out:
            for at in range(0, file.size, 1 << 20):
                out.write(rng.randbytes(min(file.size - at, 1 << 20)))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]
