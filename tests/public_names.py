#!/usr/bin/env python3
"""Every public name has a `///` comment, which editors and Doxygen show where a user's cursor stands.

Names are the functions, public methods, classes, enums, aliases and macros of the headers that users include. One
speaks when a `///` block stands directly above it or a `///<` behind it, or when it is an overload right after one
that speaks. A name of a list in tensor/op_names.h speaks by the comment beside it there. What another macro declares
is one name, which speaks by a `///` above the macro's call.

    python3 tests/public_names.py [PART OF A PATH...]    the silent names of these files, or of all
"""
import re
import sys

from lint_includes import reached, read_files

LISTS = "tensor/op_names.h"
INTERNAL = {"detail", "kernels", "raw"}  # namespaces
NOT_FOR_USERS = {"Base", "value_type", "iterator", "const_iterator"}  # aliases: what templates ask for

TOKEN = re.compile(
    r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|[A-Za-z_]\w*|\.?\d(?:\'?[\w.]|(?<=[eEpP])[+-])*'
    r"|::|->|\.\.\.|<<=|>>=|[<>=!]=|&&|\|\||\+\+|--|[-+*/%&|^]=|\S", re.DOTALL)
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|(R"(\w*)\(.*?\)\2"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\')', re.DOTALL)
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(\(([^)]*)\))?((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
ENTRY = re.compile(r"\bX\((\w+)[^)]*\)[ \t]*(/\*.*\w.*?\*/)?")
MACRO = re.compile(r"[A-Z][A-Z0-9_]+$")
CLOSING = {"(": ")", "[": "]", "{": "}"}
# words before parentheses that hold no parameters
NO_PARAMETERS = {"requires", "decltype", "noexcept", "explicit", "alignas", "sizeof"}
CLASS_WORDS = {"class", "struct", "union", "enum"}


def blank(text, pattern, keep=lambda m: False):
    """`text` with spaces for what matches, so that all else keeps its place."""
    return pattern.sub(lambda m: m[0] if keep(m) else re.sub(r"[^\n]", " ", m[0]), text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


class Header:
    """Finds the public names of one header. `names` gets (line, name, whether it speaks)."""

    def __init__(self, text, macros, lists):
        self.lines = text.split("\n")
        self.macros = macros  # name: body, of all headers
        self.own = []  # (line, name, body) of this header's, where one name may have several bodies in turn
        self.lists = lists
        self.names = []
        code = blank(text, COMMENT, lambda m: m[1])
        undefined = set(re.findall(r"#[ \t]*undef[ \t]+(\w+)", code))
        for m in DEFINE.finditer(code):
            self.own.append((line_of(code, m.start()), m[1], m[4]))
            if m[1] not in undefined and m[3] != "X":  # a list's names count, not the list
                self.add(m[1], line_of(code, m.start()), line_of(code, m.end()))
        code = blank(code, DIRECTIVE)
        self.tokens, line, at = [], 1, 0
        for m in TOKEN.finditer(code):
            line += code.count("\n", at, m.start())
            at = m.start()
            self.tokens.append((m[0], line))
        self.tokens.append(("", line))
        self.at = 0
        self.scope("", True)

    # --- What speaks ---

    def speaks(self, first, last):
        """`///` above the declaration of these lines, or `///<` behind one of them."""
        if any(re.search(r"///<.*\w", l) for l in self.lines[first - 1:last]):
            return True
        above = first - 1
        while above > 0 and self.lines[above - 1].lstrip().startswith("///"):
            if re.search(r"\w", self.lines[above - 1]) and "///<" not in self.lines[above - 1]:
                return True
            above -= 1
        return False

    def add(self, name, first, last, overload_of=None):
        spoken = self.speaks(first, last) or (overload_of is not None and overload_of == (name, True))
        self.names.append((first, name, spoken))
        return name, spoken

    # --- What is declared ---

    def body(self, macro, line):
        """What the macro stands for at that line, '' for what is no macro."""
        own = [body for defined, name, body in self.own if name == macro and defined < line]
        return own[-1] if own else self.macros.get(macro, "")

    def token(self, ahead=0):
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)][0]

    def skip_group(self):
        """From an opening bracket past the one that closes it."""
        closing, opening, depth = CLOSING[self.token()], self.token(), 0
        while self.token():
            depth += (self.token() == opening) - (self.token() == closing)
            self.at += 1
            if depth == 0:
                return

    def skip_angles(self):
        depth = 0
        while self.token():
            t = self.token()
            if t in CLOSING:
                self.skip_group()
                continue
            depth += (t == "<") - (t == ">")
            self.at += 1
            if depth == 0:
                return

    def declaration(self):
        """Reads one: (its words outside of brackets, '(' for the parameters, whether it has a class's body ahead)."""
        words, in_initialisers, assigned, parameters = [], False, False, False
        while self.token():
            t = self.token()
            if t == ";":
                self.at += 1
                break
            if t == "}":  # the scope's end, a semicolon is missing
                break
            if t == "operator" and not parameters:
                words.append(t)
                self.at += 1
                while self.token() not in ("(", "") or words[-1] == "operator":
                    words.append(self.token())
                    self.at += 1
                    if words[-1] == "(":  # operator()
                        words.append(self.token())
                        self.at += 1
                continue
            if t == "template" and self.token(1) == "<":
                self.at += 1
                words.append("template<>" if self.token(1) == ">" else "template")
                self.skip_angles()
                continue
            if t == "<" and not assigned and words and re.match(r"\w", words[-1]):
                self.skip_angles()
                words.append("<>")
                continue
            if t in ("(", "["):
                is_parameters = (t == "(" and not parameters and not assigned
                                 and not (words and words[-1] in NO_PARAMETERS))
                self.skip_group()
                if is_parameters:
                    parameters = True
                    words.append("(")
                continue
            if t == "{":
                if not assigned and not parameters and CLASS_WORDS & set(words):
                    return words, True
                if words and words[0] == "namespace":
                    return words, True
                before = self.tokens[self.at - 1][0]
                initialises = assigned or (in_initialisers and re.match(r"\w|>$", before)) or not parameters
                self.skip_group()
                if not initialises or (not parameters and before in NO_PARAMETERS):
                    if self.token() == ";":
                        self.at += 1
                    break
                continue
            if t == ":" and parameters:
                in_initialisers = True
            if t == "=":
                assigned = True
            words.append(t)
            self.at += 1
        return words, False

    def macro_call(self):
        """Past a macro's call at the place of a declaration: (its name, its first argument's or last word)."""
        macro = self.token()
        self.at += 1
        arguments = ""
        if self.token() == "(":
            start = self.at
            self.skip_group()
            arguments = " ".join(t for t, _ in self.tokens[start + 1:self.at - 1])
        if self.token() in ("=", "{"):
            self.declaration()
        elif self.token() == ";":
            self.at += 1
        return macro, arguments

    def scope(self, class_name, public, visible=True):
        """The declarations up to the scope's end. class_name: '' in a namespace."""
        before = None  # the declaration before: name, whether it speaks
        while self.token() and self.token() != "}":
            first = self.tokens[self.at][1]
            if self.token() in ("public", "private", "protected") and self.token(1) == ":":
                public = self.token() == "public"
                self.at += 2
                before = None
                continue
            if self.token() == ";":
                self.at += 1
                continue
            if (MACRO.match(self.token()) and self.token() != class_name
                    and (self.token(1) == "(" or self.token() in self.macros)):
                macro, arguments = self.macro_call()
                body = self.body(macro, first)
                labels = re.findall(r"\b(public|private|protected)\s*:", body)
                declares = macro not in self.lists and not instantiates(self.body(arguments, first) or body)
                if visible and (public or "public" in labels) and declares:
                    self.add(f"{macro}({arguments})", first, self.tokens[self.at - 1][1])
                if labels and class_name:
                    public = labels[-1] == "public"
                before = None
                continue
            words, has_body = self.declaration()
            shown = visible and public
            last = self.tokens[self.at - 1][1]
            if words and words[0] in ("namespace", "inline") and "namespace" in words and has_body:
                parts = [w for w in words if w not in ("inline", "namespace", "::")]
                self.at += 1
                self.scope("", True, visible and bool(parts) and not INTERNAL & set(parts))
                self.at += 1
                before = None
                continue
            if has_body:
                before = self.type_with_body(words, first, shown)
                continue
            name = self.declared_name(words, class_name)
            if name and shown:
                before = self.add(name, first, last, before)
            elif name or not words or words[0] != "friend":
                before = None

    def type_with_body(self, words, first, shown):
        key = next(w for w in words if w in CLASS_WORDS)
        rest = words[words.index(key) + 1:]
        if rest and rest[0] in CLASS_WORDS:  # enum class
            rest = rest[1:]
        rest = rest[:rest.index(":")] if ":" in rest else rest
        specialised = "<>" in rest
        name = next((w for w in rest if re.match(r"\w", w) and w != "final"), "")
        qualified = "::" in rest
        last = self.tokens[self.at][1]
        told = None
        if name and shown and not specialised and not qualified:
            told = self.add(name, first, last)
        if key == "enum":
            self.skip_group()
        else:
            self.at += 1
            self.scope(name or "?", key != "class", shown and bool(name) and not specialised)
            self.at += 1
        self.declaration()  # a variable of the type, and the semicolon
        return told

    def declared_name(self, words, class_name):
        """The name that counts, '' where none does."""
        if not words or words[0] in ("friend", "extern", "static_assert", "template<>") or "template<>" in words:
            return ""
        words = [w for w in words if w != "template"]
        if words[0] == "using":
            return words[1] if "=" in words and words[1] not in NOT_FOR_USERS else ""
        if words[0] == "typedef":
            return words[-1]
        if "(" not in words and "operator" not in words:
            return ""  # a variable, or a class that is defined elsewhere
        if words[-2:] == ["=", "delete"] or "override" in words:
            return ""  # what an override does is told where it is declared first
        if "operator" in words:
            at = words.index("operator")
            end = words.index("(", at + 3 if words[at + 1:at + 3] == ["(", ")"] else at)
            name = "operator" + (" " if re.match(r"\w", words[at + 1]) else "") + "".join(words[at + 1:end])
            return "" if name == "operator=" or (at > 0 and words[at - 1] == "::") else name
        at = words.index("(")
        if at == 0 or "=" in words[:at]:
            return ""
        name = words[at - 1]
        if name == "<>":
            return ""  # a specialisation, or the definition of a template's member
        if name == class_name or words[at - 2:at - 1] in (["~"], ["::"]):
            return ""
        if at == 1 or not re.match(r"[A-Za-z_]\w*$", name) or not returns(words[:at - 1]):
            return ""  # a deduction guide
        return name


def returns(words):
    return any(w not in ("explicit", "constexpr", "inline") for w in words)


def instantiates(body):
    """Whether a macro only instantiates or specialises templates, which declares no name."""
    statements = [s for s in re.sub(r"\\\n", " ", body).split(";") if s.strip()]
    return bool(statements) and all(re.match(r"\s*(\w+ )?template\s*(class|struct|<>)", s) for s in statements)


def public_names(files):
    """{path: [(line, name, whether it speaks)]} of what users include."""
    paths = sorted(reached(files))
    macros, lists, found = {}, set(), {}
    for path in paths:
        for m in DEFINE.finditer(files[path]):
            if path == LISTS and m[3] == "X":
                lists.add(m[1])
            else:
                macros[m[1]] = macros.get(m[1], "") + m[4]
    for path in paths:
        names = Header(files[path], macros, lists).names
        if path == LISTS:
            names += [(line_of(files[path], m.start()), m[1], bool(m[2])) for m in ENTRY.finditer(files[path])]
        if names:
            found[path] = sorted(names)
    return found


def main():
    found = public_names(read_files())
    parts = sys.argv[1:]
    total = silent_count = 0
    for path, names in found.items():
        silent = [(line, name) for line, name, spoken in names if not spoken]
        total += len(names)
        silent_count += len(silent)
        if not parts or any(part in path for part in parts):
            print("".join(f"{path}:{line}: {name}\n" for line, name in silent), end="")
    print(f"public names: {total}, silent: {silent_count}")
    return 1 if silent_count else 0


if __name__ == "__main__":
    sys.exit(main())
