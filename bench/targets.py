"""What a scenario asks of seine, and whether the medians of all rounds reached it."""

from dataclasses import dataclass
from typing import Optional

EVENT = "seine event"


class CannotTell(Exception):
    """Somebody who is needed for it was not there, or lost files."""


def is_whole(result):
    return not (result["lost"] or result["wrong"] or result["status"])


def whole(results, name):
    """The result of a contender that brought every file."""
    if name not in results:
        raise CannotTell(f"{name} did not take part")
    if not is_whole(results[name]):
        raise CannotTell(f"{name} did not bring every file")
    return results[name]


# Each kind says `who` must reach it and, in `text`, what; its compare() takes the results by
# name and returns the value, the value as it is shown, and whether that is enough.


@dataclass
class Faster:
    """So many times as fast as the best of these; without a limit only to be seen."""

    limit: Optional[float]
    others: tuple
    who: str = EVENT

    @property
    def text(self):
        other = "the best of the others" if len(self.others) > 1 else self.others[0]
        return f"at least {self.limit:g} x {other}" if self.limit else f"to {other}"

    def compare(self, results):
        # Of several some may be missing; of one it is that one.
        found = [n for n in self.others if n in results and is_whole(results[n])]
        rivals = [whole(results, name) for name in found or self.others[:1]]
        best = min(rivals, key=lambda result: result["wall"])
        value = best["wall"] / whole(results, self.who)["wall"]
        detail = f" x {best['peer']}" if len(self.others) > 1 else ""
        return value, f"{value:.2f}{detail}", value >= self.limit if self.limit else None


@dataclass
class AtMost:
    """A figure of the result, times `scale`, is not above the limit."""

    limit: float
    figure: str
    what: str
    scale: float = 1
    who: str = EVENT

    @property
    def text(self):
        return f"at most {self.limit:g} {self.what}"

    def compare(self, results):
        figure = whole(results, self.who)[self.figure]
        if figure is None:
            raise CannotTell(f"{self.figure} is not known")
        value = figure * self.scale
        return value, f"{value:.3g}", value <= self.limit


@dataclass
class Share:
    """A figure of the result is not above such a part of another's."""

    limit: float
    figure: str
    what: str
    other: str
    who: str = EVENT

    @property
    def text(self):
        return f"at most {self.limit:g} x the {self.what} of {self.other}"

    def compare(self, results):
        mine, theirs = whole(results, self.who), whole(results, self.other)
        value = mine[self.figure] / theirs[self.figure]
        return value, f"{value:.3f}", value <= self.limit


@dataclass
class OfServer:
    """How near to the server's limit: to the time that these need, one after the other."""

    limits: tuple
    who: str = EVENT
    limit = None

    @property
    def text(self):
        return "of what the server can do: " + " + ".join(self.limits)

    def compare(self, results):
        least = sum(whole(results, name)["wall"] for name in self.limits)
        value = least / whole(results, self.who)["wall"]
        return value, f"{value:.0%}", None


@dataclass
class EveryFile:
    """Nothing but that: judge() asks it of all."""

    who: str = EVENT
    limit = None
    text = "every file whole"

    def compare(self, results):
        value = whole(results, self.who)["whole"]
        return value, str(value), True


def judge(target, results, quick):
    """What became of a target; `reached` is None when nobody can tell."""
    said = {"who": target.who, "target": target.text, "limit": target.limit}
    if target.who in results and not is_whole(results[target.who]):
        # To lose files is to miss a target, whatever it was.
        return {**said, "shown": "", "reached": False, "why": "files lost, or a bad exit"}
    try:
        value, shown, reached = target.compare(results)
    except CannotTell as reason:
        return {**said, "shown": "", "reached": None, "why": str(reason)}
    if quick:
        return {**said, "value": value, "shown": shown, "reached": None, "why": "--quick"}
    why = "no target" if reached is None else ""
    return {**said, "value": value, "shown": shown, "reached": reached, "why": why}
