#!/usr/bin/env python3
"""Builds the site: the guide, and the API reference made from the public headers.

usage: docs/build.py DIR      (./dev docs)

Leaves the site in DIR/site. It needs Doxygen, and MkDocs with the theme Material; without Doxygen it builds the guide
alone, and says so. Nothing is fetched from the network, by the build or by the pages.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(DOCS), str(ROOT / "tests")]
sys.dont_write_bytecode = True
import api  # noqa: E402
import check_site  # noqa: E402
import filter as header_filter  # noqa: E402
import lint_includes  # noqa: E402
import plots  # noqa: E402


def public_headers():
    """{path: text} of the headers that users include, without the kernels."""
    files = lint_includes.read_files()
    return {p: files[p] for p in lint_includes.reached(files) if not p.startswith(lint_includes.KERNELS)}


def run_doxygen(headers, out):
    """The headers' XML in out/xml; prints Doxygen's warnings."""
    for path in headers:
        to = out / "headers" / path
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(header_filter.main(ROOT / path))
    config = (DOCS / "Doxyfile").read_text() + f"\nINPUT = {' '.join(sorted(headers))}\nOUTPUT_DIRECTORY = {out}\n"
    done = subprocess.run(["doxygen", "-"], input=config, text=True, cwd=out / "headers", capture_output=True)
    harmless = ("too many nodes", "potential recursive class relation")  # of templates that count down
    warnings = [w for w in done.stderr.splitlines() if w.strip() and not any(h in w for h in harmless)]
    print("\n".join(warnings), file=sys.stderr, end="\n" if warnings else "")
    if done.returncode != 0:
        sys.exit("docs: doxygen failed")


def menu(groups):
    """The menu of the reference, as mkdocs.yml has it."""
    lines = ["  - API reference:", "      - api/index.md", "      - All names: api/names.md"]
    for group, pages in groups:
        lines.append(f"      - {group}:")
        lines += [f'          - "{title}": {page}' for title, page in pages]
    return "\n".join(lines)


def main(out):
    out = Path(out).resolve()
    missing = [p for p in ("doxygen", "mkdocs") if not shutil.which(p)]
    if "mkdocs" in missing:
        sys.exit(f"docs: missing: {', '.join(missing)} (Debian packages: doxygen mkdocs mkdocs-material)")
    source = out / "source"
    for folder in ("source", "headers", "xml", "site"):
        shutil.rmtree(out / folder, ignore_errors=True)
    shutil.copytree(DOCS / "guide", source, ignore=shutil.ignore_patterns("listings"))
    plots.main(source / "plots")

    config = (DOCS / "mkdocs.yml").read_text().replace("docs_dir: guide", "docs_dir: source")
    entry = re.compile(r"^  - API reference:.*$", re.MULTILINE)
    if missing:
        print("docs: doxygen is missing (Debian package: doxygen): the guide is built without the API reference", file=sys.stderr)
        (source / "api").mkdir()
        (source / "api/index.md").write_text("# API reference\n\nThis site was built without Doxygen, and so without it.\n")
        shutil.copy(source / "api/index.md", source / "api/names.md")
    else:
        headers = public_headers()
        run_doxygen(headers, out)
        reference = api.Reference(out / "xml", headers)
        groups = reference.write(source)
        config = entry.sub(lambda _: menu(groups), config)
        print(f"docs: {len(reference.places)} names, {reference.silent} entries without words")
    (out / "mkdocs.yml").write_text(config)

    strict = [] if missing else ["--strict"]  # without the reference, the guide's links to it lead nowhere
    done = subprocess.run(["mkdocs", "build", "--quiet", *strict, "--config-file", out / "mkdocs.yml", "--site-dir",
                           out / "site"], text=True, capture_output=True)
    if "Unrecognised theme name: 'material'" in done.stderr:
        sys.exit("docs: missing: the theme Material for MkDocs (Debian package: mkdocs-material)")
    if done.returncode != 0 or not missing:
        print(done.stdout + done.stderr, end="", file=sys.stderr)
    if done.returncode != 0:
        sys.exit("docs: mkdocs failed")
    faults = check_site.faults(out / "site")
    if faults and not missing:
        sys.exit("\n".join(faults))
    print(f"docs: {out / 'site' / 'index.html'}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
