"""A scenario played: the contenders in turns, every file of every run checked."""

import contextlib
import os
import shutil
import statistics
import sys
import tempfile

import measure
from contenders import Job
from targets import is_whole, judge


class Entrant:
    """A contender in one scenario: what it fetches, and what came of each run."""

    def __init__(self, peer, scenario, files, quick):
        self.peer, self.total, self.runs = peer, len(files), []
        self.jobs = peer.jobs or str(min(scenario.jobs, peer.most()))
        self.descriptors = scenario.descriptors or measure.descriptors()
        self.files = files
        sample = share(scenario, peer, self.jobs, quick)
        if sample < self.total:
            step = self.total // sample
            self.files = files[::step][:sample]

    def fetch(self, work, server, options, number):
        """One run in a fresh directory, which is returned."""
        here = tempfile.mkdtemp(prefix=f"run{number}-", dir=work)
        job = Job(
            urls=[(server.address(file), file.name) for file in self.files],
            originals=[file.original for file in self.files if file.original],
            list=os.path.join(here, "list"),
            out=os.path.join(here, "out"),
            scratch=here,
            jobs=self.jobs,
            cacert=server.cacert,
            h2=server.protocol == "h2",
            seconds=1 if options.quick else 3,
            bucket=server.bucket,
            endpoint=server.endpoint,
        )
        os.mkdir(job.out)
        job.write("list", (url for url, _ in job.urls))
        server.forget()
        measure.use_memory(sum(file.size for file in self.files))
        used = measure.run(
            self.peer.argv(job),
            os.path.join(here, "log"),
            {**environment(here), **server.env},
            options.timeout,
            server,
            self.descriptors,
        )
        if self.peer.count:
            done, verdict = self.peer.count(used.said), measure.Verdict(0, 0, 0)
        else:
            done, verdict = len(self.files), measure.verify(job.out, self.files)
        run = {"files": done, "at_once": server.at_once()}
        self.runs.append({**run, **used._asdict(), **verdict._asdict()})
        return here

    def result(self):
        """All runs in one: the worst of what was lost, medians of the rest, for all files."""
        runs = self.runs
        worst = {key: max(run[key] for run in runs) for key in ("lost", "wrong", "extra")}
        bad = next((run for run in runs if run["status"]), {"status": 0, "said": ""})
        walls = [run["wall"] * self.total / (run["files"] or self.total) for run in runs]
        wall = statistics.median(walls)
        result = {
            "peer": self.peer.name,
            "jobs": self.jobs,
            "limit": self.peer.kind == "limit",
            "note": self.peer.note,
            "sample": len(self.files) if len(self.files) < self.total else None,
            "whole": min(r["files"] - r["lost"] - r["wrong"] for r in runs),
            **worst,
            "status": bad["status"],
            "complaint": bad["said"].strip().partition("\n")[0],
            "wall": wall,
            "wall_min": min(walls),
            "wall_max": max(walls),
            "files_per_s": self.total / wall,
            "cpu_us_per_file": 1e6 * per_file(runs, "cpu"),
            "rss": statistics.median(run["rss"] for run in runs),
            "at_once": None,
            "rss_per_transfer": None,
            "voluntary_per_file": per_file(runs, "voluntary"),
            "involuntary_per_file": per_file(runs, "involuntary"),
            "server_busy": statistics.median(r["server_cpu"] / r["wall"] for r in runs),
            "runs": runs,
        }
        # Peak by peak: the program's own code and data count, too.
        if all(run["at_once"] for run in runs):
            result["at_once"] = min(run["at_once"] for run in runs)
            result["rss_per_transfer"] = statistics.median(
                run["rss"] / run["at_once"] for run in runs
            )
        return result


def share(scenario, peer, jobs, quick):
    """How many files are enough for who would take too long with all."""
    of_its_kind = scenario.sample.get(peer.kind, sys.maxsize)
    sample = scenario.sample.get(peer.name, of_its_kind)
    if quick:
        sample = max(sample // 20, 4)
    if scenario.rounds and jobs.isdigit():
        rounds = max(scenario.rounds // 20, 1) if quick else scenario.rounds
        sample = min(sample, rounds * int(jobs))
    return sample


def per_file(runs, key):
    return statistics.median(run[key] / max(run["files"], 1) for run in runs)


def environment(home):
    """Nothing of the user's: no proxies, no configuration files."""
    keep = ("PATH", "LD_LIBRARY_PATH")
    mine = {name: os.environ[name] for name in keep if name in os.environ}
    return {**mine, "HOME": home, "LC_ALL": "C.UTF-8"}


def sort_out(scenario, files, options):
    """Who takes part, and why the others do not."""
    entrants, absent = [], []
    for peer in scenario.contenders:
        if not peer.name.startswith(options.prefixes):
            continue
        if peer.kind == "limit" and not scenario.limit:
            continue
        if scenario.protocol not in peer.speaks:
            if peer.kind != "limit":
                absent.append({"peer": peer.name, "absent": f"no {scenario.protocol}"})
        elif not peer.path():
            absent.append({"peer": peer.name, "absent": "not installed"})
        else:
            entrants.append(Entrant(peer, scenario, files, options.quick))
    return entrants, absent


def check_limits(scenario, files, work):
    """Servers and contenders need a descriptor for each transfer, and a port; and space for
    one copy beside the originals."""
    most, need = measure.descriptors(), scenario.descriptors or 0
    if most < need:
        raise measure.Unavailable(f"needs {need} open files; the limit is {most} (ulimit -Hn)")
    ports = measure.ports()
    if scenario.jobs > ports:
        raise measure.Unavailable(f"needs {scenario.jobs} local ports; there are {ports}")
    room, need = measure.room(work), 2 * sum(file.size for file in files)
    if room < need:
        raise measure.Unavailable(f"needs {need >> 20} MiB; there is room for {room >> 20} MiB")


def add_ratios(results, name):
    """Whoever lost files has won nothing: no ratio."""
    whole = [result for result in results if is_whole(result)]
    reference = next((result for result in whole if result["peer"] == name), None)
    for result in whole if reference else []:
        result["ratio"] = reference["wall"] / result["wall"]


def run_all(scenario, server, files, options, work):
    entrants, absent = sort_out(scenario, files, options)
    # The inode allocator of ext4 steps over what was just deleted: there, keep all until the
    # end. On tmpfs it would cost memory for nothing, and of a single file space.
    keep = measure.file_system(work) != "tmpfs" and len(files) > 1
    for number in range(options.runs):
        turn = number % max(len(entrants), 1)
        for entrant in entrants[turn:] + entrants[:turn]:
            say(f"{scenario.name}: run {number + 1}, {entrant.peer.name}")
            here = entrant.fetch(work, server, options, number + 1)
            if not keep:
                shutil.rmtree(here)
    say("")
    return [entrant.result() for entrant in entrants], absent


def play(scenario, options, work):
    """All that is to be said about a scenario; raises Unavailable if it cannot be played."""
    count = max(scenario.count // 40, 40) if options.quick else scenario.count
    files = list(scenario.files(count))
    check_limits(scenario, files, work)
    with contextlib.closing(scenario.server(work, files, scenario.protocol)) as server:
        server.protocol = scenario.protocol
        results, absent = run_all(scenario, server, files, options, work)
    reference = options.reference or scenario.reference
    add_ratios(results, reference)
    by_name = {result["peer"]: result for result in results}
    return {
        "scenario": scenario.name,
        "text": scenario.text,
        "files": len(files),
        "bytes": sum(file.size for file in files),
        "jobs": scenario.jobs,
        "reference": reference,
        "results": results + absent,
        "targets": [judge(target, by_name, options.quick) for target in scenario.targets],
    }


def say(text):
    """What is going on, for who watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
