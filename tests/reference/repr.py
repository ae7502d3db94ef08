"""Writes repr.inc, what Python's print shows of tensors. Run with PyTorch 2.13: python repr.py > repr.inc

Each entry is an expression, C++ and Python alike, and the text of its value.
"""
import re

import torch

NAN, INFINITY = float("nan"), float("inf")
bool_, u8, i32, i64, f32, f64 = (torch.bool, torch.uint8, torch.int32, torch.int64, torch.float32,
                                 torch.float64)


def grid(sizes, start, step, dtype):
    """The numbers start + step i, in any shape."""
    n = torch.Size(sizes).numel()
    return (start + step * torch.arange(n, dtype=f64)).to(dtype).reshape(sizes)


def leaf(x):
    return x.clone().requires_grad_()


def drawn(x):
    return torch.bernoulli(leaf(torch.zeros_like(x)))


CASES = """
tensor(1.5)
tensor(3)
tensor(true)
tensor(NAN)
tensor(-INFINITY)
tensor(1e10)
tensor(0.0)
tensor(-0.0)
tensor(1.5, f64)
tensor(7, i32)
tensor({})
tensor({}, i64)
tensor({}, i32)
tensor({}, f64)
empty({0, 3})
empty({2, 0, 3}, i64)
tensor({1.0, 2.0, 3.0})
tensor({1.5, 2.25, -3.0})
tensor({1, 20, 300})
tensor({-1, 20, 300}, i32)
tensor({1, 20, 255}, u8)
tensor({true, false})
tensor({true, true})
tensor({0.0, 0.0})
tensor({0.0, NAN})
tensor({NAN, INFINITY, -INFINITY})
tensor({1.0, NAN})
tensor({1.5, NAN, -INFINITY})
tensor({1e10, 1.0})
tensor({1e-10, 1.0})
tensor({1e-5, 2e-5})
tensor({1e-4, 2e-4})
tensor({1e-4, 2e-4}, f64)
tensor({1000.0, 1.0})
tensor({1001.0, 1.0})
tensor({1000.5, 1.0})
tensor({1001.5, 1.0})
tensor({1e8, 1e7})
tensor({1.1e8, 1.1e8})
tensor({1e8, 1e6, NAN, 0.0})
tensor({-1e8, 5e7})
tensor({123456.789, 123456.0}, f64)
tensor({-0.0, 1.0})
tensor({1e300, 1e-300}, f64)
tensor({5e-324}, f64)
tensor({0.99999, 0.5})
tensor({9.99999, 1.0})
tensor({{1.0, 2.0}, {3.0, 4.5}})
tensor({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}})
grid({40}, 0, 1, i64)
grid({40}, 0, 0.37, f32)
grid({3, 30}, 0, 0.37, f64)
grid({2, 3, 4}, -3, 0.75, f32)
grid({2, 2, 2, 2}, 0, 1, i64)
grid({1000}, 0, 1, i64)
grid({1001}, 0, 1, i64)
grid({1001}, 0, 0.37, f32)
grid({40, 30}, 0, 1, f32)
grid({7, 200}, 0, 1, i64)
grid({6, 200}, 0, 0.5, f32)
grid({10, 10, 11}, 0, 1, i64)
grid({2, 3, 5, 50}, 0, 0.01, f64)
grid({1, 1100}, 0, 1, u8)
grid({1100, 1}, 0, 1, f32)
leaf(tensor({1.0, 2.0}))
leaf(tensor(1.0, f64))
leaf(grid({3, 5}, 0, 0.1, f64))
leaf(grid({2, 9}, 0, 0.1, f64))
leaf(tensor({}))
drawn(zeros({2, 2}))
drawn(zeros({12}))
drawn(zeros({11}, f64))
drawn(zeros({0, 2}))
""".strip().split("\n")


def python(case):
    """The expression in Python: braces are lists, a type that ends a call is a keyword."""
    case = case.replace("{", "[").replace("}", "]").replace("true", "True").replace("false", "False")
    return re.sub(r"\b(tensor|empty|zeros)(\(.*?), (bool_|u8|i32|i64|f64)\)", r"\1\2, dtype=\3)", case)


for case in CASES:
    x = eval(python(case), {**vars(torch), **globals()})
    print('{"%s", [] { return %s; }, R"text(%s)text"},' % (case, case, repr(x)))
