#!/usr/bin/env python3
"""Small PNG and JPEG files, and what torchvision reads in them: python3 tests/reference/images.py > tests/reference/images.txt

    {"file", name, the file's bytes}
    {"pixels", name, mode, whether EXIF counts, {channels, height, width}, the pixels}

in hexadecimal; and what torchvision.utils.make_grid makes of arange(n) / 10 in some shape:

    {"grid", name, {channels, height, width}, {values}}

Where Gradus goes another way than torchvision, expected is what data/image/image.h says: a palette is
expanded, samples of 16 bits become 8, the colour that a PNG file calls transparent is, and where no alpha is it is 255.

    GRADUS_PICTURES=FOLDER build/tests/test_image_files -tc='*other programs*'
    python3 tests/reference/images.py --check FOLDER

instead has Pillow read what Gradus writes.
"""
import io
import struct
import sys
import zlib

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 5, 7
GRAY, RGB, PALETTE, GRAY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGB_ALPHA: 4}
MODES = ["UNCHANGED", "GRAY", "GRAY_ALPHA", "RGB", "RGB_ALPHA"]
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def chunk(word, data):
    return struct.pack(">I", len(data)) + word + data + struct.pack(">I", zlib.crc32(word + data))


def rows(samples, depth):
    """Packed rows of samples [height, width, channels], each after the filter `none`."""
    packed = b""
    for row in samples:
        if depth == 16:
            data = row.astype(">u2").tobytes()
        elif depth == 8:
            data = row.astype(np.uint8).tobytes()
        else:
            bits = [(int(v) >> i) & 1 for v in row.flatten() for i in reversed(range(depth))]
            data = np.packbits(bits).tobytes()
        packed += b"\0" + data
    return packed


def png(kind, depth, samples, interlaced=False, chunks=b""):
    height, width = samples.shape[:2]
    if interlaced:
        parts = [samples[y::dy, x::dx] for y, x, dy, dx in ADAM7]
        data = b"".join(rows(p, depth) for p in parts if p.size)
    else:
        data = rows(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunks + chunk(b"IDAT", zlib.compress(data, 9))
            + chunk(b"IEND", b""))


def exif(orientation, order=">"):
    start = (b"MM" if order == ">" else b"II") + struct.pack(order + "HI", 42, 8)
    entries = [(271, 2, 1, struct.pack(order + "I", 0)), (274, 3, 1, struct.pack(order + "HH", orientation, 0))]
    return (start + struct.pack(order + "H", len(entries))
            + b"".join(struct.pack(order + "HHI", t, k, n) + v for t, k, n, v in entries) + struct.pack(order + "I", 0))


class Table:
    def __init__(self):
        print("// Made by tests/reference/images.py.")

    def file(self, name, data):
        self.name, self.data = name, data
        print(f'{{"file", "{name}", "{data.hex()}"}}')

    def pixels(self, mode, pixels, turned=False):
        sizes = ", ".join(str(n) for n in pixels.shape)
        print(f'{{"pixels", "{self.name}", {MODES.index(mode)}, {str(turned).lower()}, {{{sizes}}}, '
              f'"{np.ascontiguousarray(pixels).astype(np.uint8).tobytes().hex()}"}}')

    def torchvision(self, modes=MODES, turned=False, as_if=None, opaque=False):
        import torch
        from torchvision.io import decode_image
        data = torch.frombuffer(bytearray(self.data), dtype=torch.uint8)
        for mode in modes:
            pixels = decode_image(data, (as_if or {}).get(mode, mode), turned)
            if pixels.dtype == torch.uint16:  # to the nearest of 255 parts
                pixels = torch.from_numpy((pixels.numpy().astype(np.int64) * 255 + 32767) // 65535)
            pixels = pixels.numpy()
            if opaque and mode.endswith("ALPHA"):
                pixels[-1] = 255
            self.pixels(mode, pixels, turned)


def png_files(table, random):
    def samples(kind, depth):
        return random.integers(0, 1 << depth, (HEIGHT, WIDTH, CHANNELS[kind]))

    for depth in (1, 2, 4, 8):
        table.file(f"gray{depth}", png(GRAY, depth, samples(GRAY, depth)))
        table.torchvision(opaque=True)
    for name, kind in (("gray_alpha8", GRAY_ALPHA), ("rgb8", RGB), ("rgb_alpha8", RGB_ALPHA)):
        table.file(name, png(kind, 8, samples(kind, 8)))
        table.torchvision()
        table.file(name + "_interlaced", png(kind, 8, samples(kind, 8), interlaced=True))
        table.torchvision(["UNCHANGED", "RGB_ALPHA"])
    table.file("gray1_interlaced", png(GRAY, 1, samples(GRAY, 1), interlaced=True))
    table.torchvision(["UNCHANGED"])
    for name, kind in (("gray16", GRAY), ("gray_alpha16", GRAY_ALPHA), ("rgb16", RGB), ("rgb_alpha16", RGB_ALPHA)):
        table.file(name, png(kind, 16, samples(kind, 16)))
        table.torchvision(["UNCHANGED", "RGB", "RGB_ALPHA"])
    palette = chunk(b"PLTE", random.integers(0, 256, (16, 3)).astype(np.uint8).tobytes())
    for depth in (1, 2, 4, 8):
        which = random.integers(0, min(1 << depth, 16), (HEIGHT, WIDTH, 1))
        short = chunk(b"PLTE", palette[8:8 + 3 * min(1 << depth, 16)])
        table.file(f"palette{depth}", png(PALETTE, depth, which, depth == 4, short))
        table.torchvision(["UNCHANGED", "GRAY", "RGB"], as_if={"UNCHANGED": "RGB"})
        table.file(f"palette{depth}_alpha", png(PALETTE, depth, which, depth == 4, short + chunk(b"tRNS", b"\0\x80")))
        table.torchvision(as_if={"UNCHANGED": "RGB_ALPHA"})
    # One colour is transparent.
    gray, colours = samples(GRAY, 2), samples(RGB, 8)
    table.file("gray2_key", png(GRAY, 2, gray, chunks=chunk(b"tRNS", struct.pack(">H", 1))))
    table.torchvision(["UNCHANGED", "GRAY", "RGB"])
    table.pixels("GRAY_ALPHA", np.stack([gray[:, :, 0] * 85, np.where(gray[:, :, 0] == 1, 0, 255)]))
    key = colours[2, 3]
    table.file("rgb8_key", png(RGB, 8, colours, chunks=chunk(b"tRNS", struct.pack(">HHH", *(int(v) for v in key)))))
    table.torchvision(["UNCHANGED", "RGB"])
    alpha = np.where((colours == key).all(2), 0, 255)
    table.pixels("RGB_ALPHA", np.concatenate([colours.transpose(2, 0, 1), alpha[None]]))
    # What does not change the pixels.
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 1000)) + chunk(b"gAMA", struct.pack(">I", 45455))
    table.file("chunks", png(RGB, 8, samples(RGB, 8), chunks=text + chunk(b"vpAg", b"private")))
    table.torchvision(["UNCHANGED"])
    for orientation in range(1, 10):
        table.file(f"exif{orientation}", png(RGB, 8, samples(RGB, 8)[:3, :2], chunks=chunk(b"eXIf", exif(orientation))))
        table.torchvision(["UNCHANGED"])
        table.torchvision(["UNCHANGED"], turned=True)


def jpeg_files(table, random):
    y, x = np.mgrid[0:13, 0:18]
    smooth = np.stack([x * 14, y * 19, 255 - x * 7 - y * 9], 2).clip(0, 255).astype(np.uint8)

    def save(image, **options):
        out = io.BytesIO()
        image.save(out, "jpeg", **options)
        return out.getvalue()

    colour, only = Image.fromarray(smooth), ["UNCHANGED", "GRAY", "RGB"]
    files = {"jpeg_gray": save(colour.convert("L")), "jpeg_420": save(colour, subsampling="4:2:0"),
             "jpeg_444": save(colour, subsampling="4:4:4", quality=95),
             "jpeg_progressive": save(colour, progressive=True), "jpeg_optimized": save(colour, optimize=True),
             "jpeg_restart": save(colour, restart_marker_blocks=1)}
    for name, data in files.items():
        table.file(name, data)
        table.torchvision(only)
    # With and without the marker that names Adobe.
    inks = save(colour.convert("CMYK"), quality=95)
    at = inks.index(b"\xff\xee")
    for name, data in (("jpeg_cmyk", inks), ("jpeg_cmyk_plain", inks[:at] + inks[at + 2 + inks[at + 3]:])):
        table.file(name, data)
        table.torchvision(only, as_if={"UNCHANGED": "RGB"})
    for order in "<>":
        table.file("jpeg_exif_" + ("little" if order == "<" else "big"), save(colour, exif=b"Exif\0\0" + exif(6, order)))
        table.torchvision(["UNCHANGED"])
        table.torchvision(["UNCHANGED"], turned=True)


def grids():
    import torch
    from torchvision.utils import make_grid

    def ramp(*sizes, dtype=torch.float32):
        x = torch.arange(int(np.prod(sizes)))
        return (x / 10 if dtype.is_floating_point else x).to(dtype).reshape(sizes)

    made = {"colours": make_grid(ramp(5, 3, 2, 2), nrow=2, padding=1, pad_value=0.5),
            "one_row": make_grid(ramp(3, 1, 2, 3)),
            "normalized": make_grid(ramp(3, 3, 2, 1), nrow=3, padding=0, normalize=True),
            "each": make_grid(ramp(4, 1, 2, 2), nrow=3, padding=1, normalize=True, scale_each=True),
            "range": make_grid(ramp(2, 1, 2, 2), padding=1, normalize=True, value_range=(0.2, 0.55)),
            "float64": make_grid(ramp(2, 1, 2, 2, dtype=torch.float64), padding=1, normalize=True, pad_value=0.25),
            "list": make_grid([ramp(3, 1, 2) + i for i in range(3)], nrow=2, padding=1),
            "two_dims": make_grid(ramp(2, 3), pad_value=7.0), "one": make_grid(ramp(1, 4, 2, 2)),
            "whole_numbers": make_grid(ramp(2, 3, 1, 2, dtype=torch.int64), padding=1, pad_value=9)}
    for name, grid in made.items():
        sizes, values = (", ".join(map(repr, v)) for v in (grid.shape, grid.flatten().tolist()))
        print(f'{{"grid", "{name}", {{{sizes}}}, {{{values}}}}}')


def check(folder):
    from pathlib import Path
    paths = sorted(p for p in Path(folder).iterdir() if p.suffix in (".png", ".jpg"))
    for path in paths:
        want = np.frombuffer(path.with_suffix(".raw").read_bytes(), np.uint8)
        image = Image.open(path)
        image.load()
        got = np.asarray(image).flatten()
        most = 0 if path.suffix == ".png" else 12
        assert got.size == want.size, path
        far = np.abs(got.astype(int) - want.astype(int)).max()
        assert far <= most, (path, far)
        print(path.name, image.size, image.mode, far)
    assert paths


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        check(sys.argv[2])
    else:
        table = Table()
        png_files(table, np.random.default_rng(0))
        jpeg_files(table, np.random.default_rng(1))
        grids()
