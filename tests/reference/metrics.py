#!/usr/bin/env python3
"""Writes metrics.txt: torchmetrics' values. Run with a Python that has torchmetrics.

tests/monitor/metrics/metrics.cpp computes the same cases, by name, from the same numbers."""
import sys
from pathlib import Path

import torch
import torchmetrics as tm

CASES = []


def noise(count, seed):
    """Multiples of 2^-23 from 0 to 1, the same in float32 and float64, from a congruential generator."""
    out = []
    for _ in range(count):
        seed = (1103515245 * seed + 12345) % 2 ** 31
        out.append((seed >> 8) / 2 ** 23)
    return torch.tensor(out, dtype=torch.float64)


def case(name, metric, *batches):
    for preds, target in batches:
        metric.update(preds, target)
    CASES.append((name, metric.compute().to(torch.float64).flatten()))


def halves(preds, target):
    middle = len(preds) // 2
    return (preds[:middle], target[:middle]), (preds[middle:], target[middle:])


# Of six classes, one is predicted and never the target, one neither.
SCORES = noise(97 * 6, 1).reshape(97, 6)
SCORES[:, 5] = 0
CLASSES = (noise(97, 2) * 4).long()
IGNORED = torch.where(noise(97, 3) < 0.2, -100, CLASSES)
YES = noise(90, 4)
ANSWERS = (noise(90, 5) > 0.6).long()
LABEL_SCORES = noise(30 * 4, 6).reshape(30, 4)
LABELS = (noise(30 * 4, 7) > 0.7).long().reshape(30, 4)
LABELS[:, 3] = 0
NUMBERS = noise(60, 8).reshape(20, 3) * torch.tensor([1., 10., 100.])
GUESSES = NUMBERS + noise(60, 9).reshape(20, 3) - 0.25


def of_counts(name, make, averages=("micro", "macro", "weighted", "none")):
    """A metric made of the counts, in every task."""
    case(f"{name} binary", make(task="binary"), *halves(YES, ANSWERS))
    case(f"{name} binary logits", make(task="binary"), *halves(8 * YES - 4, ANSWERS))
    case(f"{name} binary threshold", make(task="binary", threshold=0.25), *halves(YES, ANSWERS))
    for average in averages:
        several = {"task": "multiclass", "num_classes": 6, "average": average}
        case(f"{name} multiclass {average}", make(**several), *halves(SCORES, CLASSES))
        case(f"{name} multiclass {average} ignored", make(**several, ignore_index=-100), *halves(SCORES, IGNORED))
        case(f"{name} multiclass {average} class 2 ignored", make(**several, ignore_index=2), *halves(SCORES, CLASSES))
        case(f"{name} multiclass {average} positions", make(**several),
             (SCORES[:96].reshape(12, 8, 6).permute(0, 2, 1), CLASSES[:96].reshape(12, 8)))
        labels = {"task": "multilabel", "num_labels": 4, "average": average}
        case(f"{name} multilabel {average}", make(**labels), *halves(LABEL_SCORES, LABELS))
        case(f"{name} multilabel {average} ignored", make(**labels, ignore_index=-1),
             *halves(LABEL_SCORES, torch.where(noise(120, 10).reshape(30, 4) < 0.2, -1, LABELS)))


of_counts("accuracy", tm.Accuracy)
of_counts("precision", tm.Precision)
of_counts("recall", tm.Recall)
of_counts("f1", tm.F1Score)
of_counts("fbeta", lambda **options: tm.FBetaScore(beta=0.5, **options))
of_counts("scores", tm.StatScores, ("micro", "none"))

for k in (1, 2, 5):
    case(f"top {k}", tm.Accuracy(task="multiclass", num_classes=6, top_k=k, average="micro"), *halves(SCORES, CLASSES))
    case(f"top {k} ignored", tm.Accuracy(task="multiclass", num_classes=6, top_k=k, average="micro", ignore_index=-100),
         *halves(SCORES, IGNORED))

for normalize in ("none", "true", "pred", "all"):
    case(f"confusion binary {normalize}", tm.ConfusionMatrix(task="binary", normalize=normalize), *halves(YES, ANSWERS))
    case(f"confusion multiclass {normalize}",
         tm.ConfusionMatrix(task="multiclass", num_classes=6, normalize=normalize, ignore_index=-100),
         *halves(SCORES, IGNORED))
    case(f"confusion multilabel {normalize}", tm.ConfusionMatrix(task="multilabel", num_labels=4, normalize=normalize),
         *halves(LABEL_SCORES, LABELS))

for name, metric in (("auroc", tm.AUROC), ("average precision", tm.AveragePrecision)):
    for what, scores in ("", YES), (" ties", (YES * 4).round() / 4), (" logits", 8 * YES - 4):
        case(f"{name} binary{what}", metric(task="binary"), *halves(scores, ANSWERS))
    case(f"{name} binary none right", metric(task="binary"), (YES, ANSWERS * 0))
    case(f"{name} binary all right", metric(task="binary"), (YES, ANSWERS * 0 + 1))
    case(f"{name} binary ignored", metric(task="binary", ignore_index=-1),
         (YES, torch.where(noise(90, 11) < 0.3, -1, ANSWERS)))
    for average in ("macro", "weighted", "none"):
        several = {"task": "multiclass", "num_classes": 6, "average": average}
        for what, scores in ("", SCORES), (" ties", (SCORES * 4).round() / 4), (" logits", 8 * SCORES - 4):
            case(f"{name} multiclass {average}{what}", metric(**several), *halves(scores, CLASSES))
        case(f"{name} multiclass {average} ignored", metric(**several, ignore_index=-100), *halves(SCORES, IGNORED))

case("mean absolute error", tm.MeanAbsoluteError().set_dtype(torch.float64), *halves(GUESSES, NUMBERS))
case("mean squared error", tm.MeanSquaredError().set_dtype(torch.float64), *halves(GUESSES, NUMBERS))
case("root mean squared error", tm.MeanSquaredError(squared=False).set_dtype(torch.float64), *halves(GUESSES, NUMBERS))
for name, metric in ("r2", tm.R2Score), ("explained variance", tm.ExplainedVariance):
    for how in ("uniform_average", "variance_weighted", "raw_values"):
        case(f"{name} {how}", metric(multioutput=how).set_dtype(torch.float64), *halves(GUESSES, NUMBERS))
    case(f"{name} one output", metric().set_dtype(torch.float64), *halves(GUESSES[:, 0], NUMBERS[:, 0]))
    case(f"{name} constant", metric().set_dtype(torch.float64), (GUESSES[:, 0], torch.full((20,), 3.)))

WORDS, NEXT = 8 * SCORES[:96].reshape(12, 8, 6) - 4, CLASSES[:96].reshape(12, 8)
case("perplexity", tm.text.Perplexity().set_dtype(torch.float64), *halves(WORDS, NEXT))
case("perplexity ignored", tm.text.Perplexity(ignore_index=-100).set_dtype(torch.float64),
     *halves(WORDS, IGNORED[:96].reshape(12, 8)))

for name, metric in (("mean", tm.MeanMetric), ("sum", tm.SumMetric), ("min", tm.MinMetric), ("max", tm.MaxMetric)):
    m = metric(nan_strategy="ignore").set_dtype(torch.float64)
    for part in (NUMBERS[:7], NUMBERS[7:], torch.tensor([1., float("nan"), 3.])):
        m.update(part)
    CASES.append((name, m.compute().to(torch.float64).flatten()))
m = tm.MeanMetric().set_dtype(torch.float64)
m.update(NUMBERS[:5], noise(15, 12).reshape(5, 3))
m.update(NUMBERS[5:], noise(3, 13))
m.update(2.5, 4.)
CASES.append(("mean weighted", m.compute().to(torch.float64).flatten()))
m = tm.aggregation.RunningMean(window=3).set_dtype(torch.float64)
for i in range(7):
    m.update(NUMBERS[i])
CASES.append(("running mean", m.compute().to(torch.float64).flatten()))


def main():
    out = [f"// Made by metrics.py with torchmetrics {tm.__version__}. Name; values."]
    out += [f'{{"{name}", {{{", ".join(f"{v:.15g}" for v in t.tolist())}}}}},' for name, t in CASES]
    (Path(__file__).parent / "metrics.txt").write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    sys.exit(main())
