#!/usr/bin/env python3
"""What the documents say is so.

In a document (*.md), a block after the line `<!-- from PATH -->` must stand in PATH word for word, except for its
indentation; a line that is only `...` stands for any lines. What a document links to must exist, or be made by
docs/build.py. In code, also of a single word: a `./dev` command, the tests, targets and files that it is given, a program
below build/ and the cases that `-tc=` chooses of it, a row of the catalog, a file or a folder. In code between words also:
a function that is called is a name of the sources, and code with a comment stands in a source. The same holds for the
programs that comments of the sources name, and for files, which they name by the whole path.
"""
import re
import subprocess
import sys
import textwrap
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^<!-- from (\S+) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\((?!\w+:)([^)#]+)")
DEV = re.compile(r"\./dev +([\w-]+)((?: +[^\s`;&|#)]+)*)")
PROGRAM = re.compile(r"\bbuild(?:-\w+)?/((?:tests|examples|bench)/[\w/]+)(?![\w/.*]|\.\w)")
CASES = re.compile(r"\bbuild(?:-\w+)?/((?:tests|examples|bench)/[\w/]+) -tc='([^']*)'")
ROW = re.compile(r"\bGRADUS_ROW=([\w.]+)")
KINDS = r"(?:h|cpp|py|inc|txt|sh|md|yml|csv|map|build)"
FILE = re.compile(rf"^[\w.*-]+(?:/[\w.*-]+)*\.{KINDS}$|^[\w.*-]+(?:/[\w.*-]+)*/$")
IN_COMMENT = re.compile(rf"(?<![\w/.<*-])((?:[\w-]+/)+[\w*-]+\.{KINDS})\b")
COMMENTED = re.compile(r" /\* .* \*/")  # quoted from a source, unlike a call with /*named=*/ arguments
CALL = re.compile(r"\b([a-zA-Z_]\w*)\(")
OF_PYTHON = {"state_dict", "load_state_dict"}  # what the sources need no name for


class Project:
    """What there is: files {path: text or None}, and what the build and ./dev are told by them."""

    def __init__(self, files):
        self.files = files
        self.folders = {str(p) for f in files for p in Path(f).parents} - {"."}
        # What compat/paths.py makes of its list.
        self.made = {"compat/" + line.split()[0] for line in (files.get("compat/paths.txt") or "").splitlines() if line}
        self.top = sorted({f.split("/")[0] for f in files if "/" in f and not f.startswith(".")})
        self.areas, self.programs, self.tests, self.targets = {}, set(), set(), set()
        for path, text in files.items():
            if Path(path).name == "meson.build" and text:
                self.read_meson(str(Path(path).parent), text)
        self.programs |= {f"tests/test_{area}" for area in self.areas}
        self.tests |= set(self.areas)
        dev = files.get("dev") or ""
        self.commands = {c for line in re.findall(r"^  ([\w-]+(?: \| [\w-]+)*)\)", dev, re.MULTILINE) for c in line.split(" | ")}
        self.names, self.code = set(), ""
        for path, text in files.items():
            if text and path.endswith((".h", ".cpp", ".py", ".build")):
                self.names.update(re.findall(r"\w+", text))
                if path.endswith((".h", ".cpp")):
                    self.code += " ".join(text.split()) + " "
        self.rows = set(re.findall(r'"([\w.]+)"', "".join(t or "" for f, t in files.items() if f.startswith("tests/catalog/"))))

    def read_meson(self, folder, text):
        names = {}  # dictionary or list: its keys
        for name, body in re.findall(r"^(\w+) \+?= ([{[].*?^[}\]]|[{[][^\n]*[}\]])$", text, re.MULTILINE | re.DOTALL):
            names[name] = self.keys(body)
            if name == "areas":
                for area, sources in re.findall(r"'(\w+)': files\((.*?)\)", body, re.DOTALL):
                    self.areas[area] = [f"{folder}/{s}" for s in re.findall(r"'([^']+)'", sources)]
            if name.endswith("_targets"):
                self.targets |= set(names[name])
        loops = [(m.start(), names.get(m[1], []) or self.keys(m[1]))
                 for m in re.finditer(r"^ *foreach \w+(?:, \w+)? : (.+)$", text, re.MULTILINE)]
        for m in re.finditer(r"\b(executable|test)\(\s*('(\w*)'( \+ name)?|name\b)", text):
            where = f"{folder}/" if m[1] == "executable" else ""
            known = self.programs if m[1] == "executable" else self.tests
            before = [keys for at, keys in loops if at < m.start()]
            if m[2] == "name" or m[4]:
                known |= {where + (m[3] or "") + key for key in (before[-1] if before else [])}
            else:
                known.add(where + m[3])
        for start in re.findall(r"test\('(\w+_)@0@_@1@'", text):  # the second is an instruction set
            self.tests |= {f"{start}{key}_*" for _, keys in loops for key in keys}

    @staticmethod
    def keys(body):
        return re.findall(r"'(\w+)':", body) or re.findall(r"'(\w+)'", body)

    def has(self, path):
        """Whether a file or folder is there, by its whole path or by the end of it; `*` stands for any words."""
        path = path.rstrip("/")
        return any(fnmatch(known, path) or fnmatch(known, "*/" + path) for known in (*self.files, *self.made, *self.folders))


def lines(text):
    return "\n".join(line.strip() for line in text.splitlines())


def block_faults(project, text):
    for path, code in BLOCK.findall(text):
        source = lines(project.files.get(path) or "")
        parts = [re.escape(lines(part).strip("\n")) for part in re.split(r"^\s*\.\.\.\n", code, flags=re.MULTILINE)]
        if not re.search(".*".join(parts), source, re.DOTALL):
            yield f"this is not in {path}:\n{textwrap.indent(code, '  ')}"


def link_faults(project, document, text):
    for link in LINK.findall(FENCED.sub("", text)):
        target = (Path(document).parent / link).as_posix()
        made = re.match(r"docs/guide/(?:api/(.+)\.md|plots/(.+))$", target)
        if made and made[1]:
            there = made[1] in ("index", "names") or made[1] + ".h" in project.files
        elif made:
            there = f'"{made[2]}"' in (project.files.get("docs/plots.py") or "")
        else:
            there = target in project.files or target.rstrip("/") in project.folders
        if not there:
            yield f"no file {link}"


def dev_faults(project, code):
    for command, rest in DEV.findall(code):
        arguments = rest.split()
        if command.isupper():  # a place for one
            continue
        if command not in project.commands:
            yield f"no command ./dev {command}"
        elif command in ("test", "sanitize", "tsan", "clang") and not any(a.startswith("-") for a in arguments):
            yield from (f"./dev {command}: no test {a}" for a in arguments
                        if not a.isupper() and not any(fnmatch(a, test) for test in project.tests))
        elif command == "fuzz":
            yield from (f"./dev fuzz: no target {a}" for a in arguments[:1] if a not in project.targets and not a.isupper())
        elif command == "mutate":
            yield from (f"./dev mutate: no file {a}" for a in arguments[:1] if a not in project.files and not a.isupper())


def program_faults(project, code):
    for program in PROGRAM.findall(code):
        if program not in project.programs and not re.search("[A-Z]{2}", program):  # else a place for one
            yield f"no program build/{program}"
    for program, pattern in CASES.findall(code):
        sources = project.areas.get(program.rsplit("/test_", 1)[-1], [])
        cases = [c for s in sources for c in re.findall(r'TEST_CASE\w*\(\s*"([^"]*)"', project.files.get(s) or "")]
        if pattern != "..." and not any(fnmatch(c.lower(), pattern.lower()) for c in cases):
            yield f"no case of build/{program} is {pattern}"
    for row in ROW.findall(code):
        if row not in project.rows and not row.isupper():
            yield f"no row {row} in tests/catalog"


def document_faults(project, document, text):
    """One line for each thing that the document says and that is not so."""
    yield from block_faults(project, text)
    yield from link_faults(project, document, text)
    shown = [code for language, code in FENCED.findall(text) if language != "cpp"]
    spans = SPAN.findall(FENCED.sub("", text))
    for code in shown + spans:
        yield from dev_faults(project, code)
        yield from program_faults(project, code.replace("\\\n", " "))
    for span in spans:
        yield from (f"no name {name} in the sources" for name in CALL.findall(span) if name not in project.names | OF_PYTHON)
        if COMMENTED.search(span) and " ".join(span.split()) not in project.code:
            yield f"no source has {span}"
        for word in span.split():
            word = word.strip("<>,;:")
            if word.startswith(("build", "/", "*.")):
                continue
            named = FILE.match(word) or word.split("/")[0] in project.top and re.match(r"^[\w./*-]+/[\w./*-]+$", word)
            if named and not project.has(word) and word not in project.programs:
                yield f"no file {word}"


def comment_faults(project, text, marks):
    """The same for paths and programs in a source's comments, or in the words at the top of a script."""
    words = "\n".join(line.split(mark, 1)[1] for line in text.splitlines() for mark in marks if mark in line)
    if "#" in marks:
        words += "".join(re.findall(r'^(?:#!.*\n)?"""(.*?)"""', text, re.DOTALL))
    for path in IN_COMMENT.findall(words):
        # What is included by <torch/...> stands below compat/.
        if not any(fnmatch(known, whole) for known in project.files for whole in (path, "compat/" + path)):
            yield f"no file {path}"
    yield from program_faults(project, words)


def read_files():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if names.returncode == 0 and names.stdout:
        paths = [ROOT / n for n in names.stdout.splitlines()]
    else:  # a release without git
        paths = [p for p in ROOT.rglob("*") if p.is_file() and not p.relative_to(ROOT).parts[0].startswith("build")]

    def read(path):
        try:
            return path.read_text()
        except UnicodeDecodeError:
            return None
    return {p.relative_to(ROOT).as_posix(): read(p) for p in paths if p.is_file()}


def main():
    project = Project(read_files())
    faults, blocks = [], 0
    for path, text in sorted(project.files.items()):
        if path.endswith(".md"):
            blocks += len(BLOCK.findall(text))
            faults += [f"{path}: {f}" for f in document_faults(project, path, text)]
        elif path.endswith((".h", ".cpp")):
            faults += [f"{path}: {f}" for f in comment_faults(project, text, ["//"])]
        elif path.endswith((".py", ".sh", "meson.build")) and not path.endswith("_test.py"):
            faults += [f"{path}: {f}" for f in comment_faults(project, text, ["#"])]
    print("\n".join(faults) if faults else f"{blocks} blocks are real code, and what documents and comments name is there")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
