#!/usr/bin/env python3
"""usage: exported_symbols.py NM LIBRARY

The library exports what belongs to the namespace gradus and nothing else: a template of another library, compiled into
this one, would take the place of the user's own copy, of another version perhaps. Types that users catch are there, or
an exception of the library would pass their handlers by.
"""
import re
import subprocess
import sys

nm, library = sys.argv[1:]
OWN = re.compile(r"_Z(T[ISTV]|T[hv]\w*_|GV)?Z?N[KRO]*6gradus")
CAUGHT = [f"_ZT{kind}N6gradus{name}E" for kind in "IS"
          for name in ("5Error", "10IndexError", "10ValueError")]
NEEDED = CAUGHT + ["_ZTVN6gradus2nn6ModuleE"]


def exported(text):
    """The names in what `nm -D --defined-only` prints."""
    return {line.split()[-1] for line in text.splitlines() if line.strip()}


def faults(names):
    for name in sorted(names):
        if not OWN.match(name):
            yield f"exported, though it is not of the namespace gradus: {name}"
    for name in NEEDED:
        if name not in names:
            yield f"not exported, though users need it: {name}"


assert list(faults({*NEEDED, "_ZNKSt6vectorIN6gradus6TensorESaIS1_EE4sizeEv"}))
assert list(faults({*NEEDED[1:]}))
listing = subprocess.run([nm, "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
found = list(faults(exported(listing)))
print("\n".join(found) if found else f"{len(exported(listing))} symbols, all of them gradus's")
print("gradus.map says what is exported" if found else "", end="")
sys.exit(bool(found))
