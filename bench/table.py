"""What was measured, for people."""

import textwrap
from dataclasses import dataclass

from targets import is_whole

REACHED = {True: "reached", False: "NOT REACHED", None: "not judged"}


def remarks(result):
    if result["lost"]:
        yield f"lost {result['lost']}"
    if result["wrong"]:
        yield f"wrong {result['wrong']}"
    if result["status"]:
        yield "too slow" if result["status"] == -1 else f"exit {result['status']}"
    if not is_whole(result) and result["complaint"]:
        yield textwrap.shorten(result["complaint"], 72, placeholder=" ...")
    if result["extra"]:
        yield f"{result['extra']} more files"
    if result["sample"]:
        yield f"~ from {result['sample']} files"
    wanted = int(result["jobs"]) if result["jobs"].isdigit() else 0
    if result["at_once"] and result["at_once"] < min(wanted, result["whole"]):
        yield f"{result['at_once']} at once"
    if result["note"]:
        yield result["note"]


@dataclass
class Unit:
    """What costs are counted by, and speed: files, or the MiB of a single large one."""

    speed: str
    cost: str
    speed_of_file: float = 1
    parts_of_file: float = 1


def unit(report):
    if report["files"] > 1:
        return Unit("files/s", "us/file")
    return Unit("MB/s", "us/MiB", report["bytes"] / 1e6, report["bytes"] / 2**20)


def head(by):
    return (
        f"{'':17} {'jobs':>5} {'whole':>6} {by.speed:>8} {'seconds':>9} {'min - max':>17}"
        f" {'ratio':>6} {by.cost:>8} {'MiB':>6} {'vol':>6} {'invol':>6} {'server':>6}"
    )


def row(result, by):
    if "absent" in result:
        return f"{result['peer']:17} {'-':>5} {result['absent']}"
    about = "~" if result["sample"] or result["limit"] else ""
    # How fast somebody lost files is of no interest.
    won = is_whole(result)
    speed = f"{result['files_per_s'] * by.speed_of_file:,.0f}" if won else "-"
    cost = f"{result['cpu_us_per_file'] / by.parts_of_file:,.0f}" if won else "-"
    switches = " ".join(
        f"{result[kind] / by.parts_of_file:6.2f}"
        for kind in ("voluntary_per_file", "involuntary_per_file")
    )
    spread = f"{result['wall_min']:.3f} - {result['wall_max']:.3f}"
    ratio = f"{result['ratio']:.2f}" if "ratio" in result else "-"
    files = "" if result["limit"] else result["whole"]
    text = (
        f"{result['peer']:17} {result['jobs']:>5} {files:>6} {speed:>8}"
        f" {about + format(result['wall'], '.3f'):>9} {spread:>17} {ratio:>6} {cost:>8}"
        f" {result['rss'] / 2**20:6.1f} {switches} {result['server_busy']:6.0%}  "
        + "; ".join(remarks(result))
    )
    return text.rstrip()


def target_row(target):
    why = f" ({target['why']})" if target["why"] else ""
    said = f"{target['who']}: {target['target']}"
    return f"  {said:60} {target['shown']:>20}  {REACHED[target['reached']]}{why}"


def show(report):
    name = report["scenario"]
    if "left_out" in report:
        print(f"\n{name}: left out, {report['left_out']}", flush=True)
        return
    many = "1 file" if report["files"] == 1 else f"{report['files']:,} files"
    many += f", {report['bytes'] / 1e6:,.1f} MB, -j {report['jobs']}"
    by = unit(report)
    print(f"\n{name}: {report['text']}; {many}")
    print(head(by))
    for result in report["results"]:
        print(row(result, by))
    print(f"ratio: times as fast as {report['reference']}")
    if report["targets"]:
        print("targets:")
    for target in report["targets"]:
        print(target_row(target))
    print(end="", flush=True)
