#!/usr/bin/env python3
"""Every public name of libtorch's headers is here too, or omitted for a reason: names_test.py [--missing] BUILD COMPILER...

The names stand in tests/reference/libtorch_names.txt, which libtorch_names.py beside it makes. Lines of
omitted_names.txt are a pattern for whole names, and the reason. The compiler sees a use of each name behind <torch/torch.h>
and the headers of c10 and ATen; the names that it refuses are missing. A pattern that matches no missing name is out of date. --missing lists the missing names, of
omitted ones too, with the pattern that omits them.
"""
import re
import sys
from pathlib import Path

from compile_lines import ROOT, compile_lines

HERE = Path(__file__).resolve().parent


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
    headers = ["torch/torch.h", *sorted(p.relative_to(ROOT / "compat") for p in (ROOT / "compat").rglob("*.h"))]
    run, errors = compile_lines(compiler, build, headers, [use(i, *n) for i, n in enumerate(names)], "-fsyntax-only")
    refused = {i for i, _ in errors}
    if run.returncode and (not refused or min(refused) < 0):
        sys.exit(run.stderr[:4000])
    macros = {name: i for i, (kind, name) in enumerate(names) if kind == "macro"}
    asked = [f"#ifndef {m}\nmissing {m}\n#endif" for m in macros]
    expanded, _ = compile_lines(compiler, build, headers, asked, "-E", "-P")
    refused |= {macros[m] for m in re.findall(r"^missing (\w+)$", expanded.stdout, re.MULTILINE)}
    return [names[i] for i in sorted(refused)]


def main():
    arguments = sys.argv[1:]
    listing = "--missing" in arguments
    arguments = [a for a in arguments if a != "--missing"]
    build, compiler = Path(arguments[0]), arguments[1:]
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
