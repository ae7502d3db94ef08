#!/usr/bin/env python3
"""Writes attention.txt: what PyTorch makes of the layers of attention. Run with a Python that has torch.

tests/nn/attention.cpp computes the same cases, by name: parameters from one seed; or, of layers whose parameters are
set to a wave, results and gradients."""
import math
import sys
from pathlib import Path

import torch

nn = torch.nn
CASES = []


def wave(*shape, start=0.0, dtype=torch.float64):
    n = math.prod(shape)
    return torch.sin(torch.arange(n, dtype=torch.float64) * 0.7 + start).reshape(shape).to(dtype)


def case(name, tensors):
    CASES.append((name, torch.cat([t.detach().flatten().to(torch.float64) for t in tensors])))


def seeded(name, make):
    torch.manual_seed(5)
    case(name, make().parameters())


def waved(name, module, inputs, call, training=False):
    """Results, then gradients of inputs and parameters."""
    module = module.double().train(training)
    for i, p in enumerate(module.parameters()):
        with torch.no_grad():
            p.copy_(wave(*p.shape, start=i) * 0.6)
    inputs = [x.requires_grad_() for x in inputs]
    torch.manual_seed(5)
    out = call(module, *inputs)
    out = [y for y in (out if isinstance(out, tuple) else (out,)) if y is not None]
    total = sum((y * torch.cos(torch.arange(y.numel(), dtype=torch.float64)).reshape(y.shape)).sum() for y in out)
    case(name, [*out, *torch.autograd.grad(total, [*inputs, *module.parameters()])])


def causal(n):
    return nn.Transformer.generate_square_subsequent_mask(n, dtype=torch.float64)


HIDDEN = torch.tensor([[False, False, False, True], [False, True, False, False]])
MHA = nn.MultiheadAttention
ENCODER, DECODER = nn.TransformerEncoderLayer, nn.TransformerDecoderLayer

seeded("mha parameters", lambda: MHA(4, 2))
seeded("mha parameters, no bias", lambda: MHA(4, 2, bias=False))
seeded("mha parameters, sizes and bias_kv", lambda: MHA(4, 2, kdim=3, vdim=5, add_bias_kv=True))
seeded("encoder layer parameters", lambda: ENCODER(4, 2, 8))
seeded("encoder layer parameters, no bias", lambda: ENCODER(4, 2, 8, bias=False))
seeded("decoder layer parameters", lambda: DECODER(4, 2, 8))

waved("mha self", MHA(6, 2), [wave(4, 2, 6)], lambda m, x: m(x, x, x))
waved("mha self, fused", MHA(6, 2), [wave(4, 2, 6)], lambda m, x: m(x, x, x, need_weights=False))
waved("mha batch first", MHA(6, 3, batch_first=True), [wave(2, 4, 6)], lambda m, x: m(x, x, x, need_weights=False))
waved("mha unbatched", MHA(6, 3), [wave(4, 6), wave(5, 6, start=1)], lambda m, q, k: m(q, k, k))
waved("mha each head", MHA(6, 2), [wave(3, 2, 6), wave(4, 2, 6), wave(4, 2, 6, start=2)],
      lambda m, q, k, v: m(q, k, v, key_padding_mask=HIDDEN, average_attn_weights=False))
waved("mha sizes, bias_kv, zeros", MHA(6, 2, kdim=3, vdim=5, add_bias_kv=True, add_zero_attn=True),
      [wave(3, 2, 6), wave(4, 2, 3), wave(4, 2, 5, start=2)],
      lambda m, q, k, v: m(q, k, v, key_padding_mask=HIDDEN, attn_mask=wave(4, 3, 4), need_weights=False))
waved("mha causal", MHA(6, 2), [wave(4, 2, 6)],
      lambda m, x: m(x, x, x, key_padding_mask=HIDDEN, need_weights=False, attn_mask=causal(4).isinf(), is_causal=True))
# Causal, and without the first key from the third query on: is_causal is a wrong hint, which does not count here.
WINDOW = causal(4).isinf() | torch.tensor([[False] * 4] * 2 + [[True] + [False] * 3] * 2)
waved("mha window", MHA(6, 2), [wave(4, 2, 6)], lambda m, x: m(x, x, x, attn_mask=WINDOW, is_causal=True))
waved("mha window, padding", MHA(6, 2), [wave(4, 2, 6)],
      lambda m, x: m(x, x, x, key_padding_mask=HIDDEN, need_weights=False, attn_mask=WINDOW, is_causal=True))
waved("mha dropout", MHA(6, 2, dropout=0.4), [wave(4, 2, 6)], lambda m, x: m(x, x, x, need_weights=False),
      training=True)
waved("mha dropout, weights", MHA(6, 2, dropout=0.4), [wave(4, 2, 6)], lambda m, x: m(x, x, x), training=True)

waved("encoder layer", ENCODER(6, 2, 7), [wave(4, 2, 6)], lambda m, x: m(x, src_key_padding_mask=HIDDEN))
waved("encoder layer, dropout", ENCODER(6, 2, 7, dropout=0.3), [wave(4, 2, 6)], lambda m, x: m(x), training=True)
waved("encoder layer, norm first", ENCODER(6, 2, 7, activation="gelu", norm_first=True, batch_first=True, bias=False,
                                           layer_norm_eps=0.1), [wave(2, 4, 6)],
      lambda m, x: m(x, causal(4), is_causal=True))
waved("encoder layer, own activation", ENCODER(6, 2, 7, activation=torch.tanh), [wave(4, 6)], lambda m, x: m(x))
waved("decoder layer", DECODER(6, 2, 7), [wave(3, 2, 6), wave(4, 2, 6, start=1)],
      lambda m, x, y: m(x, y, tgt_mask=causal(3), memory_key_padding_mask=HIDDEN, memory_mask=wave(3, 4)))
waved("decoder layer, norm first", DECODER(6, 2, 7, norm_first=True, batch_first=True, dropout=0.2),
      [wave(2, 3, 6), wave(2, 4, 6, start=1)], lambda m, x, y: m(x, y), training=True)
waved("encoder", nn.TransformerEncoder(ENCODER(6, 2, 7), 2, nn.LayerNorm(6), enable_nested_tensor=False),
      [wave(4, 2, 6)], lambda m, x: m(x, causal(4), HIDDEN))
waved("decoder", nn.TransformerDecoder(DECODER(6, 2, 7), 2), [wave(3, 2, 6), wave(4, 2, 6, start=1)],
      lambda m, x, y: m(x, y, causal(3)))
waved("transformer", nn.Transformer(6, 2, 1, 2, 7), [wave(4, 2, 6), wave(3, 2, 6, start=1)],
      lambda m, x, y: m(x, y, tgt_mask=causal(3), src_key_padding_mask=HIDDEN, memory_key_padding_mask=HIDDEN))
waved("transformer, batch first", nn.Transformer(6, 2, 1, 1, 7, norm_first=True, batch_first=True, bias=False),
      [wave(2, 4, 6), wave(2, 3, 6, start=1)], lambda m, x, y: m(x, y, src_mask=causal(4)))


def main():
    out = [f"// Made by attention.py with PyTorch {torch.__version__.split('+')[0]}. Name; values."]
    out += [f'{{"{name}", {{{", ".join(f"{v:.12g}" for v in t.tolist())}}}}},' for name, t in CASES]
    (Path(__file__).parent / "attention.txt").write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    sys.exit(main())
