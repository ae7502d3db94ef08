#!/usr/bin/env python3
"""Writes special_values.txt: values of the special functions beyond double's precision (needs mpmath).

A function, its order (the n of polygamma), 0 for double or 1 for float, and points: x, the double
nearest the value and, for double, what rounding took away, in units of the last place, and the size of the terms that
the value is the difference of, where the error is a part of theirs, else 0."""
import os
import random
import struct
import sys

from mpmath import (airyai, besseli, besselj, besselk, bessely, cot, erfc, erfinv, exp, factorial, findroot, frexp, gamma,
                    gammainc, log, log1p, loggamma, mp, mpf, nint, pi, psi, sin, sqrt, zeta)

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



def normal_inverse(p):
    if p > 0.5:
        return -normal_inverse(1 - p)
    if p > 1e-3:
        return sqrt(2) * erfinv(2 * p - 1)
    return findroot(lambda x: log(erfc(-x / sqrt(2)) / 2) - log(p), -sqrt(-2 * log(p)))


def incomplete_gamma(a, x, upper):
    """And the scale of its error in units of the last place: see tensor/kernels/special.h."""
    a = mpf(a)
    q = gammainc(a, x, regularized=True)
    p = 1 - q if q < 0.9 else gammainc(a, 0, x, regularized=True)
    factor = abs(log(x**a * exp(-x) / gamma(a + 1)))
    value, other = (q, p) if upper else (p, q)
    return value, value * (1 + factor / 16) if value < 0.1 else (1 + factor / 16 * min(value, other))


def wave(f, height):
    return lambda x: (f(x), height(abs(x)))


both = even(-20, 20, 40) + spread(1e-10, 1, 5)
cases.append(('erfcx', 0, lambda x: exp(x * x) * erfc(x), both + spread(20, 1e20, 5) + even(-26, -20, 5)))
cases.append(('log_ndtr', 0, lambda x: log1p(-erfc(x / sqrt(2)) / 2) if x > 0 else log(erfc(-x / sqrt(2)) / 2), even(-40, 8, 40) + even(8, 36, 10) + even(-2, 1, 20) +
              [-y for y in spread(40, 1e10, 5)]))
cases.append(('ndtri', 0, normal_inverse, even(0, 1, 40) + spread(1e-300, 0.3, 20) + even(0.49, 0.51, 5)))
wide = even(0, 8, 40) + even(8, 60, 20) + spread(60, 1e8, 5) + spread(1e-10, 1, 5)
for name, f in (('j', besselj), ('y', bessely)):
    for order in (0, 1):
        cases.append((f'bessel_{name}{order}', 0, wave(lambda x, n=order, f=f: f(n, x), lambda x: sqrt(2 / (pi * max(x, 1)))),
                      wide + ([-x for x in wide[:5]] if name == 'j' else [])))
for order in (0, 1):
    points = even(0, 2, 25) + even(2, 30, 25) + spread(1e-10, 1, 5) + even(30, 600, 5)
    cases.append((f'modified_bessel_k{order}', 0, lambda x, n=order: besselk(n, x), points))
    cases.append((f'scaled_modified_bessel_k{order}', 0, lambda x, n=order: besselk(n, x) * exp(x), points))
cases.append(('spherical_bessel_j0', 0, lambda x: sin(x) / x, both))
for name, d in (('airy_ai', 0), ('airy_ai_prime', 1)):
    cases.append((name, 0, lambda x, d=d: (airyai(x, derivative=d),
                                          max(1, -x)**(mpf(2 * d - 1) / 4) / sqrt(pi) if x < 0 else 0),
                  even(-10, 0, 40) + even(0, 10, 30) + even(10, 60, 5) + even(-60, -10, 10) +
                  [-y for y in spread(60, 1e4, 5)]))
for a in (2.0**-27, 0.125, 0.375, 0.875, 2.5, 9.5, 30.0, 400.0, 2e4, 3e5):
    points = (spread(1e-5, 1, 5) + even(0, 3, 10) if a < 10 else []) + even(0.5 * a, 2 * a, 10) + \
        even(max(0, a - 4 * a**0.5), a + 4 * a**0.5, 10)
    for upper in (0, 1):
        cases.append(('igammac' if upper else 'igamma', a, lambda x, a=a, u=upper: incomplete_gamma(a, x, u), points))
for order in (1.5, 2, 7):
    cases.append(('zeta', order, lambda x, s=order: hurwitz(mpf(s), x), even(0.1, 30, 20) + spread(1e-3, 1, 5)))

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
                if abs(y) < 1e-300:
                    continue
                if is_float:
                    if 1e-37 < abs(value) < 3e38:
                        out.write(f'{{{x!r}, {y!r}}},\n')
                    continue
                rest = float((value - mpf(y)) / mpf(2)**(frexp(mpf(y))[1] - 53))
                out.write(f'{{{x!r}, {y!r}, {rest:.3f}' + (f', {float(scale):.3g}' if scale else '') + '},\n')
            out.write('}},\n')
