#!/usr/bin/env python3
"""usage: relative_includes.py FOLDER
In the headers installed below FOLDER, writes an include of another one as the path from the header to it. The sources
name each other by paths from the root, and a program with a folder nn or data of its own would put its file there.
Meson runs it when it installs."""
import os
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^( *# *include )(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def relative(text, path, paths):
    """`text` of the header at `path`; `paths` are all that are installed, from the root."""
    def write(m):
        target = m[2] or m[3]
        return f'{m[1]}"{os.path.relpath(target, os.path.dirname(path) or ".")}"' if target in paths else m[0]
    return INCLUDE.sub(write, text)


def main():
    folder = Path(sys.argv[1])
    if prefix := os.environ.get("MESON_INSTALL_PREFIX"):
        folder = Path(os.environ["MESON_INSTALL_DESTDIR_PREFIX"], os.path.relpath(folder, prefix))
    headers = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*.h")}
    for path, file in headers.items():
        text = file.read_text()
        if (new := relative(text, path, headers)) != text:
            file.write_text(new)


if __name__ == "__main__":
    main()
