"""Writes what PyTorch's reductions, scans, softmax and sorting give, and their derivatives.

Run with PyTorch 2.13: python reduce.py DIRECTORY. Makes reduce_inputs.inc, reduce_values.inc,
reduce_grads.inc. Expressions are C++ and Python alike; first and second take a tuple apart.
"""
import math
import sys

import torch

nan, inf, true, false = math.nan, math.inf, True, False
bool_, u8, i32, i64, f32, f64 = (torch.bool, torch.uint8, torch.int32, torch.int64, torch.float32,
                                 torch.float64)
TYPES = {"bool_": bool_, "u8": u8, "i32": i32, "i64": i64, "f32": f32, "f64": f64}

torch.manual_seed(0)
INPUTS = {  # name: (shape, type, values)
    "x": ((3, 4), "f64", (torch.randn(12, dtype=f64) * 100).round() / 64),
    "c": ((2, 3, 4), "f64", (torch.randn(24, dtype=f64) * 100).round() / 64),
    "f": ((3, 4), "f32", (torch.randn(12) * 100).round() / 64),
    "k": ((3, 4), "i64", torch.randint(-5, 6, (12,))),
    "w": ((6,), "i32", torch.tensor([2, -7, 2, 9, -7, 3])),
    "u": ((2, 3), "u8", torch.tensor([200, 100, 7, 0, 255, 1])),
    "b": ((2, 3), "bool_", torch.tensor([1, 0, 1, 1, 1, 1])),
    "s": ((), "f64", torch.tensor([1.75])),
    "e": ((0, 3), "f64", torch.tensor([])),
    "n": ((3, 3), "f64", torch.tensor([1, nan, 2, inf, -1, 0, nan, nan, -inf])),
    "t": ((2, 5), "f64", torch.tensor([3., 1, 3, 2, 3, 0, 0, -1, 0, -1])),
    "z": ((2, 4), "f64", torch.tensor([2., 0, 3, -1, 0, 5, 0, 1.5])),
    "p": ((2, 3), "f64", torch.tensor([0.5, 1.5, 2, 3, 0.25, 1])),
    "q": ((3,), "f64", torch.tensor([0.1, 0.5, 0.9])),
    "d": ((7,), "i64", torch.tensor([3, 3, 1, 1, 1, 3, 2])),
    "m": ((3, 2), "i64", torch.tensor([3, 1, 1, 2, 3, 1])),
    "h": ((3, 0), "f32", torch.tensor([])),
}
first, second, third = (lambda t: t[0]), (lambda t: t[1]), (lambda t: t[2])
var_mean, std_mean, unique_consecutive, diff, quantile, count_nonzero, softmin = (
    torch.var_mean, torch.std_mean, torch.unique_consecutive, torch.diff, torch.quantile,
    torch.count_nonzero, torch.nn.functional.softmin)


def nanquantile(x, *where):
    """Infinite beside an infinite element, where PyTorch gives nan."""
    y, low, high = (torch.nanquantile(x, *where, interpolation=i) for i in ("linear", "lower", "higher"))
    inside = y.isnan() & (low.isinf() | high.isinf()) & (low != -high)
    return torch.where(inside, torch.where(low.isinf(), low, high), y)


histc, linalg_vector_norm = torch.histc, torch.linalg.vector_norm


def with_correction(name, x, dim, correction, keepdim):
    return getattr(x, name)(dim, correction=correction, keepdim=keepdim)


def sort(x, stable, dim, descending):
    return torch.sort(x, stable=stable, dim=dim, descending=descending)


def aminmax(x, dim=None):
    return torch.aminmax(x, dim=dim)


def unique(x, sorted, return_inverse, return_counts, dim=None):
    return torch.unique(x, sorted, return_inverse, return_counts, dim=dim)


VALUES = """
x.sum()|x.sum(0)|x.sum(1, true)|x.sum({0, 1})|x.sum(-1)|c.sum({0, 2})|c.sum({0, 2}, true)|c.sum(1)|c.sum({1, 2})
c.permute({2, 0, 1}).sum(1)|c.permute({2, 0, 1}).sum({0, 2})|c.transpose(0, 2).sum(0)|c.expand({2, 3, 4}).sum(2)
x.t().sum(0)|x.unsqueeze(1).expand({3, 5, 4}).sum(1)|x.unsqueeze(1).expand({3, 5, 4}).sum({0, 2})|x.select(1, 2).sum()
f.sum()|f.sum(0)|k.sum()|k.sum(1)|u.sum()|b.sum(0)|w.sum(i32)|u.sum(u8)|f.sum(f64)|f.sum(i64)|k.sum(0, false, f32)|b.sum(bool_)
s.sum()|s.sum(0)|s.sum(-1, true)|e.sum()|e.sum(0)|e.sum(1)|h.sum(1, true)
n.sum(1)|n.nansum()|n.nansum(1)|n.nansum(0, true)|k.nansum(0)|n.nanmean(0)|n.nanmean(1)
x.mean()|x.mean(0)|c.mean({0, 2}, true)|k.mean(f64)|k.mean(1, true, f32)|e.mean(0)|s.mean()|e.mean()
x.prod()|x.prod(0)|x.prod(1, true)|z.prod()|z.prod(1)|k.prod()|u.prod(1)|b.prod(1)|w.prod(i32)|e.prod()|s.prod(0)|e.prod(0)
x.var()|x.var(false)|x.std()|x.std(false)|x.var({0}, true)|x.std({1}, true, true)|x.var({0, 1}, false)|c.std({0, 2}, true, true)
with_correction("var", x, {0}, 2, true)|with_correction("std", c, {1, 2}, 0.5, false)|s.var(false)|e.var({1}, false)
first(var_mean(x))|second(var_mean(x))|first(var_mean(c, {0, 2}, false, true))|second(std_mean(c, {0, 2}, true, false))|first(std_mean(f, false))
x.norm()|x.norm(1)|x.norm(3)|x.norm(0)|x.norm(inf)|x.norm(-inf)|x.norm(0.5)|x.norm(-1)|x.norm(2.5, {0})|x.norm(2, {1}, true)|c.norm(inf, {0, 2})
c.norm(1, {0, 2})|f.norm()|s.norm(2)|e.norm()|e.norm(2, {0})|e.norm(inf, {1})|n.norm(2, {1})|z.norm(0, {1})|linalg_vector_norm(x, 3, {0}, true)
x.max()|x.min()|first(x.max(1))|second(x.max(1))|first(x.min(0, true))|second(x.min(0, true))|k.max()|u.min()|b.max()|s.max()
first(n.max(0))|second(n.max(0))|first(n.min(1))|second(n.min(1))|n.max()|second(t.max(1))|second(t.min(1))|first(s.max(0))|second(s.max(0))|first(e.max(1))
first(b.min(1))|second(b.min(1))|first(c.permute({2, 0, 1}).max(1))|second(c.permute({2, 0, 1}).max(1))
x.amax(0)|x.amin({0, 1})|x.amax()|c.amax({0, 2}, true)|n.amin(1)|k.amax(1)|u.amax()|b.amin(1)|s.amax()|first(aminmax(x))|second(aminmax(x))
e.amax(1)|x.argmax()|x.argmin()|x.argmax(0)|x.argmin(1, true)|n.argmax()|n.argmin(0)|t.argmax(1)|t.argmin()|k.argmax(0)|s.argmax()|e.argmax(1)
b.any()|b.all()|b.any(1)|b.all(1, true)|u.all()|u.any(1)|k.all(0)|n.any(1)|e.any()|e.all()|e.any(0)|e.all(0)|b.any({0, 1})|x.all({1}, true)|s.any()|s.all(0)
count_nonzero(z)|count_nonzero(z, 1)|count_nonzero(n, {0})|count_nonzero(b)|count_nonzero(e, 0)
x.logsumexp(0)|x.logsumexp({0, 1})|c.logsumexp({0, 2}, true)|n.logsumexp(0)|n.logsumexp(1)|k.logsumexp(1)|s.logsumexp(0)|e.logsumexp(0)|(x * 1000).logsumexp(1)
x.cumsum(0)|x.cumsum(1)|c.cumsum(1)|k.cumsum(0)|u.cumsum(1)|b.cumsum(-1)|f.cumsum(1)|f.cumsum(0, f64)|w.cumsum(0, i32)|s.cumsum(0)|e.cumsum(0)|c.permute({2, 0, 1}).cumsum(1)
x.cumprod(0)|z.cumprod(1)|k.cumprod(1)|u.cumprod(0)|f.cumprod(0)|s.cumprod(-1)|x.logcumsumexp(0)|x.logcumsumexp(1)|f.logcumsumexp(1)|s.logcumsumexp(0)|n.logcumsumexp(0)
first(x.cummax(1))|second(x.cummax(1))|first(n.cummax(0))|second(n.cummax(0))|first(t.cummin(1))|second(t.cummin(1))|second(s.cummax(0))|first(b.cummin(1))|second(k.cummin(0))
diff(x)|diff(x, 2)|diff(x, 1, 0)|diff(k, 1, 0)|diff(b)|diff(x, 9)|diff(x, 0)|diff(x, 1, 0, x, c.select(0, 0))
x.softmax(0)|x.softmax(1)|c.softmax(1)|f.softmax(-1)|k.softmax(1, f64)|s.softmax(0)|e.softmax(0)|h.softmax(1)|(x * 1000).softmax(1)|c.permute({2, 0, 1}).softmax(0)|softmin(x, 1)
x.log_softmax(0)|x.log_softmax(1)|c.log_softmax(1)|f.log_softmax(-1)|k.log_softmax(1, f32)|s.log_softmax(0)|(x * 1000).log_softmax(1)|n.softmax(1)|n.log_softmax(0)
first(x.sort())|second(x.sort())|first(x.sort(0, true))|second(x.sort(0, true))|first(n.sort(1))|second(n.sort(1))|first(n.sort(0, true))|second(n.sort(0, true))|second(sort(t, true, 1, true))
first(k.sort(0))|first(b.sort(1))|second(b.sort(1))|first(s.sort())|first(e.sort(0))|x.argsort()|x.argsort(0, true)|x.msort()|c.msort()|s.msort()
first(x.topk(2))|second(x.topk(2))|first(x.topk(2, 0, false))|second(x.topk(2, 0, false))|first(n.topk(2, 1))|first(s.topk(1))|first(x.topk(0))|first(k.topk(3, 1))|second(x.topk(4, 1, false))
first(x.kthvalue(2))|second(x.kthvalue(2))|first(x.kthvalue(1, 0, true))|second(n.kthvalue(1, 0))|first(s.kthvalue(1))|first(k.kthvalue(3, 1))
x.median()|k.median()|n.median()|n.nanmedian()|first(x.median(1))|second(x.median(1))|first(x.median(0, true))|first(n.median(1))|second(n.median(1))|first(n.nanmedian(1))|second(n.nanmedian(1))|s.median()|e.median()|first(e.median(1))|first(n.nanmedian(0, true))
first(t.mode())|second(t.mode())|first(k.mode(0, true))|first(d.mode())|second(d.mode())|first(s.mode())|first(b.mode(1))
quantile(x, 0.3)|quantile(x, q)|quantile(x, q, 0)|quantile(x, q, 1, true)|quantile(x, 0.5, 0, true)|quantile(n, 0.5, 1)|nanquantile(n, 0.5, 1)|nanquantile(n, q, 0)|quantile(s, 0.2)|quantile(x, 1.0)
first(unique(d, true, true, true))|second(unique(d, true, true, true))|third(unique(d, true, true, true))|first(unique(m, true, true, true, 0))|second(unique(m, true, true, true, 0))|third(unique(m, true, true, true, 0))
first(unique(x, true, true, true))|first(unique(n, true, true, true))|second(unique(k, true, true, true))|first(unique(e, true, true, true))|first(unique(b, true, true, true))|first(unique(m, true, true, true, 1))|first(unique(s, true, true, true))
first(unique_consecutive(d, true, true))|second(unique_consecutive(d, true, true))|third(unique_consecutive(d, true, true))|first(unique_consecutive(m, true, true, 0))|first(unique_consecutive(m, true, true, 1))
d.bincount()|d.bincount({}, 6)|d.bincount(d)|u.select(0, 1).bincount()|histc(x, 4)|histc(x, 3, -1, 1)|histc(f, 5, -2, 2)
"""

GRADS = """
x: x.sum()|x.sum(0)|x.sum({0, 1}, true)|x.mean()|x.mean(1)|x.nansum(0)|x.prod()|x.prod(1)|x.prod(0, true)|x.t().sum(1)|x.to(f32).sum(0)
x: x.var()|x.std()|x.var({0}, true)|x.std({1}, false, true)|with_correction("std", x, {0, 1}, 0, false)|first(var_mean(x, {1}, true))|second(std_mean(x, {0}, true, true))
x: x.norm()|x.norm(1)|x.norm(3)|x.norm(inf)|x.norm(-inf)|x.norm(0.5)|x.norm(2, {1})|x.norm(1.5, {0}, true)|x.norm(-2, {0})|x.norm(inf, {1})
x: x.max()|x.min()|x.amax(1)|x.amin(0, true)|first(x.max(0))|first(x.min(1, true))|second(aminmax(x, 0))|x.logsumexp(0)|x.logsumexp({0, 1}, true)
x: x.cumsum(1)|x.cumprod(0)|x.cumprod(1)|x.logcumsumexp(0)|x.logcumsumexp(1)|first(x.cummax(1))|first(x.cummin(0))|diff(x, 2)
x: x.softmax(0)|x.softmax(1)|x.log_softmax(0)|x.log_softmax(1)|x.softmax(1).log()|first(x.sort(1, true))|first(x.topk(2))|first(x.topk(2, 0, false))|first(x.kthvalue(2))
x: x.median()|first(x.median(1))|first(x.nanmedian(0, true))|first(x.mode(0))|x.msort()|quantile(x, q, 0)|quantile(x, 0.4)
c: c.sum({0, 2})|c.mean({0, 2}, true)|c.var({0, 2})|c.softmax(1)|c.logsumexp({0, 2})|c.cumsum(1)|c.amax({0, 2})|c.prod(1)|first(c.max(1))|c.permute({2, 0, 1}).cumprod(1)
t: t.max()|t.min()|t.amax(1)|t.amin({0, 1})|first(t.max(1))|first(t.min(1))|t.median()|first(t.cummax(1))|first(t.cummin(1))|first(aminmax(t))|t.norm(inf)|t.norm(-inf)|t.norm(1)|t.norm()
z: z.prod()|z.prod(0)|z.prod(1)|z.cumprod(0)|z.cumprod(1)|z.norm()|z.norm(1)|z.norm(3)
s: s.sum()|s.sum(0)|s.mean()|s.prod()|s.prod(0)|s.max()|first(s.max(0))|s.cumsum(0)|s.cumprod(0)|s.logcumsumexp(0)|s.softmax(0)|s.log_softmax(0)|s.norm()|first(s.sort())|s.amax()|s.logsumexp(0)|first(s.median(0))|first(s.topk(1))
p: p.norm(2.5)|p.prod(0)|p.log().logcumsumexp(1)|p.var({1}, false)
"""


def python(text):
    for t in TYPES:
        text = text.replace("(%s)" % t, "(dtype=%s)" % t).replace(", %s)" % t, ", dtype=%s)" % t)
    text = text.replace(".to(dtype=", ".to(").replace("{}, 6", "minlength=6").replace("{}", "[]")
    text = text.replace("(dtype=f32).sum", "(f32).sum")
    return text.replace("{", "[").replace("}", "]")


def number(v):
    v = float(v)
    return "nan_" if math.isnan(v) else ("-" if v < 0 else "") + "inf" if math.isinf(v) else "%.17g" % v


def numbers(x):
    return "{%s}" % ", ".join(number(v) for v in x.flatten().tolist())


def cases(text):
    return [c for c in text.replace("\n", "|").split("|") if c]


def main(directory):
    scope = dict(globals())
    with open(directory + "/reduce_inputs.inc", "w") as out:
        for name, (shape, dtype, values) in INPUTS.items():
            scope[name] = values.reshape(shape).to(TYPES[dtype])
            out.write("const Tensor %s = make(%s, {%s}, %s);\n" % (
                name, numbers(scope[name]), ", ".join(map(str, shape)), dtype))
    with open(directory + "/reduce_values.inc", "w") as out:
        for case in cases(VALUES):
            y = eval(python(case), scope)
            out.write('{"%s", [] { return %s; }, "%s", {%s}, %s},\n' % (
                case.replace('"', "'"), case, str(y.dtype)[6:], ", ".join(map(str, y.shape)), numbers(y)))
    with open(directory + "/reduce_grads.inc", "w") as out:
        name = ""
        for case in cases(GRADS):
            if case[1] == ":":
                name, case = case[0], case[3:]
            x = scope[name].clone().requires_grad_()
            y = eval(python(case), {**scope, name: x})
            # The weights of elements are 1, 1.5, 2, ...: see weighted() in the test.
            weighted = lambda v: (v * (1 + 0.5 * torch.arange(v.numel(), dtype=v.dtype).reshape(v.shape))).sum()
            dx, = torch.autograd.grad(weighted(y), x, create_graph=True)
            again = (torch.autograd.grad(weighted(dx), x, allow_unused=True)[0] if dx.requires_grad else None)
            again = torch.zeros_like(x) if again is None else torch.zeros_like(x) + again
            out.write('{"%s", %s, [](const Tensor& %s) -> Tensor { return %s; }, %s, %s},\n' % (
                case.replace('"', "'"), name, name, case, numbers(dx), numbers(again)))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
