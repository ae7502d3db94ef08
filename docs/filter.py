#!/usr/bin/env python3
"""What Doxygen reads in the place of a header: macros over lists of names written out, headings as groups.

usage: docs/filter.py HEADER

A list of tensor/op_names.h has one name a line, its text beside it: `X(abs) /* |x|; also integers */ \\`. Where a
header declares what a list names, `GRADUS_UNARY_OPS(GRADUS_DECLARE)`, the declarations stand here with those texts.
A heading `// --- Views ------` of a class or of a namespace becomes a group of that name. Lines that a comment sets
apart, as formulas, become code. Every line keeps its number.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = "tensor/op_names.h"

# #define NAME(parameters) body, over as many lines as end with a backslash
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)]*)\)((?:[^\n\\]|\\\n|\\(?!\n))*)$", re.MULTILINE)
ENTRY = re.compile(r"\bX\(([^)]*)\)(?:[ \t]*/\*(.*?)\*/)?", re.DOTALL)
HEADING = re.compile(r"^([ \t]*)// --- (.+?) -*$")


def joined(text):
    return re.sub(r"\\\n", " ", text)


def name_lists(text):
    """{list: [([argument, ...], its text)]} of op_names.h."""
    lists = {}
    for name, _, body in DEFINE.findall(text):
        lists[name] = [([a.strip() for a in args.split(",")], " ".join(joined(words).split()))
                       for args, words in ENTRY.findall(body)]
    return lists


def sentence(words):
    """The words of a list as a sentence: `the square root` is `The square root.`; formulas stay as they are."""
    if re.match(r"[a-z]{2,}(?![\w(^]| \|)", words):
        words = words[0].upper() + words[1:]
    return words + "." if words and words[-1] not in ".!?" else words


def expand(parameters, body, arguments):
    """The body of a macro with its arguments in it, as the preprocessor would have it."""
    for parameter, argument in zip(parameters, arguments):
        body = re.sub(rf"\b{parameter}\b", argument, body)
    return re.sub(r"[ \t]*##[ \t]*", "", body)


def written_out(text, lists):
    """The header's text with `LIST(MACRO)` replaced by what it declares, all on its line."""
    macros, out, place = {}, [], 0
    use = re.compile(r"^[ \t]*(" + "|".join(map(re.escape, lists)) + r")\((\w+)\)[ \t]*;?", re.MULTILINE)
    events = sorted([*DEFINE.finditer(text), *use.finditer(text)], key=lambda m: m.start())
    for m in events:
        if m.re is DEFINE:
            macros[m[1]] = ([p.strip() for p in m[2].split(",")], " ".join(joined(m[3]).split()))
        elif m[2] in macros:
            parameters, body = macros[m[2]]
            out.append(text[place:m.start()])
            for arguments, words in lists[m[1]]:
                if not words and len(arguments) > 1:
                    words = f"The same as {arguments[1]}()."
                out.append((f"/** {sentence(words)} */ " if words else "") + expand(parameters, body, arguments) + " ")
            place = m.end()
    return "".join(out) + text[place:]


def grouped(text):
    """Headings as groups, each of which ends at the next heading or where the class or namespace does."""
    lines, open_at = [], None
    for line in text.split("\n"):
        m = HEADING.match(line)
        if m:
            before = "/**@}*/ " if open_at is not None else ""
            line, open_at = f"{before}/** @name {m[2]} */ /**@{{*/", m[1]
        elif open_at is not None and (line.startswith(open_at[:-2] + "}") or line.startswith("}") or
                                      line.strip() == "private:"):
            line, open_at = "/**@}*/ " + line, None
        lines.append(line)
    return "\n".join(lines)


def formulas_apart(text):
    """Lines of a `///` comment that are indented after an empty one, as formulas are, as code: Doxygen wants 4 spaces."""
    lines, apart = [], False
    for line in text.split("\n"):
        m = re.match(r"([ \t]*///)( *)(.*)$", line)
        if not m:
            apart = False
        elif not m[3]:
            apart = True
        elif len(m[2]) >= 3 and apart:
            line = f"{m[1]}    {m[2]}{m[3]}"
        else:
            apart = False
        lines.append(line)
    return "\n".join(lines)


def main(path):
    text = Path(path).read_text()
    if Path(path).resolve() != ROOT / NAMES:
        text = written_out(text, name_lists((ROOT / NAMES).read_text()))
    return grouped(formulas_apart(text))


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1]))
