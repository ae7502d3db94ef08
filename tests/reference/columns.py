"""Writes the tables of monitor/utf8_columns.cpp, from the Unicode of this Python:

python3 tests/reference/columns.py
"""

import pathlib
import unicodedata

SOURCE = pathlib.Path(__file__).parents[2] / "monitor/utf8_columns.cpp"
LAST = 0x10FFFF
# Signs before numbers, which have a place of their own, and the soft hyphen.
SEEN = {0xAD, *range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2}
# The later letters of a Korean syllable, which stand in its first one's place.
KOREAN = {*range(0x1160, 0x1200), *range(0xD7B0, 0xD800)}
# Numbers in circles and hexagrams, which newer Unicode and the C library make wide.
WIDE = {*range(0x3248, 0x3250), *range(0x4DC0, 0x4E00)}


def columns(c):
    """How many columns a character takes; None where there is none."""
    char = chr(c)
    kind = unicodedata.category(char)
    if c in KOREAN:
        return 0
    if kind == "Cn":
        return None
    if kind in ("Mn", "Me", "Cf") and c not in SEEN:
        return 0
    return 2 if c in WIDE or unicodedata.east_asian_width(char) in "WF" else 1


def ranges(wanted):
    """Each first and last character of so many columns; what does not exist joins its neighbours."""
    out, last, first = [], None, None
    for c in range(LAST + 1):
        now = columns(c)
        if now == wanted:
            first, last = (c, c) if first is None else (first, c)
        elif now is not None and first is not None:
            out.append((first, last))
            first = None
    return out + ([(first, last)] if first is not None else [])


def table(name, wanted):
    text, line = f"constexpr Range {name}[] = {{\n", "   "
    for first, last in ranges(wanted):
        entry = f" {{0x{first:X}, 0x{last:X}}},"
        if len(line) + len(entry) > 100:
            text, line = text + line + "\n", "   "
        line += entry
    return text + line + "};\n"


def main():
    head, rest = SOURCE.read_text().split("// clang-format off\n")
    tail = rest.split("// clang-format on\n")[1]
    tables = table("none", 0) + table("two", 2)
    SOURCE.write_text(f"{head}// clang-format off\n{tables}// clang-format on\n{tail}")


main()
