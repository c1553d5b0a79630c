"""The scenarios: what is fetched, from which server, how many at a time, by whom, and what is
asked of seine.

To add one: a row in SCENARIOS, and a function that makes its files or a class in servers.py
where those that are there do not do.
"""

import math
import random
from dataclasses import dataclass, field
from typing import Callable, Optional

from buckets import AWS, BUCKET_PEERS, GETS, LISTING, RCLONE, S3rver
from contenders import AUTO, FIXED, LOOPS, MODES, PEERS, named
from large import ARIA2C, AXEL, COPYTO, CP, IN_MANY, IN_ONE, IN_RANGES, LFTP, MANY, ONE
from servers import NamedHosts, Nginx, Origin, Paced
from targets import AtMost, EveryFile, Faster, OfServer, Share


@dataclass
class File:
    name: str  # what it is called when it has been fetched
    target: str  # path and query
    size: int
    # What it is compared with: the server's own file, else the digest of what it sends.
    original: Optional[str] = None
    digest: bytes = b""
    host: str = "127.0.0.1"


# Files: all at the top, for wget2 makes directories where the others do not ------------------


def alike(size, query=""):
    def make(count):
        for i in range(1, count + 1):
            yield File(f"{i:06}.bin", f"/{i:06}.bin{query}", size)

    return make


def spread(count):
    """One from each of so many hosts."""
    for file in alike(4096)(count):
        file.host = f"h{file.name.removesuffix('.bin')}.bench.test"
        yield file


def heavy_tail(count):
    """As real collections are: half of the files below 8 KiB, most bytes in a few."""
    rng = random.Random(7)
    for i in range(1, count + 1):
        size = int(rng.lognormvariate(math.log(8192), 3 * math.log(2)))
        yield File(f"{i:06}.bin", f"/{i:06}.bin", min(size, 8 << 20))


def single(mebibytes):
    yield File("large.bin", "/large.bin", mebibytes << 20)


# The table --------------------------------------------------------------------------------


@dataclass
class Scenario:
    name: str
    text: str
    jobs: int
    count: int  # files; of a single one, MiB
    files: Callable
    server: Callable
    protocol: str = "http"  # http, https, h2 or s3
    # Who would take too long fetches only a part of the files: so many, by the name or the
    # kind of the contender, or so many for each transfer that it may have at a time.
    sample: dict = field(default_factory=dict)
    rounds: Optional[int] = None
    limit: bool = False  # whether to ask wrk or h2load what the server can do
    descriptors: Optional[int] = None  # how many a contender may have
    contenders: list = field(default_factory=lambda: PEERS)
    reference: str = "curl -Z"
    targets: list = field(default_factory=list)


def cpu(most):
    return AtMost(most, "cpu_us_per_file", "us of CPU time per file")


def seconds(most):
    return AtMost(most, "wall", "seconds")


SMALL = [Faster(2, ("curl -Z",)), Faster(7, ("aria2c",)), Faster(1.8, ("wget2",)), cpu(36)]
MEMORY = AtMost(20, "rss_per_transfer", "KiB of RSS per transfer", 2**-10)
HELD = [EveryFile(), MEMORY, cpu(140)]
BEST_FIXED = [Faster(None, tuple(peer.name for peer in FIXED), who=AUTO[0].name)]
KNOWN = [
    Faster(ratio, ("seine sequential",), who=who)
    for ratio, who in ((6.3, "seine threads 10"), (6.3, "seine threads"), (10.4, "seine event"))
]

TOOLS = (RCLONE, AWS)
AS_FAST = [Faster(1, (name,)) for name in TOOLS]
CHEAPER = [Share(0.2, "cpu_us_per_file", "CPU time", name) for name in TOOLS]

STREAM = [
    Faster(ratio, (name,), who=ONE.name)
    for ratio, name in ((1.6, "curl"), (0.95, LFTP.name), (1, CP.name))
]
STREAMS = [
    Faster(ratio, (other.name,), who=MANY.name)
    for ratio, other in ((1.4, COPYTO), (1.8, AXEL), (2.2, ARIA2C), (1, ONE))
]

SLOW = {"processes": 1000, "python": 4000}
FOUR = alike(4096)
AWAY = alike(30 << 10, "?size=30K&delay=230")
PATIENT = alike(4096, "?size=4K&delay=5000")
HOLDERS = named(
    "seine event", "seine threads", "curl -Z", "wget2", "aria2c", "aiohttp", "gevent"
)

SCENARIOS = [
    Scenario(
        "small",
        *("4 KiB each", 64, 20000, FOUR, Nginx),
        sample=SLOW,
        limit=True,
        targets=SMALL,
    ),
    Scenario(
        "small256",
        *("the same, more in flight", 256, 20000, FOUR, Nginx),
        sample=SLOW,
        limit=True,
        targets=SMALL,
    ),
    Scenario(
        "latency",
        *("230 ms away, all at once", 1000, 1000, AWAY, Origin),
        rounds=40,
        targets=[seconds(0.42)],
    ),
    Scenario(
        "latency100",
        *("the same, a tenth at a time", 100, 1000, AWAY, Origin),
        rounds=40,
        targets=[seconds(10 * 0.230 * 1.03)],
    ),
    Scenario(
        "inflight",
        *("each answered after 5 s, all at once", 10000, 10000, PATIENT, Origin),
        rounds=3,
        descriptors=20000,
        contenders=HOLDERS,
        reference="seine event",
        targets=[*HELD, seconds(6.5)],
    ),
    Scenario(
        "inflight18k",
        *("the same, near the limit of open files", 18000, 18000, PATIENT, Origin),
        rounds=3,
        descriptors=20000,
        contenders=HOLDERS,
        reference="seine event",
        targets=HELD,
    ),
    Scenario(
        "hosts",
        *("a host for each file, 20 ms to ask for its address", 256, 2000, spread, NamedHosts),
        sample={"one": 100, "processes": 500, "wget2": 500},
        targets=[Faster(1.5, ("curl -Z",))],
    ),
    Scenario(
        "tail",
        *("log-normal sizes", 64, 2000, heavy_tail, Nginx),
        limit=True,
        targets=[Faster(1.5, ("curl -Z",))],
    ),
    Scenario(
        "tls",
        *("4 KiB over TLS", 64, 5000, FOUR, Nginx, "https"),
        sample=SLOW,
        limit=True,
        targets=[Faster(1.3, ("curl -Z",))],
    ),
    Scenario(
        "h2",
        *("4 KiB over HTTP/2", 64, 5000, FOUR, Nginx, "h2"),
        sample=SLOW,
        limit=True,
        targets=[Faster(1.6, ("curl -Z",))],
    ),
    Scenario(
        "buckets",
        *("a bucket of 4 KiB each", 64, 5000, FOUR, S3rver, "s3"),
        limit=True,
        contenders=BUCKET_PEERS,
        reference=RCLONE,
        targets=[*AS_FAST, *CHEAPER, OfServer((GETS, LISTING))],
    ),
    Scenario(
        "large",
        *("one file of 2 GiB, one stream", 1, 2048, single, Nginx),
        contenders=IN_ONE,
        reference="curl",
        targets=STREAM,
    ),
    Scenario(
        "large8",
        *("the same file, eight streams", 8, 2048, single, Nginx),
        contenders=IN_RANGES,
        reference=COPYTO.name,
        targets=STREAMS,
    ),
    Scenario(
        "throttled",
        *("one file of 300 MiB, 20 MB/s for each connection", 8, 300, single, Paced),
        contenders=IN_MANY,
        reference=ONE.name,
        targets=[Faster(7.5, (ONE.name,), who=MANY.name)],
    ),
    Scenario(
        "modes",
        *("seine against itself, 230 ms away", 64, 1000, AWAY, Origin),
        rounds=100,
        contenders=MODES,
        reference="seine sequential",
        targets=KNOWN,
    ),
    *(
        Scenario(
            f"auto-{name}",
            *(f"--jobs auto and fixed numbers, {text}", 64, count, files, server),
            contenders=AUTO,
            reference="seine -j 64",
            targets=BEST_FIXED,
        )
        for name, text, count, files, server in (
            ("small", "4 KiB each", 20000, FOUR, Nginx),
            ("latency", "230 ms away", 1000, AWAY, Origin),
            ("tail", "log-normal sizes", 2000, heavy_tail, Nginx),
        )
    ),
    Scenario(
        "loops-small",
        *("one event loop and two, 4 KiB each", 256, 20000, FOUR, Nginx),
        contenders=LOOPS,
        reference=LOOPS[0].name,
    ),
    Scenario(
        "loops-tls",
        *("one event loop and two, 4 KiB over TLS", 256, 20000, FOUR, Nginx, "https"),
        contenders=LOOPS,
        reference=LOOPS[0].name,
    ),
]


def chosen(names):
    """A name stands for the scenario that has it, else for all that begin with it and a `-`."""
    picked = []
    for name in names:
        found = [s for s in SCENARIOS if s.name == name]
        found = found or [s for s in SCENARIOS if s.name.startswith(name + "-")]
        if not found:
            raise KeyError(name)
        picked += [s for s in found if s not in picked]
    return picked or SCENARIOS
