#!/usr/bin/env python3
"""Fails if a kernel archive's matrix product does not fetch C ahead.

usage: kernel_fetches.py OBJDUMP ARCHIVE...    (named ..._SET.a)

A compiler may leave out a call of a function that only fetches, as without effect: then products of
large matrices are right, and take a quarter longer.
"""
import os
import re
import subprocess
import sys

objdump, archives = sys.argv[1], sys.argv[2:]
tile = re.compile(r'^[0-9a-f]+ <_ZN\w+4tileI\w+8GemmTileIT_EE>:$')
members = [m for m in (a + '.p/linalg_gemm.cpp.o' for a in archives) if os.path.exists(m)]
if not members:
    sys.exit('no archive has a matrix product')
for member in members:
    listing = subprocess.run([objdump, '-d', '--no-show-raw-insn', member], check=True,
                             capture_output=True, text=True).stdout
    tiles = fetching = 0
    for function in listing.split('\n\n'):
        name, _, code = function.strip().partition('\n')
        if tile.match(name):
            tiles += 1
            fetching += bool(re.search(r'\bprefetch|\bprfm\b', code))
    if tiles == 0:
        sys.exit(f'{member}: no tiles, wrong file?')
    if fetching < tiles:
        sys.exit(f'{member}: {tiles - fetching} of {tiles} tiles do not fetch')
