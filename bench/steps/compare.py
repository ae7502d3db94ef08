#!/usr/bin/env python3
"""Whole training steps beside PyTorch eager, torch.compile and JAX, or with --optimisers the steps of those that PyTorch
has in Python alone: what each needs over what Gradus needs.

PYTHON names a Python that has torch and jax; what it lacks is left out. Gradus must have been compiled in build/."""
import argparse
import math
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "bench/steps"
ENGINES = {"steps": {"eager": "torch", "compile": "torch", "jax": "jax"},
           "optimisers": {"single": "torch", "foreach": "torch"}}


def build(name):
    out = ROOT / "build/steps" / name
    out.parent.mkdir(parents=True, exist_ok=True)
    flags = ["-std=c++20", "-O2", "-DNDEBUG", f"-I{ROOT}", f"-I{ROOT}/compat"]
    library = ROOT / "build/libgradus.a"
    subprocess.run([os.environ.get("CXX", "g++"), *flags, HERE / f"{name}.cpp", library, "-lfmt", "-lz", "-fopenmp",
                    "-o", out], check=True)
    return out


def has(python, module):
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def times(command):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "MKL_", "OMP_", "GOMP_"))}
    out = subprocess.run(list(map(str, command)), env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {name: float(time) for name, time in (line.split("\t") for line in out.splitlines())}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2, help="turns of each side (2)")
    parser.add_argument("--optimisers", action="store_const", const="optimisers", default="steps", dest="what")
    options = parser.parse_args()
    python = os.environ.get("PYTHON", "python3")
    sides = {"gradus": [build(options.what), options.threads]}
    sides |= {e: [python, HERE / "peers.py", e, options.threads] for e, m in ENGINES[options.what].items()
              if has(python, m)}
    best = {}
    for _ in range(options.rounds):
        for side, command in sides.items():
            for name, time in times(command).items():
                best.setdefault(name, {})[side] = min(time, best.get(name, {}).get(side, math.inf))
    peers = list(sides)[1:]
    print(f"| {options.threads} thread{'s' * (options.threads > 1)} | " + " | ".join(peers) + " |")
    print("|---|" + "---|" * len(peers))
    for name, row in best.items():
        print(f"| {name} | " + " | ".join(f"{row[p] / row['gradus']:.2f}" for p in peers) + " |")


if __name__ == "__main__":
    main()
