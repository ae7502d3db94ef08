#!/usr/bin/env python3
"""Prints the coefficients of the polynomials in tensor/kernels/simd/ (needs mpmath and numpy)."""
import numpy as np
from mpmath import (atanh, cos, erf, erfc, erfinv, exp, expm1, floor, frexp, log, log1p, lu_solve, matrix, mp, mpf,
                    nint, pi, sin, sqrt, tanh)
from numpy.polynomial import Polynomial, chebyshev

mp.dps = 40


def fit(name, f, low, high, degree, weight=lambda x, y: 1 / y, around=None):
    """Of f on [low, high], with the smallest greatest error times weight(x, f(x)); in x - around, or else in the
    variable that runs from -1 to 1."""
    points = np.cos(np.pi * (2 * np.arange(400) + 1) / 800)
    x = (high + low) / 2 + (high - low) / 2 * points
    y = np.array([float(f(mpf(float(v)))) for v in x])
    scale = weight(x, y)
    basis = chebyshev.chebvander(points, degree) * scale[:, None]
    share = np.ones_like(x)
    for _ in range(500):  # Lawson's iteration
        root = np.sqrt(share)
        c = np.linalg.lstsq(basis * root[:, None], y * scale * root, rcond=None)[0]
        error = abs(basis @ c - y * scale)
        share *= error / error.max() + 1e-3
        share /= share.sum()
    p = Polynomial(chebyshev.cheb2poly(c))
    if around is not None:
        p = p(Polynomial([(2 * around - high - low) / (high - low), 2 / (high - low)]))
    print(f'{name}: error {error.max():.2g}\n  ' + ', '.join(f'{v:.17g}' for v in p.coef))


def fit_exactly(name, f, low, high, degree, weight):
    """The same in powers of x, beyond double's precision, by Remez's exchange."""
    n = degree + 2
    grid = [(high + low) / 2 - (high - low) / 2 * cos(pi * mpf(i) / (40 * n)) for i in range(40 * n + 1)]
    x = [grid[40 * n * i // (n - 1)] for i in range(n)]
    for _ in range(12):
        rows = [[v**k for k in range(degree + 1)] + [(-1)**i / weight(v, f(v))] for i, v in enumerate(x)]
        c = list(lu_solve(matrix(rows), matrix([f(v) for v in x])))[:-1]
        error = [(sum(ck * v**k for k, ck in enumerate(c)) - f(v)) * weight(v, f(v)) for v in grid]
        peaks = [0]  # one for each sign
        for i in range(1, len(grid)):
            if error[i] * error[i - 1] < 0:
                peaks.append(i)
            elif abs(error[i]) > abs(error[peaks[-1]]):
                peaks[-1] = i
        while len(peaks) > n:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        x = [grid[i] for i in peaks]
    print(f'{name}: error {float(max(map(abs, error))):.2g}\n  ' + ', '.join(f'{float(v):.17g}' for v in c))


half = float(log(2)) / 2 * 1.0001
fit('exp_scaled, (e^r - 1 - r) / r^2', lambda r: (exp(r) - 1 - r) / r**2, -half, half, 4, around=0)
fit('bell, (2^f - 1) / f', lambda f: (mpf(2)**f - 1) / f, -0.5001, 0.5001, 5, lambda f, y: abs(f) / 2**f, around=0)
fit('power, log2(1 + r) / r', lambda r: log(1 + r) / log(2) / r, 0.5**0.5 - 1, 2**0.5 - 1, 11, around=0)
fit('power, 2^f', lambda f: mpf(2)**f, -0.5001, 0.5001, 6, around=0)
fit_exactly('exp_scaled, double', lambda r: (exp(r) - 1 - r) / r**2, -mpf('0.34661'), mpf('0.346609'), 9,
            lambda r, y: r**2 / exp(r))
fit_exactly('log2_in_two, the rest in s^2', lambda t: 2 / log(2) * (atanh(sqrt(t)) / sqrt(t) - 1 - t / 3) / t**2,
            mpf('1e-12'), mpf('0.029438'), 7, lambda t, y: t**2)
fit_exactly('exp2_of_two, (2^f - 1 - f log(2)) / f^2', lambda f: (mpf(2)**f - 1 - f * log(2)) / f**2, -mpf('0.50002'),
            mpf('0.50001'), 9, lambda f, y: f**2 / 2**f)
fit('normal_cdf, near, in 2/9 x^2 - 1', lambda u: erf(sqrt(u / 2)) / 2 / sqrt(u), 0, 9, 9, lambda u, y: np.sqrt(u))


def tail(t):
    z = (1 / t - 1) / mpf('0.3')
    return exp(z * z / 2) * erfc(z / sqrt(mpf(2))) / 2 / t


fit('normal_cdf, far, in t - 1', tail, 1 / (1 + 0.3 * 14), 1, 7,
    lambda t, y: 1 / y / (1 + ((1 / t - 1) / 0.3)**2 / 2), around=1)

for name, degree in ('float', 2), ('double', 5):
    fit_exactly(f'sine_and_cosine, {name}, (sin r - r) / r^3 in r^2', lambda t: (sin(sqrt(t)) / sqrt(t) - 1) / t,
                mpf('1e-12'), mpf('0.625'), degree, lambda t, y: t * sqrt(t) / sin(sqrt(t)))
    fit_exactly(f'sine_and_cosine, {name}, (cos r - 1 + r^2 / 2) / r^4 in r^2',
                lambda t: (cos(sqrt(t)) - 1 + t / 2) / t**2, mpf('1e-12'), mpf('0.625'), degree,
                lambda t, y: t**2 / cos(sqrt(t)))

fit_exactly('tanh, near, (tanh x / x - 1) / x^2 in x^2', lambda t: (tanh(sqrt(t)) / sqrt(t) - 1) / t, mpf('1e-12'),
            mpf('0.5626'), 5, lambda t, y: t * sqrt(t) / tanh(sqrt(t)))
fit_exactly('erf, near, erf x / x - 1 in x^2', lambda t: erf(sqrt(t)) / sqrt(t) - 1, mpf('1e-12'), mpf('0.8465'), 6,
            lambda t, y: sqrt(t) / erf(sqrt(t)))
fit_exactly('erf, far, log erfc', lambda z: log(erfc(z)), mpf('0.9199'), mpf('4'), 6, lambda z, y: erfc(z) / erf(z))


def quotient_of_erfinv(w):
    y = sqrt(-expm1(-w))
    return erfinv(y) / y


fit_exactly('erfinv of float, near, in w - 2.5', lambda v: quotient_of_erfinv(v + mpf(5) / 2), mpf('-2.4999999'),
            mpf('2.5001'), 9, lambda v, y: 1 / y)
fit_exactly('erfinv of float, far, in sqrt(w) - 3', lambda v: quotient_of_erfinv((v + 3)**2),
            sqrt(mpf(5)) - 3 - mpf('1e-4'), mpf('1.1'), 8, lambda v, y: 1 / y)


def log_tables(name, places, step, unit, degree, digits=9):
    """Of places (start, end, k, scale or none): scale near 1 / m, and log(m) = -log(scale) + k step in two parts."""
    low = high = mpf(0)
    scales, parts = [], []
    for start, end, k, given in places:
        c = given
        for bits in (16, 32, 64, 128):
            if c is None:
                near = nint(2 / (start + end) * bits) / bits
                if start * near - 1 >= -mpf('0.0556') and end * near - 1 <= mpf('0.0626'):
                    c = near
        low, high = min(low, start * c - 1), max(high, end * c - 1)
        large = floor(step / unit) * unit if given == 1 and k else nint((k * step - log(c)) / unit) * unit
        scales.append(c)
        parts.append((large, k * step - log(c) - large))
    print(f'{name}: log(2) in its unit {float(floor(step / unit) * unit):.{digits}g} and {float(step % unit):.{digits}g}')
    for row in scales, [a for a, b in parts], [b for a, b in parts]:
        print('  ' + ', '.join(f'{float(v):.{digits}g}' for v in row))
    fit_exactly(f'{name}, (log(1 + f) - f) / f^2', lambda f: (log1p(f) - f) / f**2 if f else -mpf(1) / 2,
                low * mpf('1.001'), high * mpf('1.0003'), degree, lambda f, y: abs(f) if f else mpf('1e-9'))


def eighth(j):
    return mpf('0.71875') + mpf(j) / 16 if j <= 4 else 1 + (j - mpf('4.5')) / 8


one, other = mpf(1), mpf('0.90625')
log_tables('log_by_table, 8', [(eighth(j), eighth(j + 1), 4 - j, {4: one, 5: other}.get(j)) for j in range(8)],
           log(2) / 8, mpf(2)**-17, 4)
sixteenths = [((1 + mpf(j) / 16) / (1 + j // 8), (1 + mpf(j + 1) / 16) / (1 + j // 8), j // 8,
               one if j in (0, 15) else None) for j in range(16)]
log_tables('log_by_table, 16', sixteenths, log(2), mpf(2)**-16, 3)
log_tables('log_by_table of double', sixteenths, log(2), mpf(2)**-42, 9, digits=17)


def pieces(name, f, end, slope):
    """Of an odd function on quarters of octaves from 1/16, in x - centre."""
    for j in range(32):
        first, last = (mpf(2)**(j // 4 - 4) * (1 + mpf(j % 4 + k) / 4) for k in (0, 1))
        if first >= mpf(end):
            break
        last = min(last, mpf(end))
        if j == 0:
            fit_exactly(f'{name}, 0, (f(x) / x - {float(slope):.9g}) / x^2 in x^2',
                        lambda t: (f(sqrt(t)) / sqrt(t) - slope) / t, mpf('1e-10'), last**2, 1,
                        lambda t, y: t * sqrt(t) / f(sqrt(t)))
            continue
        middle, unit = (first + last) / 2, mpf(2)**(frexp((first + last) / 2)[1] - 20)
        near = [mpf(float(np.float32(float(middle + i * unit)))) for i in range(-150, 151)]
        centre = min(near, key=lambda c: abs(mpf(float(np.float32(float(f(c))))) - f(c)) / mpf(2)**frexp(f(c))[1])
        fit_exactly(f'{name}, {float(centre):.9g}: {float(f(centre)):.9g}, (f(x) - it) / d',
                    lambda d: (f(centre + d) - f(centre)) / d if d else mp.diff(f, centre), first - centre,
                    last - centre, 5, lambda d, y: abs(d) / f(centre + d))


pieces('tanh_pieces', tanh, '9.1', mpf(1))
pieces('erf_pieces', erf, '4', 2 / sqrt(pi))
