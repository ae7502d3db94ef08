"""Makes tests/reference/catalog.txt: what PyTorch gives for each row of the catalog.

usage: build/tests/catalog/catalog_list | python3 tests/reference/catalog.py > tests/reference/catalog.txt
"""
import math
import string
import sys

import torch
import torch.nn.functional as F


def unit(n, k):
    """unit(i, k) of tests/catalog/catalog.cpp for i < n."""
    mask = 0xFFFFFFFF
    out = []
    for i in range(n):
        h = (i * 2654435761 + k * 40503 + 12345) & mask
        h ^= h >> 15
        h = (h * 2246822519) & mask
        h ^= h >> 13
        h = (h * 3266489917) & mask
        h ^= h >> 16
        out.append((h >> 8) / 16777216.0)
    return out


def make(spec, k):
    shape, lo, hi, dtype, grad = spec.split(";")
    shape = [int(s) for s in shape.split(",") if s]
    lo, hi = float(lo), float(hi)
    values = [lo + (hi - lo) * u for u in unit(math.prod(shape), k)]
    if dtype != "float64":
        values = [math.floor(v) for v in values]
    t = torch.tensor(values, dtype=torch.float64).reshape(shape).to(getattr(torch, dtype))
    return t.requires_grad_(grad == "1")


def as_list(y):
    if isinstance(y, torch.Tensor):
        return [y]
    out = []
    for v in y:
        out += as_list(v)
    return out


def show(kind, number, t):
    t = t.detach()
    dtype = str(t.dtype).removeprefix("torch.")
    print(kind, number, dtype, ",".join(map(str, t.shape)) or "-", end="")
    for v in t.reshape(-1).tolist():
        print(" " + (f"{v:.17g}" if isinstance(v, float) else str(int(v))), end="")
    print()


def main():
    print("# Made by tests/reference/catalog.py with PyTorch", torch.__version__.split("+")[0])
    for line in sys.stdin:
        name, python, specs, differentiable = line.rstrip("\n").split("\t")
        inputs = [make(s, k) for k, s in enumerate(specs.split("|")[:-1])]
        names = dict(zip(string.ascii_lowercase, inputs), torch=torch, F=F, math=math)
        try:
            outputs = as_list(eval(python, names))
        except Exception as error:
            sys.exit(f"{name}: {python}: {error}")
        print("row", name)
        for i, y in enumerate(outputs):
            show("out", i, y)
        if differentiable != "1":
            continue
        ys = [y for y in outputs if y.requires_grad]
        wanted = [x for x in inputs if x.requires_grad]
        dys = [
            torch.tensor(unit(y.numel(), 100 + i), dtype=y.dtype).reshape(y.shape)
            for i, y in enumerate(ys)
        ]
        for i, g in enumerate(torch.autograd.grad(ys, wanted, dys, allow_unused=True)):
            show("grad", i, torch.zeros_like(wanted[i]) if g is None else g)


if __name__ == "__main__":
    main()
