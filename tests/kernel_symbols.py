#!/usr/bin/env python3
"""Fails if kernel archives of two instruction sets define the same symbol, weak ones included.

usage: kernel_symbols.py NM ARCHIVE...    (named ..._SET.a)

The linker keeps one copy of a symbol: with two, code for a newer processor could run on an older one.
"""
import collections
import subprocess
import sys

nm, archives = sys.argv[1], sys.argv[2:]
owners = collections.defaultdict(set)
for archive in archives:
    listing = subprocess.run([nm, '--defined-only', '--extern-only', '-C', archive],
                             check=True, capture_output=True, text=True).stdout
    isa, empty = archive.removesuffix('.a').rsplit('_', 1)[-1], True
    for line in listing.splitlines():
        fields = line.split(maxsplit=2)
        if len(fields) == 3 and len(fields[1]) == 1:
            owners[fields[2]].add(isa)
            empty = False
    if empty:
        sys.exit(f'{archive}: no symbols, wrong file?')

shared = {symbol: o for symbol, o in owners.items() if len(o) > 1}
for symbol, o in sorted(shared.items()):
    print(symbol, 'is in', ', '.join(sorted(o)))
sys.exit(f'{len(shared)} symbols are defined for several instruction sets' if shared else 0)
