#!/usr/bin/env python3
"""What compat/paths.py makes of a list, and packaging/relative_includes.py of an installed header."""
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "compat"), str(ROOT / "packaging")]
from paths import headers, make  # noqa: E402
from relative_includes import relative  # noqa: E402


class Paths(unittest.TestCase):
    def test_a_path_leads_to_torch_or_where_the_arrow_points(self):
        made = headers("# words\n\nATen/Tensor.h\nc10/util/Half.h -> c10/util/half.h  # why\n", [])
        self.assertEqual(sorted(made), ["ATen/Tensor.h", "c10/util/Half.h"])
        self.assertIn("#include <torch/torch.h>\n", made["ATen/Tensor.h"])
        self.assertIn("#include <c10/util/half.h>\n", made["c10/util/Half.h"])

    def test_words_stand_for_the_star(self):
        self.assertEqual(sorted(headers("ATen/ops/*.h: add mul\nATen/ops/*.h: neg\n", [])),
                         ["ATen/ops/add.h", "ATen/ops/mul.h", "ATen/ops/neg.h"])

    def test_what_is_below_torch_has_its_long_path_too(self):
        made = headers("torch/nn.h\ntorch/csrc/utils.h\n", ["torch/torch.h"])
        self.assertEqual(sorted(made), ["torch/csrc/api/include/torch/nn.h", "torch/csrc/api/include/torch/torch.h",
                                        "torch/csrc/utils.h", "torch/nn.h"])
        self.assertIn("<torch/torch.h>", made["torch/csrc/api/include/torch/torch.h"])

    def test_no_path_is_made_twice(self):
        with self.assertRaisesRegex(ValueError, "ATen/ATen.h is listed twice"):
            headers("ATen/ATen.h\nATen/ATen.h -> x.h\n", [])
        with self.assertRaisesRegex(ValueError, "ATen/ATen.h is a file below compat/"):
            headers("ATen/ATen.h\n", ["ATen/ATen.h"])

    def test_only_what_differs_is_written_and_what_is_no_longer_listed_goes(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            make(out, headers("ATen/a.h\nATen/b.h\n", []))
            (out / "ATen/file.h").write_text("// Of another.\n")
            before = (out / "ATen/a.h").stat().st_mtime_ns
            make(out, headers("ATen/a.h\n", []))
            self.assertEqual((out / "ATen/a.h").stat().st_mtime_ns, before)
            self.assertEqual(sorted(p.name for p in out.rglob("*.h")), ["a.h", "file.h"])


class RelativeIncludes(unittest.TestCase):
    def test_installed_headers_only(self):
        text = '#include "nn/module.h"\n  #  include "nn/layers/b.h"\n#include <gradus.h>\n#include <vector>\n#include "other.h"\n'
        self.assertEqual(relative(text, "nn/layers/a.h", {"gradus.h", "nn/module.h", "nn/layers/b.h"}),
                         '#include "../module.h"\n  #  include "b.h"\n#include "../../gradus.h"\n#include <vector>\n#include "other.h"\n')
        self.assertEqual(relative('#include "nn/nn.h"\n', "gradus.h", {"nn/nn.h"}), '#include "nn/nn.h"\n')


if __name__ == "__main__":
    unittest.main()
