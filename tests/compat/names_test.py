#!/usr/bin/env python3
"""Every public name of libtorch's headers is here too, or omitted for a reason: names_test.py [--missing] BUILD COMPILER...

The names stand in tests/reference/libtorch_names.txt, which libtorch_names.py beside it makes. Lines of
omitted_names.txt are a pattern for whole names, and the reason. The compiler sees a use of each name behind <torch/torch.h>
and the headers of c10 and ATen; the names that it refuses are missing. A pattern that matches no missing name is out of date. --missing lists the missing names, of
omitted ones too, with the pattern that omits them.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def read_names():
    lines = (ROOT / "tests/reference/libtorch_names.txt").read_text().split("\n")
    return [tuple(line.split(" ", 1)) for line in lines if line]


def read_omissions():
    """(pattern, reason) of each line that is no comment."""
    out = []
    for line in (HERE / "omitted_names.txt").read_text().split("\n"):
        if line and not line.startswith("#"):
            pattern, reason = re.split(r"\s{2,}", line, maxsplit=1)
            out.append((re.compile(pattern), reason))
    return out


def use(i, kind, name):
    """A line of C++ that compiles where the name exists. Macros are looked for by themselves."""
    if kind == "member":
        return f"struct line_{i} : {name.rpartition('::')[0]} {{ using {name}; }};"
    return f"namespace line_{i} {{ using {name}; }}" if kind == "name" else ""


def missing(names, build, compiler):
    """The names that the compiler does not find."""
    flags = ["-std=c++20", "-w", f"-I{ROOT}", f"-I{ROOT}/compat", f"-I{build}", f"-I{build}/compat"]
    all_errors = "-ferror-limit=0" if "clang" in compiler[-1] else "-fmax-errors=0"
    macros = {name: i for i, (kind, name) in enumerate(names) if kind == "macro"}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "names.cpp"

        headers = sorted(p.relative_to(ROOT / "compat") for p in (ROOT / "compat").rglob("*.h"))
        start = [f"#include <{h}>" for h in ["torch/torch.h", *headers]]

        def run(lines, *more):
            source.write_text("\n".join([*start, *lines, ""]))
            return subprocess.run([*compiler, *flags, *more, str(source)], capture_output=True, text=True)

        compiled = run([use(i, *n) for i, n in enumerate(names)], "-fsyntax-only", all_errors)
        refused = {int(n) - len(start) - 1 for n in re.findall(rf"{re.escape(str(source))}:(\d+):\d+: error", compiled.stderr)}
        if compiled.returncode and (not refused or min(refused) < 0):
            sys.exit(compiled.stderr[:4000])
        expanded = run([f"#ifndef {m}\nmissing {m}\n#endif" for m in macros], "-E", "-P")
        refused |= {macros[m] for m in re.findall(r"^missing (\w+)$", expanded.stdout, re.MULTILINE)}
    return [names[i] for i in sorted(refused)]


def main():
    arguments = sys.argv[1:]
    listing = "--missing" in arguments
    arguments = [a for a in arguments if a != "--missing"]
    build, compiler = arguments[0], arguments[1:]
    names, omissions = read_names(), read_omissions()
    faults, used = [], set()
    absent = missing(names, build, compiler)
    for kind, name in absent:
        pattern = next((p for p, _ in omissions if p.fullmatch(name)), None)
        used.add(pattern)
        if listing:
            print(kind, name, f"  ({pattern.pattern})" if pattern else "")
        elif not pattern:
            faults.append(f"{kind} {name} is not here, and no line of omitted_names.txt says why")
    faults += [f"omitted_names.txt: no missing name matches {p.pattern}" for p, _ in omissions if p not in used]
    if not listing:
        print("\n".join(faults))
        print(f"{len(names)} names, {len(absent)} of them omitted")
    sys.exit(bool(faults) and not listing)


main()
