#!/usr/bin/env python3
"""usage: exported_symbols.py NM LIBRARY [LIBRARY FOR PICTURES]

A library exports what belongs to the namespace gradus and nothing else: a template of another library, compiled into
this one, would take the place of the user's own copy, of another version perhaps. Types that users catch are there, or
an exception of the library would pass their handlers by. libpng and libjpeg are needed by the library for pictures only.
"""
import re
import subprocess
import sys

OWN = re.compile(r"_Z(T[ISTV]|T[hv]\w*_|GV)?Z?N[KRO]*6gradus")
CAUGHT = [f"_ZT{kind}N6gradus{name}E" for kind in "IS"
          for name in ("5Error", "10IndexError", "10ValueError")]
NEEDED = [CAUGHT + ["_ZTVN6gradus2nn6ModuleE"], ["_ZTVN6gradus4data8datasets11ImageFolderE"]]
FOREIGN = re.compile(r"(png|jpeg)_")


def exported(text):
    """The names in what `nm -D` prints."""
    return {line.split()[-1] for line in text.splitlines() if line.strip()}


def faults(names, needed):
    for name in sorted(names):
        if not OWN.match(name):
            yield f"exported, though it is not of the namespace gradus: {name}"
    for name in needed:
        if name not in names:
            yield f"not exported, though users need it: {name}"


def listing(*arguments):
    return subprocess.run([sys.argv[1], "-D", *arguments], check=True, capture_output=True, text=True).stdout


assert list(faults({*NEEDED[0], "_ZNKSt6vectorIN6gradus6TensorESaIS1_EE4sizeEv"}, NEEDED[0]))
assert list(faults({*NEEDED[0][1:]}, NEEDED[0]))
found = []
for library, needed in zip(sys.argv[2:], NEEDED):
    names = exported(listing("--defined-only", library))
    found += faults(names, needed)
    print(f"{library}: {len(names)} symbols")
found += [f"needed, though only the library for pictures may: {name}"
          for name in exported(listing("--undefined-only", sys.argv[2])) if FOREIGN.match(name)]
print("\n".join(found) if found else "all of them gradus's")
print("gradus.map says what is exported" if found else "", end="")
sys.exit(bool(found))
