#!/usr/bin/env python3
"""Writes generation.txt: what Hugging Face's transformers keeps of logits, what PyTorch then draws, and what beam search
finds. Run with a Python that has torch and transformers 4.

tests/nn/generation/ computes the same cases, by name."""
import sys
from pathlib import Path

import torch
import transformers
from transformers import GPT2Config, GPT2LMHeadModel, TopKLogitsWarper, TopPLogitsWarper
from transformers.modeling_outputs import CausalLMOutput

LINES = []


def listed(values):
    return "{" + ", ".join(f"{v:.9g}" for v in values) + "}"


def wave(rows, n):
    return (torch.arange(rows * n, dtype=torch.float64) * 0.7).sin().reshape(rows, n) * 3


def filters():
    """For each case which logits stay, then draws of the rest."""
    ties = torch.tensor([[1, 3, 3, 0, 3, 2, 1, 3]], dtype=torch.float64)
    cases = [("top_k", 1), ("top_k", 3), ("top_k", 100), ("top_p", 0.0), ("top_p", 0.1), ("top_p", 0.5), ("top_p", 0.9),
             ("top_p", 0.99), ("top_p", 1.0)]
    for name, x in (("wave", wave(4, 9)), ("ties", ties)):
        for kind, value in cases:
            if name == "ties" and kind == "top_p":
                continue  # which of two equals stays is not defined
            warper = TopKLogitsWarper(value) if kind == "top_k" else TopPLogitsWarper(value)
            LINES.append(f'{{"{name} {kind} {value}", {listed(warper(None, x).isfinite().flatten().double().tolist())}}},')
    for name, t, k, p in (("plain", 1.0, None, None), ("warm", 1.7, None, None), ("all", 0.8, 5, 0.7)):
        x = wave(20, 9) / t
        x = TopKLogitsWarper(k)(None, x) if k else x
        x = TopPLogitsWarper(p)(None, x) if p else x
        torch.manual_seed(3)
        LINES.append(f'{{"sample {name}", {listed(torch.multinomial(x.softmax(-1), 1).flatten().tolist())}}},')


class Toy(GPT2LMHeadModel):
    """Logits that follow from all tokens; tests/nn/generation/beam_search.cpp has the same."""

    def forward(self, input_ids=None, **_):
        places = torch.arange(1, input_ids.shape[1] + 1)
        seen = (input_ids * places).sum(1).double()[:, None]
        v = torch.arange(self.config.vocab_size).double()
        return CausalLMOutput(logits=(3 * (seen * 0.37 + v * 1.9 + v * v * 0.31).sin())[:, None, :].float())


def beams():
    cases = [(3, 1.0, False, 5), (3, 0.0, False, 5), (3, 2.0, False, 5), (4, -1.0, False, 5), (3, 1.0, True, 5),
             (4, 0.0, True, 3), (8, 1.0, False, 5), (5, 1.0, False, None), (2, 1.0, False, 0)]
    for vocabulary in (7, 12):
        model = Toy(GPT2Config(vocab_size=vocabulary, n_layer=1, n_head=1, n_embd=2))
        for num_beams, penalty, early, end in cases:
            out = model.generate(
                torch.tensor([[1, 2], [3, 0]]), attention_mask=torch.ones(2, 2), num_beams=num_beams,
                num_return_sequences=num_beams, length_penalty=penalty, early_stopping=early, eos_token_id=end,
                pad_token_id=99, max_new_tokens=8, do_sample=False, use_cache=False, return_dict_in_generate=True,
                output_scores=True)
            found = [f"{{{p // num_beams}, {score:.7g}, {listed(t for t in row.tolist() if t != 99)}}}"
                     for p, (row, score) in enumerate(zip(out.sequences, out.sequences_scores.tolist())) if score > -1e6]
            LINES.append(f'{{"beams", {vocabulary}, {num_beams}, {penalty}, {str(early).lower()}, '
                         f'{-1 if end is None else end}, {{{", ".join(found)}}}}},')


def main():
    filters()
    beams()
    head = f"// Made by generation.py with PyTorch {torch.__version__.split('+')[0]} and transformers {transformers.__version__}."
    (Path(__file__).parent / "generation.txt").write_text("\n".join([head, *LINES]) + "\n")


if __name__ == "__main__":
    sys.exit(main())
