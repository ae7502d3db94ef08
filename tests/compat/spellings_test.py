#!/usr/bin/env python3
"""Lines of programs written for libtorch compile: spellings_test.py BUILD COMPILER...

Each line of spellings.txt becomes a function. With the folder of the Python package torch in place of BUILD, libtorch's
headers are used: they take every line, but for those marked `older:`.
"""
import sys
from pathlib import Path

from compile_lines import compile_lines, is_peer

HERE = Path(__file__).resolve().parent
GIVEN = ("[[maybe_unused]] torch::Tensor x, [[maybe_unused]] torch::Tensor y, [[maybe_unused]] torch::Tensor m, "
         "[[maybe_unused]] torch::Tensor i, [[maybe_unused]] torch::Tensor b, "
         "[[maybe_unused]] std::vector<torch::Tensor> list, [[maybe_unused]] torch::Device device")


def main():
    build, compiler = Path(sys.argv[1]), sys.argv[2:]
    lines = (HERE / "spellings.txt").read_text().split("\n")
    programs = []
    for n, line in enumerate(lines, 1):
        if line.startswith("older: "):
            line = "" if is_peer(build) else line.removeprefix("older: ")
        programs.append(f"void line_{n}({GIVEN}) {{ {line} }}" if line and line[0] != "#" else "")
    run, errors = compile_lines(compiler, build, ["torch/torch.h"], programs, "-fsyntax-only")
    for i, message in errors:
        print(f"spellings.txt:{i + 1}: {message}")
    if run.returncode and not errors:
        print(run.stderr[:4000])
    count = sum(line.count(";") for line in lines if line and line[0] != "#")
    print(f"{count} spellings in {sum(map(bool, programs))} programs")
    sys.exit(run.returncode != 0)


main()
