#!/usr/bin/env python3
"""Writes tensor/kernels/chebyshev_tables.h: the series by which tensor/kernels/special_*.cpp compute (needs mpmath).

Each is a function without its leading behaviour as a series of Chebyshev's polynomials, from its values at their
nodes, with 40 digits. The functions are those of the NIST Digital Library of Mathematical Functions: 7.7 (erfcx), 10.8
and 10.17 (Bessel), 10.31 and 10.40 (modified Bessel), 9.7 (Airy)."""
import os
import sys

from mpmath import (airyai, airybi, besseli, besselj, besselk, bessely, cos, erfc, exp, expj, log, mp, mpf, pi, sqrt)

mp.dps = 40


def series(f, low, high, relative=mpf(2)**-57, most=64):
    """Coefficients, the first of them halved, of f on [low, high]."""
    low, high = mpf(low), mpf(high)
    nodes = [cos(pi * (2 * k + 1) / (2 * most)) for k in range(most)]
    y = [f((low + high) / 2 + (high - low) / 2 * t) for t in nodes]
    c = [2 * sum(y[k] * cos(pi * j * (2 * k + 1) / (2 * most)) for k in range(most)) / most for j in range(most)]
    c[0] /= 2
    bound = relative * min(map(abs, y)) if min(map(abs, y)) > max(map(abs, y)) / 1000 else relative * max(map(abs, y))
    while len(c) > 1 and abs(c[-1]) < bound:
        c.pop()
    assert len(c) < most - 4, len(c)
    return c


def hankel(order):
    """P and x Q of J + i Y = sqrt(2 / (pi x)) e^(i (x - order pi / 2 - pi / 4)) (P + i Q), by (8 / x)^2."""
    def h(z):
        x = 8 / sqrt(z)
        v = (besselj(order, x) + 1j * bessely(order, x)) * expj(order * pi / 2 + pi / 4 - x) * sqrt(pi * x / 2)
        return v.real, v.imag * x
    return h


def zeta_of(x):
    return 2 * x * sqrt(x) / 3


def airy_far(derivative, least):
    """Ai(x), x >= least, without e^-zeta / (2 sqrt(pi) x^(1/4)), by zeta(least) / zeta."""
    def f(w):
        zeta = zeta_of(mpf(least)) / w
        x = (3 * zeta / 2)**(mpf(2) / 3)
        power = -x**(-mpf(1) / 4) if derivative else x**(mpf(1) / 4)
        return airyai(x, derivative=int(derivative)) * exp(zeta) * 2 * sqrt(pi) * power
    return f


def airy_turning(derivative, least):
    """P and zeta Q of Bi(-z) + i Ai(-z) without e^(i (zeta + pi / 4)) / (sqrt(pi) z^(1/4)), by (zeta(least) / zeta)^2."""
    def f(w):
        zeta = zeta_of(mpf(least)) / sqrt(w)
        z = (3 * zeta / 2)**(mpf(2) / 3)
        d = int(derivative)
        v = (airybi(-z, derivative=d) + 1j * airyai(-z, derivative=d)) * expj(-zeta - pi / 4) * sqrt(pi)
        v = v * 1j * z**(-mpf(1) / 4) if derivative else v * z**(mpf(1) / 4)
        return v.real, v.imag * zeta
    return f


tables = {}
# (1 + 2 x) erfcx(x) by (x - 3) / (x + 3)
tables['erfcx_all'] = series(lambda t: (1 + 6 * (1 + t) / (1 - t)) * exp((3 * (1 + t) / (1 - t))**2) *
                             erfc(3 * (1 + t) / (1 - t)), -1, 1)
for name, near in (('least', 4), ('near', 64)):
    tables['j0_' + name] = series(lambda s: besselj(0, sqrt(s)), 0, near)
    tables['j1_' + name] = series(lambda s: besselj(1, sqrt(s)) / sqrt(s), 0, near)
    tables['y0_' + name] = series(lambda s: bessely(0, sqrt(s)) - log(s) / pi * besselj(0, sqrt(s)), 0, near)
    tables['y1_' + name] = series(lambda s: (bessely(1, sqrt(s)) - log(s) / pi * besselj(1, sqrt(s)) +
                                             2 / pi / sqrt(s)) / sqrt(s), 0, near)
for order in (0, 1):
    h = hankel(order)
    tables[f'p{order}_far'] = series(lambda z: h(z)[0], 0, 1)
    tables[f'q{order}_far'] = series(lambda z: h(z)[1], 0, 1)
tables['k0_near'] = series(lambda s: besselk(0, sqrt(s)) + log(sqrt(s) / 2) * besseli(0, sqrt(s)), 0, 4)
tables['k1_near'] = series(lambda s: (besselk(1, sqrt(s)) - log(sqrt(s) / 2) * besseli(1, sqrt(s)) - 1 / sqrt(s)) / sqrt(s),
                           0, 4)
for order in (0, 1):
    tables[f'k{order}_far'] = series(lambda w: besselk(order, 2 / w) * exp(2 / w) * sqrt(2 / w), 0, 1)
for d, name in ((0, 'ai'), (1, 'ai_prime')):
    for low in (-8, -6, -4, -2, 0, 1):
        high = low + (2 if low < 0 else 1)
        tables[f'{name}_from_{str(low).replace("-", "minus_")}'] = series(lambda x: airyai(x, derivative=d), low, high)
    tables[f'{name}_far'] = series(airy_far(d, 2), 0, 1)
    turning = airy_turning(d, 8)
    tables[f'{name}_p'] = series(lambda w: turning(w)[0], 0, 1)
    tables[f'{name}_q'] = series(lambda w: turning(w)[1], 0, 1)

root = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), '../..')
with open(os.path.join(root, 'tensor/kernels/chebyshev_tables.h'), 'w') as out:
    out.write('''// Written by tests/reference/fit_chebyshev.py: coefficients of Chebyshev's polynomials, see there.
#pragma once

namespace gradus::kernels::chebyshev {

''')
    for name, c in tables.items():
        out.write(f'inline constexpr double {name}[] = {{\n')
        words = [repr(float(v)) for v in c]
        line = '   '
        for i, word in enumerate(words):
            end = '};' if i + 1 == len(words) else ','
            if len(line) + 1 + len(word) + len(end) > 100:
                out.write(line + '\n')
                line = '   '
            line += ' ' + word + end
        out.write(line + '\n')
    out.write('\n}  // namespace gradus::kernels::chebyshev\n')
for name, c in tables.items():
    print(name, len(c))
