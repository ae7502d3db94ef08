#!/usr/bin/env python3
"""The checker of size arithmetic sees what it must see, and lets pass what cannot overflow."""
from lint_sizes import check

CASES = [  # file, text, what the one breach must say ('' = none)
    ("autograd/ops/a.cpp", "  sizes[at] += front + behind;\n", "may overflow"),
    ("autograd/ops/a.cpp", "  shape[at] *= repeats;\n", "`shape[at] *= repeats;`"),
    ("autograd/ops/a.cpp", "  for (int64_t s : sizes) n *= sizes[d];\n", "may overflow"),
    ("autograd/ops/a.cpp", "  sizes.push_back(a * b);\n", "may overflow"),
    ("autograd/ops/a.cpp", "  sizes[d] = (sizes[d] - 1) * stride[d] -\n             2 * padding[d];\n", "a.cpp:1:"),
    ("autograd/ops/a.cpp", "  // sizes[d] = n * stride;\n", ""),
    ("autograd/ops/a.cpp", "  sizes.insert(at + 1, repeats);\n", ""),
    ("autograd/ops/a.cpp", "  sizes[k] = t.sizes[k + 1];\n", ""),
    ("autograd/ops/a.cpp", "  sizes.push_back(Checked(op, a) * b);\n", ""),
    ("autograd/ops/a.cpp", "  Checked rows(op, 1), cols = rows;\n  cols *= x.size(d);\n", ""),
    ("autograd/ops/a.cpp", "  const Checked n(op, a);\n  sizes[d] = n + front;\n", ""),
    ("autograd/ops/a.cpp", "  sizes[at] = checked_add(op, sizes[at], 2 * n);\n", ""),
    ("autograd/ops/a.cpp", "  unit *= 2;\n", ""),
    ("tensor/a.cpp", "  sizes[at] += front + behind;\n", ""),
    ("tensor/a.cpp", "  at = int64_t(std::floor(x));\n", "without a range"),
    ("nn/a.cpp", "  out.push_back(int64_t(double(n) * scale));\n", "without a range"),
    ("nn/a.cpp", "  out.push_back(checked_int64(op, what, std::floor(x)));\n", ""),
    ("tensor/kernels/a.cpp", "  at = int64_t(std::floor(x));\n", ""),
]

for path, text, expected in CASES:
    found = list(check({path: text}))
    assert len(found) == (1 if expected else 0) and all(expected in line for line in found), (path, text, found)
print(f"{len(CASES)} cases")
