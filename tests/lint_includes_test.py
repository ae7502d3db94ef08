#!/usr/bin/env python3
"""The include checker sees what it must see, and lets pass what is allowed."""
from lint_includes import check

CASES = [  # files, what the one breach must say ('' = none)
    ({"gradus.h": '#include "tensor/tensor.h"\n', "tensor/tensor.h": "#include <vector>\n"}, ""),
    ({"tensor/a.cpp": '#include "tensor/kernels/table.h"\n', "tensor/kernels/table.h": ""}, ""),
    ({"tensor/a.cpp": '#include "tensor/kernels/loop.h"\n', "tensor/kernels/loop.h": ""}, "tensor may not include"),
    ({"tensor/kernels/k.cpp": '#include "tensor/shape.h"\n', "tensor/shape.h": ""}, "tensor/kernels may not include"),
    ({"tensor/a.cpp": '#include "autograd/node.h"\n', "autograd/node.h": ""}, "tensor may not include"),
    ({"autograd/a.cpp": '#include "tensor/kernels/table.h"\n', "tensor/kernels/table.h": ""}, "autograd may not include"),
    ({"optim/sgd.cpp": '#include "nn/module.h"\n', "nn/module.h": ""}, "optim may not include"),
    ({"nn/a.cpp": '#  include "tests/catalog.h"\n', "tests/catalog.h": ""}, "nn may not include"),
    ({"bench/a.cpp": '#include "tests/catalog.h"\n', "tests/catalog.h": ""}, ""),
    ({"nn/a.cpp": '#include "linear.h"\n', "nn/linear.h": ""}, "is no file of the project"),
    ({"nn/a.cpp": "#include <xsimd/xsimd.hpp>\n"}, "belongs in tensor/kernels/"),
    ({"nn/a.cpp": "#include <fmt/core.h>\n"}, ""),
    ({"gradus.h": '#include "nn/a.h"\n', "nn/a.h": "\n#include <fmt/core.h>\n"}, "nn/a.h:2: programs that include Gradus reach <fmt/core.h>"),
    ({"data/image/a.cpp": '#include "data/a.h"\n#include "tensor/a.h"\n#include <png.h>\n', "data/a.h": "", "tensor/a.h": ""}, ""),
    ({"data/a.cpp": '#include "data/image/a.h"\n', "data/image/a.h": ""}, "data may not include"),
    ({"gradus.h": '#include "data/image/a.h"\n', "data/image/a.h": ""}, "the root may not include"),
    ({"data/image/vision.h": '#include "data/image/a.h"\n', "data/image/a.h": ""}, ""),
    ({"data/image/a.cpp": '#include "nn/a.h"\n', "nn/a.h": ""}, "data/image may not include"),
    ({"data/a.cpp": "#include <jpeglib.h>\n"}, "belongs in data/image/"),
    ({"tests/a.cpp": '  if (__builtin_cpu_supports("avx2"))\n'}, "belongs in tensor/kernels/table.cpp"),
    ({"autograd/ops/nn/a.cpp": "x.data_ptr<float>();\n"}, "autograd/ops/nn/a.cpp: data_ptr< belongs under tensor/"),
    ({"nn/a.cpp": "x.data_ptr<T>();\n"}, "belongs under tensor/"),
    ({"autograd/a.cpp": "x.data_ptr<T>();\n", "autograd/ops/view/split.cpp": "x.data_ptr<T>();\n"}, ""),
    ({"tests/a.py": '#include "a.h"\nx = "__builtin_cpu_supports"\n'}, ""),
    ({"nn/a.cpp": "\n" * 421}, "421 lines"),
    ({"docs/a.py": "\n" * 421}, "421 lines"),
    ({"tests/catalog.cpp": "\n" * 421}, ""),
    ({"nn/a.cpp": "\n// One that needs" " but the shape.\n"}, "a.cpp:2: `needs" " but`"),
    ({"nn/a.cpp": "// All but 0 are true.\n"}, ""),
]

for files, expected in CASES:
    found = list(check(files))
    assert len(found) == (1 if expected else 0) and all(expected in line for line in found), (files, found)
print(f"{len(CASES)} cases")
