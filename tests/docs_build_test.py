#!/usr/bin/env python3
"""What ./dev docs is made of: the filter of headers, the plots, the check of the site; and that both are real here."""
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))
import api  # noqa: E402
import api_declarations  # noqa: E402
import api_menu  # noqa: E402
import build  # noqa: E402
import check_site  # noqa: E402
import filter as header_filter  # noqa: E402
import plots  # noqa: E402

LISTS = """#define OPS(X)                  \\
  X(abs) /* |x|; also integers */ \\
  X(sqrt) /* the square root */   \\
  X(exp)
#define ALIASES(X) X(absolute, abs)
"""
HEADER = """class T {
 public:
  T();
  // --- Values ------
#define DECLARE(name) T name() const; \\
  T& name##_() const;
  OPS(DECLARE)
#undef DECLARE
  // --- Others ------
#define DECLARE(name, real) T name() const { return real(); }
  ALIASES(DECLARE)
#undef DECLARE
 private:
  int x;
};
"""


class Filter(unittest.TestCase):
    def setUp(self):
        self.lists = header_filter.name_lists(LISTS)
        self.text = header_filter.grouped(header_filter.written_out(HEADER, self.lists))

    def test_lists(self):
        self.assertEqual(self.lists["OPS"], [(["abs"], "|x|; also integers"), (["sqrt"], "the square root"), (["exp"], "")])
        self.assertEqual(self.lists["ALIASES"], [(["absolute", "abs"], "")])

    def test_names_are_written_out(self):
        self.assertIn("/** |x|; also integers. */ T abs() const; T& abs_() const; ", self.text)
        self.assertIn("/** The square root. */ T sqrt() const; T& sqrt_() const; T exp() const;", self.text)
        self.assertIn("/** The same as abs(). */ T absolute() const { return abs(); }", self.text)

    def test_groups_end(self):
        self.assertEqual(self.text.count("/**@{*/"), 2)
        self.assertEqual(self.text.count("/**@}*/"), 2)
        self.assertIn("/** @name Values */ /**@{*/", self.text)
        self.assertIn("/**@}*/  private:", self.text)

    def test_lines_keep_their_numbers(self):
        self.assertEqual(self.text.count("\n"), HEADER.count("\n"))

    def test_formulas_are_code(self):
        comment = "/// Steps by\n///\n///   p -= lr dy\n///   p -= b\n///\n/// where b\n///   is a word\n"
        self.assertEqual(header_filter.formulas_apart(comment), comment.replace("///   p", "///       p"))

    def test_headers_of_the_project(self):
        methods = header_filter.main(ROOT / "tensor/tensor.h")
        names = header_filter.name_lists((ROOT / "tensor/op_names.h").read_text())
        self.assertGreater(len(names["GRADUS_UNARY_OPS"]), 40)
        for arguments, _ in names["GRADUS_UNARY_OPS"]:
            self.assertRegex(methods, rf"Tensor& {arguments[0]}_\(\) const;")
        self.assertNotRegex(methods, r"(?m)^\s*GRADUS_\w+(OPS|ALIASES)\(")
        self.assertEqual(methods.count("/**@{*/"), methods.count("/**@}*/"))


class Reference(unittest.TestCase):
    def test_each_public_header_has_a_place(self):
        headers = build.public_headers()
        self.assertIn("tensor/tensor.h", headers)
        self.assertEqual([h for h in headers if h not in build.lint_includes.PUBLIC and h not in api_menu.INTERNAL and not api_menu.group_of(h)], [])
        self.assertEqual([h for h in (*api_menu.INTERNAL, *api_menu.TITLES) if h not in headers], [])

    def test_declarations(self):
        self.assertEqual(api_declarations.tidy("const gradus::Tensor & f (const Tensor &x, int n=1) const &"),
                         "const Tensor& f (const Tensor& x, int n = 1) const&")
        self.assertEqual(api_declarations.tidy("Tensor()=default"), "Tensor() = default")
        self.assertEqual(api_declarations.tidy("bool operator==(const T &a)"), "bool operator==(const T& a)")
        self.assertEqual(api_declarations.tidy("std::vector< Tensor > x"), "std::vector<Tensor> x")
        lines = api_declarations.broken("Tensor long_name(" + ", ".join(f"const Tensor& input{i}" for i in range(9)) + ");").split("\n")
        self.assertGreater(len(lines), 1)
        self.assertLessEqual(max(map(len, lines)), api_declarations.WIDTH)

    def test_the_head_of_a_header(self):
        text = "// One: two. Three\n// four.\n//\n//   code <x>\n#pragma once\n// not this\n"
        self.assertEqual(api.first_sentence(text), "One: two.")
        self.assertEqual(api.intro(text, lambda words: words),
                         '<div class="words"><p>One: two. Three four.</p><pre><code>code &lt;x&gt;</code></pre></div>\n\n')


class Plots(unittest.TestCase):
    def test_each_number_of_the_tables_is_drawn(self):
        text = (ROOT / "README.md").read_text()
        with tempfile.TemporaryDirectory() as folder:
            plots.main(folder)
            for name, (heading, number, _) in plots.PICTURES.items():
                columns, rows = plots.tables(text, heading)[number]
                picture = ElementTree.parse(Path(folder) / name).getroot()
                bars = [t.text for t in picture.iter("{http://www.w3.org/2000/svg}title")]
                self.assertGreater(len(rows), 5)
                self.assertEqual(bars, [f"{row}, {column}: {value:g}" for row, values in rows
                                        for column, value in zip(columns, values) if value is not None])

    def test_slower_is_left_of_the_line(self):
        picture = plots.draw(["a"], [("slow", [0.5]), ("fast", [4.0])], "x")
        bars = [(float(x), float(w)) for x, w in re.findall(r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)"[^>]*><title>', picture)]
        one = float(re.search(r'class="one" x1="([\d.]+)"', picture)[1])
        self.assertAlmostEqual(bars[0][0] + bars[0][1], one, delta=0.2)
        self.assertAlmostEqual(bars[1][0], one, delta=0.2)


class Site(unittest.TestCase):
    def faults(self, **pages):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in pages.items():
                (Path(folder) / f"{name}.html").write_text(text)
            return check_site.faults(folder)

    def test_links(self):
        self.assertEqual(self.faults(a='<a href="b.html#x"></a><a href="https://x.org"></a>', b='<p id="x"></p>'), [])
        self.assertEqual(self.faults(a='<a href="c.html"></a>'), ["a.html: no file c.html"])
        self.assertEqual(self.faults(a='<a href="#x"></a>'), ["a.html: no place #x"])

    def test_nothing_is_fetched(self):
        self.assertEqual(self.faults(a='<script src="https://x.org/y.js"></script>'), ["a.html: fetches https://x.org/y.js"])
        self.assertEqual(self.faults(a='<link rel="stylesheet" href="//x.org/y.css">'), ["a.html: fetches //x.org/y.css"])
        self.assertEqual(self.faults(a='<link rel="canonical" href="https://x.org/">'), [])


if __name__ == "__main__":
    unittest.main()
