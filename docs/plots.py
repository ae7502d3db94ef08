#!/usr/bin/env python3
"""Draws the measured ratios of README.md's tables as SVG: a number stands in README, and nowhere else.

usage: docs/plots.py DIR

One picture for each table with a column of ratios: bars on a logarithmic scale, with a line where both are equally fast.
"""
import html
import math
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# file: (heading of the section, number of the table in it, what a bar means)
PICTURES = {
    "groups.svg": ("How fast", 0, "times as long as Gradus, libtorch 2.13"),
    "steps.svg": ("How fast", 1, "times as long as Gradus, one thread, AVX2"),
}
COLOURS = ["#00796b", "#ef6c00", "#5c6bc0"]
ROW, BAR, WIDTH, TOP = 8, 13, 780, 56  # the space between groups, a bar, all, the head


def tables(text, heading):
    """The tables of a section: [(columns, [(name, [number or None])])]."""
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    out, rows = [], []
    for line in [*section.split("\n"), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            numbers = [(r[0], [float(c) if c else None for c in r[1:]]) for r in rows[2:]]
            out.append((rows[0][1:], numbers))
            rows = []
    return out


def ticks(lowest, highest):
    """1, 2, 5 times powers of ten, about the numbers."""
    steps = [m * 10.0**e for e in range(-2, 5) for m in (1, 2, 5)]
    inside = [s for s in steps if lowest <= s <= highest]
    below, above = [s for s in steps if s < lowest][-1:], [s for s in steps if s > highest][:1]
    return below * (not inside or inside[0] > lowest) + inside + above


def draw(columns, rows, meaning):
    """The picture, as text."""
    left = 16 + 7.6 * max(len(name) for name, _ in rows)  # the names' column
    numbers = [v for _, values in rows for v in values if v is not None]
    marks = ticks(min(1.0, *numbers), max(numbers))
    low, high = math.log(marks[0]), math.log(marks[-1])

    def x(value):
        return left + (WIDTH - left - 48) * (math.log(value) - low) / (high - low)
    y, body = TOP, []
    for name, values in rows:
        height = BAR * len(columns)
        body.append(f'<text class="t" x="{left - 10}" y="{y + height / 2 + 4:.0f}" text-anchor="end">{html.escape(name)}</text>')
        for i, value in enumerate(values):
            if value is None:
                continue
            at, to = sorted((x(1.0), x(value)))
            top = y + i * BAR
            body.append(f'<rect x="{at:.1f}" y="{top}" width="{max(to - at, 1):.1f}" height="{BAR - 2}" rx="2" '
                        f'fill="{COLOURS[i % len(COLOURS)]}"><title>{html.escape(name)}, {html.escape(columns[i])}: '
                        f'{value:g}</title></rect>')
            body.append(f'<text class="v" x="{max(to, x(1.0)) + 5:.1f}" y="{top + BAR - 4}">{value:g}</text>')
        y += height + ROW
    grid = []
    for mark in marks:
        strong = ' class="one"' if mark == 1 else ' class="grid"'
        grid.append(f'<line{strong} x1="{x(mark):.1f}" x2="{x(mark):.1f}" y1="{TOP - 8}" y2="{y}"/>')
        grid.append(f'<text class="v" x="{x(mark):.1f}" y="{TOP - 13}" text-anchor="middle">{mark:g}</text>')
    legend, at = [], left
    for i, column in enumerate(columns):
        legend.append(f'<rect x="{at}" y="6" width="11" height="11" rx="2" fill="{COLOURS[i % len(COLOURS)]}"/>'
                      f'<text class="t" x="{at + 16}" y="16">{html.escape(column)}</text>')
        at += 32 + 7 * len(column)
    legend.append(f'<text class="v" x="{at}" y="16">{html.escape(meaning)}</text>')
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 6}" role="img" font-family="sans-serif">',
        "<style>.t{font-size:12.5px;fill:#37474f}.v{font-size:11px;fill:#607d8b}.grid{stroke:#90a4ae;stroke-opacity:.35}"
        ".one{stroke:#37474f;stroke-width:1.5}"
        "@media(prefers-color-scheme:dark){.t{fill:#78909c}.v{fill:#90a4ae}.one{stroke:#90a4ae}}</style>",
        *legend, *grid, *body, "</svg>", ""])


def main(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "README.md").read_text()
    for name, (heading, number, meaning) in PICTURES.items():
        columns, rows = tables(text, heading)[number]
        (folder / name).write_text(draw(columns, rows, meaning))


if __name__ == "__main__":
    main(*sys.argv[1:])
