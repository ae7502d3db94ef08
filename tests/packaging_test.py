#!/usr/bin/env python3
"""The packages below packaging/ bear the version and soversion that meson.build has, and can be read."""
import ast
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = ["meson.build", "meson_options.txt", "packaging/vcpkg/gradus/vcpkg.json", "packaging/vcpkg/gradus/portfile.cmake",
         "packaging/conan/conanfile.py", "packaging/debian/changelog", "packaging/debian/control", "packaging/debian/rules",
         "packaging/debian/libgradus-dev.install"]


def find(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else ""


def faults(files):
    """files: {path: text}. Yields one line per fault."""
    build, control = files["meson.build"], files["packaging/debian/control"]
    version, soversion = find(r"^  version: '(.*)'", build), find(r"soversion: '(\d+)'", build)
    said = {"packaging/vcpkg/gradus/vcpkg.json": json.loads(files["packaging/vcpkg/gradus/vcpkg.json"])["version"],
            "packaging/debian/changelog": find(r"^gradus \((.*)-\d+\)", files["packaging/debian/changelog"])}
    yield from (f"{path}: version {v}, {version} in meson.build" for path, v in said.items() if v != version)

    recipe = files["packaging/conan/conanfile.py"]
    ast.parse(recipe)
    if find(r"re\.search\(r\"(.*?)\"", recipe) and find(find(r"re\.search\(r\"(.*?)\"", recipe), build) != version:
        yield "packaging/conan/conanfile.py: does not find the version in meson.build"

    if f"Package: libgradus{soversion}\n" not in control or f"libgradus{soversion} (=" not in control:
        yield f"packaging/debian/control: no libgradus{soversion}, which meson.build's soversion asks for"
    for package in (f"libgradus{soversion}", f"libgradus-image{soversion}", f"libgradus-mpi{soversion}"):
        if f"packaging/debian/{package}.install" not in files:
            yield f"packaging/debian: no {package}.install"
    if len(set(re.findall(r"soversion: '(\d+)'", build))) > 1:
        yield "meson.build: libraries have different soversions"

    options = set(re.findall(r"^option\('(\w+)'", files["meson_options.txt"], re.MULTILINE)) | {"optimization"}
    for path in ("packaging/debian/rules", "packaging/vcpkg/gradus/portfile.cmake"):
        yield from (f"{path}: meson.build has no option {o}" for o in re.findall(r"-D(\w+)=", files[path]) if o not in options)
    yield from (f"packaging/conan/conanfile.py: meson.build has no option {o}"
                for o in re.findall(r'"(\w+)": "disabled"', recipe) if o not in options)


def main():
    files = {path: (ROOT / path).read_text() for path in FILES}
    files |= {f"packaging/debian/{p.name}": p.read_text() for p in (ROOT / "packaging/debian").glob("*.install")}
    for path, old, new in (("meson.build", "version: '0", "version: '9"), ("meson.build", "soversion: '", "soversion: '7"),
                           ("packaging/debian/rules", "-Dtests", "-Dtest"), ("meson_options.txt", "'bench'", "'benches'")):
        assert list(faults({**files, path: files[path].replace(old, new, 1)})), f"{old} -> {new} is not seen"
    found = list(faults(files))
    print("\n".join(found) or "the packages agree with meson.build")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
