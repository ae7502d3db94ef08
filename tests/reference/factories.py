"""Writes factories.inc, what PyTorch's factories give. Run with PyTorch 2.13: python factories.py > factories.inc

Each line is an expression, the type and shape of its value, and the elements. The expressions are
C++ and Python alike; `f64` and so on are types.
"""
import torch

bool_, u8, i32, i64, f32, f64 = (torch.bool, torch.uint8, torch.int32, torch.int64, torch.float32,
                                 torch.float64)
CASES = """
arange(5)|arange(5.0)|arange(1, 2, 0.3)|arange(5, 1, -2)|arange(0, 10, 3, f64)|arange(0, 5.5, i64)
arange(1.9, 5, i64)|arange(0, 3, 0.5, i32)|arange(-1, 3, u8)|arange(0, 0)|arange(0, 7, 2)|arange(7, 0, -3)
arange(0, 1, 0.1)|arange(0, 1, 0.1, f64)|arange(-1.5, 1.5, 0.25)|arange(true)|arange(300, u8)
linspace(0, 1, 5)|linspace(0, 10, 4, i64)|linspace(3, 3, 1)|linspace(0, 1, 0)|linspace(-5, 5, 6, i32)
linspace(1, 0, 4, f64)|linspace(0, 10, 7, u8)|linspace(-3.3, 7.7, 50)|linspace(-3.3, 7.7, 50, f64)
linspace(2, 9, 2)|linspace(2.5, 9, 1)
logspace(0, 2, 3)|logspace(0, 2, 5, 2)|logspace(0, 2, 5, 10, i64)|logspace(1, 1, 1)|logspace(-2, 2, 5, 10, f64)
logspace(0.1, 1, 7)|logspace(0, 1, 3, 2.5, f64)
range(0, 3)|range(0, 1, 0.3)|range(3, 0, -1.5)|range(-2, -1.04, 1, i64)|range(0, 5, 1.5, u8)|range(-2.5, 1.9, 1, i64)
range(-2, -1.04, 1, i32)|logspace(1, -3, 5, -1)|logspace(1, 4, 4, -2, f64)|logspace(0, 3, 4, -2, i64)
eye(2)|eye(2, 3)|eye(3, 2, i64)|eye(0)|eye(2, bool_)
full({2, 3}, 1.5)|full({2}, 3)|full({}, true)|full({2}, 1.5, i64)|full({2}, -1, u8)|full({0, 2}, 1)
zeros({2, 1})|zeros({})|ones({3}, i32)|ones({2}, bool_)|scalar_tensor(3)|scalar_tensor(2.5, f64)
tril_indices(3, 4)|tril_indices(3, 3, -1)|tril_indices(3, 2, -5)|tril_indices(2, 3, 10)|tril_indices(0, 3)
triu_indices(3, 4, 1)|triu_indices(3, 2, -5)|triu_indices(2, 2)|triu_indices(4, 3, 2)
tensor({1, 2, 3})|tensor({1.5, 2.0})|tensor({{1, 2}, {3, 4}})|tensor({{{1.0}, {2.0}}})|tensor(7)|tensor(2.5)
tensor(true)|tensor({true, false})|tensor({{1, 2}, {3, 4}}, f64)|tensor({1.7, -1.7}, i64)|tensor({0, 2}, bool_)
tensor({})|tensor({1})|tensor({{1}})
full_like(zeros({2}, i64), 2.5)|zeros_like(ones({2}), i32)|ones_like(zeros({2, 2}, f64))
""".replace("\n", "|").split("|")


def python(case):
    """The expression in Python: dtype is a keyword, braces are lists."""
    case = case.replace("{", "[").replace("}", "]").replace("true", "True").replace("false", "False")
    for t in ("bool_", "u8", "i32", "i64", "f32", "f64"):
        case = case.replace(", %s)" % t, ", dtype=%s)" % t)
    return case


for case in filter(None, CASES):
    x = eval(python(case), {**vars(torch), **globals()})
    values = ["%.17g" % v for v in x.reshape(-1).to(f64).tolist()]
    print('{"%s", [] { return %s; }, "%s", {%s}, {%s}},' % (
        case, case, str(x.dtype).split(".")[1], ", ".join(map(str, x.shape)), ", ".join(values)))
