"""One large file: who fetches it in one stream, and who in several at once.

What it is compared with in the end is `cp`: no network could bring it sooner.
"""

import os
import urllib.parse
from dataclasses import replace

from contenders import EVENT, Peer, named, seine


def cp(job):
    return ["cp", *job.originals, job.out]


def lftp(job):
    [(url, name)] = job.urls
    return ["lftp", "-c", f'get "{url}" -o "{job.out}/{name}"']


def axel(job):
    [(url, name)] = job.urls
    return ["axel", "-q", "-n", job.jobs, "-o", f"{job.out}/{name}", url]


def aria2c(job):
    """Ranges of 20 MiB would be the least that it has; of a short file that makes too few."""
    [(url, _)] = job.urls
    return [
        *["aria2c", "--no-conf", "--quiet", f"--dir={job.out}", "--file-allocation=none"],
        *[f"-x{job.jobs}", f"-s{job.jobs}", "--min-split-size=1M", url],
    ]


def wget2(job):
    """As many ranges as it may have connections; their length has to be said."""
    [(url, _)] = job.urls
    size = os.path.getsize(job.originals[0])
    length = -(-size // int(job.jobs))
    return [
        *["wget2", "--quiet", f"--directory-prefix={job.out}", f"--max-threads={job.jobs}"],
        *[f"--chunk-size={length}", url],
    ]


def rclone(job):
    """As of a directory on the web; copyurl knows one stream only."""
    [(url, name)] = job.urls
    server = urllib.parse.urljoin(url, "/")
    return [
        *["rclone", "copyto", "-q", "--http-url", server, f":http:{name}"],
        *[f"{job.out}/{name}", "--multi-thread-streams", job.jobs],
        *["--multi-thread-cutoff", "1M"],
    ]


def split(streams):
    return replace(
        EVENT, name=f"seine -s {streams}", argv=seine("event", "-s", streams), jobs=streams
    )


ONE, MANY = split("1"), split("8")
COPYTO = Peer("rclone copyto", "rclone", rclone, version="version")
AXEL = Peer("axel -n 8", "axel", axel)
ARIA2C = Peer("aria2c -x8 -s8", "aria2c", aria2c)
LFTP = Peer("lftp", "lftp", lftp)
CP = Peer("cp", "cp", cp, kind="copy", note="of the server's own file, without a server")

IN_ONE = [ONE, *named("curl", "wget2", "aria2c"), LFTP, CP]
IN_MANY = [MANY, ONE, COPYTO, AXEL, ARIA2C]
IN_RANGES = [*IN_MANY, Peer("wget2 chunks", "wget2", wget2, note="one range after the other")]
