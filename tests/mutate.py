#!/usr/bin/env python3
"""Breaks one source file in small ways, one at a time, and tells which of them no test notices.

Everything happens in a copy of the tree, build-mutate/, which may be deleted at any time. A mutant is one changed
operator, number, bool or condition, or a statement left out. Its tests are those of the file that mirrors it
(tensor/io/text.cpp: tests/tensor/io/text.cpp or .../text_*.cpp; failing these, all of the folder), and for operations
the catalog's; or those that are named.
"""
import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "build-mutate"
BUILD = COPY / "build"

# What clang-format sets spaces around is an operator, not a type's bracket, star or reference.
SWAPS = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
         "&&": "||", "||": "&&", "+=": "-=", "-=": "+=", "*=": "/=", "&": "|", "|": "&", "<<": ">>", ">>": "<<"}
OPERATOR = re.compile(r"(?<= )(" + "|".join(re.escape(s) for s in sorted(SWAPS, key=len, reverse=True)) + r")(?= )")
NUMBER = re.compile(r"(?<![\w.])(\d+)(?![\w.'])")
BOOL = re.compile(r"\b(true|false)\b")
NOT = re.compile(r"(?<![\w)])!(?=[\w(])")
STATEMENT = re.compile(r"^\s*[\w:.>()\[\]*-]+(\(.*\)| [-+*/|&]?= .*|\+\+|--);\s*$")
NO_STATEMENT = re.compile(r"^\s*(return|break|continue|using|goto|throw|static_assert|case|default|namespace|auto |const )")
SKIPPED = re.compile(r"^\s*(#|//|template|using |static_assert)")
STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
# What a mutant may be warned of and still counts; the options are those of ./dev test, so that ccache knows the rest.
WARNINGS = "".join(f'#pragma GCC diagnostic ignored "-W{w}"\n' for w in (
    "unused", "type-limits", "uninitialized", "maybe-uninitialized", "conversion", "parentheses", "empty-body",
    "implicit-fallthrough", "int-in-bool-context", "array-bounds", "stringop-overflow"))
TESTED_BY_CATALOG = ("autograd/ops/", "tensor/", "nn/functional/")


def code_of(line):
    """The line with strings and the comment at its end blanked out, so that places stay the same."""
    line = STRING.sub(lambda m: "\0" * len(m[0]), line)
    comment = line.find("//")
    return line if comment < 0 else line[:comment] + " " * (len(line) - comment)


def mutants(text):
    """[(line number, what, text of the line)]"""
    found, begins = [], False  # whether a statement may begin in this line
    for number, line in enumerate(text.splitlines(), 1):
        if SKIPPED.match(line):
            continue
        code = code_of(line)

        def change(match, to):
            found.append((number, f"{match[0]} -> {to or 'nothing'}", line[:match.start()] + to + line[match.end():]))

        for m in OPERATOR.finditer(code):
            change(m, SWAPS[m[0]])
        for m in NUMBER.finditer(code):
            change(m, str(int(m[0]) + 1))
            if m[0] != "0":
                change(m, str(int(m[0]) - 1))
        for m in BOOL.finditer(code):
            change(m, "false" if m[0] == "true" else "true")
        for m in NOT.finditer(code):
            change(m, "")
        if begins and STATEMENT.match(code) and not NO_STATEMENT.match(code) and code.count("(") == code.count(")"):
            found.append((number, "statement left out", ";"))
        if code.strip():
            begins = code.rstrip().endswith((";", "{", "}", ":", ")", "else"))
    return found


def refresh():
    """Makes the copy what the tree is; files that are the same keep their time, so that little is built again."""
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                           capture_output=True, text=True).stdout.split("\0")
    wanted = {n for n in names if n and (ROOT / n).is_file()}
    for name in wanted:
        source, target = ROOT / name, COPY / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    listed = COPY / "build-files"
    before = set(listed.read_text().split("\0")) if listed.exists() else set()
    for name in before - wanted:
        (COPY / name).unlink(missing_ok=True)
    listed.write_text("\0".join(wanted))


def introspect(what):
    return json.loads(subprocess.run([*MESON, "introspect", BUILD, f"--{what}"], check=True, capture_output=True,
                                     text=True).stdout)


def tests_of(name, asked):
    """The tests that meson knows for a source file: [(test, the targets to build)], the nearest first."""
    targets = {t["id"]: t for t in introspect("targets")}
    found = []
    for test in introspect("tests"):
        needed = [targets[d] for d in test["depends"] if d in targets]
        needed += [t for t in targets.values() if t["filename"][0] in test["cmd"] and t not in needed]
        sources = {os.path.relpath(s, COPY) for t in needed for part in t["target_sources"]
                   for s in part.get("sources", [])}
        outputs = [os.path.relpath(t["filename"][0], BUILD) for t in needed if t["type"] == "executable"]
        if outputs:
            found.append((test, outputs, sources))
    if asked:
        if missing := set(asked) - {t["name"] for t, _, _ in found}:
            sys.exit(f"mutate: no test {', '.join(missing)}")
        return [(t, o) for t, o, _ in found if t["name"] in asked]
    folder, stem = os.path.split(os.path.splitext(name)[0])
    mirror = re.compile(rf"tests/{re.escape(folder)}/{re.escape(stem)}(_\w+)?\.cpp")
    near = [(t, o) for t, o, s in found if any(mirror.fullmatch(x) for x in s)]
    while not near and folder:
        near = [(t, o) for t, o, s in found if any(x.startswith(f"tests/{folder}/") for x in s)]
        folder = os.path.dirname(folder)
    if name.startswith(TESTED_BY_CATALOG):
        near += [(t, o) for t, o, _ in found if t["name"].startswith("catalog_") and "sse2" in t["name"]]
    return near


def passes(test):
    """Whether a test passes; one that takes far too long does not."""
    try:
        run = subprocess.run(test["cmd"], env=os.environ | test["env"], cwd=test["workdir"] or BUILD,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             timeout=max(10, 5 * test.get("seconds", 60)))
        return run.returncode == 0
    except subprocess.TimeoutExpired:
        return False


def compiles(outputs):
    return subprocess.run(["ninja", "-C", BUILD, "-j", JOBS, *outputs], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def main():
    parser = argparse.ArgumentParser(prog="./dev mutate", description=__doc__)
    parser.add_argument("file", help="a source file of the library")
    parser.add_argument("tests", nargs="*", help="tests as meson names them (those that mirror the file)")
    parser.add_argument("--lines", default="1-", help="only in these lines, as 20-60")
    parser.add_argument("--most", type=int, default=0, help="only so many mutants, drawn by --seed")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    path = Path(options.file).resolve()
    if not path.is_file() or ROOT not in path.parents:
        parser.error(f"{options.file} is no file of this tree")
    name, text = str(path.relative_to(ROOT)), path.read_text()

    first, last = options.lines.split("-") if "-" in options.lines else (options.lines, options.lines)
    chosen = [m for m in mutants(text) if int(first or 1) <= m[0] <= int(last or sys.maxsize)]
    if options.most:
        chosen = sorted(random.Random(options.seed).sample(chosen, min(options.most, len(chosen))))
    COPY.mkdir(exist_ok=True)
    refresh()
    if not (BUILD / "build.ninja").exists():
        subprocess.run([*MESON, "setup", BUILD, COPY, "-Dwerror=true"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", BUILD, "build.ninja"], check=True, stdout=subprocess.DEVNULL)
    tests = tests_of(name, options.tests)
    if not tests:
        sys.exit(f"mutate: no test mirrors {name}; name some")
    outputs = sorted({o for _, built in tests for o in built})
    print(f"{name}: {len(chosen)} mutants, tests: {', '.join(t['name'] for t, _ in tests)}", flush=True)
    if not compiles(outputs):
        sys.exit("mutate: the unchanged file does not compile")
    for test, _ in tests:
        start = time.monotonic()
        if not passes(test):
            sys.exit(f"mutate: {test['name']} fails with the unchanged file")
        test["seconds"] = time.monotonic() - start
    tests.sort(key=lambda t: t[0]["seconds"])

    lines, survivors, invalid = text.splitlines(), 0, 0
    try:
        for number, what, changed in chosen:
            (COPY / name).write_text(WARNINGS + "\n".join([*lines[:number - 1], changed, *lines[number:]]) + "\n")
            if not compiles(outputs):
                invalid += 1
            elif all(passes(test) for test, _ in tests):
                survivors += 1
                print(f"{name}:{number}: {what}: {lines[number - 1].strip()}", flush=True)
    finally:
        (COPY / name).write_text(text)
    killed = len(chosen) - survivors - invalid
    print(f"{killed} noticed, {survivors} survived, {invalid} do not compile")


MESON = ["/usr/bin/meson" if Path("/usr/bin/meson").exists() else "meson"]
JOBS = os.environ.get("JOBS", str(os.cpu_count()))

if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(1)
