#!/usr/bin/env python3
"""The headers that are installed are those that users include, and what these reach.

usage: headers_test.py BUILD [COMPILER...]    with a compiler, each must compile alone too

A header that a source of the library includes before anything else has compiled alone when the library was built.
"""
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lint_includes import PUBLIC, ROOT, includes, reached, read_files

ENTRIES = [*PUBLIC, "compat/torch/torch.h"]


def installed(build):
    plan = json.loads((build / "meson-info/intro-install_plan.json").read_text())
    return {str(Path(p).relative_to(ROOT)) for p in plan.get("headers", {})}


def included_first(files):
    firsts = [includes(text)[:1] for path, text in files.items()
              if path.endswith(".cpp") and path.startswith(("tensor/", "autograd/", "nn/", "optim/", "data/", "monitor/"))]
    return {own for first in firsts for _, own, _ in first}


def compiles(compiler, path):
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as f:
        f.write(f'#include "{path}"\n')
        f.flush()
        return subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", f"-I{ROOT}", f"-I{ROOT}/compat", f.name],
                              capture_output=True, text=True).stderr


def main():
    build, compiler = Path(sys.argv[1]), sys.argv[2:]
    files = read_files()
    have = installed(build)
    want = set(reached(files, [e for e in ENTRIES if e in have or e != "data/image/vision.h"], ("", "compat/")))
    faults = [f"{p} is installed, and nothing that users include reaches it" for p in sorted(have - want) if
              not p.startswith("compat/")]
    faults += [f"{p} is reached, and not installed" for p in sorted(want - have)]
    if compiler:
        with ThreadPoolExecutor(2) as pool:
            names = sorted(have - included_first(files))
            for path, errors in zip(names, pool.map(lambda p: compiles(compiler, p), names)):
                if errors:
                    faults.append(f"{path} does not compile alone:\n{errors}")
    print("\n".join(faults) if faults else f"{len(have)} headers")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
