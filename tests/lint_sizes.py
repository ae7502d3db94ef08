#!/usr/bin/env python3
"""Where sizes are made of arguments, arithmetic goes through tensor/base/checked.h, which sees an overflow."""
import re
import sys

from lint_includes import read_files

FOLDERS = ("autograd/", "nn/")
CONVERTING = ("tensor/", "autograd/", "nn/", "optim/", "data/", "monitor/")  # for doubles; kernels are beyond arguments

# A size that grows, by the names that sizes have.
GROWS = re.compile(r"\b(\w+)((?:\[[^\]]*\]|\.back\(\))?) ([*+])= ([^;]*);")
# An entry of a list of sizes made by arithmetic.
ENTRY = re.compile(r"\b(?:\w*sizes|\w*shape|pairs|pads|least)"
                   r"(?:\[[^\]]*\] = |\.(?:push_back|emplace_back)\(|\.insert\([^,;]*, )([^;]*);")
SIZE = re.compile(r"\b(?:sizes?\b|shape|repeats|numel|ratio)")
SIZES = re.compile(r"(?:sizes|shape|side)$")
ARITHMETIC = re.compile(r"\w\)?\]? [*+] [\w(]")
CONVERSION = re.compile(r"\bint(?:64|32)_t\((?:std::(?:floor|ceil|round|trunc|pow|sqrt)|double)\(")
BY_HELPER = re.compile(r"\bChecked\b|\bchecked_|\bproduct\(|\bstride_of\(|\bceil_div\(|\"")  # or a text


def checked_names(text):
    """Variables that are Checked, whose operators throw."""
    names = set()
    for m in re.finditer(r"\bChecked&? (\w+[^;]*);", text):
        names.update(re.findall(r"(?:^|, )(\w+)(?=[ ({=,]|$)", m[1]))
    return names


def code_lines(text):
    """Statements by line, without comments; one that goes on in the next line is joined to it."""
    joined, start = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        line = re.sub(r"//.*", "", line).rstrip().rstrip("\\").rstrip()
        if not joined:
            start = number
        joined = f"{joined} {line.strip()}".strip()
        if line == "" or line[-1] in ";{}:":
            if joined:
                yield start, joined
            joined = ""


def check(files):
    """files: {path: text}. Yields one line per breach."""
    for path, text in files.items():
        if path.startswith(CONVERTING) and not path.startswith("tensor/kernels/"):
            for number, line in code_lines(text):
                if CONVERSION.search(line):
                    yield f"{path}:{number}: a double becomes an integer without a range, see tensor/base/checked.h"
        if not path.startswith(FOLDERS):
            continue
        names = checked_names(text)
        for number, line in code_lines(text):
            def is_safe(expression):
                return BY_HELPER.search(expression) or names & set(re.findall(r"\w+", expression))

            for m in GROWS.finditer(line):
                makes = SIZES.search(m[1]) or (m[3] == "*" and SIZE.search(m[4]))
                if makes and m[1] not in names and not is_safe(m[4]):
                    yield f"{path}:{number}: `{m[0]}` may overflow, see tensor/base/checked.h"
            for m in ENTRY.finditer(line):
                expression = re.sub(r"\[[^\]]*\]", "", m[1])
                if ARITHMETIC.search(expression) and not is_safe(expression):
                    yield f"{path}:{number}: `{m[0]}` may overflow, see tensor/base/checked.h"


def main():
    files = read_files()
    breaches = list(check(files))
    print("\n".join(breaches) if breaches else f"sizes: {len(files)} files keep the rule")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
