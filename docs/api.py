"""Makes the pages of the API reference, one for each public header, of Doxygen's XML. docs/build.py calls it."""
import html
import os
import re
import textwrap
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from pathlib import Path

from api_declarations import broken, declaration, location, plain, template_of, tidy
from api_menu import GROUPS, INTERNAL, group_of, page_of, place_in_menu, title_of

INTERNAL_NAME = re.compile(r"\b(detail|raw|kernels)::")


class Entry:
    """A thing with a name: a function with its overloads, a class, an enum, a type, a variable, a macro."""

    def __init__(self, node, name, header, line, column):
        self.node, self.name, self.header, self.place = node, name, header, (line, column)
        self.code, self.group, self.members, self.shown = [], "", [], name.split("::")[-1]
        self.again = ""  # what tells it from an earlier entry of the same name on its page
        self.kind = node.get("kind")

    @property
    def anchor(self):
        name = self.name.removeprefix("gradus::").replace("::", ".")
        # Operators have no words; a name between underscores would be Markdown's emphasis.
        return re.sub(r"[^\w.]|^_", lambda m: f"-{ord(m[0]):x}", name) + self.again

    def text(self):
        """Whether there are words about it."""
        return plain(self.node.find("briefdescription")) or plain(self.node.find("detaileddescription"))


class Reference:
    def __init__(self, xml, headers):
        """headers: {path: text} of what is documented."""
        self.headers, self.pages, self.places = headers, defaultdict(list), {}
        self.silent = 0
        self.read(Path(xml))

    # --- Reading -----------------------------------------------------------------------------

    def read(self, xml):
        compounds = {}
        for entry in ElementTree.parse(xml / "index.xml").getroot().findall("compound"):
            node = ElementTree.parse(xml / f"{entry.get('refid')}.xml").getroot().find("compounddef")
            compounds[entry.get("refid")] = node
        found = []
        for node in compounds.values():
            kind, name = node.get("kind"), plain(node.find("compoundname"))
            if kind == "namespace" and name.startswith("gradus") and not INTERNAL_NAME.search(name + "::"):
                found += self.members(node, name)
            elif kind == "file":
                found += [e for e in self.members(node, "") if e.kind == "define" and e.text()]
            elif kind in ("class", "struct") and node.get("prot") == "public" and name.startswith("gradus::"):
                if "<" in name or INTERNAL_NAME.search(name):
                    continue
                e = Entry(node, name, *location(node))
                word = f"{kind} {e.shown}"
                bases = [tidy(plain(b)) for b in node.findall("basecompoundref") if b.get("prot") == "public"]
                bases = [b for b in bases if not INTERNAL_NAME.search(b)]
                e.code = [broken(tidy(template_of(node)) + ("\n" if template_of(node) else "") + word +
                                 (" : " + ", ".join(bases) if bases else "") + ";")]
                e.members = self.merged([m for m in self.members(node, name) if not self.needless(m, e)])
                found.append(e)
        # Classes in classes are told with their own headings; a holder's name stands for its class.
        holders = {}
        for e in found:
            if e.kind == "typedef":
                m = re.search(r"using (\w+) = ModuleHolder<\s*(\w+)\s*>;", e.code[0])
                if m and m[2].startswith(m[1]):
                    holders[m[2]] = e
        for e in found:
            holder = holders.get(e.shown) if e.kind in ("class", "struct") else None
            if holder is not None:
                e.shown = holder.shown
                e.code.append(holder.code[0])
                self.places[holder.name] = (e.header, e.anchor)
        gone = {id(h) for h in holders.values() if any(e.shown == h.shown and e is not h for e in found)}
        for e in found:
            if id(e) not in gone and e.header in self.headers and e.header not in INTERNAL and group_of(e.header):
                self.pages[e.header].append(e)
        for header, entries in self.pages.items():
            entries.sort(key=lambda e: e.place)
            self.pages[header] = self.merged(entries)
            met = Counter()
            for e in [x for entry in self.pages[header] for x in (entry, *entry.members)]:
                met[e.anchor] += 1
                e.again = f"-{met[e.anchor]}" if met[e.anchor] > 1 else ""
                self.places.setdefault(e.name, (header, e.anchor))

    def members(self, node, scope):
        out = []
        for section in node.findall("sectiondef"):
            group = plain(section.find("header"))
            for m in section.findall("memberdef"):
                name = m.findtext("name")
                if m.get("prot") != "public" or m.get("kind") == "friend" or name.startswith("GRADUS_DECLARE"):
                    continue
                e = Entry(m, f"{scope}::{name}" if scope else name, *location(m))
                e.group = re.sub(r" \(part of class Tensor\)$", "", group)
                e.code = [declaration(m)]
                out.append(e)
        return sorted(out, key=lambda e: e.place)

    @staticmethod
    def needless(m, owner):
        """What every class has: copies, moves, assignments, the destructor; without words about them."""
        arguments = m.node.findtext("argsstring") or ""
        own = owner.name.split("::")[-1]
        if m.shown.startswith("~") or m.shown == "fields" or arguments.endswith("=delete"):
            return True
        if m.text():
            return False
        return m.shown in (own, "operator=") and re.match(rf"\((const )?{own} ?&", arguments) is not None

    def merged(self, entries):
        """Overloads in a row, the form in place after its operation, and operators in a row share an entry, unless they
        have words of their own."""
        out = []
        for e in entries:
            last = out[-1] if out else None
            alike = (last is not None and last.kind == e.kind == "function" and last.group == e.group and not e.text())
            if alike and e.shown in (last.shown, last.shown + "_"):
                last.code += [c for c in e.code if c not in last.code]
            elif alike and e.shown.startswith("operator") and last.shown.startswith("operator"):
                last.code += [c for c in e.code if c not in last.code]
                last.shown = "operators"
            else:
                out.append(e)
        return out

    # --- Writing -----------------------------------------------------------------------------

    def link(self, name, here):
        """The address of a name that a text mentions, or None."""
        for full in (name, "gradus::" + name, "gradus::nn::" + name, "gradus::autograd::" + name):
            if full in self.places:
                header, anchor = self.places[full]
                to = page_of(header).removesuffix(".md") + ".html"
                return os.path.relpath(to, Path(page_of(here)).parent) + "#" + anchor
        return None

    def linked(self, text, here):
        """HTML of a text, names with `::` and headers in it linked."""
        def one(m):
            to = self.link(m[0], here)
            if m[0] in self.pages and m[0] != here:
                to = os.path.relpath(page_of(m[0]), Path(page_of(here)).parent).removesuffix(".md") + ".html"
            return f'<a href="{to}">{m[0]}</a>' if to else m[0]
        return re.sub(r"(?<![\w:/.])(?:\w+(?:::\w+)+|\w+(?:/\w+)+\.h\b)", one, html.escape(text, quote=False))

    def inline(self, node, here):
        tags = {"computeroutput": "code", "bold": "strong", "emphasis": "em", "subscript": "sub", "superscript": "sup"}
        out = self.linked(node.text or "", here)
        for child in node:
            if child.tag in tags:
                out += f"<{tags[child.tag]}>{self.inline(child, here)}</{tags[child.tag]}>"
            elif child.tag == "ulink":
                out += f'<a href="{html.escape(child.get("url"))}">{self.inline(child, here)}</a>'
            elif child.tag == "linebreak":
                out += "<br>"
            elif child.tag in BLOCKS:
                out += self.block(child, here)
            elif len(child) == 0 and not (child.text or "") and child.tag not in ("anchor", "sp"):
                out += ENTITIES.get(child.tag, "")
            elif child.tag == "sp":
                out += " "
            else:
                out += self.inline(child, here)
            out += self.linked(child.tail or "", here)
        return out

    def block(self, node, here):
        if node.tag == "para":
            return self.paragraph(node, here)
        if node.tag in ("itemizedlist", "orderedlist"):
            tag = "ul" if node.tag == "itemizedlist" else "ol"
            items = "".join("<li>" + "".join(self.inline(p, here) for p in item.findall("para")) + "</li>"
                            for item in node.findall("listitem"))
            return f"<{tag}>{items}</{tag}>"
        if node.tag in ("programlisting", "verbatim", "preformatted"):
            lines = [flat(line) for line in node.findall("codeline")] or [flat(node)]
            code = html.escape(textwrap.dedent("\n".join(lines)).strip("\n"), quote=False).rstrip()
            return f"<pre><code>{code}</code></pre>"
        if node.tag == "simplesect":
            word = {"see": "See ", "return": "Returns ", "note": "Note: "}.get(node.get("kind"), "")
            return "".join(f"<p>{word}{self.inline(p, here)}</p>" for p in node.findall("para"))
        if node.tag == "parameterlist":
            items = "".join(
                f"<li><code>{html.escape(', '.join(plain(n) for n in i.iter('parametername')))}</code>: "
                f"{' '.join(self.inline(p, here) for p in i.findall('parameterdescription/para'))}</li>"
                for i in node.findall("parameteritem"))
            return f"<ul>{items}</ul>"
        return "".join(self.block(child, here) for child in node)

    def paragraph(self, node, here):
        """A para may hold blocks: the words before, between and after them are paragraphs of their own."""
        out, run = [], ElementTree.Element("run")
        run.text = node.text

        def close():
            text = self.inline(run, here).strip()
            if text:
                out.append(f"<p>{text}</p>")
        for child in node:
            if child.tag in BLOCKS:
                close()
                out.append(self.block(child, here))
                run = ElementTree.Element("run")
                run.text = child.tail
            else:
                run.append(child)
        close()
        return "".join(out)

    def description(self, node, here):
        parts = []
        for tag in ("briefdescription", "detaileddescription"):
            for child in node.find(tag) if node.find(tag) is not None else ():
                parts.append(self.block(child, here))
        text = "".join(parts)
        return f'<div class="words">{text}</div>\n\n' if text else ""

    def entry(self, e, level, here):
        out = [f"{'#' * level} `{e.shown}` {{#{e.anchor} .name}}\n\n", "```cpp\n" + "\n".join(e.code) + "\n```\n\n",
               self.description(e.node, here)]
        if not e.text():
            self.silent += 1
        fields = [m for m in e.members if m.kind == "variable"]
        group = ""
        for m in sorted((m for m in e.members if m.kind != "variable"), key=lambda m: bool(m.group)):
            if m.group != group:
                group = m.group
                out.append(f"{'#' * (level + 1)} {escape(group)} {{.group}}\n\n")
            out.append(self.entry(m, level + 1 + bool(group), here))
        if fields:
            rows = "".join(
                f'<tr><td id="{m.anchor}"><code>{html.escape(m.code[0].removesuffix(";"), quote=False)}</code></td>'
                f"<td>{self.description(m.node, here).strip()}</td></tr>" for m in fields)
            out.append(f'<table class="fields"><tbody>{rows}</tbody></table>\n\n')
        return "".join(out)

    def page(self, header):
        about = intro(self.headers[header], lambda text: self.linked(text, header))
        out = [f"# {title_of(header)}\n\n", f'<p class="header"><code>{header}</code></p>\n\n', about]
        if re.search(r"^ +GRADUS_(ARG|FIELD)\(", self.headers[header], re.MULTILINE):
            out.append('<p class="note">A field of options, shown as <code>T name = value</code>, is set by '
                       "<code>.name(new)</code>, which gives the options back, and read by <code>.name()</code>.</p>\n\n")
        entries = self.pages[header]
        group = ""
        for e in entries:
            if e.group != group:
                group = e.group
                out.append(f"## {escape(group)} {{.group}}\n\n" if group else "")
            out.append(self.entry(e, 3 if group else 2, header))
        return "".join(out)

    def names(self):
        """The page of all names, by their first letter."""
        by_letter = defaultdict(dict)
        for name, (header, anchor) in self.places.items():
            last = name.split("::")[-1]
            if last.startswith(("operator", "~")) or name.endswith(f"::{last}::{last}"):  # a constructor
                continue
            shown = name.removeprefix("gradus::")
            by_letter[last[0].upper()][shown] = f"{page_of(header).removesuffix('.md')}.html#{anchor}"
        out = ["# All names\n\n", "The name alone, then where it stands.\n\n"]
        for letter in sorted(by_letter):
            out.append(f"## {letter}\n\n<p class=\"names\">")
            rows = sorted(by_letter[letter].items(), key=lambda kv: (kv[0].split("::")[-1].lower(), kv[0]))
            for shown, to in rows:
                scope, _, last = shown.rpartition("::")
                to = to.removeprefix("api/")
                out.append(f'<a href="{to}"><code>{last}</code>{f" <small>{scope}</small>" if scope else ""}</a>\n')
            out.append("</p>\n\n")
        return "".join(out)

    def write(self, to):
        """Writes the pages under `to`; gives the menu, [(group, [(title, page)])]."""
        menu = defaultdict(list)
        for header in sorted(self.pages, key=place_in_menu):
            path = Path(to) / page_of(header)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.page(header))
            menu[GROUPS[group_of(header)[0]][0]].append((title_of(header), page_of(header)))
        (Path(to) / "api/names.md").write_text(self.names())
        index = ["# API reference\n\n",
                 "Everything that `#include <gradus.h>` and `<data/image/vision.h>` declare in the namespace `gradus` for programs to use, by header. "
                 "With `#include <torch/torch.h>` the same names stand in `torch`, `at` and `c10`. "
                 "[All names](names.md) lists them by letter; the search field finds them too.\n\n"]
        for group, _ in GROUPS:
            if group not in menu:
                continue
            index.append(f"## {group}\n\n| | |\n|---|---|\n")
            for title, page in menu[group]:
                header = page.removeprefix("api/").removesuffix(".md") + ".h"
                index.append(f"| [{title}]({page.removeprefix('api/')}) | {first_sentence(self.headers[header])} |\n")
            index.append("\n")
        (Path(to) / "api/index.md").write_text("".join(index))
        return [(group, menu[group]) for group, _ in GROUPS if group in menu]


BLOCKS = {"itemizedlist", "orderedlist", "programlisting", "verbatim", "preformatted", "simplesect", "parameterlist", "para",
          "blockquote"}
ENTITIES = {"ndash": "–", "mdash": "—", "nonbreakablespace": "&nbsp;", "hruler": "<hr>", "lsquo": "‘", "rsquo": "’"}


def flat(node):
    """The text of code, in which Doxygen has an element for each space."""
    out = (" " if node.tag == "sp" else "") + (node.text or "")
    for child in node:
        out += flat(child) + (child.tail or "")
    return out


def escape(text):
    """Markdown that shows this text in a heading."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text)


def lead(text):
    """The comment at the top of a header, without its slashes."""
    lines = []
    for line in text.split("\n"):
        m = re.match(r"///?( ?.*)$", line)
        if not m:
            break
        lines.append(m[1].removeprefix(" "))
    return lines


def first_sentence(text):
    whole = " ".join(" ".join(line for line in lead(text) if not line.startswith("  ")).split())
    m = re.match(r"(.*?\.)(?: |$)", whole)
    return html.escape(m[1] if m else whole, quote=False).replace("|", "&#124;")


def intro(text, linked):
    """HTML of the comment at the top of a header: paragraphs, and code where it is indented."""
    out, paragraph, code = [], [], []

    def close():
        if paragraph:
            body = re.sub(r"`([^`]+)`", r"<code>\1</code>", linked(" ".join(paragraph)))
            out.append(f"<p>{body}</p>")
        if code:
            out.append("<pre><code>" + html.escape("\n".join(code), quote=False) + "</code></pre>")
        paragraph.clear()
        code.clear()
    for line in lead(text):
        if line.startswith("  "):
            if paragraph:
                close()
            code.append(line[2:])
        else:
            if code or not line.strip():
                close()
            if line.strip():
                paragraph.append(line.strip())
    close()
    return f'<div class="words">{"".join(out)}</div>\n\n' if out else ""
