#!/usr/bin/env python3
"""Prints the coefficients of the polynomials in tensor/kernels/simd/ (needs mpmath and numpy)."""
import numpy as np
from mpmath import atanh, cos, erf, erfc, exp, log, lu_solve, matrix, mp, mpf, pi, sin, sqrt
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
