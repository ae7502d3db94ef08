"""Writes optimizers.txt and schedulers.txt: what PyTorch's optimisers and schedulers do. Run with PyTorch 2.13.

Optimisers: two groups of parameters, [5] and [2, 3] (the second with ten times the learning rate), with the gradients
of `gradient`; for each case and type the 11 parameters after 1, 4, 20 and 200 steps.
Schedulers: the learning rates of the two groups at the beginning and after each of 24 steps.
"""
import math

import torch
from torch import optim
from torch.optim import lr_scheduler as lrs

NAN = float("nan")


def gradient(p, step):
    k = torch.arange(p.numel(), dtype=torch.float64).view(p.shape)
    return (0.3 * p.detach().double() + torch.sin(1.7 * k + 0.9 * step)).to(p.dtype)


def parameters(dtype):
    p = (torch.arange(5, dtype=torch.float64) * 0.3 - 0.5).to(dtype).requires_grad_()
    q = (0.8 - torch.arange(6, dtype=torch.float64) * 0.2).view(2, 3).to(dtype).requires_grad_()
    return p, q


OPTIMISERS = {
    "sgd": (optim.SGD, dict(lr=0.1)),
    "sgd decay": (optim.SGD, dict(lr=0.1, weight_decay=0.2)),
    "sgd maximize": (optim.SGD, dict(lr=0.1, weight_decay=0.2, maximize=True)),
    "sgd maximize alone": (optim.SGD, dict(lr=0.01, maximize=True)),
    "sgd momentum": (optim.SGD, dict(lr=0.05, momentum=0.9)),
    "sgd dampening": (optim.SGD, dict(lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.1)),
    "sgd nesterov": (optim.SGD, dict(lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.1, maximize=True)),
    "adam": (optim.Adam, dict(lr=0.01)),
    "adam decay": (optim.Adam, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2)),
    "adam amsgrad": (optim.Adam, dict(lr=0.01, betas=(0.8, 0.7), amsgrad=True)),
    "adam maximize": (optim.Adam, dict(lr=0.01, amsgrad=True, weight_decay=0.2, maximize=True)),
    "adamw": (optim.AdamW, dict(lr=0.01)),
    "adamw amsgrad": (optim.AdamW, dict(lr=0.02, weight_decay=0.3, amsgrad=True, betas=(0.7, 0.8))),
    "adamw maximize": (optim.AdamW, dict(lr=0.02, maximize=True)),
    "rmsprop": (optim.RMSprop, dict(lr=0.01)),
    "rmsprop decay": (optim.RMSprop, dict(lr=0.01, alpha=0.9, eps=1e-2, weight_decay=0.2)),
    "rmsprop momentum": (optim.RMSprop, dict(lr=0.01, momentum=0.8)),
    "rmsprop centered": (optim.RMSprop, dict(lr=0.01, alpha=0.8, centered=True)),
    "rmsprop all": (optim.RMSprop, dict(lr=0.002, alpha=0.8, eps=1e-2, centered=True, momentum=0.5, weight_decay=0.1, maximize=True)),
    "adagrad": (optim.Adagrad, dict(lr=0.1)),
    "adagrad all": (optim.Adagrad, dict(lr=0.1, lr_decay=0.1, weight_decay=0.2, initial_accumulator_value=0.5, eps=1e-3, maximize=True)),
}


def run(kind, options, dtype):
    p, q = parameters(dtype)
    o = kind([dict(params=[p]), dict(params=[q], lr=10 * options["lr"])], **options)
    out = []
    for step in range(1, 201):
        p.grad, q.grad = gradient(p, step), gradient(q, step)
        o.step()
        if step in (1, 4, 20, 200):
            out += [*p.tolist(), *q.flatten().tolist()]
    return out


SCHEDULERS = {
    "lambda": lambda o: lrs.LambdaLR(o, lambda t: 0.9**t),
    "lambdas": lambda o: lrs.LambdaLR(o, [lambda t: 1 / (1 + t), lambda t: 1 - t / 50]),
    "multiplicative": lambda o: lrs.MultiplicativeLR(o, lambda t: 0.8 if t % 2 else 1.1),
    "step": lambda o: lrs.StepLR(o, 3, 0.5),
    "multistep": lambda o: lrs.MultiStepLR(o, [3, 7, 7, 20], 0.3),
    "constant": lambda o: lrs.ConstantLR(o, 0.2, 4),
    "linear": lambda o: lrs.LinearLR(o, 0.1, 1.0, 8),
    "linear down": lambda o: lrs.LinearLR(o, 1.0, 0.3, 6),
    "exponential": lambda o: lrs.ExponentialLR(o, 0.93),
    "polynomial": lambda o: lrs.PolynomialLR(o, 10, 2.0),
    "cosine": lambda o: lrs.CosineAnnealingLR(o, 7, 0.01),
    "cosine to zero": lambda o: lrs.CosineAnnealingLR(o, 24),
    "restarts": lambda o: lrs.CosineAnnealingWarmRestarts(o, 4, 2, 0.01),
    "restarts equal": lambda o: lrs.CosineAnnealingWarmRestarts(o, 5),
    "one cycle": lambda o: lrs.OneCycleLR(o, 0.4, total_steps=25),
    "one cycle linear": lambda o: lrs.OneCycleLR(o, 0.4, total_steps=30, anneal_strategy="linear", three_phase=True, pct_start=0.25),
    "warm-up": lambda o: lrs.SequentialLR(o, [lrs.LinearLR(o, 0.1, 1.0, 5), lrs.CosineAnnealingLR(o, 15)], [5]),
    "sequence": lambda o: lrs.SequentialLR(
        o, [lrs.ConstantLR(o, 0.1, 2), lrs.ExponentialLR(o, 0.9), lrs.StepLR(o, 2, 0.5)], [4, 12]),
    "chain": lambda o: lrs.ChainedScheduler([lrs.ConstantLR(o, 0.1, 5), lrs.ExponentialLR(o, 0.9)]),
    "two": lambda o: (lrs.StepLR(o, 4, 0.5), lrs.ExponentialLR(o, 0.95)),
    "chain in a sequence": lambda o: lrs.SequentialLR(
        o, [lrs.ChainedScheduler([lrs.ConstantLR(o, 0.1, 2), lrs.ExponentialLR(o, 0.9)]), lrs.StepLR(o, 2, 0.5)], [4]),
    "plateau": lambda o: lrs.ReduceLROnPlateau(o, "min", 0.5, 2),
    "plateau min abs": lambda o: lrs.ReduceLROnPlateau(o, "min", 0.5, 1, threshold=0.03, threshold_mode="abs"),
    "plateau min rel": lambda o: lrs.ReduceLROnPlateau(o, "min", 0.5, 1, threshold=0.3),
    "plateau max rel": lambda o: lrs.ReduceLROnPlateau(o, "max", 0.5, 0, threshold=0.15, eps=0.04),
    "plateau all": lambda o: lrs.ReduceLROnPlateau(o, "max", 0.3, 1, threshold=0.05, threshold_mode="abs", cooldown=2, min_lr=[0.02, 0.001]),
}


def metric(t):
    return math.sin(0.5 * t) / (1 + t)


def rates(make):
    o = optim.SGD([dict(params=[torch.zeros(1)]), dict(params=[torch.zeros(2)], lr=0.1)], lr=0.5, momentum=0.9)
    s = make(o)
    out = []
    for t in range(25):
        if t:
            for one in s if isinstance(s, tuple) else (s,):
                one.step(metric(t)) if isinstance(one, lrs.ReduceLROnPlateau) else one.step()
        out += [g["lr"] for g in o.param_groups]
    return out


def write(out, name, values):
    print(f'{{"{name}", {{{", ".join(f"{v:.17g}" for v in values)}}}}},', file=out)


with open(FOLDER / "optimizers.txt", "w") as out:
    for name, (kind, options) in OPTIMISERS.items():
        for dtype in (torch.float32, torch.float64):
            write(out, f"{name} {str(dtype)[6:]}", run(kind, options, dtype))
with open(FOLDER / "schedulers.txt", "w") as out:
    for name, make in SCHEDULERS.items():
        write(out, name, rates(make))
