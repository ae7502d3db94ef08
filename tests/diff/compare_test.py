#!/usr/bin/env python3
"""The comparison sees what differs, and lets pass what says the same."""
from compare import difference, parse


def program(*steps):
    """The steps of a program whose steps print these lines."""
    text = "program 7\n" + "".join(f" {i} {step}\n" for i, step in enumerate(steps)) + "end\n"
    programs, whole = parse(text)
    assert whole
    return programs[7]


CASES = [  # a step here, the same in libtorch, what differs
    ("exp(t0)\n  double[2] ; [1] ; 1 2", "exp(t0)\n  double[2] ; [1] ; 1 2.0000000001", ""),
    ("exp(t0)\n  double[2] ; [1] ; 1 2", "exp(t0)\n  double[2] ; [1] ; 1 2.000001", "elements"),
    ("exp(t0)\n  float[2] ; [1] ; 1 2", "exp(t0)\n  float[2] ; [1] ; 1 2.000001", ""),
    ("exp(t0)\n  int64[2] ; [1] ; 1 2", "exp(t0)\n  int64[2] ; [1] ; 1 3", "elements"),
    ("exp(t0)\n  double[2] ; [1] ; nan inf", "exp(t0)\n  double[2] ; [1] ; nan inf", ""),
    ("exp(t0)\n  double[2] ; [1] ; nan inf", "exp(t0)\n  double[2] ; [1] ; nan -inf", "elements"),
    ("exp(t0)\n  double[1] ; [] ; nan", "exp(t0)\n  double[1] ; [] ; 0", "elements"),
    ("exp(t0)\n  float[2] ; [1] ; 1 2", "exp(t0)\n  double[2] ; [1] ; 1 2", "type or sizes"),
    ("exp(t0)\n  float[2] ; [1] ; 1 2", "exp(t0)\n  float[2] ; [2] ; 1 2", "strides"),
    ("exp(t0)\n  ! exp: no", "exp(t0)\n  ! \"exp\" not implemented", ""),
    ("exp(t0)\n  ! exp: no", "exp(t0)\n  float[1] ; [] ; 1", "throws here only"),
    ("exp(t0)\n  float[1] ; [] ; 1", "exp(t0)\n  ! no", "throws in libtorch only"),
    ("exp(t0)\n  float[1] ; [] ; 1", "exp(t0)", "number of results"),
    ("second gradient\n  undefined ; ;", "second gradient\n  double[2] ; [1] ; 0 -0", ""),
    ("second gradient", "second gradient\n  double[2] ; [1] ; 0 0", ""),
    ("second gradient", "second gradient\n  double[2] ; [1] ; 0 1", "elements"),
    ("gradient\n  undefined ; ;", "gradient\n  double[2] ; [1] ; 0 1", "type or sizes"),
]

for ours, theirs, expected in CASES:
    found = difference(program("double[2]", ours), program("double[2]", theirs), strides=True)
    assert (found[0] if found else "") == expected, (ours, theirs, found)
assert difference(program("a", "b"), program("a"), False)[0] == "number of steps"
assert not parse("program 7\n 0 double[2]\n")[1]
print(f"{len(CASES)} cases")
