#!/usr/bin/env python3
"""Prints the coefficients in tensor/kernels/simd/gamma.h, bessel.h and erfinv.h (needs mpmath).

Each is the polynomial, or the quotient of two, whose greatest weighted error on an interval is smallest, by Remez's
exchange with 50 digits; a quotient of high degree, for which that does not converge, is right at Chebyshev's nodes. The functions to be fitted are those of the NIST Digital Library of Mathematical Functions,
sections 5.11 (gamma), 5.15 (polygamma) and 10.40 (Bessel), without their leading terms."""
from mpmath import (atanh, besseli, cos, erfc, erfinv, euler, exp, findroot, log, loggamma, lu_solve, matrix, mp, mpf, nstr,
                    pi, polyval, psi, sin, sqrt)

mp.dps = 50


def substitute(c, shift, scale):
    """The coefficients of c's polynomial at scale x + shift."""
    out = [mpf(0)]
    for v in reversed(c):
        new = [mpf(0)] * (len(out) + 1)
        for i, o in enumerate(out):
            new[i] += o * shift
            new[i + 1] += o * scale
        new[0] += v
        out = new
    return out[:len(c)]


def fit(name, f, low, high, p, q=0, weight=lambda x, y: 1 / y, digits=17):
    """f on [low, high] by a polynomial of degree p in x, over one of degree q that begins with 1."""
    n = p + q + 2
    low, high = mpf(low), mpf(high)
    t = [-cos(pi * mpf(i) / (40 * n)) for i in range(40 * n + 1)]  # x, brought to [-1, 1]
    x = [(high + low) / 2 + (high - low) / 2 * v for v in t]
    y = [f(v) for v in x]
    w = [weight(*v) for v in zip(x, y)]
    at = [round(40 * n * i / (n - 1)) for i in range(n)]
    level, best = mpf(0), (mpf('inf'), None, None)
    for _ in range(12):
        for _ in range(4 if q else 1):  # the level times the denominator is not linear
            rows = [[t[g]**k for k in range(p + 1)] +
                    [-(y[g] + (-1)**i / w[g] * level) * t[g]**k for k in range(1, q + 1)] + [-(-1)**i / w[g]]
                    for i, g in enumerate(at)]
            c = list(lu_solve(matrix(rows), matrix([y[g] for g in at])))
            level = c[-1]
        a, b = c[:p + 1], [mpf(1)] + c[p + 1:-1]
        error = [(polyval(a[::-1], v) / polyval(b[::-1], v) - yv) * wv for v, yv, wv in zip(t, y, w)]
        best = min(best, (max(map(abs, error)), a, b), key=lambda entry: entry[0])
        peaks = [0]  # one for each sign
        for i in range(1, len(t)):
            if error[i] * error[i - 1] < 0:
                peaks.append(i)
            elif abs(error[i]) > abs(error[peaks[-1]]):
                peaks[-1] = i
        while len(peaks) > n:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        if len(peaks) < n:
            break
        at = peaks
    show(name, *best, low, high, digits)


def interpolate(name, f, low, high, p, q, without_x=False):
    """The same, right at Chebyshev's nodes; shows f(x), or f(x) - x."""
    n = p + q + 1
    low, high = mpf(low), mpf(high)
    t = [cos(pi * (2 * i + 1) / (2 * mpf(n))) for i in range(n)]
    y = [f((high + low) / 2 + (high - low) / 2 * v) for v in t]
    rows = [[v**k for k in range(p + 1)] + [-yv * v**k for k in range(1, q + 1)] for v, yv in zip(t, y)]
    c = list(lu_solve(matrix(rows), matrix(y)))
    a, b = c[:p + 1], [mpf(1)] + c[p + 1:]
    between = [-cos(pi * mpf(i) / (10 * n)) for i in range(10 * n + 1)]
    error = max(abs(polyval(a[::-1], v) / polyval(b[::-1], v) / f((high + low) / 2 + (high - low) / 2 * v) - 1)
                for v in between)
    show(name, error, a, b, low, high, 17, without_x)


def show(name, error, a, b, low, high, digits, without_x=False):
    scale, shift = 2 / (high - low), -(high + low) / (high - low)
    a, b = substitute(a, shift, scale), substitute(b, shift, scale)
    if without_x:
        a = [v - w for v, w in zip(a + [mpf(0)], [mpf(0)] + b)]
    print(f'// {name}: error {nstr(error, 2)}')
    for part in ([v / b[0] for v in a], [v / b[0] for v in b])[:2 if len(b) > 1 else 1]:
        print('{' + ', '.join(nstr(v, digits) for v in part) + '};')


def limit(at, value, f):
    """f, except at a point where it is 0 / 0."""
    return lambda x: value if abs(x - at) < mpf(10)**-20 else f(x)


def below(first, series, f):
    """f(1 / sqrt(t)) as a function of t, with 0 among its points."""
    def g(t):
        if t > first:
            mp.dps += 40
            y = f(1 / sqrt(t))
            mp.dps -= 40
            return +y
        return sum(c * t**k for k, c in enumerate(series))
    return g


print('log: (log((1 + s) / (1 - s)) / s - 2) / s^2, in s^2')
fit('log_rest', limit(0, mpf(2) / 3, lambda t: (2 * atanh(sqrt(t)) / sqrt(t) - 2) / t), 0, '0.02944', 6,
    weight=lambda t, y: t + mpf(10)**-9)
print('sin(pi r) / (pi r), in r^2')
fit('sine', limit(0, mpf(1), lambda t: sin(pi * sqrt(t)) / (pi * sqrt(t))), 0, '0.25', 8)

print('lgamma(1 + v) / (v (v - 1))')
fit('log_gamma', limit(0, euler, limit(1, 1 - euler, lambda v: loggamma(1 + v) / (v * (v - 1)))), 0, '1.5', 7, 7)
print('x (lgamma(x) - (x - 1/2) (log x - 1) - (log(2 pi) - 1) / 2), in 1 / x^2')
fit('log_gamma_rest', below(mpf(10)**-12, [mpf(1) / 12, -mpf(1) / 360, mpf(1) / 1260],
                            lambda x: x * (loggamma(x) - (x - 0.5) * log(x) + x - log(2 * pi) / 2)),
    0, mpf('2.5')**-2, 10, weight=lambda t, y: sqrt(t) / loggamma(1 / sqrt(t)) if t > 0 else mpf(0) + mpf(10)**-9)

root = findroot(lambda x: psi(0, x), 1.4616)
print('digamma(1 + v) / (1 + v - root), the root is', nstr(root, 40), 'in two doubles', float(root),
      nstr(root - mpf(float(root)), 17))
fit('digamma', limit(root - 1, psi(1, root), lambda v: psi(0, 1 + v) / (1 + v - root)), 0, 2, 7, 7)
print('x^2 (log x - 1 / (2 x) - digamma(x)), in 1 / x^2')
fit('digamma_rest', below(mpf(10)**-12, [mpf(1) / 12, -mpf(1) / 120, mpf(1) / 252],
                          lambda x: x**2 * (log(x) - 1 / (2 * x) - psi(0, x))),
    0, mpf(3)**-2, 10, weight=lambda t, y: t / psi(0, 1 / sqrt(t)) if t > 0 else mpf(10)**-9)
print('x^3 (polygamma(1, x) - 1 / x - 1 / (2 x^2)), in 1 / x^2')
fit('trigamma_rest', below(mpf(10)**-12, [mpf(1) / 6, -mpf(1) / 30, mpf(1) / 42],
                           lambda x: x**3 * (psi(1, x) - 1 / x - 1 / (2 * x**2))),
    0, mpf(3)**-2, 12, weight=lambda t, y: sqrt(t)**3 / psi(1, 1 / sqrt(t)) if t > 0 else mpf(10)**-9)

for kind, cut, near, far, digits in (('float', 8, 9, 5, 9), ('double', 10, 16, 19, 17)):
    for order in (0, 1):
        print(f'{kind}: I{order}(x), below {cut} in x^2 / 4; above, sqrt(x) e^-x I{order}(x) in 1 / x')
        fit('near', limit(0, mpf(1), lambda t: besseli(order, 2 * sqrt(t)) / sqrt(t)**order), 0, mpf(cut)**2 / 4, near,
            digits=digits)
        fit('far', limit(0, 1 / sqrt(2 * pi), lambda w: besseli(order, 1 / w) / sqrt(w) * exp(-1 / w)), 0,
            1 / mpf(cut), far, digits=digits)


def inverse_tail(r):
    """The x with erfc(x) = e^(-r^2)."""
    y = exp(-r * r)
    if y > mpf('1e-3'):
        return erfinv(1 - y)
    x = sqrt(r * r - log(r * sqrt(pi)))
    while True:
        step = (log(erfc(x)) + r * r) * erfc(x) * sqrt(pi) / 2 * exp(x * x)  # Newton's, of log erfc
        x += step
        if abs(step) < mpf(10)**-48:
            return x


cut = mpf('0.8')
core = limit(cut**2, sqrt(pi) / 2 - 1, lambda t: erfinv(sqrt(cut**2 - t)) / sqrt(cut**2 - t) - 1)
print('erfinv(y) / y - 1, up to 0.8 in 0.8^2 - y^2; above, erfinv(y) - r in r = sqrt(-log(1 - y))')
fit('float near', core, 0, cut**2, 3, 3, lambda t, h: 1 / (1 + h), digits=9)
fit('float far', lambda r: inverse_tail(r) - r, sqrt(-log(1 - cut)), sqrt(24 * log(2)), 4, 3,
    lambda r, g: 1 / (r + g), digits=9)
fit('double near', core, 0, cut**2, 7, 7, lambda t, h: 1 / (1 + h))
interpolate('double far', inverse_tail, sqrt(-log(1 - cut)), sqrt(53 * log(2)), 10, 10, without_x=True)
