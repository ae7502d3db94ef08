#!/usr/bin/env python3
"""Prints the coefficients in tensor/kernels/simd/erf.h (needs mpmath)."""
from mpmath import cos, erf, erfc, exp, mp, mpf, pi, sqrt

mp.dps = 40


def chebyshev(f, terms, nodes=64):
    points = [cos(pi * (j + mpf(1) / 2) / nodes) for j in range(nodes)]
    values = [f(t) for t in points]
    c = [2 * sum(v * cos(k * pi * (j + mpf(1) / 2) / nodes) for j, v in enumerate(values)) / nodes
         for k in range(terms)]
    c[0] /= 2
    return c


def show(name, c):
    print(f'  static constexpr T {name}[] = {{')
    print('      ' + ', '.join(mp.nstr(v, 18) for v in c) + '};')


for kind, k, near, far in (('float', mpf(3), 5, 11), ('double', mpf('3.75'), 9, 21)):
    low, high = mpf('0.5'), mpf(28)
    s0, s1 = (low - k) / (low + k), (high - k) / (high + k)

    def tail(t):
        s = s0 + (t + 1) / 2 * (s1 - s0)
        x = k * (1 + s) / (1 - s)
        return exp(x * x) * erfc(x) * (1 + 2 * x)

    def core(t):
        z = (t + 1) / 8
        return erf(sqrt(z)) / sqrt(z)

    print(kind)
    print(f'  static constexpr T pole = {mp.nstr(k, 5)};')
    scale = 2 / (s1 - s0)
    print(f'  static constexpr T scale = {mp.nstr(scale, 20)}, shift = {mp.nstr(-1 - scale * s0, 20)};')
    show('near', chebyshev(core, near))
    show('far', chebyshev(tail, far))
