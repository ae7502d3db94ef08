#!/usr/bin/env python3
"""Writes events.txt: what PyTorch's SummaryWriter writes for the calls of tests/monitor/events/event_calls.h. Run with a Python
that has torch, tensorboard and pillow.

A line is the file's folder, a bar, and an event in hex, or `image` and its height, width, channels and pixels. Those of
the projector are the file's name and its bytes. The time is 1700000000.5 throughout; the first event of each file, which
says who wrote it, is left out. Maps are in the order of their keys.

    events.py                 writes events.txt
    events.py --check FOLDER  reads what build/tests/test_events wrote there (GRADUS_KEEP_EVENTS=FOLDER) with
                              TensorBoard's own reader and compares all of it with events.txt
"""
import io
import struct
import sys
import tempfile
import time
from pathlib import Path

import torch
from PIL import Image
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from torch.utils.tensorboard import SummaryWriter

HERE = Path(__file__).parent


def write_events(w):
    eighths = torch.arange(24, dtype=torch.float32) / 8
    w.add_scalar("loss", 0.75, 1)
    w.add_scalar("loss", 0.1, 2, 1234.5)
    w.add_scalar("zero", 0.0)
    w.add_scalar("old", eighths[3], -5)
    w.add_scalar("infinite", float("inf"), 7)
    w.add_scalar("new", 0.1, 3, new_style=True)
    w.add_scalar("double", 0.1, 4, new_style=True, double_precision=True)
    w.add_scalars("both/kinds", {"train": 1.5, "test": 2.5}, 3)
    w.add_scalars("both/kinds", {"train": 0.5, "test": 0.25}, 4)
    w.add_histogram("tensorflow", eighths - 1, 5)
    w.add_histogram("zeros", torch.zeros(4), 5)
    w.add_histogram("integers", torch.arange(-10, 30), 5)
    w.add_histogram("joined", eighths, 5, "tensorflow", max_bins=20)
    for rule in ("auto", "fd", "doane", "scott", "rice", "sturges", "sqrt"):
        w.add_histogram(f"by {rule}", eighths.square(), 6, rule)
    w.add_histogram("one value", torch.full((5,), 2.5), 6, "auto")
    w.add_histogram("ten bins", eighths, 6, 10)
    w.add_histogram("edges", eighths, 7, [-1, 0, 0.5, 0.5, 1, 2.875, 7])
    w.add_histogram_raw("raw", -1, 2, 5, 3.5, 7.25, [0, 1, 2], [2, 2, 1], 8)
    w.add_text("note", "**bold** café", 9)
    w.add_text("empty", "")
    w.add_tensor("halves", eighths.view(2, 3, 4), 10)
    w.add_tensor("doubles", torch.tensor([0.1, -0.0, 0.0], dtype=torch.float64), 10)
    w.add_tensor("longs", torch.tensor([-1, 300]), 10)
    w.add_tensor("bytes", torch.tensor([1, 255], dtype=torch.uint8), 10)
    w.add_tensor("bools", torch.tensor([True, False]), 10)
    w.add_audio("sound", (eighths - 1.5) / 1.25, 11, 8000)
    labels = torch.arange(40) % 3 == 0
    predictions = torch.arange(40, dtype=torch.float32) * 7 % 40 / 39
    w.add_pr_curve("curve", labels, predictions, 12, 11)
    w.add_pr_curve("weighted", labels, predictions, 12, 500, torch.arange(40).numpy() / 4)
    counts = torch.arange(5, dtype=torch.float32)
    w.add_pr_curve_raw("raw curve", *[t.numpy() for t in (counts, counts + 1, counts + 2, counts + 3, counts / 4, counts / 8)], 12, 5)
    w.add_custom_scalars({"losses": {"both": ["Multiline", ["loss", "zero"]], "band": ["Margin", ["a", "b", "c"]]},
                          "rest": {"one": ["Multiline", ["new"]]}})
    w.add_custom_scalars_multilinechart(["loss", "zero"])
    w.add_custom_scalars_marginchart(["a", "b", "c"], "category", "title")
    corners = eighths.view(1, 8, 3)
    w.add_mesh("mesh", corners, (corners * 50).int(), corners.int(), {"cls": 1}, 13)
    w.add_mesh("points", corners)
    w.add_hparams({"lr": 0.1, "layers": 3, "optimizer": "adam", "nesterov": True, "none": None, "decay": torch.tensor([0.25])},
                  {"hparam/loss": 0.5, "hparam/accuracy": 0.875},
                  {"lr": [0.1, 0.2], "optimizer": ["adam", "sgd"]}, "try", 14)

    w.add_image("grey", eighths.view(1, 4, 6) / 3, 15)
    w.add_image("bytes of colours", (eighths * 80).to(torch.uint8).view(4, 2, 3), 15, dataformats="HWC")
    w.add_image("plane", eighths.view(4, 6) - 1, 15, dataformats="HW")
    w.add_image("turned", eighths.view(4, 6) / 3, 15, dataformats="WH")
    w.add_image("transparent", eighths.view(4, 2, 3) / 3, 15)
    w.add_image("grey and alpha", eighths.view(2, 4, 3) / 3, 15)
    w.add_images("grid", torch.arange(11 * 3 * 2 * 2, dtype=torch.float32).view(11, 3, 2, 2) / 132, 16)
    w.add_images("grey grid", torch.arange(12, dtype=torch.float32).view(3, 2, 2, 1) / 11, 16, dataformats="NHWC")

    w.add_embedding(eighths.view(6, 4))
    w.add_embedding(eighths.view(3, 8) / 7, ["a", "b", "cé"], eighths.view(3, 1, 2, 4) / 3, 17, "with/labels")
    w.add_embedding(torch.arange(4).view(2, 2), [["x", "1"], ["y", "2"]], None, 18, 'a "quoted" %tag', ["name", "number"])


def pixels(png):
    image = Image.open(io.BytesIO(png))
    return f"{image.height} {image.width} {len(image.getbands())} {image.tobytes().hex()}"


def sorted_maps(event):
    for value in event.summary.value:
        plugin = value.metadata.plugin_data
        if plugin.plugin_name == "hparams":
            content = HParamsPluginData.FromString(plugin.content)
            plugin.content = content.SerializeToString(deterministic=True)
    return event


def lines(folder):
    """All that is in the files below a folder, as lines."""
    folder = Path(folder)
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_dir():
            continue
        if "tfevents" not in path.name:
            content = pixels(path.read_bytes()) if path.suffix == ".png" else path.read_bytes().hex()
            yield f"{place}|{'image ' if path.suffix == '.png' else ''}{content}"
            continue
        events = [Event.FromString(record) for record in RawEventFileLoader(str(path)).Load()]
        assert events[0].file_version == "brain.Event:2"
        for event in events[1:]:
            image = event.summary.value[0].image if event.summary.value else None
            if image is not None and image.encoded_image_string:
                png = pixels(image.encoded_image_string)
                assert png.split()[:3] == [str(image.height), str(image.width), str(image.colorspace)]
                yield f"{place.parent}|image {event.summary.value[0].tag}: {event.step} {png}"
            else:
                yield f"{place.parent}|{sorted_maps(event).SerializeToString(deterministic=True).hex()}"


def make():
    time.time = lambda: 1700000000.5
    with tempfile.TemporaryDirectory() as folder:
        w = SummaryWriter(folder, purge_step=100)
        write_events(w)
        w.close()
        text = "".join(line + "\n" for line in lines(folder))
    (HERE / "events.txt").write_text(f"// Made by events.py with PyTorch {torch.__version__.split('+')[0]}.\n{text}")


def check(folder):
    expected = (HERE / "events.txt").read_text().split("\n")[1:-1]
    found = list(lines(folder))
    wrong = [(e, f) for e, f in zip(expected, found) if e != f]
    for e, f in wrong:
        print(f"PyTorch: {e[:300]}\nhere:    {f[:300]}")
    print(f"{len(found)} events and files, PyTorch has {len(expected)}; {len(wrong)} differ")
    sys.exit(bool(wrong) or len(found) != len(expected))


if __name__ == "__main__":
    check(sys.argv[2]) if sys.argv[1:2] == ["--check"] else make()
