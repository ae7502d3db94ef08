#!/usr/bin/env python3
"""Writes pow.txt, powers of doubles beyond double's precision (needs mpmath): the numbers a and b, a^b rounded to
double, and what the rounding took away, in units of the last place."""
import math
import os
import random
import sys

from mpmath import log, mp, mpf

mp.prec = 300
random.seed(1)


def exponent(a):
    """One that makes any result, down to the smallest denormal."""
    return random.uniform(-1074, 1024) / math.log2(a)


def numbers():
    """a and b."""
    for _ in range(40):
        a = math.ldexp(random.uniform(1, 2), random.randint(-1022, 1023))
        yield a, exponent(a)
        a = math.ldexp(random.uniform(1, 2), random.randint(-1074, -1023))  # denormal
        yield a, exponent(a)
        a = random.uniform(0.5, 2)
        yield a, exponent(a)
        a = 1 + random.choice([-1, 1]) * 2**-random.uniform(1, 52)
        yield a, exponent(a)
        yield math.exp(random.gauss(0, 2)), random.gauss(0, 3)
        # Where the exponent taken out of a changes.
        yield math.sqrt(0.5) * 2**random.randint(-2, 2) * (1 + random.uniform(-1, 1) * 2**-40), random.uniform(-300, 300)
    for b in (0.5, 2, 3, -1, -0.5, 1 / 3):
        for a in (3, 0.1, 1e300, 1e-300, 5e-324):
            yield a, b


with open(os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), 'pow.txt'), 'w') as out:
    out.write('// Written by pow.py.\n')
    for a, b in numbers():
        if not a or a == 1 or not -1074.9 < mpf(b) * log(mpf(a), 2) < 1023.9999:
            continue
        y = mpf(a)**mpf(b)
        rest = (y - mpf(float(y))) * mpf(2)**(53 - max(math.frexp(float(y))[1], -1021))
        out.write(f'{{{a.hex() if isinstance(a, float) else a}, {float(b).hex()}, {float(y).hex()}, {float(rest):.3f}}},\n')
