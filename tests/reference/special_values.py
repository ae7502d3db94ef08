#!/usr/bin/env python3
"""Writes special_values.txt: values of the special functions beyond double's precision (needs mpmath).

A function, its order (the n of polygamma), 0 for double or 1 for float, and points: x, the double
nearest the value and, for double, what rounding took away, in units of the last place, and the size of the terms that
the value is the difference of, where the error is a part of theirs, else 0."""
import os
import random
import struct
import sys

from mpmath import (besseli, cot, erfinv, exp, factorial, frexp, gamma, log, loggamma, mp, mpf, nint, pi, psi, sqrt, zeta)

mp.dps = 60
rng = random.Random(0)


def even(low, high, n):
    return [rng.uniform(low, high) for _ in range(n)]


def spread(low, high, n):
    """Evenly by the logarithm."""
    return [float(exp(rng.uniform(float(log(mpf(low))), float(log(mpf(high)))))) for _ in range(n)]


def log_gamma(x):
    return loggamma(x) if x > 0 else log(abs(gamma(x)))


def hurwitz(s, q):
    """And the larger of the two sums, if the terms differ in sign."""
    if q > 0:
        return zeta(s, q), 0
    r = q - nint(q)
    above = zeta(s, 1 + r) + (r**-s if r > 0 else 0)
    below = zeta(s, 1 - r) - zeta(s, 1 - q) + (0 if r > 0 else (-r)**-s)
    return above + (-1)**s * below, max(above, below) if s % 2 else 0


def polygamma(n, x):
    value, scale = hurwitz(n + 1, x)
    factor = (-1)**(n + 1) * factorial(n)
    return factor * value, abs(factor) * scale


def inverse_erf(y):
    if abs(y) > 1e-6:
        return erfinv(y)
    t = pi * y * y
    return sqrt(pi) / 2 * y * (1 + t / 12 + 7 * t * t / 480)


# function, order: f(x), or f(x) and its scale; points of doubles and of floats
cases = []
positive = even(0, 3, 120) + even(3, 40, 60) + spread(1e-30, 1, 20) + spread(40, 1e30, 20)
cases.append(('lgamma', 0, lambda x: (log_gamma(x), 0 if x > 0 else max(1, loggamma(1 - x))),
              positive + even(0.95, 1.05, 20) + even(1.95, 2.05, 20) + even(-1, 0, 30) + even(-30, -1, 60)))
cases.append(('digamma', 0, lambda x: (psi(0, x), 0 if x > 0 else max(abs(psi(0, 1 - x)), abs(pi * cot(pi * x)))),
              positive + even(1.45, 1.47, 40) + even(-1, 0, 30) + even(-30, -1, 60)))
for order, tiny in ((1, 1e-30), (2, 1e-9), (3, 1e-6), (8, 0.001), (30, 0.3)):
    cases.append(('polygamma', order, lambda x, n=order: polygamma(n, x),
                  even(0.1, 3, 60) + even(3, 40, 40) + spread(tiny, 1, 10) +
                  spread(40, 1e7 if order < 4 else 1e3 if order < 30 else 50, 20) +
                  (even(-0.99, -0.01, 20) + even(-20, -1, 40) if order < 30 else [])))
cases.append(('erfinv', 0, inverse_erf, even(-1, 1, 120) + even(0.75, 1, 100) + [1 - y for y in spread(1e-15, 0.1, 60)] +
              spread(1e-30, 0.1, 20)))
for order in (0, 1):
    points = even(-12, 12, 200) + even(12, 85, 60) + spread(1e-15, 0.1, 20)
    further = even(85, 700, 20)
    cases.append((f'i{order}', 0, lambda x, n=order: besseli(n, x), points + further))
    cases.append((f'i{order}e', 0, lambda x, n=order: besseli(n, x) * exp(-abs(x)), points + further))

with open(os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), 'special_values.txt'), 'w') as out:
    out.write('// Written by special_values.py.\n')
    for name, order, f, points in cases:
        for is_float in (0, 1):
            out.write(f'{{"{name}", {order}, {is_float}, {{\n')
            for x in points:
                if is_float:
                    x = struct.unpack('f', struct.pack('f', x))[0]
                value = f(mpf(x))
                value, scale = value if isinstance(value, tuple) else (value, 0)
                y = float(value)
                if is_float:
                    if 1e-37 < abs(value) < 3e38:
                        out.write(f'{{{x!r}, {y!r}}},\n')
                    continue
                rest = float((value - mpf(y)) / mpf(2)**(frexp(mpf(y))[1] - 53))
                out.write(f'{{{x!r}, {y!r}, {rest:.3f}' + (f', {float(scale):.3g}' if scale else '') + '},\n')
            out.write('}},\n')
