#!/usr/bin/env python3
"""Which mutants mutate.py makes of a line, and of which it makes none."""
import sys

from mutate import mutants

CASES = {
    "  if (a < b && !c) return n + 1;": {"< -> <=", "&& -> ||", "! -> nothing", "+ -> -", "1 -> 2", "1 -> 0"},
    "  y.push_back(x);": {"statement left out"},
    "  sizes[at] += front;": {"+= -> -=", "statement left out"},
    "  const bool wide = true;": {"true -> false"},
    "  for (size_t i = 0; i < n; ++i) f(i);": {"0 -> 1", "< -> <="},
    # Types, text, comments and declarations stay as they are.
    "  const std::vector<int>& v = w;": set(),
    "  Tensor* t; // 1 + 2": set(),
    '  fail("{}: 1 < 2 && !x", a);': {"statement left out"},
    "template <class T, size_t N = 2>": set(),
    "#define ANSWER 42": set(),
    "  float x1 = 1.5f;": set(),
}

failures = 0
for line, wanted in CASES.items():
    found = {what for number, what, _ in mutants("{\n" + line + "\n") if number == 2}
    if found != wanted:
        failures += 1
        print(f"{line}\n  mutants  {sorted(found)}\n  expected {sorted(wanted)}")

# What is left out stays a statement, so that the condition before it does not take the next one.
assert mutants("{\n  if (a)\n    f();\n  g();\n")[0] == (3, "statement left out", ";")
# A line that goes on from the one before is no statement.
assert not mutants("{\n  f(a,\n    g(b));\n")

print(f"{len(CASES) - failures} of {len(CASES)} lines have the mutants expected")
sys.exit(bool(failures))
