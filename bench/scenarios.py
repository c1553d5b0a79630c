"""The scenarios: what is fetched, from which server, how many at a time.

To add one: a row in SCENARIOS, and a function that makes its files or a server class where
those that are there do not do. A server has `url`, `cacert`, `pids`, `close()`, and gives
each of the files its digest.
"""

import hashlib
import http.client
import math
import os
import pwd
import random
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import Callable

import measure
from peers import TOP

ORIGIN = os.environ.get("ORIGIN") or os.path.join(TOP, "build/release/tests/origin/origin")


@dataclass
class File:
    name: str  # what it is called when it has been fetched
    target: str  # path and query
    size: int
    digest: bytes = b""


# Files: all at the top, for wget2 makes directories where the others do not ------------------


def alike(size, query=""):
    def make(count):
        for i in range(1, count + 1):
            yield File(f"{i:06}.bin", f"/{i:06}.bin{query}", size)

    return make


def heavy_tail(count):
    """As real collections are: half of the files below 8 KiB, most bytes in a few."""
    rng = random.Random(7)
    for i in range(1, count + 1):
        size = int(rng.lognormvariate(math.log(8192), 3 * math.log(2)))
        yield File(f"{i:06}.bin", f"/{i:06}.bin", min(size, 8 << 20))


# Servers ----------------------------------------------------------------------------------

NGINX_CONF = """
daemon off;
worker_processes 1;
user {user};
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


class Nginx:
    """One worker; static files."""

    def __init__(self, work, files, listen=""):
        self.work, self.cacert = work, None
        self.make_files(files)
        certificate = self.make_certificate() if listen else ""
        # It cannot choose a port itself: somebody else may take the one we found.
        for _ in range(5):
            port = free_port()
            conf = NGINX_CONF.format(
                user=user_name(),
                work=work,
                connections=measure.descriptors() - 64,
                port=port,
                listen=listen,
                certificate=certificate,
            )
            if self.start(conf, port):
                break
        else:
            with open(f"{work}/nginx.said") as said:
                raise RuntimeError("nginx does not start: " + said.read())
        self.url = f"{'https' if listen else 'http'}://127.0.0.1:{port}"
        self.pids = [self.process.pid, *children(self.process.pid)]

    def make_files(self, files):
        rng = random.Random(1)
        for file in files:
            path = self.work + "/root" + file.target
            os.makedirs(os.path.dirname(path), exist_ok=True)
            hasher = hashlib.blake2b()
            with open(path, "wb") as out:
                for at in range(0, file.size, 1 << 20):
                    block = rng.randbytes(min(file.size - at, 1 << 20))
                    hasher.update(block)
                    out.write(block)
            file.digest = hasher.digest()

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

    def start(self, conf, port):
        work = self.work
        with open(f"{work}/nginx.conf", "w") as file:
            file.write(conf)
        with open(f"{work}/nginx.said", "w") as said:
            self.process = subprocess.Popen(
                ["nginx", "-p", work, "-c", f"{work}/nginx.conf", "-e", f"{work}/nginx.log"],
                stdout=said,
                stderr=said,
                preexec_fn=measure.die_with_parent,
            )
        # Its PID file comes after its sockets: then the port is open, and its own.
        pid_file = f"{work}/nginx.pid"
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.process.poll() is None:
            if os.path.exists(pid_file) and port_open(port):
                return True
            time.sleep(0.01)
        self.close()
        return False

    def close(self):
        self.process.terminate()
        self.process.wait()


class Origin:
    """Our own server, for what nginx cannot do: latency."""

    def __init__(self, work, files):
        self.cacert = None
        self.process = subprocess.Popen(
            [ORIGIN, "--until-eof", "--backlog", "32768"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        port = int(self.process.stdout.readline().split()[1])
        self.url = f"http://127.0.0.1:{port}"
        self.pids = [self.process.pid]
        # The bytes depend on path and size, not on the delay: ask for them without it.
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for file in files:
            path = file.target.partition("?")[0]
            connection.request("GET", f"{path}?size={file.size}")
            body = connection.getresponse().read()
            if len(body) != file.size:
                raise RuntimeError(f"{ORIGIN}: a wrong answer for {path}")
            file.digest = hashlib.blake2b(body).digest()
        connection.close()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def children(pid):
    """nginx forks its worker before it writes its PID file, so it is there."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def user_name():
    return pwd.getpwuid(os.geteuid()).pw_name


def nginx(work, files):
    return Nginx(work, files)


def nginx_tls(work, files):
    return Nginx(work, files, "ssl")


def nginx_h2(work, files):
    return Nginx(work, files, "ssl http2")


# The table --------------------------------------------------------------------------------


@dataclass
class Scenario:
    name: str
    text: str
    jobs: int
    count: int
    files: Callable
    server: Callable
    protocol: str = "http"  # http, https or h2
    # Who would take too long fetches only so many of the files: kind of peer -> files.
    sample: dict = field(default_factory=dict)
    limit: bool = True  # whether to ask wrk or h2load what the server can do


SLOW = {"processes": 1000, "pool": 4000}
FAR = {"one": 40, "pool": 200}
FOUR = alike(4096)
AWAY = alike(30 << 10, "?size=30K&delay=230")

SCENARIOS = [
    Scenario("small", "4 KiB each", 64, 20000, FOUR, nginx, sample=SLOW),
    Scenario("small256", "the same, more in flight", 256, 20000, FOUR, nginx, sample=SLOW),
    Scenario("latency", "230 ms away", 1000, 1000, AWAY, Origin, sample=FAR, limit=False),
    Scenario("tail", "log-normal sizes", 64, 2000, heavy_tail, nginx),
    Scenario("tls", "4 KiB over TLS", 64, 5000, FOUR, nginx_tls, "https", sample=SLOW),
    Scenario("h2", "4 KiB over HTTP/2", 64, 5000, FOUR, nginx_h2, "h2", sample=SLOW),
]
