#!/usr/bin/env python3
"""Gradus beside libtorch (or beside another build of itself): the same cases, interleaved in one run, as ratios."""
import argparse
import math
import os
import re
import subprocess
import sys
from pathlib import Path

from libraries import Failure, build_gradus, build_libtorch

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = {"bench/peer": ROOT / "bench/peer"}

# group: ratio wanted of each case, and of the group's geometric mean
WANTED = {
    "small operations": (10, 0), "small graphs": (8, 0), "small networks": (6, 0), "middle networks": (1.5, 0),
    "large network": (1.1, 0), "elementwise, dense": (1, 1.5), "elementwise, awkward": (1, 2),
    "special functions": (0.95, 0), "reductions": (1, 0), "moving data": (1, 0), "fused": (1.3, 0), "matmul": (0.95, 0),
    "image networks": (1, 1.2), "convolution": (1, 1.2), "pooling": (1, 1.2), "normalisation": (1, 1.2),
    "optimiser step": (1.5, 0), "linear cost": (0.95, 0), "row strides": (0.95, 0), "files": (0.95, 0),
    "recurrent layers": (2, 0), "sequences": (2, 0),
    "attention": (1.2, 1.5), "linear algebra": (0.95, 0),
}
OVERALL = 2.5       # geometric mean over all cases
TOLERANCE = 2e-3    # of results, to their size;
SMALLEST = 1e-3     # what is smaller counts as this
FROM_MEMORY = 1e8   # a case that moves more bytes than this is bound by memory
STEADY = ["small networks/xor sgd", "small networks/regularised mlp"]
NETWORKS = ("small networks/", "middle networks/", "large network/", "image networks/")

class Side:
    """A running program of cases."""

    def __init__(self, program):
        env = {k: v for k, v in os.environ.items()
               if k == "MKL_ENABLE_INSTRUCTIONS" or not k.startswith(("OPENBLAS_", "MKL_", "OMP_", "GOMP_"))}
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def ask(self, *command):
        self.process.stdin.write(" ".join(map(str, command)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if self.process.poll() is not None or answer.startswith("error"):
            raise Failure(answer or f"the program died in: {command}")
        return answer

    def numbers(self, *command):
        return [float(x) for x in self.ask(*command).split()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def alone(program, *command):
    with Side(program) as side:
        return side.numbers(*command)


def geometric(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else 1


def differences(ours, theirs):
    """The first results that differ in two answers to `open`, which hold for each a sum and the sum of sizes."""
    if len(ours) != len(theirs):
        return f"{len(ours) // 2} and {len(theirs) // 2} results"
    return next((f"{a:g} and {b:g}, of a size of {size:g}" for a, b, size in zip(ours[::2], theirs[::2], theirs[1::2])
                 if not abs(a - b) <= TOLERANCE * max(size, SMALLEST)), "")


def span(seconds):
    for unit, size in (("s ", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:8.2f} {unit}"
    return f"{seconds / 1e-9:8.1f} ns"


class Table:
    def __init__(self, options, sides, peer, under):
        self.options, self.sides, self.peer, self.under = options, sides, peer, under
        self.linear = {}

    def wanted(self, group, at_least):
        return (at_least or WANTED[group][0]) if self.peer == "libtorch" else 0.95

    def case(self, name, threads):
        """(seconds here, there) of one case; both sides take turns."""
        different = differences(*(side.numbers("open", threads, name) for side in self.sides))
        if different:
            self.under.append(f"{name}, {threads} threads: results differ, {different}")
        best = [math.inf, math.inf]
        for r in range(self.options.rounds):
            for s in (0, 1) if r % 2 == 0 else (1, 0):
                best[s] = min([best[s]] + self.sides[s].numbers("time", self.options.seconds))
        for side in self.sides:
            side.ask("close")
        return best

    def run(self, cases, threads):
        fma, copy = self.sides[0].numbers("limits", threads)
        print(f"\n{threads} thread{'s' * (threads > 1)}; {fma / 1e9:.0f} GFLOP/s of multiply-adds, "
              f"{copy / 1e9:.1f} GB/s of copies", flush=True)
        print(f"{'':42}{'ours':>11}{self.peer:>12}{'ratio':>9}   of the limit")
        groups = {}
        for name, flops, size, at_least in cases:
            group, short = name.split("/", 1)
            if group not in groups:
                print(f"{group}", flush=True)
            ours, theirs = self.case(name, threads)
            ratio, share = theirs / ours, ""
            if flops:
                share = f"{flops / ours / fma:6.0%} of multiply-adds"
                if self.peer == "libtorch" and threads == 1 and short.isdigit() and int(short) >= 512:
                    if flops / ours < 0.9 * fma:
                        self.under.append(f"{name}: {flops / ours / fma:.0%} of the multiply-adds, wanted 90%")
            elif size > FROM_MEMORY:
                share = f"{size / ours / copy:6.0%} of copies"
            low = ratio < self.wanted(group, at_least)
            print(f"  {short:40}{span(ours):>11}{span(theirs):>12}{ratio:8.2f}{'<' if low else ' '}   {share}".rstrip(),
                  flush=True)
            if low:
                self.under.append(f"{name}, {threads} threads: {ratio:.2f}, wanted {self.wanted(group, at_least)}")
            groups.setdefault(group, {})[short] = (ours, ratio)
        print(f"geometric means, {threads} thread{'s' * (threads > 1)}")
        for group, rows in groups.items():
            mean = geometric(ratio for _, ratio in rows.values())
            wanted = WANTED[group][1] if self.peer == "libtorch" else 0.97
            print(f"  {group:40}{mean:8.2f}")
            if mean < wanted:
                self.under.append(f"{group}, {threads} threads: geometric mean {mean:.2f}, wanted {wanted}")
        mean = geometric(ratio for rows in groups.values() for _, ratio in rows.values())
        print(f"  {'all':40}{mean:8.2f}")
        if self.peer == "libtorch" and len(groups) == len(WANTED) and mean < OVERALL:
            self.under.append(f"all, {threads} threads: geometric mean {mean:.2f}, wanted {OVERALL}")
        self.linearity(groups.get("linear cost", {}))

    def linearity(self, rows):
        """Cost over size, beside the smallest size's."""
        first = {}
        for name, (seconds, _) in rows.items():
            kind, size = name.split()
            each = seconds / int(size)
            growth = each / first.setdefault(kind, each)
            print(f"  cost per {kind} at {size:26}{growth:8.2f}")
            if growth > 1.25:
                self.under.append(f"{name}: {growth:.2f} times the cost each of the smallest")


def peak_memory(names, programs, peer, under):
    print(f"\npeak memory of 50 steps, MB: whole, and above the start{'':2}{'ours':>12}{peer:>18}")
    for name in names:
        ours, theirs = (alone(p, "peak", 50, name) for p in programs)
        row = "".join(f"{x[0] / 1e6:10.1f}{x[1] / 1e6:8.1f}" for x in (ours, theirs))
        print(f"  {name:48}{row}", flush=True)
        for kind, a, b in zip(("whole", "above the start"), ours, theirs):
            if a > 1.02 * b:
                under.append(f"peak memory {kind}, {name}: {a / 1e6:.1f} MB, {peer} {b / 1e6:.1f} MB")


def steady(name, program, under):
    answer = alone(program, "steady", 100000, name)
    seconds, memory = answer[::2], answer[1::2]
    print(f"  {name:48}{min(seconds) * 1e6:10.2f} to {max(seconds) * 1e6:.2f} us, "
          f"{memory[0] / 1e6:.1f} to {memory[-1] / 1e6:.1f} MB", flush=True)
    if max(seconds) > 1.1 * seconds[0] or memory[-1] > 1.02 * memory[0]:
        under.append(f"steady, {name}: not flat over 100,000 steps")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench --peer", description=__doc__)
    parser.add_argument("filter", nargs="?", default="", help="pattern of group/case; also 'peak memory', 'steady'")
    parser.add_argument("--threads", default="1,2", help="thread counts (1,2)")
    parser.add_argument("--rounds", type=int, default=6, help="turns of each side (6)")
    parser.add_argument("--seconds", type=float, default=0.03, help="of each turn (0.03)")
    parser.add_argument("--base", type=Path, help="root of another, compiled checkout, to compare with instead")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help=argparse.SUPPRESS)
    options = parser.parse_args()

    out = options.build.resolve() / "peer"
    if options.base:
        base = options.base.resolve()
        peer, theirs = "base", build_gradus("base", SOURCES, base, base / "build/libgradus.a", out / "base")
    else:
        theirs, version = build_libtorch(SOURCES, out / "libtorch")
        peer = "libtorch"
        print(f"libtorch {version}")
    ours = build_gradus("gradus", SOURCES, ROOT, options.build.resolve() / "libgradus.a", out / "gradus")
    under = []
    with Side(ours) as a, Side(theirs) as b:
        rows = [r.split("|") for r in a.ask("list").split(";") if r]
        cases = [(r[0], *map(float, r[1:])) for r in rows if re.search(options.filter, r[0])]
        table = Table(options, (a, b), peer, under)
        for threads in map(int, options.threads.split(",")):
            if cases:
                table.run(cases, threads)
    networks = [r[0] for r in rows if r[0].startswith(NETWORKS) and re.search(options.filter, "peak memory/" + r[0])]
    if networks:
        peak_memory(networks, (ours, theirs), peer, under)
    flat = [n for n in STEADY if re.search(options.filter, "steady/" + n)]
    if flat:
        print("\ntime and memory of a step over 100,000 steps")
    for name in flat:
        steady(name, ours, under)
    print("\nunder target:" if under else "\nevery target is met")
    print("\n".join(f"  {line}" for line in under))


if __name__ == "__main__":
    try:
        main()
    except (Failure, subprocess.CalledProcessError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(1)
