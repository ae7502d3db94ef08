#!/usr/bin/env python3
"""usage: exported_symbols.py NM LIBRARY

The library exports what belongs to the namespace gradus and nothing else: a template of another library, compiled into
this one, would take the place of the user's own copy, of another version perhaps. Of its own it keeps inside what no
program can name, whose names would be a fiftieth of its size. Types that users catch are there, or an exception of the
library would pass their handlers by.
"""
import re
import subprocess
import sys

nm, library = sys.argv[1:]
OWN = re.compile(r"_Z(T[ITV]|T[hv]\w*_|GV)?Z?N[KRO]*6gradus")
INTERNAL = re.compile(r"_ZN6gradus(3raw|7kernels|4conv\d|4failI)|_ZTS")
CAUGHT = [f"_ZTIN6gradus{name}E" for name in ("5Error", "10IndexError", "10ValueError")]
NEEDED = CAUGHT + ["_ZTVN6gradus2nn6ModuleE", "_ZN6gradus4clipERKNS_6TensorERKSt8optionalIS0_ES6_"]


def exported(text):
    """The names in what `nm -D --defined-only` prints."""
    return {line.split()[-1] for line in text.splitlines() if line.strip()}


def faults(names):
    for name in sorted(names):
        if not OWN.match(name):
            yield f"exported, though it is not of the namespace gradus: {name}"
        if INTERNAL.match(name):
            yield f"exported, though no program can name it: {name}"
    for name in NEEDED:
        if name not in names:
            yield f"not exported, though users need it: {name}"


assert list(faults({*NEEDED, "_ZNKSt6vectorIN6gradus6TensorESaIS1_EE4sizeEv"}))
assert list(faults({*NEEDED, "_ZN6gradus3raw3sumE"}))
assert list(faults({*NEEDED[1:]}))
listing = subprocess.run([nm, "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
found = list(faults(exported(listing)))
print("\n".join(found) if found else f"{len(exported(listing))} symbols, all of them gradus's")
print("gradus.map says what is exported" if found else "", end="")
sys.exit(bool(found))
