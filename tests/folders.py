#!/usr/bin/env python3
"""A test is found from its source: each folder of sources has a folder of tests.

That is the folder of the same name below tests/. All of nn/ is tested in tests/nn/. What stands in a family's folder of
tensor/ or tensor/kernels/ is tested there, or through the operations, in tests/autograd/ops/, or in tests/optim/. A file
of tests/catalog/ that has rows begins with its family's word.
"""
import sys
from pathlib import Path

from lint_includes import read_files

LIBRARY = ("tensor", "autograd", "nn", "optim", "data", "monitor", "distributed")


def folders(files, below):
    """Of sources, not of headers alone."""
    return {str(Path(f).parent) for f in files if f.endswith(".cpp") and f.split("/")[0] in below}


def partners(folder):
    parts = folder.split("/")
    yield f"tests/{folder}"
    if parts[0] == "nn":
        yield "tests/nn"
    if parts[0] == "tensor" and len(parts) > 1:
        yield f"tests/autograd/ops/{parts[-1]}"
        yield f"tests/{parts[-1]}"


def breaches(files):
    """files: {path: text}. Yields one line per breach."""
    tested = folders(files, ("tests",))
    for folder in sorted(folders(files, LIBRARY)):
        if not tested & set(partners(folder)):
            yield f"{folder}: no tests in {' or '.join(partners(folder))}"
    families = {Path(f).name for f in folders(files, ("autograd",)) if f.startswith("autograd/ops/")}
    for path, text in sorted(files.items()):
        if path.startswith("tests/catalog/") and "\nRows " in text:
            word = Path(path).stem.split("_")[0]
            if word not in families:
                yield f"{path}: {word} is no family"


def self_test():
    files = {"nn/layers/a.cpp": "", "tests/nn/b.cpp": "", "autograd/ops/view/c.cpp": "", "tests/autograd/ops/view/c.cpp": "",
             "tensor/kernels/view/d.cpp": "", "tensor/view/e.h": "", "tests/catalog/view_f.cpp": "\nRows view_f_rows() {"}
    assert list(breaches(files)) == []
    files |= {"tensor/io/g.cpp": "", "autograd/h.cpp": "", "tests/autograd/h.h": "", "tests/catalog/g.cpp": "\nRows g_rows() {"}
    assert list(breaches(files)) == [
        "autograd: no tests in tests/autograd",
        "tensor/io: no tests in tests/tensor/io or tests/autograd/ops/io or tests/io",
        "tests/catalog/g.cpp: g is no family"], list(breaches(files))


if __name__ == "__main__":
    self_test()
    found = list(breaches(read_files()))
    print("\n".join(found) if found else "each folder of sources has its tests")
    sys.exit(bool(found))
