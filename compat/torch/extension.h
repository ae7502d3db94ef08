// What an extension of PyTorch for Python includes. The library's part is torch.h; where pybind11
// is installed it is included too, for programs that also bind classes of their own. No tensor
// passes between Python and C++.
#pragma once

#include <torch/torch.h>

#if __has_include(<Python.h>) && __has_include(<pybind11/pybind11.h>)
#include <pybind11/pybind11.h>
namespace py = pybind11;
#endif
