"""Declarations as the sources would have them, of Doxygen's XML. docs/api.py shows them."""
import re

WIDTH = 92  # columns of a declaration before it is broken


def plain(element):
    return "" if element is None else re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def tidy(code):
    """A declaration as the sources would have it."""
    code = re.sub(r"\bgradus::", "", code)
    code = re.sub(r"<\s+", "<", re.sub(r"\s+>", ">", code))
    code = re.sub(r"\s*([&*]+)\s*(?=\w|,|\)|>|\.\.\.|$)", r"\1 ", code)  # `T & x` is `T& x`
    code = re.sub(r"([&*]) (?=[,)>]|\.\.\.|$)", r"\1", code)
    code = re.sub(r"\)(?=&)", ") ", code)
    head, bracket, rest = code.partition("(")  # Doxygen leaves out the spaces around what is given by default
    rest = re.sub(r"(?<![\s=<>!(])=(?![\s=)])", " = ", rest)
    return re.sub(r"\s+", " ", head + bracket + rest).strip()


def broken(code):
    """A long declaration, broken after commas of its parameters."""
    lines = []
    for line in code.split("\n"):
        at = line.find("(")
        indent = " " * (min(at + 1, 8) if at > 0 else 4)
        while len(line) > WIDTH:
            cut = line.rfind(", ", len(indent) + 1, WIDTH)
            if cut < 0:
                cut = line.find(", ", WIDTH)
            if cut < 0:
                break
            lines.append(line[:cut + 1])
            line = indent + line[cut + 2:]
        lines.append(line)
    return "\n".join(lines)


def location(node):
    at = node.find("location")
    if at is None:
        return "", 0, 0
    return at.get("file"), int(at.get("line") or 0), int(at.get("column") or 0)


def template_of(node):
    found = node.find("templateparamlist")
    if found is None:
        return ""
    parts = []
    for p in found.findall("param"):
        part = plain(p.find("type"))
        name = plain(p.find("declname"))
        if name and name not in part.split():
            part += " " + name
        default = plain(p.find("defval"))
        parts.append(part + (f" = {default}" if default else ""))
    return f"template <{', '.join(parts)}>\n" if parts else ""


def declaration(node):
    kind, name = node.get("kind"), node.findtext("name")
    if kind == "enum":
        values = [v.findtext("name") + (" " + plain(v.find("initializer")) if v.find("initializer") is not None else "")
                  for v in node.findall("enumvalue")]
        strong = "class " if node.get("strong") == "yes" else ""
        return broken(f"enum {strong}{name} {{ {', '.join(values)} }};")
    if kind == "typedef":
        code = plain(node.find("type")) + plain(node.find("argsstring"))
        return broken(tidy(template_of(node)) + ("\n" if template_of(node) else "") + f"using {name} = {tidy(code)};")
    if kind == "define":
        params = [plain(p) for p in node.findall("param")]
        return f"{name}({', '.join(params)})" if params else name
    code = f"{plain(node.find('type'))} {name}{node.findtext('argsstring') or ''}"
    if node.get("explicit") == "yes" and not code.strip().startswith("explicit"):
        code = "explicit " + code.strip()
    if node.get("static") == "yes" and kind == "function" and "::" in (node.findtext("definition") or ""):
        code = "static " + code if node.get("id", "").startswith(("class", "struct")) else code
    initial = plain(node.find("initializer"))
    if kind == "variable" and initial and len(initial) < 60:
        code += f" {initial}"
    code = tidy(code.replace("constexpr ", "").replace("virtual ", "").replace("inline ", ""))
    code = re.sub(r"\s*=\s*0$", "", code) if kind == "function" else code
    return broken(template_of(node).replace("gradus::", "") + code + ";")
