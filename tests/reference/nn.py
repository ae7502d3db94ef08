#!/usr/bin/env python3
"""Writes nn_values.txt: what PyTorch makes of the functions behind the layers, with gradients, and
nn_seeded.txt: what it makes of one seed. Run with a Python that has torch.

tests/nn/functional.cpp and tests/nn/init.cpp compute the same cases, by name."""
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(20240801)
CASES = []


def real(*shape, low=-2.0, high=2.0, grad=True):
    t = torch.rand(shape, dtype=torch.float64) * (high - low) + low
    t = (t * 1000).round() / 1000 + 1e-4  # short to write, and away from kinks at round numbers
    return t.requires_grad_(grad)


def const(*shape, low=-2.0, high=2.0):
    return real(*shape, low=low, high=high, grad=False)


def classes(*shape, n):
    return torch.randint(n, shape)


def signs(*shape):
    return torch.randint(2, shape).to(torch.float64) * 2 - 1


def case(name, f, *inputs):
    out = f(*inputs)
    weight = torch.cos(torch.arange(out.numel(), dtype=torch.float64)).reshape(out.shape)
    with_grad = [t for t in inputs if t.requires_grad]
    grads = torch.autograd.grad((out * weight).sum(), with_grad) if with_grad else []
    CASES.append((name, inputs, out, grads))


# Formulas are rows of the catalog; here each function takes options that are not the default ones.
x = real(3, 5, low=-4, high=4)
for name, f in {
    "leaky_relu": lambda x: F.leaky_relu(x, 0.2), "elu": lambda x: F.elu(x, 0.7), "celu": lambda x: F.celu(x, 0.6),
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "softplus_beta": lambda x: F.softplus(x, 2.0, 3.0),
    "hardshrink": lambda x: F.hardshrink(x, 0.6), "softshrink": lambda x: F.softshrink(x, 0.6),
    "hardtanh": lambda x: F.hardtanh(x, -1.5, 0.5), "threshold": lambda x: F.threshold(x, 0.3, -0.7), "rrelu_eval": F.rrelu,
    "softmax_0": lambda x: F.softmax(x, 0), "softmin": lambda x: F.softmin(x, -1), "log_softmax": lambda x: F.log_softmax(x, 1),
}.items():
    case(name, f, x)
case("glu_0", lambda x: F.glu(x, 0), real(4, 3, 2))

# Embedding
case("embedding_padding", lambda i, w: F.embedding(i, w, padding_idx=2), torch.tensor([2, 0, 2, 5]), real(6, 3))
case("embedding_freq", lambda i, w: F.embedding(i, w, scale_grad_by_freq=True), torch.tensor([2, 0, 2, 5, 2]), real(6, 3))
case("embedding_max_norm", lambda i, w: F.embedding(i, w.clone(), max_norm=1.5, norm_type=1.0), torch.tensor([[1, 4], [4, 0]]), const(6, 3))

# Normalisation
case("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, 1e-2), real(3, 4, 5), real(4), real(4))
case("batch_norm_eval", lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, False), real(6, 4), const(4), const(4, low=0.5), real(4), real(4))
case("layer_norm", lambda x, w, b: F.layer_norm(x, (3, 4), w, b, 1e-3), real(2, 3, 4), real(3, 4), real(3, 4))
case("group_norm", lambda x, w, b: F.group_norm(x, 2, w, b), real(3, 4, 5), real(4), real(4))
case("normalize_p1_dim0", lambda x: F.normalize(x, p=1.0, dim=0), real(3, 5))

# Distances
case("cosine_similarity_dim0", lambda a, b: F.cosine_similarity(a, b, dim=0, eps=5.0), real(4, 3), real(4, 3))
case("pairwise_distance_p1", lambda a, b: F.pairwise_distance(a, b, p=1.0, keepdim=True), real(4, 3), real(4, 3))
case("pairwise_distance_p3", lambda a, b: F.pairwise_distance(a, b, p=3.0, eps=0.1), real(2, 4, 3), real(2, 4, 3))

# Losses: one with each reduction, the others as a sum, which is no row
for r in ("none", "mean", "sum"):
    case(f"l1_loss_{r}", lambda a, b: F.l1_loss(a, b, reduction=r), real(3, 4), real(3, 4))
r = "sum"
case("mse_loss", lambda a, b: F.mse_loss(a, b, reduction=r), real(3, 4), real(3, 4))
case("smooth_l1_loss", lambda a, b: F.smooth_l1_loss(a, b, reduction=r, beta=0.7), real(3, 4), real(3, 4))
case("huber_loss", lambda a, b: F.huber_loss(a, b, reduction=r, delta=0.7), real(3, 4), real(3, 4))
case("bce", lambda a, b, w: F.binary_cross_entropy(a, b, w, reduction=r), real(3, 4, low=0.01, high=0.99), const(3, 4, low=0, high=0.99), const(3, 4, low=0.1))
case("bce_logits_weighted", lambda a, b, w, p: F.binary_cross_entropy_with_logits(a, b, w, pos_weight=p, reduction=r),
     real(3, 4, low=-5, high=5), real(3, 4, low=0, high=1), const(4, low=0.1), const(4, low=0.1))
case("nll_weighted", lambda a, t, w: F.nll_loss(a, t, w, ignore_index=1, reduction=r), real(6, 3), torch.tensor([0, 1, 2, 1, 0, 2]), const(3, low=0.1))
case("nll_3d", lambda a, t, w: F.nll_loss(a, t, w, reduction=r), real(2, 3, 4), classes(2, 4, n=3), const(3, low=0.1))
case("cross_entropy_weighted", lambda a, t, w: F.cross_entropy(a, t, w, ignore_index=2, reduction=r), real(6, 3), torch.tensor([0, 1, 2, 1, 0, 2]), const(3, low=0.1))
case("cross_entropy_smooth", lambda a, t: F.cross_entropy(a, t, label_smoothing=0.2, ignore_index=1, reduction=r), real(6, 3), torch.tensor([0, 1, 2, 1, 0, 2]))
case("cross_entropy_smooth_weighted", lambda a, t, w: F.cross_entropy(a, t, w, label_smoothing=0.2, ignore_index=1, reduction=r), real(6, 3), torch.tensor([0, 1, 2, 1, 0, 2]), const(3, low=0.1))
case("cross_entropy_3d_smooth", lambda a, t, w: F.cross_entropy(a, t, w, label_smoothing=0.1, reduction=r), real(2, 3, 4), classes(2, 4, n=3), const(3, low=0.1))
case("cross_entropy_prob_weighted", lambda a, p, w: F.cross_entropy(a, p, w, label_smoothing=0.2, reduction=r), real(2, 3, 4), real(2, 3, 4, low=0, high=1), const(3, low=0.1))
case("hinge_embedding", lambda a, t: F.hinge_embedding_loss(a, t, margin=1.3, reduction=r), real(3, 4), signs(3, 4))
case("margin_ranking", lambda a, b, t: F.margin_ranking_loss(a, b, t, margin=0.4, reduction=r), real(6), real(6), signs(6))
case("soft_margin", lambda a, t: F.soft_margin_loss(a, t, reduction=r), real(3, 4), signs(3, 4))
case("cosine_embedding", lambda a, b, t: F.cosine_embedding_loss(a, b, t, margin=0.1, reduction=r), real(6, 3), real(6, 3), signs(6))
case("triplet_margin", lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=1.2, reduction=r), real(5, 3), real(5, 3), real(5, 3))
case("triplet_margin_swap", lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=2.0, p=1.0, swap=True, reduction=r), real(5, 3), real(5, 3), real(5, 3))
case("triplet_distance", lambda a, p, n: F.triplet_margin_with_distance_loss(a, p, n, margin=1.2, swap=True, reduction=r,
     distance_function=lambda u, v: (u - v).abs().sum(-1)), real(5, 3), real(5, 3), real(5, 3))
case("poisson_nll", lambda a, t: F.poisson_nll_loss(a, t, reduction=r), real(3, 4), real(3, 4, low=0, high=4))
case("poisson_nll_full", lambda a, t: F.poisson_nll_loss(a, t, log_input=False, full=True, eps=1e-3, reduction=r), real(3, 4, low=0.1, high=3), const(3, 4, low=0, high=4))
case("gaussian_nll", lambda a, t, v: F.gaussian_nll_loss(a, t, v, full=True, eps=0.3, reduction=r), real(3, 4), real(3, 4), real(3, 4, low=0.05, high=2))
case("kl_div", lambda a, t: F.kl_div(a, t, reduction=r), real(3, 4), real(3, 4, low=0.05, high=1))
case("kl_div_log", lambda a, t: F.kl_div(a, t, reduction=r, log_target=True), real(3, 4), real(3, 4))
case("multi_margin", lambda a, t, w: F.multi_margin_loss(a, t, p=2, margin=0.8, weight=w, reduction=r), real(5, 3), classes(5, n=3), const(3, low=0.1))
case("multilabel_margin", lambda a, t: F.multilabel_margin_loss(a, t, reduction=r), real(2, 4), torch.tensor([[3, 0, -1, 1], [2, -1, 0, 0]]))
case("multilabel_soft_margin", lambda a, t, w: F.multilabel_soft_margin_loss(a, t, w, reduction=r), real(3, 4), classes(3, 4, n=2).double(), const(4, low=0.1))
case("kl_div_batchmean", lambda a, t: F.kl_div(a, t, reduction="batchmean"), real(3, 4), real(3, 4, low=0.05, high=1))


# Parameters and draws after manual_seed(5), in float32
SEEDED = []


def seeded(name, f):
    torch.manual_seed(5)
    with torch.no_grad():
        out = f()
    if isinstance(out, torch.nn.Module):
        out = list(out.parameters())
    if isinstance(out, torch.Tensor):
        out = [out]
    SEEDED.append((name, torch.cat([t.flatten() for t in out])))


nn, init = torch.nn, torch.nn.init
ramp = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 8 - 1.4
seeded("linear", lambda: nn.Linear(3, 4))
seeded("linear_no_bias", lambda: nn.Linear(5, 2, bias=False))
seeded("linear_large", lambda: nn.Linear(7, 5))
seeded("bilinear", lambda: nn.Bilinear(2, 3, 2))
seeded("embedding", lambda: nn.Embedding(4, 5, padding_idx=1))
seeded("embedding_bag", lambda: nn.EmbeddingBag(4, 5, padding_idx=-2))


def adaptive():
    return nn.AdaptiveLogSoftmaxWithLoss(6, 9, [3, 5], div_value=2.0, head_bias=True)


@torch.enable_grad()
def adaptive_results():
    m = adaptive()
    x = (torch.arange(30.0).reshape(5, 6) * 0.1 - 1.5).requires_grad_()
    y = m(x, torch.tensor([0, 4, 8, 2, 5]))
    y.loss.backward()
    grads = [x.grad] + [p.grad for p in m.parameters()]
    return [y.output, y.loss, m.log_prob(x), m.predict(x * 5).float()] + grads


seeded("adaptive", adaptive)
seeded("adaptive_results", adaptive_results)
seeded("mlp", lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.PReLU(), nn.Linear(4, 2)))
seeded("layer_norm", lambda: nn.LayerNorm((2, 3)))
seeded("uniform", lambda: init.uniform_(torch.empty(3, 4), -0.5, 2.0))
seeded("normal", lambda: init.normal_(torch.empty(4, 5), 0.5, 2.0))
seeded("trunc_normal", lambda: init.trunc_normal_(torch.empty(4, 5), 0.2, 1.5, -1.0, 2.0))
seeded("trunc_normal_tail", lambda: init.trunc_normal_(torch.empty(4, 5), 0.0, 1.0, 1.5, 4.0))
seeded("xavier_uniform", lambda: init.xavier_uniform_(torch.empty(4, 5), 1.3))
seeded("xavier_normal", lambda: init.xavier_normal_(torch.empty(2, 3, 4), 1.3))
seeded("kaiming_uniform", lambda: init.kaiming_uniform_(torch.empty(4, 5), 0.1))
seeded("kaiming_uniform_out_relu", lambda: init.kaiming_uniform_(torch.empty(4, 5), mode="fan_out", nonlinearity="relu"))
seeded("kaiming_normal", lambda: init.kaiming_normal_(torch.empty(2, 3, 4), nonlinearity="tanh"))
seeded("orthogonal_tall", lambda: init.orthogonal_(torch.empty(5, 3), 1.5))
seeded("orthogonal_wide", lambda: init.orthogonal_(torch.empty(3, 2, 4)))
seeded("orthogonal_square", lambda: init.orthogonal_(torch.empty(4, 4)))
seeded("sparse", lambda: init.sparse_(torch.empty(6, 4), 0.4))
seeded("eye", lambda: init.eye_(torch.empty(3, 4)))
seeded("dirac", lambda: init.dirac_(torch.empty(4, 2, 3), 2))
seeded("dropout", lambda: F.dropout(ramp, 0.3))
seeded("dropout_strided", lambda: F.dropout(ramp.transpose(0, 2), 0.3))
seeded("dropout_inplace", lambda: F.dropout(ramp.clone(), 0.6, inplace=True))
seeded("dropout_all", lambda: F.dropout(ramp, 1.0))
seeded("dropout_eval", lambda: F.dropout(ramp, 0.3, training=False))
seeded("dropout1d", lambda: F.dropout1d(ramp.reshape(2, 3, 4), 0.4))
seeded("dropout1d_one", lambda: F.dropout1d(ramp.reshape(6, 4), 0.4))
seeded("dropout2d", lambda: F.dropout2d(ramp.reshape(2, 3, 2, 2), 0.4))
seeded("dropout3d", lambda: F.dropout3d(ramp.reshape(2, 3, 2, 2, 1), 0.4))
seeded("alpha_dropout", lambda: F.alpha_dropout(ramp, 0.3, True))
seeded("feature_alpha_dropout", lambda: F.feature_alpha_dropout(ramp, 0.3, True))
seeded("rrelu", lambda: F.rrelu(ramp, 0.1, 0.4, True))
seeded("gumbel_softmax", lambda: F.gumbel_softmax(ramp, 0.7))
seeded("gumbel_softmax_hard", lambda: F.gumbel_softmax(ramp, 0.7, hard=True, dim=1))
seeded("conv1d", lambda: nn.Conv1d(2, 3, 4))
seeded("conv2d", lambda: nn.Conv2d(4, 6, (3, 2), groups=2))
seeded("conv3d", lambda: nn.Conv3d(2, 2, (1, 2, 3)))
seeded("rnn", lambda: nn.RNN(2, 3, num_layers=2, bidirectional=True))
seeded("lstm", lambda: nn.LSTM(2, 3, num_layers=2, bidirectional=True, proj_size=2))
seeded("gru", lambda: nn.GRU(2, 3, bias=False))
seeded("rnn_cell", lambda: nn.RNNCell(2, 3, nonlinearity="relu"))
seeded("lstm_cell", lambda: nn.LSTMCell(2, 3))
seeded("gru_cell", lambda: nn.GRUCell(2, 3, bias=False))
seeded("lstm_dropout", lambda: nn.LSTM(4, 5, num_layers=3, dropout=0.4)(ramp)[0])
seeded("lstm_dropout_batch_first", lambda: nn.LSTM(4, 3, num_layers=2, dropout=0.4, batch_first=True, bidirectional=True)(ramp)[0])
seeded("lstm_proj_dropout", lambda: nn.LSTM(4, 3, num_layers=2, dropout=0.4, proj_size=2)(ramp)[0])
seeded("gru_dropout", lambda: nn.GRU(4, 5, num_layers=2, dropout=0.4)(ramp)[0])
seeded("rnn_dropout_packed", lambda: nn.RNN(4, 5, num_layers=2, dropout=0.4)(
    nn.utils.rnn.pack_padded_sequence(ramp, [1, 2, 2], enforce_sorted=False))[0].data)
seeded("conv_transpose1d", lambda: nn.ConvTranspose1d(2, 3, 4))
seeded("conv_transpose2d", lambda: nn.ConvTranspose2d(4, 6, (3, 2), groups=2))
seeded("conv_transpose3d", lambda: nn.ConvTranspose3d(2, 2, (1, 2, 3), bias=False))
seeded("fractional_max_pool2d", lambda: F.fractional_max_pool2d(torch.arange(98.).reshape(1, 2, 7, 7), 2, (3, 4)))


def number(v):
    if math.isnan(v):
        return "nan"
    text = f"{v:.12g}"
    return text


def array(t):
    t = t.detach()
    kind = "real" if t.is_floating_point() else "integer"
    sizes = ", ".join(str(s) for s in t.shape)
    values = ", ".join(number(float(v)) for v in t.flatten().tolist())
    return f"{{{kind}, {{{sizes}}}, {{{values}}}}}"


def main():
    out = [f"// Made by nn.py with PyTorch {torch.__version__.split('+')[0]}. Name; inputs; which want gradients; result; gradients.",
           ]
    for name, inputs, result, grads in CASES:
        ins = ",\n   ".join(array(t) for t in inputs)
        flags = ", ".join("true" if t.requires_grad else "false" for t in inputs)
        gs = ",\n   ".join(array(g) for g in grads)
        out.append(f'{{"{name}",\n  {{{ins}}},\n  {{{flags}}},\n  {array(result)},\n  {{{gs}}}}},')
    (Path(__file__).parent / "nn_values.txt").write_text("\n".join(out) + "\n")

    out = [f"// Made by nn.py with PyTorch {torch.__version__.split('+')[0]}."]
    out += [f'{{"{name}", {{{", ".join(f"{v:.9g}" for v in t.tolist())}}}}},' for name, t in SEEDED]
    (Path(__file__).parent / "nn_seeded.txt").write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    sys.exit(main())
