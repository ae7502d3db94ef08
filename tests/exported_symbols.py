#!/usr/bin/env python3
"""usage: exported_symbols.py NM LIBRARY [LIBRARY OF A PART]...

A library exports what belongs to the namespace gradus and nothing else: a template of another library, compiled into
this one, would take the place of the user's own copy, of another version perhaps. Of its own it keeps inside what no
program can name, whose names would be a fiftieth of its size, unless the library of a part, for pictures or several
processes, calls it. Types that users catch are there, or an exception of the library would pass their handlers by. libpng,
libjpeg and MPI are needed by the libraries of their parts only.
"""
import re
import subprocess
import sys

OWN = re.compile(r"_Z(T[ITV]|T[hv]\w*_|GV)?Z?N[KRO]*6gradus")
INTERNAL = re.compile(r"_ZN6gradus(3raw|7kernels|4conv\d|4failI)|_ZTS")
CAUGHT = [f"_ZTIN6gradus{name}E" for name in ("5Error", "10IndexError", "10ValueError")]
NEEDED = [CAUGHT + ["_ZTVN6gradus2nn6ModuleE", "_ZN6gradus4clipERKNS_6TensorERKSt8optionalIS0_ES6_"],
          ["_ZTVN6gradus4data8datasets11ImageFolderE"], ["_ZTVN6gradus11distributed15ProcessGroupMPIE"]]
PARTS = ("image", "mpi")  # in the same order
FOREIGN = re.compile(r"(png|jpeg)_|MPI_")


def exported(text):
    """The names in what `nm -D` prints."""
    return {line.split()[-1] for line in text.splitlines() if line.strip()}


def faults(names, needed, called=()):
    """`called`: internal names that another library of the project calls."""
    for name in sorted(names):
        if not OWN.match(name):
            yield f"exported, though it is not of the namespace gradus: {name}"
        if INTERNAL.match(name) and name not in called:
            yield f"exported, though no program can name it: {name}"
    for name in needed:
        if name not in names:
            yield f"not exported, though users need it: {name}"


def listing(*arguments):
    return subprocess.run([sys.argv[1], "-D", *arguments], check=True, capture_output=True, text=True).stdout


MAIN = {*NEEDED[0]}
assert not list(faults(MAIN, NEEDED[0]))
assert list(faults({*MAIN, "_ZNKSt6vectorIN6gradus6TensorESaIS1_EE4sizeEv"}, NEEDED[0]))
assert list(faults({*MAIN, "_ZN6gradus3raw3sumE"}, NEEDED[0]))
assert not list(faults({*MAIN, "_ZN6gradus3raw3sumE"}, NEEDED[0], {"_ZN6gradus3raw3sumE"}))
assert list(faults({*NEEDED[0][1:]}, NEEDED[0]))
libraries = sys.argv[2:]
# Where a part is not built, gradus.map still names what it calls.
with open(__file__.replace("tests/exported_symbols.py", "gradus.map")) as gradus_map:
    called = set(re.findall(r"^ *(_ZN6gradus3raw\w+);", gradus_map.read(), re.MULTILINE))
found = []
parts = [part for part in PARTS if any(f"gradus_{part}." in library for library in libraries)]
for library, needed in zip(libraries, [NEEDED[0]] + [NEEDED[1 + PARTS.index(part)] for part in parts]):
    names = exported(listing("--defined-only", library))
    found += faults(names, needed, called)
    print(f"{library}: {len(names)} symbols")
found += [f"needed, though only the library of a part may: {name}"
          for name in exported(listing("--undefined-only", libraries[0])) if FOREIGN.match(name)]
if len(parts) == len(PARTS):
    needs = set().union(*(exported(listing("--undefined-only", library)) for library in libraries[1:]))
    found += [f"in gradus.map, though no library of a part calls it: {name}" for name in sorted(called - needs)]
print("\n".join(found) if found else "all of them gradus's")
print("gradus.map says what is exported" if found else "", end="")
sys.exit(bool(found))
