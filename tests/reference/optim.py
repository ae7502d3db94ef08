"""Writes optimizers.txt, optim_long.txt, optim_lbfgs.txt, muon.txt and schedulers.txt: what PyTorch's optimisers and schedulers
do. Run with PyTorch 2.13.

Optimisers: two groups of parameters, [5] and [2, 3] (the second with ten times the learning rate), with the gradients
of `gradient`; for each case and type the 11 parameters after 1, 4, 20 and 200 steps. In optim_long.txt the same in
float64 with the gradients of `bounded_gradient` after 10, 100 and 1,000 steps. Muon, which takes matrices alone, has
[5, 1] for [5], and no rounding to bfloat16; Lion, which PyTorch has not, is written here after its paper.
muon.txt: one step with that rounding.
LBFGS: for each case the first loss and the parameters of each of its steps on a loss of `LOSSES`.
Schedulers: the learning rates of the two groups at the beginning and after each of 24 steps.
"""
import math
import pathlib

import torch
from torch import optim
from torch.optim import lr_scheduler as lrs
from torch.optim import swa_utils

FOLDER = pathlib.Path(__file__).parent


def muon_step(rows, columns):  # as PyTorch rounds it
    p = torch.zeros(rows, columns, requires_grad=True)
    p.grad = torch.sin(torch.arange(24.0).view(rows, columns) * 1.7) + torch.eye(rows, columns)
    optim.Muon([p], lr=1, weight_decay=0).step()
    return p.flatten().tolist()


MUON = {"wide": muon_step(4, 6), "tall": muon_step(6, 4)}
torch.Tensor.bfloat16 = lambda self: self.clone()  # in Muon

NAN = float("nan")


def gradient(p, step):
    k = torch.arange(p.numel(), dtype=torch.float64).view(p.shape)
    return (0.3 * p.detach().double() + torch.sin(1.7 * k + 0.9 * step)).to(p.dtype)


def bounded_gradient(p, step):
    k = torch.arange(p.numel(), dtype=torch.float64).view(p.shape)
    return 0.3 * torch.tanh(p.detach()) + torch.sin(1.7 * k + 0.9 * step)


class Lion(optim.Optimizer):
    """Chen et al., "Symbolic discovery of optimization algorithms", 2023, program 1."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
            for p in group["params"]:
                g = -p.grad if group["maximize"] else p.grad
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                update = torch.sign(beta1 * m + (1 - beta1) * g)
                p.mul_(1 - lr * decay).sub_(update, alpha=lr)  # p -= lr (update + decay p)
                m.copy_(beta2 * m + (1 - beta2) * g)


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
    "adam decoupled": (optim.Adam, dict(lr=0.02, weight_decay=0.3, decoupled_weight_decay=True)),
    "adadelta": (optim.Adadelta, dict(lr=1.0)),
    "adadelta all": (optim.Adadelta, dict(lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.2, maximize=True)),
    "adamax": (optim.Adamax, dict(lr=2e-3)),
    "adamax all": (optim.Adamax, dict(lr=0.01, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.2, maximize=True)),
    "nadam": (optim.NAdam, dict(lr=2e-3)),
    "nadam decay": (optim.NAdam, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2, momentum_decay=0.1)),
    "nadam decoupled": (optim.NAdam, dict(lr=0.01, weight_decay=0.2, decoupled_weight_decay=True, maximize=True)),
    "radam": (optim.RAdam, dict(lr=1e-3)),
    "radam decay": (optim.RAdam, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2)),
    "radam decoupled": (optim.RAdam, dict(lr=0.01, weight_decay=0.2, decoupled_weight_decay=True, maximize=True)),
    "rprop": (optim.Rprop, dict(lr=0.01)),
    "rprop all": (optim.Rprop, dict(lr=0.02, etas=(0.4, 1.3), step_sizes=(1e-3, 0.3), maximize=True)),
    "asgd": (optim.ASGD, dict(lr=0.01)),
    "asgd all": (optim.ASGD, dict(lr=0.05, lambd=0.01, alpha=0.5, t0=10, weight_decay=0.1, maximize=True)),
    "lion": (Lion, dict(lr=1e-3)),
    "lion all": (Lion, dict(lr=3e-3, betas=(0.8, 0.95), weight_decay=0.2, maximize=True)),
    "adafactor": (optim.Adafactor, dict(lr=0.01)),
    "adafactor all": (optim.Adafactor, dict(lr=0.004, beta2_decay=-0.6, eps=(1e-3, 1e-2), d=1.5, weight_decay=0.1, maximize=True)),
    "muon": (optim.Muon, dict(lr=1e-3)),
    "muon all": (optim.Muon, dict(lr=0.02, weight_decay=0.2, momentum=0.8, nesterov=False, ns_coefficients=(3, -3.2, 1.2), ns_steps=4, adjust_lr_fn="match_rms_adamw")),
}


def run(kind, options, dtype, gradient=gradient, shown=(1, 4, 20, 200)):
    p, q = parameters(dtype)
    if kind is optim.Muon:
        p = p.detach().view(5, 1).requires_grad_()
    o = kind([dict(params=[p]), dict(params=[q], lr=10 * options["lr"])], **options)
    out = []
    for step in range(1, shown[-1] + 1):
        p.grad, q.grad = gradient(p, step), gradient(q, step)
        o.step()
        if step in shown:
            out += [*p.flatten().tolist(), *q.flatten().tolist()]
    if kind is optim.ASGD:
        out += [*o.state[p]["ax"].tolist(), *o.state[q]["ax"].flatten().tolist()]
    return out


def valley(p, q):  # Rosenbrock's, in a chain over all elements
    x = torch.cat([p, q.flatten()])
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def bowl(p, q):  # convex, without a scale
    x = torch.cat([p, q.flatten()])
    k = torch.arange(11, dtype=x.dtype)
    rows = torch.sin(k.view(-1, 1) * 1.3 + k * 0.7)
    return torch.sqrt(1 + (rows @ x - k / 5) ** 2).sum() + 0.05 * (x * x).sum()


LOSSES = {"valley": valley, "bowl": bowl}

LBFGS = {
    "bowl": dict(lr=0.5),
    "bowl short": dict(lr=0.5, history_size=3, max_iter=7),
    "bowl searched": dict(line_search_fn="strong_wolfe"),
    "bowl few calls": dict(line_search_fn="strong_wolfe", max_iter=30, max_eval=9, history_size=4),
    "bowl coarse": dict(line_search_fn="strong_wolfe", tolerance_grad=0.05, tolerance_change=1e-3),
    "valley": dict(line_search_fn="strong_wolfe", history_size=10),
    "valley short": dict(lr=0.3, line_search_fn="strong_wolfe", history_size=2, max_iter=4),
}


def run_lbfgs(name, options):
    p, q = parameters(torch.float64)
    o = optim.LBFGS([p, q], **options)
    loss_of = LOSSES[name.split()[0]]

    def closure():
        o.zero_grad()
        loss = loss_of(p, q)
        loss.backward()
        return loss

    out = []
    for step in range(12):
        out += [o.step(closure).item(), *p.tolist(), *q.flatten().tolist()]
    state = o.state[p]
    return out + [state["func_evals"], state["n_iter"]]


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
    "swa": lambda o: swa_utils.SWALR(o, 0.05, anneal_epochs=6),
    "swa linear": lambda o: swa_utils.SWALR(o, [0.05, 0.2], anneal_epochs=5, anneal_strategy="linear"),
    "swa at once": lambda o: swa_utils.SWALR(o, 0.05, anneal_epochs=0),
    "swa in a sequence": lambda o: lrs.SequentialLR(o, [lrs.ConstantLR(o, 0.2, 3), swa_utils.SWALR(o, 0.05, anneal_epochs=6)], [5]),
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
with open(FOLDER / "optim_long.txt", "w") as out:
    for name, (kind, options) in OPTIMISERS.items():
        write(out, name, run(kind, options, torch.float64, bounded_gradient, (10, 100, 1000)))
with open(FOLDER / "optim_lbfgs.txt", "w") as out:
    for name, options in LBFGS.items():
        write(out, name, run_lbfgs(name, options))
with open(FOLDER / "muon.txt", "w") as out:
    for name, values in MUON.items():
        write(out, name, values)
with open(FOLDER / "schedulers.txt", "w") as out:
    for name, make in SCHEDULERS.items():
        write(out, name, rates(make))
