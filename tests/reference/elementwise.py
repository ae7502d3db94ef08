#!/usr/bin/env python3
"""Writes elementwise.txt: PyTorch's values and slopes of every formula where IEEE 754, a kink or an
overflow decides.

Each line is `formula type | operand values ; ... | values | slopes by operand ; ...`: the values and
slopes run over the product of the operand values, the last operand fastest; `-` is a slope that
PyTorch does not have, `?` a number where it is known to be off.
"""
import itertools
import math
import os
import sys

import torch
import torch.nn.functional as F

inf, nan = math.inf, math.nan


def unary_points(dtype):
    f = torch.finfo(dtype)
    edges = [88.8, -88.8, -104.0, -87.5] if dtype == torch.float32 else [709.7, 710.5, -708.5, -745.0]
    return [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 1.5, 2.5, -2.5, 3.0, -3.0, 6.0, 0.3, -0.7, 20.0, -20.0,
            inf, -inf, nan, f.tiny, -f.tiny, f.tiny / 4, f.max, -f.max, 1e-10, 1e5, 1e10, -1e10, 127.5,
            ] + edges


def binary_points(dtype):
    f = torch.finfo(dtype)
    return [0.0, -0.0, 1.0, -1.0, 2.5, -3.0, 0.5, inf, -inf, nan, f.tiny, f.max, 1e5]


def clamp_tensors(a, b, c):
    return torch.clamp(a, b, c)


# Formulas of one operand.
unary = {name: getattr(torch, name) for name in '''square neg reciprocal sqrt rsqrt deg2rad rad2deg abs sign ceil
    floor trunc round frac exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh
    atanh sinc erf erfc erfinv lgamma digamma i0 logit sigmoid relu logical_not isnan isinf isposinf isneginf
    isfinite signbit'''.split()}
unary |= {name: getattr(torch.special, name) for name in '''i0e i1 i1e entr ndtr ndtri log_ndtr erfcx bessel_j0 bessel_j1
    bessel_y0 bessel_y1 modified_bessel_k0 modified_bessel_k1 scaled_modified_bessel_k0 scaled_modified_bessel_k1
    spherical_bessel_j0 airy_ai'''.split()}
unary |= {name: getattr(F, name) for name in 'silu gelu mish softsign hardsigmoid hardswish'.split()}
unary |= {'cube': lambda x: x ** 3, 'log_sigmoid': F.logsigmoid, 'gelu_tanh': lambda x: F.gelu(x, approximate='tanh')}

# Formulas of two tensors.
binary = {name: getattr(torch, name) for name in '''add sub mul pow floor_divide remainder fmod copysign heaviside maximum
    minimum fmax fmin xlogy logaddexp logaddexp2 atan2 hypot nextafter eq ne lt le gt ge logical_and logical_or
    logical_xor clamp_min clamp_max'''.split()}
binary |= {'div': torch.div, 'xlog1py': torch.special.xlog1py,
           'floor_divide': lambda a, b: torch.div(a, b, rounding_mode='floor'),
           'trunc_divide': lambda a, b: torch.div(a, b, rounding_mode='trunc'),
           'zeta': torch.special.zeta, 'igamma': torch.special.gammainc, 'igammac': torch.special.gammaincc}

# Formulas with parameters: the points of each operand (None: the usual ones), and the call.
others = {
    'leaky_relu': ([None, [0.01, -0.5]], lambda a, b: F.leaky_relu(a, b)),
    'hardshrink': ([None, [0.5]], lambda a, b: F.hardshrink(a, b)),
    'softshrink': ([None, [0.5]], lambda a, b: F.softshrink(a, b)),
    'hardtanh': ([None, [-1.0], [1.0]], lambda a, b, c: F.hardtanh(a, b, c)),
    'threshold': ([None, [1.0], [7.0]], lambda a, b, c: F.threshold(a, b, c)),
    'softplus': ([None, [1.0, 2.0], [20.0]], lambda a, b, c: F.softplus(a, b, c)),
    'elu': ([None, [0.5, 1.0], [1.0], [1.0]], lambda a, b, c, d: F.elu(a, b)),
    'nan_to_num': ([None, [1.0], [2.0], [-3.0]], lambda a, b, c, d: torch.nan_to_num(a, b, c, d)),
    'polygamma': ([[0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.5, 2.5, -0.5, -2.5, 1e5, nan, inf]],
                  lambda n, x: torch.polygamma(int(n), x)),
    'clamp': ([None, [-1.0, 2.0, nan], [1.0, nan]], clamp_tensors),
    'add_scaled': ([None, [1.0, inf], [0.5]], lambda a, b, c: torch.add(a, b, alpha=c)),
    'addcmul': ([None, [1.0, inf], [0.0, -2.0], [0.5]], lambda a, b, c, d: torch.addcmul(a, b, c, value=d)),
    'addcdiv': ([None, [1.0, inf], [0.0, -2.0], [0.5]], lambda a, b, c, d: torch.addcdiv(a, b, c, value=d)),
    'lerp': ([None, [1.0, inf], [0.0, 0.3, 0.5, 0.7, 1.0]], torch.lerp),
    'squared_difference': ([None, [0.0, 2.0]], lambda a, b: F.mse_loss(a, b, reduction='none')),
    'huber': ([None, [0.0, 2.0], [1.0, 0.5]], lambda a, b, c: F.huber_loss(a, b, delta=c, reduction='none')),
    'smooth_l1': ([None, [0.0, 2.0], [1.0, 0.5]], lambda a, b, c: F.smooth_l1_loss(a, b, beta=c, reduction='none')),
    'cross_entropy': ([[0.0, 1.0, 0.5, 1e-30, 0.999, 0.25], [0.0, 1.0, 0.3]],
                      lambda a, b: F.binary_cross_entropy(a, b, reduction='none')),
    'cross_entropy_of_logit': ([None, [0.0, 1.0, 0.3]],
                               lambda a, b: F.binary_cross_entropy_with_logits(a, b, reduction='none')),
}
parameters = {'leaky_relu': 1, 'hardshrink': 1, 'softshrink': 1, 'hardtanh': 1, 'threshold': 1, 'softplus': 1, 'elu': 1,
              'nan_to_num': 1, 'add_scaled': 2, 'addcmul': 3, 'addcdiv': 3, 'huber': 2, 'smooth_l1': 2}  # the first are tensors

# Where PyTorch 2.13 is known to be off, so that nothing can be learned: formula -> test of the operands.
# `rough` values are good to 1e-4 or 1e-9 only; their infinities and nans count.
rough = {'digamma', 'lgamma', 'polygamma', 'i0', 'i0e', 'i1', 'i1e', 'bessel_j0', 'bessel_j1', 'bessel_y0', 'bessel_y1',
         'modified_bessel_k0', 'modified_bessel_k1', 'scaled_modified_bessel_k0', 'scaled_modified_bessel_k1', 'airy_ai',
         'zeta', 'igamma', 'igammac', 'erfcx', 'log_ndtr', 'ndtri', 'ndtr'}
off = {
    'polygamma': lambda n, x: x == inf or (x <= 0 and x.is_integer()),  # nan for the limit, a large number for a pole
    'digamma': lambda x: x <= 0 and x.is_integer(),
    'i0': lambda x: abs(x) > 88, 'i1': lambda x: abs(x) > 88 or x != x or x == 0, 'i1e': lambda x: x != x or x == 0,
    'logit': lambda x: x == 0 and math.copysign(1, x) < 0,
    'softsign': lambda x: abs(x) > 80,
    # nan for the limit 0
    'bessel_j0': lambda x: abs(x) > 1e9, 'bessel_j1': lambda x: abs(x) > 1e9, 'bessel_y0': lambda x: x > 1e9,
    'bessel_y1': lambda x: x > 1e9 or 0 < x < 1e-37, 'airy_ai': lambda x: abs(x) > 1e4,
    # nan for the limits, or a number for nan
    'zeta': lambda a, b: not (a < 1e4 and b < 1e4), 'igamma': lambda a, b: not (a < 1e30 and b == b),
    'igammac': lambda a, b: not (a < 1e30 and b == b),
}
off_slopes = {
    'log_ndtr': lambda x: x < -1e9, 'erfcx': lambda x: x > 1e30,
    'hardsigmoid': lambda x: abs(x) < 3,  # a float 1/6 for doubles
    'sinc': lambda x: 0 < abs(x) < 1e-4,  # digits that cancel: 0 for -pi^2 x / 3
    'remainder': lambda a, b: math.isinf(a) or math.isinf(b),  # the floor of -0 there is -1
    # nan, or what squares that leave the range make; see tests/autograd/ops/special_points.cpp for what is right there.
    'gelu_tanh': lambda x: abs(x) > 1e18,
    'logaddexp': lambda a, b: a == b and math.isinf(a), 'logaddexp2': lambda a, b: a == b and math.isinf(a),
    'xlogy': lambda a, b: a == 0 and b == 0, 'xlog1py': lambda a, b: a == 0 and b == -1,
    'hypot': lambda a, b: a == 0 and b == 0, 'copysign': lambda a, b: math.isinf(a) or a != a,
    'atan2': lambda a, b: not 1e-30 < a * a + b * b < 1e30,
}
# PyTorch's slope at nan depends on whether a vector is full: nan or a number for elu and hardswish, 0 or 1 for
# hardtanh and the shrinks. Full vectors' nan is kept for the first, for the others the 1 of y = x, as relu has.
vectors = {'elu', 'hardswish'}


def text(v, dtype):
    if isinstance(v, bool):
        return str(int(v))
    if v == 0 and math.copysign(1, v) > 0:
        return '0'
    return ('%.9g' if dtype == torch.float32 else '%.17g') % v


def run(name, points, call, dtype, tensors):
    values, slopes = [], [[] for _ in points]
    count = 64 if name in vectors else 1
    for combination in itertools.product(*points):
        args = [torch.full((count,), v, dtype=dtype, requires_grad=True) if k < tensors else v
                for k, v in enumerate(combination)]
        if name == 'polygamma':
            args[1] = torch.tensor([combination[1]], dtype=dtype, requires_grad=True)
        y = call(*args)
        hidden = name in off and off[name](*combination)

        def shown(v, also_hidden=False):
            return '?' if hidden or also_hidden or (name in rough and math.isfinite(v) and v != 0) else text(v, dtype)

        values.append(shown(y[0].item()))
        for k, a in enumerate(args):
            g = None
            if torch.is_tensor(a) and y.requires_grad:
                try:
                    g, = torch.autograd.grad(y.sum(), a, retain_graph=True, allow_unused=True)
                except (RuntimeError, NotImplementedError):
                    pass
            slopes[k].append('-' if g is None else shown(g[0].item(), name in off_slopes and off_slopes[name](*combination)))
    sets = ' ; '.join(' '.join(text(v, dtype) for v in p) for p in points)
    sections = ['-' if all(v == '-' for v in column) else ' '.join(column) for column in slopes]
    return f'{name} {"float" if dtype == torch.float32 else "double"} | {sets} | {" ".join(values)} | {" ; ".join(sections)}'


lines = []
for dtype in (torch.float32, torch.float64):
    for name, call in unary.items():
        lines.append(run(name, [unary_points(dtype)], call, dtype, 1))
    if dtype == torch.float64:
        continue
    for name, call in binary.items():
        lines.append(run(name, [binary_points(dtype)] * 2, call, dtype, 2))
    for name, (points, call) in others.items():
        first = [unary_points(dtype) if p is None else p for p in points]
        lines.append(run(name, first, call, dtype, parameters.get(name, len(points)) if name != 'polygamma' else 0))

with open(os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), 'elementwise.txt'), 'w') as f:
    f.write('// Written by elementwise.py with PyTorch ' + torch.__version__.split('+')[0] + '.\n')
    for line in lines:
        f.write(line + '\n')
