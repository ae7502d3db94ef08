#!/usr/bin/env python3
"""Random programs of operations, views, writes in place, modules and gradients, here and in libtorch.

Prints each kind of difference once, with a program that has as few steps as show it. PYTHON names a Python with PyTorch.
"""
import argparse
import collections
import math
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench/peer"))
from libraries import Failure, build_gradus, build_libtorch  # noqa: E402

QUOTED = {"tests/diff": ROOT / "tests/diff", "tensor/op_names.h": ROOT / "tensor/op_names.h"}
FLAGS = ["-O0"]      # the programs only call; compiling them is what takes time
CHUNK = 500          # programs of one process
LONGEST = 300        # seconds of one process
TOLERANCE = {"float": 1e-3, "double": 1e-8}  # to the size of the largest element; steps add up errors
LENIENT = "throws in libtorch only"
SHOWN = 160          # characters of a result


@dataclass
class Step:
    number: int
    text: str
    error: str = ""
    results: list = field(default_factory=list)  # (type and sizes, strides, elements)

    @property
    def operation(self):
        return self.text.split("(", 1)[0]


def parse(output):
    """{number of a program: its steps}, and whether the output is whole."""
    programs, steps = {}, []
    for line in output.splitlines():
        if line.startswith("program "):
            steps = programs[int(line.split()[1])] = []
        elif line.startswith("  ! "):
            steps[-1].error = line[4:]
        elif line.startswith("  "):
            parts = line[2:].split(";")
            if len(parts) == 3:
                steps[-1].results.append((parts[0].strip(), parts[1].strip(), parts[2].split()))
        elif line.startswith(" "):
            number, text = line[1:].split(" ", 1)
            steps.append(Step(int(number), text))
    return programs, output.endswith("end\n")


class Side:
    """A running program, started anew when it dies or hangs."""

    def __init__(self, name, program):
        self.name, self.program, self.process = name, program, None

    def output(self, *words):
        if self.process is None:
            self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL, text=True)
        clock = threading.Timer(LONGEST, self.process.kill)
        clock.start()
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()) not in ("", "end\n"):
            lines.append(line)
        clock.cancel()
        if not line:
            self.process.wait()
            self.process = None
        return "".join(lines) + line

    def programs(self, seed, first, count):
        """As parse() gives them; one that the process dies or hangs in ends with a step that says so."""
        all_programs, end = {}, first + count
        while first < end:
            programs, whole = parse(self.output(seed, first, end - first))
            all_programs |= programs
            if whole:
                break
            last = max(programs, default=first)
            all_programs.setdefault(last, []).append(Step(99, "the program", "died or hung"))
            first = last + 1
        return all_programs

    def steps(self, seed, number, only):
        programs, whole = parse(self.output(seed, number, ":", *only))
        return programs.get(number, []) + ([] if whole else [Step(99, "the program", "died or hung")])


def near(a, b, tolerance):
    if a == b or (a != a and b != b):
        return True
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= tolerance


def elements_differ(kind, ours, theirs):
    if ours == theirs:
        return False
    ours, theirs = [float(v) for v in ours], [float(v) for v in theirs]
    size = max((abs(v) for v in theirs if math.isfinite(v)), default=0)
    tolerance = TOLERANCE.get(kind.split("[")[0], 0) * max(size, 1e-3)
    return not all(near(a, b, tolerance) for a, b in zip(ours, theirs))


def zero_or_none(result):
    return result[0] == "undefined" or all(float(v) == 0 for v in result[2])


def step_difference(ours, theirs, strides):
    """What differs between two runs of a step, in a word; empty if nothing does.

    In a gradient's step a leaf without gradient, and a gradient of zeros, say the same; so do no results at all.
    """
    if bool(ours.error) != bool(theirs.error):
        return "throws here only" if ours.error else LENIENT
    if ours.text != theirs.text:
        return "arguments"
    gradient = "gradient" in ours.text
    if gradient and not (ours.results and theirs.results):
        return "" if all(map(zero_or_none, ours.results + theirs.results)) else "elements"
    if len(ours.results) != len(theirs.results):
        return "number of results"
    for a, b in zip(ours.results, theirs.results):
        if gradient and zero_or_none(a) and zero_or_none(b):
            continue
        if a[0] != b[0]:
            return "type or sizes"
        if elements_differ(a[0], a[2], b[2]):
            return "elements"
        if strides and not gradient and a[1] != b[1]:
            return "strides"
    return ""


def difference(ours, theirs, strides):
    """(in a word, the step here, the step there) of the first step that differs, or None."""
    for a, b in zip(ours, theirs):
        if what := step_difference(a, b, strides):
            return what, a, b
    if len(ours) != len(theirs):
        longer = ours if len(ours) > len(theirs) else theirs
        return "number of steps", longer[-1], longer[-1]
    return None


class Comparison:
    def __init__(self, sides, seed, strides, strict):
        self.sides, self.seed, self.strides, self.strict = sides, seed, strides, strict
        self.kinds = {}   # kind: what to print
        self.counts = collections.Counter()

    def smallest(self, number, found):
        """The fewest steps that still differ so: a step is left out as long as the difference stays."""
        steps = [s.number for s in self.sides[0].steps(self.seed, number, range(1, 9)) if 0 < s.number]
        only = [n for n in steps if n <= found[1].number]
        for n in list(only):
            fewer = [m for m in only if m != n]
            again = difference(*(s.steps(self.seed, number, fewer) for s in self.sides), self.strides)
            if again and again[0] == found[0] and again[1].operation == found[1].operation:
                only, found = fewer, again
        return only, found

    def add(self, number, found):
        gradient = "gradient" in found[1].text
        kind = f"{found[1].operation}: {found[0]}"
        if not gradient and kind in self.kinds:
            self.counts[kind] += 1
            return
        only, found = self.smallest(number, found)
        ours = self.sides[0].steps(self.seed, number, only)
        if gradient:
            kind += " through " + ", ".join(s.operation for s in ours[1:] if "gradient" not in s.text)
        self.counts[kind] += 1
        if kind in self.kinds:
            return
        lines = [f"    {s.text}" + (" throws" if s.error else "") for s in ours if s.number <= found[1].number]
        for side, step in zip(self.sides, found[1:]):
            results = [step.error] if step.error else [f"{r[0]} {r[1]} {' '.join(r[2])}" for r in step.results]
            lines += [f"      {side.name:9}{r[:SHOWN]}" for r in results or ["nothing"]]
        lines.append(f"    again: ./dev diff {self.seed}:{number}" + "".join(f":{n}" for n in only))
        self.kinds[kind] = "\n".join(lines)
        print(f"{kind}\n{self.kinds[kind]}", flush=True)

    def run(self, count):
        for first in range(0, count, CHUNK):
            size = min(CHUNK, count - first)
            ours, theirs = (side.programs(self.seed, first, size) for side in self.sides)
            for number in range(first, first + size):
                found = difference(ours.get(number, []), theirs.get(number, []), self.strides)
                if found and (self.strict or found[0] != LENIENT):
                    self.add(number, found)


def main():
    parser = argparse.ArgumentParser(prog="./dev diff", description=__doc__)
    parser.add_argument("what", nargs="?", default="1/1000",
                        help="SEED/COUNT: so many programs of that seed (1/1000); SEED:NUMBER[:STEP...]: print one")
    parser.add_argument("--strides", action="store_true", help="compare the strides of results too")
    parser.add_argument("--strict", action="store_true", help="report what throws in libtorch only, too")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not re.fullmatch(r"\d+(/\d+|(:\d+)+)", options.what):
        parser.error(f"{options.what}: neither SEED/COUNT nor SEED:NUMBER")

    out = options.build.resolve() / "diff"
    ours = build_gradus("gradus", QUOTED, ROOT, options.build.resolve() / "libgradus.a", out / "gradus", FLAGS)
    theirs, version = build_libtorch(QUOTED, out / "libtorch", FLAGS)
    sides = (Side("gradus", ours), Side("libtorch", theirs))
    if ":" in options.what:
        seed, number, *only = options.what.split(":")
        for side in sides:
            print(f"{side.name}\n{side.output(seed, number, ':', *(only or range(1, 9)))}")
        return
    seed, count = map(int, options.what.split("/"))
    comparison = Comparison(sides, seed, options.strides, options.strict)
    comparison.run(count)
    print(f"\n{count} programs, {sum(comparison.counts.values())} differ from libtorch {version}, in {len(comparison.kinds)} ways")
    for kind, times in comparison.counts.most_common():
        print(f"  {times:6} {kind}")
    sys.exit(bool(comparison.kinds))


if __name__ == "__main__":
    try:
        main()
    except (Failure, subprocess.CalledProcessError) as error:
        sys.exit(f"diff: {error}")
    except KeyboardInterrupt:
        sys.exit(1)
