#!/usr/bin/env python3
"""Lines of programs written for libtorch compile: spellings_test.py BUILD COMPILER...

Each line of spellings.txt becomes a function. With the folder of the Python package torch in place of BUILD, libtorch's
headers are used: they take every line, but for those marked `older:`.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GIVEN = ("[[maybe_unused]] torch::Tensor x, [[maybe_unused]] torch::Tensor y, [[maybe_unused]] torch::Tensor m, "
         "[[maybe_unused]] torch::Tensor i, [[maybe_unused]] torch::Tensor b, "
         "[[maybe_unused]] std::vector<torch::Tensor> list, [[maybe_unused]] torch::Device device")


def main():
    build, compiler = Path(sys.argv[1]), sys.argv[2:]
    peer = build / "include/torch/csrc/api/include"
    flags = ([f"-I{build}/include", f"-I{peer}"] if peer.is_dir() else
             [f"-I{ROOT}", f"-I{ROOT}/compat", f"-I{build}", f"-I{build}/compat"])
    lines = (HERE / "spellings.txt").read_text().split("\n")
    code = ["#include <torch/torch.h>"]
    for n, line in enumerate(lines, 1):
        if line.startswith("older: "):
            line = "" if peer.is_dir() else line.removeprefix("older: ")
        code.append(f"void line_{n}({GIVEN}) {{ {line} }}" if line and line[0] != "#" else "")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "spellings.cpp"
        source.write_text("\n".join(code) + "\n")
        all_errors = "-ferror-limit=0" if "clang" in compiler[-1] else "-fmax-errors=0"
        run = subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", "-w", all_errors, *flags, str(source)],
                             capture_output=True, text=True)
    faults = re.findall(rf"{re.escape(str(source))}:(\d+):\d+: (?:fatal )?error: (.*)", run.stderr)
    for n, message in faults:
        print(f"spellings.txt:{int(n) - 1}: {message}")
    if run.returncode and not faults:
        print(run.stderr[:4000])
    count = sum(line.count(";") for line in lines if line and line[0] != "#")
    print(f"{count} spellings in {sum(bool(l) for l in code) - 1} programs")
    sys.exit(run.returncode != 0)


main()
