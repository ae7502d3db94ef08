#!/usr/bin/env python3
"""The checks of docs_test.py, on documents of a few words."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from docs_test import Project, comment_faults, document_faults  # noqa: E402

FILES = {
    "dev": "case $command in\n  test)\n    run ;;\n  help | -h)\n    usage ;;\n  mutate)  # small faults\n",
    "docs/plots.py": 'PICTURES = {"groups.svg": 1}',
    "nn/module.h": "struct Module {\n  int x;\n  int y; /* one */\n};\n",
    "tests/catalog/pointwise.cpp": 'unary(rows, "tanh", 1);',
    "tests/catalog/meson.build": "foreach name, threads : {'values': '2', 'writes': '1'}\n"
                                 "  program = executable('test_catalog_' + name, name + '.cpp')\n"
                                 "  test('catalog_@0@_@1@'.format(name, isa), program)\nendforeach\n"
                                 "executable('list', 'list.cpp')\n",
    "tests/fuzz/meson.build": "fuzz_targets = {\n  'words': files('words.cpp'),\n}\n",
    "tests/autograd/meson.build": "areas += {\n  'views': files('views.cpp'),\n}\n",
    "tests/autograd/views.cpp": 'TEST_CASE("views: narrow windows") {}',
    "tests/meson.build": "test('docs', python)\n",
    "examples/meson.build": "examples = {\n  'xor': [],\n}\nforeach name, args : examples\n"
                            "  program = executable(name, name + '.cpp')\n  test('example_' + name, program)\nendforeach\n",
    "docs/guide/data.md": "",
    "compat/paths.txt": "# words\ntorch/nn.h\nATen/Parallel.h -> ATen/ATen.h\n",
}


class Documents(unittest.TestCase):
    def faults(self, text, document="README.md"):
        return list(document_faults(Project(FILES), document, text))

    def test_blocks(self):
        self.assertEqual(self.faults("<!-- from nn/module.h -->\n```cpp\nstruct Module {\n...\n};\n```\n"), [])
        self.assertEqual(len(self.faults("<!-- from nn/module.h -->\n```cpp\nstruct Modul {\n```\n")), 1)
        self.assertEqual(len(self.faults("<!-- from nn/gone.h -->\n```cpp\nint x;\n```\n")), 1)

    def test_links(self):
        self.assertEqual(self.faults("[a](nn/module.h) [b](https://x.org/y) [c](#d) [e](docs/)"), [])
        self.assertEqual(self.faults("[a](nn/gone.h)"), ["no file nn/gone.h"])
        guide = "docs/guide/data.md"
        self.assertEqual(self.faults("[a](data.md) [b](api/nn/module.md) [c](api/names.md) ![](plots/groups.svg)", guide), [])
        self.assertEqual(len(self.faults("[a](gone.md) [b](api/nn/gone.md) ![](plots/gone.svg)", guide)), 3)
        self.assertEqual(self.faults("```cpp\nf([](Tensor t) {});\n```\n"), [])

    def test_commands(self):
        self.assertEqual(self.faults("`./dev test views`, `./dev test --list`, `./dev test example_xor`, `./dev test catalog_writes_avx2`, `./dev -h`, `./dev COMMAND`"), [])
        self.assertEqual(self.faults("`./dev tests`"), ["no command ./dev tests"])
        self.assertEqual(self.faults("```\n./dev gone    # words\n```\n"), ["no command ./dev gone"])
        self.assertEqual(self.faults("`./dev test view`"), ["./dev test: no test view"])
        self.assertEqual(self.faults("`./dev test catalog_values`"), ["./dev test: no test catalog_values"])
        self.assertEqual(self.faults("`./dev mutate nn/module.h`"), [])
        self.assertEqual(len(self.faults("`./dev mutate nn/gone.h`")), 2)  # and no such file

    def test_programs(self):
        self.assertEqual(self.faults("`build/tests/catalog/test_catalog_writes`, `build/examples/xor`, `build/tests/test_views`, "
                                     "`build/tests/catalog/list | sort`"), [])
        self.assertEqual(self.faults("`build/tests/catalog/test_catalog_gone`"), ["no program build/tests/catalog/test_catalog_gone"])
        self.assertEqual(self.faults("`build/tests/list`"), ["no program build/tests/list"])
        self.assertEqual(self.faults("`build/tests/test_views -tc='*Narrow*'`"), [])
        self.assertEqual(len(self.faults("`build/tests/test_views -tc='*wide*'`")), 1)
        self.assertEqual(self.faults("`GRADUS_ROW=tanh x`"), [])
        self.assertEqual(self.faults("`GRADUS_ROW=tanhh x`"), ["no row tanhh in tests/catalog"])

    def test_files(self):
        self.assertEqual(self.faults("`nn/module.h`, `module.h`, `<nn/module.h>`, `nn/*.h`, `tests/`, `x / y`, `a/b`, `build/x.h`"), [])
        self.assertEqual(self.faults("`torch/nn.h`, `ATen/Parallel.h`"), [])  # made of a list
        self.assertEqual(self.faults("`nn/gone.h`"), ["no file nn/gone.h"])
        self.assertEqual(self.faults("`gone.py`"), ["no file gone.py"])
        self.assertEqual(self.faults("`tests/gone`"), ["no file tests/gone"])
        self.assertEqual(self.faults("`examples/xor`, a program"), [])
        self.assertEqual(self.faults("`examples/gone`"), ["no file examples/gone"])
        self.assertEqual(self.faults("`gone/`"), ["no file gone/"])


    def test_code(self):
        self.assertEqual(self.faults("`unary(rows)` `x` `(a, b)`"), [])
        self.assertEqual(self.faults("`gone(rows)`"), ["no name gone in the sources"])
        self.assertEqual(self.faults("`int y; /* one */`"), [])
        self.assertEqual(self.faults("`int y; /* two */`"), ["no source has int y; /* two */"])


class Comments(unittest.TestCase):
    def faults(self, text, mark="//"):
        return list(comment_faults(Project(FILES), text, [mark]))

    def test_paths(self):
        self.assertEqual(self.faults("// see nn/module.h and <std/gone.h>\nx = nn/gone.h;"), [])
        self.assertEqual(self.faults("// see kernels/gone.h"), ["no file kernels/gone.h"])
        self.assertEqual(self.faults("// see layers/module.h"), ["no file layers/module.h"])  # not whole
        self.assertEqual(self.faults("int x;  // see nn/gone.h."), ["no file nn/gone.h"])
        self.assertEqual(self.faults('#!/bin/x\n"""usage: build/tests/list nn/gone.h"""\n', "#"),
                         ["no file nn/gone.h", "no program build/tests/list"])
        self.assertEqual(self.faults('x = """nn/gone.h"""\n', "#"), [])


if __name__ == "__main__":
    unittest.main()
