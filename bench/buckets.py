"""Buckets: an S3 server, and who fetches all of a bucket from it.

The server is the one of the tests, s3rver, on node: see scripts/s3rver. It believes every
signature of version 4, so a request that is signed costs it little more than one that is not.
"""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace

import measure
from contenders import EVENT, HERE, LIMIT, SEINE, TOP, Peer, counted, named
from servers import free_port, make_files

BUCKET = "bench"


class S3rver:
    """One process with one bucket; objects are files of it."""

    enter, cacert, bucket = (), None, f"s3://{BUCKET}/"
    env = {
        "AWS_ACCESS_KEY_ID": "S3RVER",
        "AWS_SECRET_ACCESS_KEY": "S3RVER",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        # Nobody shall wait for the credentials of a cloud that is not there.
        "AWS_EC2_METADATA_DISABLED": "true",
    }

    def __init__(self, work, files, protocol):
        self.work = work
        program = installed()
        for file in files:
            file.target = f"/{BUCKET}/{file.name}"
        make_files(files, lambda file: f"{work}/s3{file.target}._S3rver_object")
        # It cannot tell which port it chose: somebody else may take the one we found.
        for _ in range(5):
            self.port = free_port()
            if self.start(program):
                break
        else:
            with open(f"{work}/s3rver.said") as said:
                raise RuntimeError("s3rver does not start: " + said.read())
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.warm_up(files)

    def start(self, program):
        # It enciphers the tokens of a listing with DES, which OpenSSL 3 has put there.
        node = ["node", "--openssl-legacy-provider", program, "-s"]
        place = ["-d", f"{self.work}/s3", "-a", "127.0.0.1", "-p", str(self.port)]
        with open(f"{self.work}/s3rver.said", "w") as said:
            self.process = subprocess.Popen(
                [*node, *place],
                stdout=said,
                stderr=said,
                preexec_fn=measure.die_with_parent,
            )
        # What it says it says when it has the port.
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with open(f"{self.work}/s3rver.said") as said:
                if "listening" in said.read():
                    return True
            time.sleep(0.01)
        self.close()
        return False

    def warm_up(self, files):
        """Each object once: the server writes its ETag to a file beside it when it is first
        asked, and node compiles what is often run. Nobody shall pay for either."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        for file in files:
            connection.request("GET", file.target)
            answer = connection.getresponse()
            with open(file.original, "rb") as original:
                if answer.read() != original.read():
                    raise RuntimeError(f"s3rver: {answer.status}, wrong bytes of {file.name}")
        connection.close()

    def used(self):
        """Of its first thread, which does everything but open and read files: when that has
        something to do all the time, the server can do no more. On two processors it often has
        to wait for one, because the threads that read files and the contender run as well."""
        return measure.wanted_by(self.process.pid)

    def address(self, file):
        return self.endpoint + file.target

    def forget(self):
        pass

    def at_once(self):
        return None

    def close(self):
        self.process.terminate()
        self.process.wait()


def installed():
    """The server's program; S3RVER says where it is installed, as for the tests."""
    if not shutil.which("node"):
        raise measure.Unavailable("there is no node (scripts/deps s3)")
    place = os.environ.get("S3RVER") or install()
    program = os.path.join(place, "node_modules/s3rver/bin/s3rver.js")
    if not os.path.exists(program):
        raise measure.Unavailable(f"there is no {program}")
    return program


def install():
    script = os.path.join(TOP, "scripts/s3rver")
    done = subprocess.run([script], capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise measure.Unavailable(f"there is no S3 server (scripts/s3rver): {last}")
    return done.stdout.strip()


def server_version():
    with open(os.path.join(TOP, "tests/s3/package.json")) as file:
        return "s3rver " + json.load(file)["dependencies"]["s3rver"]


# Contenders: each lists the bucket itself ---------------------------------------------------


def seine(job):
    return [
        *[SEINE, "-q", "--no-config", "-d", job.out, "-j", job.jobs],
        *["--s3-endpoint", job.endpoint, job.bucket],
    ]


def rclone(job):
    remote = {"TYPE": "s3", "PROVIDER": "Other", "ENV_AUTH": "true", "ENDPOINT": job.endpoint}
    settings = [f"RCLONE_CONFIG_BENCH_{key}={value}" for key, value in remote.items()]
    source = job.bucket.replace("s3://", "bench:")
    return [
        *["env", *settings, "rclone", "copy", "-q", "--transfers", job.jobs],
        *["--checkers", "8", source, job.out],
    ]


def aws(job):
    """How many requests at a time can only be said in a file."""
    concurrent = f"  max_concurrent_requests = {job.jobs}"
    config = job.write("aws.config", ["[default]", "s3 =", concurrent])
    return [
        *["env", f"AWS_CONFIG_FILE={config}", "aws", "s3", "cp", "--recursive"],
        *["--only-show-errors", "--endpoint-url", job.endpoint, job.bucket, job.out],
    ]


def s5cmd(job):
    return [
        *["s5cmd", "--log", "error", "--endpoint-url", job.endpoint],
        *["--numworkers", job.jobs, "cp", job.bucket + "*", job.out + "/"],
    ]


def listing(job):
    script = os.path.join(HERE, "peers/list_bucket.py")
    return [sys.executable, script, job.endpoint, BUCKET]


S3 = dict(speaks=("s3",))
RCLONE, AWS = "rclone copy", "aws s3 cp"
GETS, LISTING = "wrk", "listing"
BUCKET_PEERS = [
    replace(EVENT, argv=seine, **S3),
    replace(EVENT, name="seine -j auto", argv=seine, jobs="auto", **S3),
    Peer(RCLONE, "rclone", rclone, version="version", **S3),
    Peer(AWS, "aws", aws, jobs="10", **S3),
    Peer(f"{AWS} 64", "aws", aws, **S3),
    Peer("s5cmd", "s5cmd", s5cmd, version="version", **S3),
    *(replace(peer, **S3) for peer in named(GETS)),
    Peer(
        LISTING,
        sys.executable,
        listing,
        jobs="1",
        count=counted(r"(\d+) keys"),
        **LIMIT,
        **S3,
    ),
]
