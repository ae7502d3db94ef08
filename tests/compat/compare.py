#!/usr/bin/env python3
"""Runs a program and compares what it prints with what it prints when compiled against libtorch: compare.py PROGRAM EXPECTED

Numbers with a fraction may differ by 1e-4 of their size (1e-5 near zero); all else must be the same.
EXPECTED was made with libtorch 2.13: g++ -std=c++20 NAME.cpp -I$T/include -I$T/include/torch/csrc/api/include -L$T/lib
-ltorch -ltorch_cpu -lc10 -Wl,-rpath,$T/lib -o NAME && ./NAME > NAME.txt, T being the folder of the Python package.
"""
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOKEN = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?|\S+?(?=-?\d)|\S+")


def tokens(line):
    return TOKEN.findall(line)


def same(a, b):
    if a == b:
        return True
    try:
        return ("." in a + b or "e" in a + b) and math.isclose(float(a), float(b), rel_tol=1e-4, abs_tol=1e-5)
    except ValueError:
        return False


program, expected = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    run = subprocess.run([program], cwd=folder, capture_output=True, text=True)
got, want = run.stdout.splitlines(), expected.read_text().splitlines()
faults = []
for i in range(max(len(got), len(want))):
    g, w = (lines[i] if i < len(lines) else "(nothing)" for lines in (got, want))
    tg, tw = tokens(g), tokens(w)
    if len(tg) != len(tw) or not all(map(same, tg, tw)):
        faults.append(f"line {i + 1}: {w!r} with libtorch\n{' ' * len(f'line {i + 1}')}  {g!r} here")
if run.returncode != 0:
    faults.append(f"ended with {run.returncode}: {run.stderr[-2000:]}")
print("\n".join(faults) if faults else f"{len(got)} lines as with libtorch")
sys.exit(bool(faults))
