"""Writes functional.inc, what PyTorch's torch.autograd.functional and forward_ad give. Run with
PyTorch 2.13: python functional.py > functional.inc

Each line is an expression, the type and shape of its value, and the elements. The functions curve,
energy, parts and coupled are written in tests/autograd/functional.cpp as here.
"""
import torch
import torch.autograd.forward_ad as fw
from torch.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp

x = torch.tensor([0.5, -1.25, 2.0], dtype=torch.float64)
y = torch.tensor([[1.5, -0.5, 0.25], [0.75, 1.0, -2.0]], dtype=torch.float64)
u = torch.tensor([1.0, -0.5, 0.25], dtype=torch.float64)
w = torch.tensor([[0.5, 1.0, -1.0], [2.0, 0.25, 0.75]], dtype=torch.float64)


def curve(t):
    return (t.sin() * t.cumsum(0)).exp()


def energy(t):
    return (t.pow(3).sum() * t.prod()).tanh() + t.norm()


def parts(a, b):
    return torch.matmul(b, a), (b * a).softmax(-1)


def coupled(a, b):
    return (torch.matmul(b, a).exp().sum() + a.pow(4).sum()).log()


def pushed(f, *pairs):
    with fw.dual_level():
        return fw.unpack_dual(f(*(fw.make_dual(p, t) for p, t in pairs))).tangent


def pushed_gradient():
    leaf = x.clone().requires_grad_()
    with fw.dual_level():
        dual = fw.make_dual(leaf, u)
        return fw.unpack_dual(torch.autograd.grad(energy(dual), dual)[0]).tangent


# (C++, Python)
CASES = [
    ('vjp(curve, x, u).first', lambda: vjp(curve, x, u)[0]),
    ('vjp(curve, x, u).second', lambda: vjp(curve, x, u)[1]),
    ('vjp(energy, x).second', lambda: vjp(energy, x)[1]),
    ('vjp(parts, {x, y}, {u.slice(0, 0, 2), w}).first[1]', lambda: vjp(parts, (x, y), (u[:2], w))[0][1]),
    ('vjp(parts, {x, y}, {u.slice(0, 0, 2), w}).second[0]', lambda: vjp(parts, (x, y), (u[:2], w))[1][0]),
    ('vjp(parts, {x, y}, {u.slice(0, 0, 2), w}).second[1]', lambda: vjp(parts, (x, y), (u[:2], w))[1][1]),
    ('jvp(curve, x, u).first', lambda: jvp(curve, x, u)[0]),
    ('jvp(curve, x, u).second', lambda: jvp(curve, x, u)[1]),
    ('jvp(energy, x, u).second', lambda: jvp(energy, x, u)[1]),
    ('jvp(parts, {x, y}, {u, w}).second[0]', lambda: jvp(parts, (x, y), (u, w))[1][0]),
    ('jvp(parts, {x, y}, {u, w}).second[1]', lambda: jvp(parts, (x, y), (u, w))[1][1]),
    ('jacobian(curve, x)', lambda: jacobian(curve, x)),
    ('jacobian(energy, x)', lambda: jacobian(energy, x)),
    ('jacobian(parts, {x, y})[0][0]', lambda: jacobian(parts, (x, y))[0][0]),
    ('jacobian(parts, {x, y})[0][1]', lambda: jacobian(parts, (x, y))[0][1]),
    ('jacobian(parts, {x, y})[1][0]', lambda: jacobian(parts, (x, y))[1][0]),
    ('jacobian(parts, {x, y})[1][1]', lambda: jacobian(parts, (x, y))[1][1]),
    ('jacobian(parts, {x, y}, false, false, true, "forward-mode")[1][1]',
     lambda: jacobian(parts, (x, y), vectorize=True, strategy='forward-mode')[1][1]),
    ('hessian(energy, x)', lambda: hessian(energy, x)),
    ('hessian(energy, x, false, false, true, "forward-mode")',
     lambda: hessian(energy, x, vectorize=True, outer_jacobian_strategy='forward-mode')),
    ('hessian(coupled, {x, y})[0][0]', lambda: hessian(coupled, (x, y))[0][0]),
    ('hessian(coupled, {x, y})[0][1]', lambda: hessian(coupled, (x, y))[0][1]),
    ('hessian(coupled, {x, y})[1][0]', lambda: hessian(coupled, (x, y))[1][0]),
    ('hessian(coupled, {x, y})[1][1]', lambda: hessian(coupled, (x, y))[1][1]),
    ('vhp(energy, x, u).first', lambda: vhp(energy, x, u)[0]),
    ('vhp(energy, x, u).second', lambda: vhp(energy, x, u)[1]),
    ('vhp(coupled, {x, y}, {u, w}).second[1]', lambda: vhp(coupled, (x, y), (u, w))[1][1]),
    ('hvp(energy, x, u).second', lambda: hvp(energy, x, u)[1]),
    ('hvp(coupled, {x, y}, {u, w}).second[0]', lambda: hvp(coupled, (x, y), (u, w))[1][0]),
    ('pushed(curve, {x, u})', lambda: pushed(curve, (x, u))),
    ('pushed(energy, {x, u})', lambda: pushed(energy, (x, u))),
    ('pushed(coupled, {x, u}, {y, w})', lambda: pushed(coupled, (x, u), (y, w))),
    ('pushed_gradient()', pushed_gradient),
]


def braces(values):
    return '{' + ', '.join(values) + '}'


for text, make in CASES:
    t = make().detach()
    print('{R"(%s)", [] { return Tensor(%s); }, "%s", %s, %s},' % (
        text, text, str(t.dtype).removeprefix('torch.'), braces(map(str, t.shape)),
        braces('%.17g' % v for v in t.flatten().tolist())))
