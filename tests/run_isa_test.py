#!/usr/bin/env python3
"""usage: run_isa_test.py RUN_ISA SET...    (the baseline first)

run_isa runs a program on each set up to the one that GRADUS_MAX_ISA names, skips those above, and fails for a set that
nobody knows.
"""
import os
import subprocess
import sys

run_isa, sets = sys.argv[1], sys.argv[2:]
SKIPPED, WRONG = 77, 2


def status(isa, **variables):
    """Of a program that ends with 5 if it was told to use the set."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GRADUS_")} | variables
    return subprocess.run([run_isa, isa, "sh", "-c", f'test "$GRADUS_ISA" = {isa} && exit 5'], env=env).returncode


def expect(want, got, what):
    if want != got:
        sys.exit(f"{what}: ended with {got}, expected {want}")


baseline = sets[0]
expect(5, status(baseline), "the baseline")
expect(5, status(baseline, GRADUS_MAX_ISA=""), "the baseline, with an empty variable")
for isa in sets:
    expect(5, status(baseline, GRADUS_MAX_ISA=isa), f"the baseline under {isa}")
for isa in sets[1:]:
    expect(SKIPPED, status(isa, GRADUS_MAX_ISA=baseline), f"{isa} under the baseline")
expect(WRONG, status("mmx"), "an unknown set")
expect(WRONG, status(baseline, GRADUS_MAX_ISA="mmx"), "an unknown set as the limit")
