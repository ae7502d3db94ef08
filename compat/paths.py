#!/usr/bin/env python3
"""usage: paths.py OUT | paths.py --includes
Makes below OUT the headers that paths.txt lists, each of which includes another one, and below
torch/csrc/api/include one for each of torch/, as in libtorch. Only what differs is written, so that nothing is
compiled anew. Meson runs it as it configures, and again to install. With --includes it prints a source that includes
every path, also those that have a file."""
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT = "torch/torch.h"
MIRROR = "torch/csrc/api/include/"
MADE = "// As libtorch names it.\n"  # at the top of what is made


def listed(text):
    """{path: what it includes}, of the lines of paths.txt."""
    found = {}
    for line in text.splitlines():
        line = line.partition("#")[0]
        pattern, _, words = line.partition(":")
        paths = [pattern.strip().replace("*", word) for word in words.split()] or line.partition("->")[0].split()
        for path in paths:
            if path in found:
                raise ValueError(f"paths.txt: {path} is listed twice")
            found[path] = line.partition("->")[2].strip() or DEFAULT
    return found


def headers(text, written):
    """{path: its text} of all that is made, beside the files `written` below compat/."""
    found = listed(text)
    if twice := found.keys() & set(written):
        raise ValueError(f"paths.txt: {min(twice)} is a file below compat/")
    for path in [*found, *written]:
        if path.startswith("torch/") and not path.startswith("torch/csrc/"):
            found[MIRROR + path] = path
    return {path: f"{MADE}#pragma once\n\n#include <{target}>\n" for path, target in found.items()}


def make(out, made):
    for old in out.rglob("*.h"):
        if old.relative_to(out).as_posix() not in made and old.read_text().startswith(MADE):
            old.unlink()
    for path, text in made.items():
        file = out / path
        if not file.is_file() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


def main():
    written = [p.relative_to(HERE).as_posix() for p in HERE.rglob("*.h")]
    made = headers((HERE / "paths.txt").read_text(), written)
    if sys.argv[1] == "--includes":
        print("".join(f"#include <{path}>\n" for path in sorted([*made, *written])), end="")
        return
    out = Path(sys.argv[1])
    if prefix := os.environ.get("MESON_INSTALL_PREFIX"):
        out = Path(os.environ["MESON_INSTALL_DESTDIR_PREFIX"], os.path.relpath(out, prefix))
    make(out, made)


if __name__ == "__main__":
    main()
