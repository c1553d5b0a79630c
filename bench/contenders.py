"""The contenders: for each a way to turn a job into a command line.

PEERS take part where a scenario names nobody else. The variants of seine below them are for
the scenarios that compare seine with itself.

To add one: a function that takes a Job and returns the argument vector, and a row in PEERS.
What the function writes (a list in the program's own form) is not part of the time.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import sys
from dataclasses import dataclass, replace
from typing import Callable, Optional

import measure

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(HERE)
SEINE = os.environ.get("SEINE") or os.path.join(TOP, "build/release/seine")


@dataclass
class Job:
    """What a contender is told: fetch these URLs into that directory, so many at a time."""

    urls: list  # of (url, name)
    originals: list  # the paths of the server's own files, where it has any
    list: str  # the same as a file: a URL per line
    out: str
    scratch: str  # a directory for what the contender needs
    jobs: str
    cacert: Optional[str]
    h2: bool
    seconds: int  # for limits, which run for a time
    bucket: Optional[str] = None  # all the files, as s3://NAME/
    endpoint: Optional[str] = None  # of its store

    def write(self, name, lines):
        path = os.path.join(self.scratch, name)
        with open(path, "w") as file:
            file.writelines(line + "\n" for line in lines)
        return path


@dataclass
class Peer:
    name: str
    program: str
    argv: Callable[[Job], list]
    # one: one at a time; many: in one process; python: the same, slowly; processes: one per
    # URL; copy: asks no server; limit: keeps nothing. A scenario's `sample` goes by this.
    kind: str = "many"
    jobs: Optional[str] = None  # transfers at a time, whatever the scenario says
    most: Callable[[], int] = lambda: 1 << 30  # most transfers at a time
    speaks: tuple = ("http", "https")
    version: str = "--version"
    count: Optional[Callable[[str], int]] = None  # limits: requests done, from the output
    needs: Optional[str] = None  # a module of Python
    note: str = ""

    def path(self):
        if self.needs and not importlib.util.find_spec(self.needs):
            return None
        return shutil.which(self.program)

    def version_text(self):
        """What the program calls itself, and None where it is not installed."""
        if not self.path():
            return None
        if self.needs:
            return f"{self.needs} {importlib.metadata.version(self.needs)}"
        said = measure.output([self.path(), self.version])
        return said.partition("\n")[0] or "unknown"


# seine ------------------------------------------------------------------------------------


def seine(mode, *more):
    def argv(job):
        tls = ["--cacert", job.cacert] if job.cacert else []
        return [
            *[SEINE, "-q", "--no-config", "-i", job.list, "-d", job.out],
            *["--mode", mode, "-j", job.jobs, *tls, *more],
        ]

    return argv


# curl -------------------------------------------------------------------------------------


def curl_argv(job, *options):
    pairs = (f'url = "{url}"\noutput = "{job.out}/{name}"' for url, name in job.urls)
    tls = ["--cacert", job.cacert] if job.cacert else []
    quiet = ["-sS", "--no-progress-meter"]  # the latter for -Z, which draws one with -s, too
    return ["curl", *quiet, *options, *tls, "-K", job.write("curl.conf", pairs)]


def curl_parallel(job):
    # Over HTTP/2 a connection per transfer is not what anybody wants.
    immediate = [] if job.h2 else ["--parallel-immediate"]
    return curl_argv(job, "-Z", "--parallel-max", job.jobs, *immediate)


def curl_most():
    """Before 8.16 curl takes a --parallel-max above 300 for 300."""
    version = re.match(r"curl (\d+)\.(\d+)", measure.output(["curl", "-V"]))
    new = version and tuple(map(int, version.groups())) >= (8, 16)
    return 65535 if new else 300


def xargs_curl(job):
    triples = (f"-o\n{job.out}/{name}\n{url}" for url, name in job.urls)
    tls = ["--cacert", job.cacert] if job.cacert else []
    arguments = job.write("xargs.list", triples)
    xargs = ["xargs", "-a", arguments, "-d", "\\n", "-n", "3", "-P", job.jobs]
    return [*xargs, "curl", "-sS", *tls]


# others -----------------------------------------------------------------------------------


def aria2c(job):
    tls = [f"--ca-certificate={job.cacert}"] if job.cacert else []
    return [
        *["aria2c", "--no-conf", "--quiet", f"--input-file={job.list}", f"--dir={job.out}"],
        *[f"--max-concurrent-downloads={job.jobs}", "--split=1"],
        *["--file-allocation=none", *tls],
    ]


def wget2(job):
    tls = [f"--ca-certificate={job.cacert}"] if job.cacert else []
    return [
        *["wget2", "--quiet", f"--input-file={job.list}", f"--directory-prefix={job.out}"],
        *[f"--max-threads={job.jobs}", "--cut-file-get-vars", *tls],
    ]


def python(script, *first):
    def argv(job):
        tls = [job.cacert] if job.cacert else []
        path = os.path.join(HERE, "peers", script)
        return [sys.executable, path, *first, job.jobs, job.list, job.out, *tls]

    return argv


# limits: how many requests the server can answer to somebody who throws the answers away ----

WRK_SCRIPT = """
local requests, i = {}, 0
function init()
	for url in io.lines(%r) do
		requests[#requests + 1] = wrk.format("GET", url:match("^%%a+://[^/]+(.*)$"))
	end
end
function request()
	i = i %% #requests + 1
	return requests[i]
end
"""


def wrk(job):
    script = job.write("wrk.lua", [WRK_SCRIPT % job.list])
    many = ["-t", "1", "-c", job.jobs, "-d", str(job.seconds)]
    return ["wrk", *many, "-s", script, job.urls[0][0]]


def h2load(job):
    connections = max(int(job.jobs) // 16, 1)
    many = ["-n", str(len(job.urls)), "-c", str(connections), "-m", "16"]
    return ["h2load", *many, "-i", job.list]


def counted(pattern):
    def count(said):
        found = re.search(pattern, said)
        return int(found.group(1)) if found else 0

    return count


ONE = dict(kind="one", most=lambda: 1)
PYTHON = dict(program=sys.executable, kind="python")
TEN = dict(PYTHON, most=lambda: 10)
LIMIT = dict(kind="limit", note="a limit: keeps nothing")
ALL = ("http", "https", "h2")

EVENT = Peer("seine event", SEINE, seine("event"), speaks=ALL)
THREADS = Peer("seine threads", SEINE, seine("threads"), speaks=ALL, most=lambda: 4096)
SEQUENTIAL = Peer("seine sequential", SEINE, seine("sequential"), speaks=ALL, **ONE)

PEERS = [
    EVENT,
    THREADS,
    SEQUENTIAL,
    Peer("curl -Z", "curl", curl_parallel, speaks=ALL, most=curl_most),
    Peer("curl", "curl", curl_argv, speaks=ALL, **ONE),
    Peer("wget2", "wget2", wget2, speaks=ALL),
    Peer("aria2c", "aria2c", aria2c),
    Peer(
        "xargs curl",
        "curl",
        xargs_curl,
        kind="processes",
        speaks=ALL,
        most=lambda: 256,
        note="a process per URL; RSS of one",
    ),
    Peer("aiohttp", argv=python("aiohttp_get.py"), needs="aiohttp", **PYTHON),
    Peer("gevent", argv=python("gevent_get.py"), needs="gevent", **PYTHON),
    Peer("requests pool", argv=python("pool.py", "requests"), needs="requests", **TEN),
    Peer("http.client pool", argv=python("pool.py", "http.client"), **TEN),
    Peer("wrk", "wrk", wrk, version="-v", count=counted(r"(\d+) requests in"), **LIMIT),
    Peer("h2load", "h2load", h2load, speaks=("h2",), count=counted(r"(\d+) succ"), **LIMIT),
]


def named(*names):
    """These of PEERS, in their order."""
    return [peer for peer in PEERS if peer.name in names]


# seine against itself ---------------------------------------------------------------------

FIXED = [replace(EVENT, name=f"seine -j {n}", jobs=n) for n in ("16", "64", "256", "1000")]
AUTO = [replace(EVENT, name="seine -j auto", jobs="auto"), *FIXED]

LOOPS = [
    replace(EVENT, name=f"seine --loops {n}", argv=seine("event", "--loops", n))
    for n in ("1", "2")
]

MODES = [SEQUENTIAL, replace(THREADS, name="seine threads 10", jobs="10"), THREADS, EVENT]
