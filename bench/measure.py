"""Run a program and measure it; compare what it wrote with what it should have written."""

import ctypes
import hashlib
import mmap
import os
import platform
import resource
import select
import shutil
import signal
import subprocess
import time
from typing import NamedTuple

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
prctl = ctypes.CDLL(None, use_errno=True).prctl

# The kernel counts the memory of the process that calls exec() into the maximum of the
# program that it becomes. So what we measure is started from a small shell rather than from
# here. The shell ends, and its child, which waits for the word to go, falls to us, who asked
# for orphans. (Without waiting it may end before the shell, which would then reap it.)
LAUNCH = """
log=$1
ulimit -n "$2" || exit
shift 2
exec 3<&0
{ read -r go <&3 && exec "$@" </dev/null >"$log" 2>&1 3<&-; } &
echo $!
"""


class Usage(NamedTuple):
    wall: float  # seconds
    cpu: float  # user and system, of the program and all it waited for
    rss: int  # bytes; of the largest process, if there are several
    voluntary: int  # context switches
    involuntary: int
    server_cpu: float
    status: int  # as a shell has it, -1: took too long
    said: str  # what the program printed


def descriptors():
    """Raise the limit of open files as far as it goes, for servers and contenders alike."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def ports():
    """From how many ports connections to one server may begin."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        first, last = map(int, file.read().split())
    return last - first + 1


def output(argv):
    """All that a program prints."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


class Unavailable(Exception):
    """What a scenario needs is not to be had here; says why."""


def adopt_orphans():
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent():
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def end_group(group):
    """End and reap all that a measured program may have left running."""
    try:
        os.killpg(group, signal.SIGKILL)
        while True:
            os.waitpid(-group, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


def run(argv, log, env, timeout, server, files):
    """Run a program where the server is to be found, with at most so many open files."""
    shell = subprocess.Popen(
        [*server.enter, "/bin/sh", "-c", LAUNCH, "sh", log, str(files), *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=env,
        start_new_session=True,
    )
    try:
        with shell.stdin as go, shell.stdout as said:
            pid = int(said.readline())
            shell.wait()
            server_before = server.used()
            began = time.monotonic()
            go.write(b"go\n")
        in_time = wait_for(pid, timeout)
        wall = time.monotonic() - began
        if not in_time:
            os.kill(pid, signal.SIGKILL)
        _, status, used = os.wait4(pid, 0)
    finally:
        end_group(shell.pid)
    with open(log, errors="replace") as file:
        said = file.read()
    return Usage(
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        rss=used.ru_maxrss * 1024,
        voluntary=used.ru_nvcsw,
        involuntary=used.ru_nivcsw,
        server_cpu=server.used() - server_before,
        status=os.waitstatus_to_exitcode(status) if in_time else -1,
        said=said,
    )


def wait_for(pid, timeout):
    """Wait until a process has ended, but do not reap it yet."""
    handle = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(timeout * 1000))
    finally:
        os.close(handle)


def cpu_of(pids):
    """Seconds of CPU time that these processes have had."""
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def wanted_by(thread):
    """Seconds that a thread has had a processor or waited for one."""
    with open(f"/proc/{thread}/task/{thread}/schedstat") as file:
        ran, waited, _ = file.read().split()
    return (int(ran) + int(waited)) / 1e9


def is_right(path, file):
    """Compared with the original, where there is one: of 2 GiB a digest would take longer."""
    with open(path, "rb") as mine:
        if not file.original:
            return hashlib.file_digest(mine, "blake2b").digest() == file.digest
        with open(file.original, "rb") as original:
            block = None
            while block != b"":
                block = original.read(1 << 20)
                if mine.read(1 << 20) != block:
                    return False
    return True


class Verdict(NamedTuple):
    lost: int  # files that are not there
    wrong: int  # files that are there, with other bytes
    extra: int  # what nobody asked for: control files, part files


def verify(out, files):
    lost = wrong = 0
    left = {
        os.path.relpath(os.path.join(folder, name), out)
        for folder, _, names in os.walk(out)
        for name in names
    }
    for file in files:
        if file.name not in left:
            lost += 1
            continue
        left.discard(file.name)
        wrong += not is_right(os.path.join(out, file.name), file)
    return Verdict(lost, wrong, len(left))


def file_system(path):
    """The type of the file system that a path is on."""
    best, kind = "", "unknown"
    path = os.path.realpath(path)
    with open("/proc/self/mountinfo") as file:
        for line in file:
            before, _, after = line.partition(" - ")
            mount = before.split()[4]
            inside = path == mount or path.startswith(mount.rstrip("/") + "/")
            if inside and len(mount) >= len(best):
                best, kind = mount, after.split()[0]
    return kind


def memory():
    """Bytes that can be had without taking them from anybody."""
    with open("/proc/meminfo") as file:
        available = next(line for line in file if line.startswith("MemAvailable:"))
    return int(available.split()[1]) << 10


def room(directory):
    """Bytes that can be written there. A tmpfs promises more than there may be memory for."""
    free = shutil.disk_usage(directory).free
    return min(free, memory()) if file_system(directory) == "tmpfs" else free


def use_memory(size):
    """Use as much memory, three times what somebody is about to write, and give it back.

    A virtual machine may get memory only when it uses it, and lose what it does not use within
    moments: then the one who uses a page pays for it, 13 us where 1 us is usual, and which run
    that hits is chance."""
    size = min(3 * size + (256 << 20), memory() // 2)
    mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE).close()


def machine(directory):
    model = "unknown"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "kernel": platform.release(),
        "file_system": file_system(directory),
        "descriptors": descriptors(),
        "load": os.getloadavg()[0],
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
