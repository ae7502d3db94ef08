#!/usr/bin/env python3
"""Whether a site is whole: each link leads to a page and a place that exist, and no page fetches from the network.

usage: docs/check_site.py SITE
"""
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself: tag and attribute.
FETCHED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href")}
NOT_FETCHED = {"canonical", "prev", "next", "alternate"}  # kinds of <link> that only tell


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.fetched = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        for name in ("id", "name"):
            if attrs.get(name):
                self.ids.add(attrs[name])
        for attribute in ("href", "src"):
            value = attrs.get(attribute)
            if not value:
                continue
            if (tag, attribute) in FETCHED and not NOT_FETCHED & set((attrs.get("rel") or "").split()):
                self.fetched.append(value)
            self.links.append(value)


def faults(site):
    """One line for each fault."""
    site = Path(site)
    pages = {p.resolve(): Page(p.read_text(errors="replace")) for p in sorted(site.rglob("*.html"))}
    out = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        for value in page.fetched:
            if urlsplit(value).netloc:
                out.append(f"{name}: fetches {value}")
        if name.name == "404.html":  # its links begin at the root of a server
            continue
        for value in page.links:
            url = urlsplit(value)
            if url.scheme or url.netloc:
                continue
            to = (path.parent / unquote(url.path)).resolve() if url.path else path
            if to.is_dir():
                to = to / "index.html"
            if not to.exists():
                out.append(f"{name}: no file {value}")
            elif url.fragment and to in pages and unquote(url.fragment) not in pages[to].ids:
                out.append(f"{name}: no place {value}")
    for style in site.rglob("*.css"):
        text = style.read_text(errors="replace")
        if "url(http" in text.replace("'", "").replace('"', "") or "@import" in text and "http" in text:
            out.append(f"{style.relative_to(site)}: fetches from the network")
    return out


if __name__ == "__main__":
    found = faults(sys.argv[1])
    print("\n".join(found) if found else "the site is whole")
    sys.exit(bool(found))
