#!/usr/bin/env python3
"""usage: hidden_variables.py READELF PROGRAM

A program whose own symbols are hidden has no variable of the library for itself: a mode that it switched would be on in
the program alone.
"""
import re
import subprocess
import sys

# [ 7] .tbss NOBITS 00000000000021a0 0021a0 000001 00 WAT 0 0 1
SECTION = re.compile(r"^ *\[ *(\d+)\] \S+ +\S+ +[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [0-9a-f]+ +(\w*) ", re.MULTILINE)
# 174: 0000000000000000 1 TLS UNIQUE HIDDEN 21 _ZN6gradus6detail9grad_modeE
VARIABLE = re.compile(r" (?:OBJECT|TLS) +\w+ +HIDDEN +(\d+) (_ZG?V?Z?N[KRO]*6gradus\w+)$", re.MULTILINE)


def faults(sections, symbols):
    written = {number for number, flags in SECTION.findall(sections) if "W" in flags}
    return [name for number, name in VARIABLE.findall(symbols) if number in written]


SECTIONS = "  [ 7] .tbss NOBITS 00000000000021a0 0021a0 000001 00 WAT 0 0 1\n  [ 8] .rodata PROGBITS 00 00 01 00   A 0 0 1\n"
assert faults(SECTIONS, "   1: 0000 1 TLS     UNIQUE HIDDEN     7 _ZN6gradus4modeE") == ["_ZN6gradus4modeE"]
assert not faults(SECTIONS, "   1: 0000 1 TLS     UNIQUE DEFAULT    7 _ZN6gradus4modeE")
assert not faults(SECTIONS, "   1: 0000 1 OBJECT  UNIQUE HIDDEN     8 _ZN6gradus5kBoolE")
found = sorted(set(faults(*(subprocess.run([sys.argv[1], arguments, sys.argv[2]], check=True, capture_output=True,
                                           text=True).stdout for arguments in ("-SW", "-sW")))))
print("\n".join(found) if found else "no variable of the library's")
sys.exit(bool(found))
