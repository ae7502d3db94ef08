"""Makes tests/reference/writes.txt: for each row of the catalog, what PyTorch lets one write to between the forward and
the backward pass, and which gradients have a history when they are made with create_graph.

usage: build/tests/catalog/catalog_list | python3 tests/reference/writes.py > tests/reference/writes.txt

A line is `row, the numbers of the inputs that require grad, outputs, inputs, gradients`. An output is added to in grad
mode, an input filled with zeros in no_grad; then backward gives what it gives without (o), something else (s), or
throws (e); or the write itself throws (w). An output without a history is -. A gradient has a history (1), none (0),
or is undefined (u).
"""
import math
import string
import sys
import warnings

import torch
import torch.nn.functional as F

from catalog import as_list, make, unit


def run(python, bases, wanted):
    """Leaves, inputs (which may be written in place), outputs."""
    leaves = [b.detach().clone().requires_grad_(i in wanted) for i, b in enumerate(bases)]
    inputs = [x * 1 if x.requires_grad else x for x in leaves]
    torch.manual_seed(1)
    names = dict(zip(string.ascii_lowercase, inputs), torch=torch, F=F, math=math)
    return [x for x in leaves if x.requires_grad], inputs, as_list(eval(python, names))


def gradients(leaves, outputs, **kwargs):
    ys = [y for y in outputs if y.requires_grad]
    dys = [torch.tensor(unit(y.numel(), 100 + i), dtype=y.dtype).reshape(y.shape) for i, y in enumerate(ys)]
    return torch.autograd.grad(ys, leaves, dys, allow_unused=True, **kwargs)


def same(a, b):
    return all((x is None) == (y is None) and (x is None or torch.allclose(x, y, equal_nan=True)) for x, y in zip(a, b))


def after(write, leaves, outputs, expected):
    try:
        write()
    except RuntimeError:
        return "w"
    try:
        return "o" if same(gradients(leaves, outputs), expected) else "s"
    except RuntimeError:
        return "e"


def main():
    warnings.filterwarnings("ignore")
    print("# Made by tests/reference/writes.py with PyTorch", torch.__version__.split("+")[0])
    for line in sys.stdin:
        name, python, specs, _ = line.rstrip("\n").split("\t")
        bases = [make(s, k) for k, s in enumerate(specs.split("|")[:-1])]
        grads = [i for i, b in enumerate(bases) if b.requires_grad]
        for wanted in [grads] + ([[i] for i in grads] if len(grads) > 1 else []):
            leaves, _, outputs = run(python, bases, wanted)
            if not any(y.requires_grad for y in outputs):
                continue
            try:
                expected = gradients(leaves, outputs)
            except RuntimeError:
                continue  # no derivative
            out = ""
            for i, y in enumerate(outputs):
                leaves, _, written = run(python, bases, wanted)
                out += after(lambda: written[i].add_(1), leaves, written, expected) if y.requires_grad else "-"
            into = ""
            for i in range(len(bases)):
                leaves, inputs, written = run(python, bases, wanted)
                with torch.no_grad():
                    into += after(lambda: inputs[i].zero_(), leaves, written, expected)
            leaves, _, outputs = run(python, bases, wanted)
            try:
                history = "".join("u" if g is None else str(int(g.requires_grad))
                                  for g in gradients(leaves, outputs, create_graph=True))
            except RuntimeError:
                history = "?"
            print(name, "".join(map(str, wanted)), out, into, history)


main()
