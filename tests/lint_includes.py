#!/usr/bin/env python3
"""Who may include whom, who may ask the processor, what public headers must not pull in, how long a file may be, and
that no comment says `but` for `only` or `except`."""
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LIBRARY = ["gradus.h", "tensor/*", "autograd/*", "nn/*", "optim/*", "data/*"]
IMAGE = "data/image/"  # a library of its own
MONITOR = ["monitor/*"]  # a library of its own
DISTRIBUTED = ["distributed/*"]  # a library of its own
# What users include. gradus.h has what libtorch's umbrella has; what fewer programs need stands alone.
PUBLIC = (
    "gradus.h",
    "data/image/vision.h",
    "data/csv.h",
    "distributed/distributed.h",
    "monitor/monitor.h",
    "nn/global_hooks.h",
    "optim/grad_scaler.h",
    "tensor/io/npy.h",
    "tensor/io/safetensors_file.h",
)
KERNELS = "tensor/kernels/"
APART = [KERNELS, IMAGE]  # internal, or a library of its own: only patterns that start with these match their files

# folder: the project's files that its files may include, beside its own; the longest folder that fits counts
MAY_INCLUDE = {
    "tensor/kernels": [],
    "tensor/base": [KERNELS + "types.h"],  # what knows no Tensor
    "tensor": ["tensor/base/*", KERNELS + "table.h", KERNELS + "pointwise/row.h", KERNELS + "formulas.h", KERNELS + "types.h"],
    "autograd": ["tensor/*", KERNELS + "formulas.h"],
    "nn": ["tensor/*", "autograd/*"],
    "optim": ["tensor/*", "autograd/*"],
    "data": ["tensor/*"],
    "data/image": ["tensor/*", "data/*"],
    "monitor": LIBRARY,
    "distributed": LIBRARY,
    "compat": ["gradus.h", "tensor/*", "autograd/modes.h", "data/*", "distributed/*"],
    "docs": ["gradus.h", "data/image/vision.h"] + MONITOR + DISTRIBUTED,
    "examples": ["gradus.h"] + MONITOR + DISTRIBUTED,
    "tests": LIBRARY + MONITOR + DISTRIBUTED + [IMAGE + "*", KERNELS + "*.h", "compat/*.h"],
    "bench": LIBRARY + DISTRIBUTED + [KERNELS + "*.h", "tests/catalog.h"],
    "": LIBRARY,  # gradus.h itself
}
# foreign header: the only files that may include it
ONLY_HERE = {"xsimd/*": KERNELS + "*", "*intrin.h": KERNELS + "*",
             "mpi.h": "distributed/mpi/*", "png.h": IMAGE + "*", "jpeglib.h": IMAGE + "*", "jerror.h": IMAGE + "*"}
# word: the only files that may use it. What a processor has is asked in one place, which the environment can overrule.
WORD_ONLY_HERE = {"__builtin_cpu_supports": [KERNELS + "table.cpp", "bench/peer/limits.cpp"]}
# word: where it must not be, and the files there that may use it. Loops over elements belong under tensor/: operations
# and layers hold values and derivatives. Where to split is a list of places, which is read.
WORD_NOT_HERE = {"data_ptr<": (["autograd/ops/*", "nn/*"], ["autograd/ops/view/split.cpp"])}
# foreign headers that must not be reached from what users include (they cost compile time, or a dependency)
NOT_PUBLIC = ["fmt/*", "mpi.h", "png.h", "jpeglib.h", "xsimd/*", "iostream", "regex", "omp.h", "doctest/*"]

LONGEST = 420
MAY_BE_LONGER = ["tensor/tensor.h", "tests/catalog*", "tests/reference/*"]  # a class cannot be cut

RIDDLE = re.compile(r"\b(?:is|are|be|have|has|needs?) but\b")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def matches(path, patterns):
    return any(fnmatch(path, p) for p in patterns)


def folder_rule(path):
    """The key of MAY_INCLUDE that governs path."""
    return max((f for f in MAY_INCLUDE if f in ("", path) or path.startswith(f + "/")), key=len)


def includes(text):
    """[(line, own, foreign)]: one of the two is empty."""
    return [(text.count("\n", 0, m.start(1 if m[1] else 2)) + 1, m[1] or "", m[2] or "")
            for m in INCLUDE.finditer(text)]


def allowed(path, target):
    rule = folder_rule(path)
    apart = next((folder for folder in APART if target.startswith(folder)), "")
    return folder_rule(target) == rule or any(
        fnmatch(target, p) and p.startswith(apart) for p in MAY_INCLUDE[rule])


def reached(files, starts=PUBLIC, folders=("",)):
    """{path: " through FILE", the first file on the way to it} of what `starts` include, themselves too.

    `files` is {path: text}; an include is a path below one of `folders`.
    """
    found, todo = {}, [(path, "") for path in starts]
    while todo:
        path, via = todo.pop()
        if path in found or path not in files:
            continue
        found[path] = via
        for _, own, foreign in includes(files[path]):
            todo += [(f + (own or foreign), via or f" through {path}") for f in folders]
    return found


def check(files):
    """files: {path: text}. Yields one line per breach."""
    graph = {}
    for path, text in files.items():
        graph[path] = includes(text) if not path.endswith(".py") else []
        for line, own, foreign in graph[path]:
            if own:
                if own not in files:
                    yield f'{path}:{line}: "{own}" is no file of the project (paths start at its root)'
                elif not allowed(path, own):
                    yield f"{path}:{line}: {folder_rule(path) or 'the root'} may not include {own}"
            for pattern, where in ONLY_HERE.items():
                if fnmatch(foreign, pattern) and not fnmatch(path, where):
                    yield f"{path}:{line}: <{foreign}> belongs in {where} only"
        for word, where in WORD_ONLY_HERE.items():
            if word in text and not matches(path, where) and not path.endswith(".py"):
                yield f"{path}: {word} belongs in {' and '.join(where)} only"
        for word, (where, except_) in WORD_NOT_HERE.items():
            if word in text and matches(path, where) and not matches(path, except_):
                yield f"{path}: {word} belongs under tensor/"
        for m in RIDDLE.finditer(text):
            line = text.count("\n", 0, m.start()) + 1
            yield f"{path}:{line}: `{m[0]}` in the sense of only or except: say that instead"
        length = text.count("\n")
        if length > LONGEST and not matches(path, MAY_BE_LONGER):
            yield f"{path}: {length} lines, the longest allowed is {LONGEST}"

    for path, via in reached(files).items():
        for line, _, foreign in graph[path]:
            if foreign and matches(foreign, NOT_PUBLIC):
                yield f"{path}:{line}: programs that include Gradus reach <{foreign}>{via}"


def read_files(kinds=("*.h", "*.inc", "*.cpp")):
    """{path: text} of the project's sources of these kinds."""
    names = subprocess.run(["git", "ls-files", *kinds], cwd=ROOT, capture_output=True, text=True)
    if names.returncode == 0 and names.stdout:
        paths = [ROOT / n for n in names.stdout.split()]
    else:  # a release without git
        paths = [p for s in kinds for p in ROOT.rglob(s)
                 if not p.relative_to(ROOT).parts[0].startswith("build")]
    return {str(p.relative_to(ROOT)): p.read_text() for p in paths if p.exists()}


def main():
    files = read_files(("*.h", "*.inc", "*.cpp", "*.py"))
    breaches = list(check(files))
    print("\n".join(breaches) if breaches else f"includes: {len(files)} files keep the rules")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
