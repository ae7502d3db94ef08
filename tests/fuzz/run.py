#!/usr/bin/env python3
"""Runs the fuzz targets, each for some seconds from its seeds and what earlier runs found.

A fault leaves its input in DIR/found, and ends with the line that runs it again. Inputs that reached new code stay in
DIR/corpus, so that long runs go on from one another.
"""
import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
LONGEST = 4096      # bytes of an input
SECONDS_EACH = 20   # that one input may take
MEGABYTES = 1024
FAULT = r"ERROR: |runtime error: |^broken: |terminate called"  # how a report begins
REPORT = 40         # lines of it that are shown


def environment():
    return os.environ | {
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1"),
        "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1"),
        "OMP_NUM_THREADS": "1",
    }


def limits():
    return [f"-timeout={SECONDS_EACH}", f"-rss_limit_mb={MEGABYTES}"]


def fuzz(build, program, seconds):
    """Whether the target ran well; prints what it did."""
    name = program.name.removeprefix("fuzz_")
    corpus, seeds, found = (build / folder / name for folder in ("corpus", "seeds", "found"))
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    subprocess.run([program, "--seeds", seeds], env=environment(), check=True)
    words = HERE / f"{name}.dict"
    run = subprocess.run(
        [program, *limits(), f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-seed=1", "-print_final_stats=1",
         f"-artifact_prefix={found}/", *([f"-dict={words}"] if words.exists() else []), corpus, seeds],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    reached = re.findall(r"cov: (\d+)", run.stdout)
    runs = re.search(r"stat::number_of_executed_units: *(\d+)", run.stdout)
    text = f"fuzz: {name}: {runs[1] if runs else '?'} inputs, {reached[-1] if reached else '?'} branches reached"
    if run.returncode:
        lines = run.stdout.splitlines()
        begin = next((i for i, line in enumerate(lines) if re.search(FAULT, line)), max(len(lines) - REPORT, 0))
        file = re.search(r"Test unit written to (\S+)", run.stdout)
        text += ", A FAULT\n" + "\n".join(lines[begin:begin + REPORT])
        if file:
            text += f"\nfuzz: again by ./dev fuzz {name} {file[1]}"
    print(text, flush=True)
    return run.returncode == 0


def main():
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("what", nargs="*", metavar="TARGET | SECONDS | FILE",
                        help="one target (all), seconds for each (20), or a file that one target is to read")
    options = parser.parse_args()
    build = options.build.resolve()
    programs = sorted(p for p in (build / "tests/fuzz").glob("fuzz_*") if p.is_file())
    names = {p.name.removeprefix("fuzz_"): p for p in programs}
    chosen, seconds, files = [], 20, []
    for word in options.what:
        if word in names:
            chosen.append(names[word])
        elif word.isdigit():
            seconds = int(word)
        elif Path(word).exists():
            files.append(word)
        else:
            parser.error(f"{word}: neither a target ({', '.join(names)}), nor seconds, nor a file")
    if files:
        if len(chosen) != 1:
            parser.error("a file needs one target that reads it")
        sys.exit(subprocess.run([chosen[0], *limits(), *files], env=environment() | {"FUZZ_TELL": "1"}).returncode)
    with ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count()))) as pool:
        fine = list(pool.map(lambda p: fuzz(build, p, seconds), chosen or programs))
    print(f"{sum(fine)} passed, {len(fine) - sum(fine)} failed")
    sys.exit(not all(fine))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(1)
