#!/usr/bin/env python3
"""Writes module_tools.txt: what PyTorch makes of normalised, pruned, fused and lazy layers. Run with a Python that has torch.

tests/nn/parametrizations.cpp, prune.cpp, fusion.cpp and lazy.cpp compute the same cases, by name."""
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import fusion, parametrizations, prune

warnings.simplefilter("ignore")
torch.set_default_dtype(torch.float64)
ROWS = []


def wave(*shape, phase=0.0):
    return torch.cos(torch.arange(torch.Size(shape).numel(), dtype=torch.float64) * 1.3 + phase).reshape(shape)


def fill(module):
    with torch.no_grad():
        for i, p in enumerate(module.parameters()):
            p.copy_(wave(*p.shape, phase=float(i)))
    return module


def row(name, *tensors):
    ROWS.append((name, [t.detach().clone() for t in tensors]))


def step(module, *inputs):
    """The result, and the gradients of its weighted sum by all parameters."""
    module.zero_grad()
    y = module(*inputs)
    (y * wave(*y.shape, phase=0.5)).sum().backward()
    return [y] + [p.grad for p in module.parameters()]


# Normalised weights
for dim in (0, 1, None):
    row(f"weight_norm_{dim}", *step(parametrizations.weight_norm(fill(nn.Linear(3, 4)), dim=dim), wave(2, 3, phase=2)))
    row(f"old_weight_norm_{dim}", *step(nn.utils.weight_norm(fill(nn.Linear(3, 4)), dim=dim), wave(2, 3, phase=2)))
conv = nn.utils.remove_weight_norm(nn.utils.weight_norm(fill(nn.Conv2d(2, 3, 2))))
row("removed_weight_norm", *step(conv, wave(1, 2, 3, 3, phase=2)))
makers = {
    "linear": (lambda: nn.Linear(3, 4), (2, 3)), "conv": (lambda: nn.Conv2d(2, 3, 2), (1, 2, 3, 3)),
    "transposed": (lambda: nn.ConvTranspose1d(2, 3, 2), (1, 2, 4)),
}
for name, (make, shape) in makers.items():
    for old in (False, True):
        layer = fill(make())
        torch.manual_seed(5)
        norm = nn.utils.spectral_norm if old else parametrizations.spectral_norm
        norm(layer, n_power_iterations=2)
        x = wave(*shape, phase=2)
        row(f"{'old_' if old else ''}spectral_norm_{name}", *step(layer, x), *layer.buffers())
        row(f"{'old_' if old else ''}spectral_norm_{name}_again", *step(layer, x), *layer.buffers())
        row(f"{'old_' if old else ''}spectral_norm_{name}_eval", *step(layer.eval(), x), *layer.buffers())
        if old:
            nn.utils.remove_spectral_norm(layer)
        else:
            nn.utils.parametrize.remove_parametrizations(layer, "weight")
        row(f"{'old_' if old else ''}spectral_norm_{name}_removed", layer.weight)

for shape in ((3, 3), (4, 2), (2, 4)):
    for name in ("matrix_exp", "cayley", "householder"):
        for trivial in (True, False):
            layer = fill(nn.Linear(shape[1], shape[0]))
            torch.manual_seed(9)
            parametrizations.orthogonal(layer, orthogonal_map=name, use_trivialization=trivial)
            case = f"orthogonal_{name}_{shape[0]}x{shape[1]}_{'from_base' if trivial else 'plain'}"
            row(case, layer.weight)
            with torch.no_grad():
                original = layer.parametrizations.weight.original
                original.add_(0.3 * wave(*original.shape, phase=4).tril(-1 if name == "householder" else 0))
                if name == "householder" and shape == (2, 4):
                    original.add_(0.3 * wave(*original.shape, phase=4).triu(1))
            row(case + "_moved", layer.weight, *step(layer, wave(2, shape[1], phase=2)))

# Pruned weights
layer = fill(nn.Linear(4, 5))
prune.l1_unstructured(layer, "weight", 0.3)
row("l1_unstructured", *step(layer, wave(2, 4, phase=2)), layer.weight_mask)
prune.l1_unstructured(layer, "weight", 5)
row("l1_unstructured_twice", layer.weight_mask, layer.weight)
prune.ln_structured(layer, "weight", 1, n=2, dim=0)
row("ln_structured_after", layer.weight_mask)
torch.manual_seed(3)
prune.random_unstructured(layer, "weight", 0.5)
row("random_unstructured_after", layer.weight_mask)
layer = fill(nn.Conv2d(3, 4, 2))
prune.ln_structured(layer, "weight", 0.5, n=1, dim=1)
row("ln_structured", layer.weight_mask)
prune.ln_structured(layer, "weight", 2, n=float("inf"), dim=-4)
row("ln_structured_twice", layer.weight_mask)
layer = fill(nn.Linear(4, 5))
torch.manual_seed(3)
torch.set_default_dtype(torch.float32)  # of what chooses slices
prune.random_structured(layer, "weight", 2, dim=0)
row("random_structured", layer.weight_mask)
prune.random_structured(layer, "weight", 1, dim=1)
row("random_structured_twice", layer.weight_mask)
torch.set_default_dtype(torch.float64)
layer = fill(nn.Linear(4, 5))
torch.manual_seed(3)
prune.random_unstructured(layer, "bias", 2)
row("random_unstructured", layer.bias_mask)
layer = fill(nn.Linear(4, 5))
prune.l1_unstructured(layer, "weight", 4, importance_scores=wave(5, 4, phase=3))
row("l1_importance", layer.weight_mask)
first, second = fill(nn.Linear(4, 5)), fill(nn.Linear(5, 3))
prune.l1_unstructured(first, "weight", 3)
prune.global_unstructured([(first, "weight"), (second, "weight"), (second, "bias")], prune.L1Unstructured, amount=0.4)
row("global_unstructured", first.weight_mask, second.weight_mask, second.bias_mask)

# Fused layers
for name, conv, transpose, shape in (
    ("conv", nn.Conv2d(2, 3, 2, bias=False), False, (1, 2, 4, 4)),
    ("grouped", nn.Conv1d(2, 4, 2, groups=2), False, (2, 2, 5)),
    ("transposed", nn.ConvTranspose1d(2, 3, 2), True, (2, 2, 5)),
):
    norm = fill({4: nn.BatchNorm2d, 3: nn.BatchNorm1d}[len(shape)](conv.out_channels, eps=0.01))
    norm(wave(4, conv.out_channels, *shape[2:], phase=1))
    fused = fusion.fuse_conv_bn_eval(fill(conv).eval(), norm.eval(), transpose)
    row(f"fused_{name}", fused.weight, fused.bias, fused(wave(*shape, phase=2)))
norm = nn.BatchNorm1d(3)
norm(wave(4, 3, phase=1))
fused = fusion.fuse_linear_bn_eval(fill(nn.Linear(2, 3)).eval(), norm.eval())
row("fused_linear", fused.weight, fused.bias)

# Functions and losses that libtorch has not
def loss_row(name, f, *inputs):
    leaves = [t.requires_grad_() for t in inputs]
    loss = f(*leaves)
    (loss * wave(*loss.shape, phase=0.5)).sum().backward()
    row(name, loss, *(t.grad for t in leaves))


classes = torch.tensor([1, 0, 3])
loss_row("linear_cross_entropy", lambda x, w, b: F.linear_cross_entropy(
    x, w, classes, linear_bias=b, weight=wave(4, phase=1).abs(), label_smoothing=0.1, ignore_index=3), wave(3, 2), wave(4, 2, phase=1), wave(4))
loss_row("linear_cross_entropy_single", lambda x, w: F.linear_cross_entropy(x, w, torch.tensor(2), reduction="none"), wave(2), wave(4, 2, phase=1))
loss_row("linear_cross_entropy_dims", lambda x, w, b: F.linear_cross_entropy(
    x, w, torch.tensor([[1, 0], [3, 2], [0, 0]]), linear_bias=b, reduction="none"), wave(3, 2), wave(4, 2, 2, phase=1), wave(4, 2))
torch.manual_seed(11)
torch.set_default_dtype(torch.float32)
loss = nn.LinearCrossEntropyLoss(3, 2, out_features=(2,), bias=True, reduction="sum")
row("LinearCrossEntropyLoss", loss(wave(2, 3).float(), torch.tensor([[1, 0], [0, 0]])), *loss.parameters())
torch.set_default_dtype(torch.float64)
row("upsample_nearest", F.upsample_nearest(wave(1, 2, 2, 3), scale_factor=2))
row("upsample_bilinear", F.upsample_bilinear(wave(1, 2, 2, 3), size=(3, 5)))
row("upsample", F.upsample(wave(1, 2, 3), size=5, mode="linear", align_corners=False))

# Layers that learn the size of their input
torch.set_default_dtype(torch.float32)
for name, make, shape in (
    ("LazyLinear", lambda: nn.LazyLinear(3), (2, 4)), ("LazyConv1d", lambda: nn.LazyConv1d(3, 2), (2, 4, 5)),
    ("LazyConv2d", lambda: nn.LazyConv2d(4, 2, groups=2, bias=False), (4, 5, 5)),
    ("LazyConv3d", lambda: nn.LazyConv3d(2, 2), (1, 2, 3, 3, 3)),
    ("LazyConvTranspose1d", lambda: nn.LazyConvTranspose1d(3, 2), (2, 4, 5)),
    ("LazyConvTranspose2d", lambda: nn.LazyConvTranspose2d(3, 2), (2, 4, 3, 3)),
    ("LazyConvTranspose3d", lambda: nn.LazyConvTranspose3d(2, 2), (1, 2, 2, 2, 2)),
    ("LazyBatchNorm1d", nn.LazyBatchNorm1d, (4, 3)), ("LazyBatchNorm2d", nn.LazyBatchNorm2d, (2, 3, 2, 2)),
    ("LazyBatchNorm3d", nn.LazyBatchNorm3d, (2, 2, 2, 2, 2)),
    ("LazyInstanceNorm1d", lambda: nn.LazyInstanceNorm1d(affine=True, track_running_stats=False), (2, 3, 4)),
    ("LazyInstanceNorm2d", nn.LazyInstanceNorm2d, (1, 3, 2, 2)), ("LazyInstanceNorm3d", nn.LazyInstanceNorm3d, (2, 3, 2, 2, 2)),
):
    torch.manual_seed(7)
    layer = make()
    y = layer(wave(*shape).float())
    row(name, y, *layer.parameters(), *layer.buffers(), torch.rand(1))
torch.manual_seed(7)
layer = nn.LazyLinear(3).double()
row("LazyLinear_double", layer(wave(2, 4).double()), layer.weight, layer.bias)


def number(v):
    return f"{v:.12g}"


def array(t):
    sizes = ", ".join(map(str, t.shape))
    return "{{" + sizes + "}, {" + ", ".join(number(v) for v in t.double().flatten().tolist()) + "}}"


lines = [f"// Made by module_tools.py with PyTorch {torch.__version__.split('+')[0]}. Name; results in order."]
for name, tensors in ROWS:
    lines.append('{"' + name + '",\n  {' + ",\n   ".join(map(array, tensors)) + "}},")
(Path(__file__).parent / "module_tools.txt").write_text("\n".join(lines) + "\n")
