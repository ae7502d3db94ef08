#!/usr/bin/env python3
"""The code that the documents show is the code of the project.

A block after the line `<!-- from PATH -->` must stand in PATH word for word, but for its indentation; a line that is
only `...` stands for any lines. Every path that a document links to must exist.
"""
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^<!-- from (\S+) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#]+)")


def lines(text):
    return "\n".join(line.strip() for line in text.splitlines())


faults, blocks = [], 0
for document in sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("examples/**/*.md")):
    text = document.read_text()
    for link in LINK.findall(text):
        if not (document.parent / link).exists():
            faults.append(f"{document.name}: no file {link}")
    for path, code in BLOCK.findall(text):
        blocks += 1
        source = lines((ROOT / path).read_text()) if (ROOT / path).exists() else ""
        parts = [re.escape(lines(part).strip("\n")) for part in re.split(r"^\s*\.\.\.\n", code, flags=re.MULTILINE)]
        if not re.search(".*".join(parts), source, re.DOTALL):
            faults.append(f"{document.name}: this is not in {path}:\n{textwrap.indent(code, '  ')}")
print("\n".join(faults) if faults else f"{blocks} blocks are real code")
sys.exit(bool(faults))
