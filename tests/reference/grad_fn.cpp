// Writes grad_fn.inc, what libtorch calls the nodes of grad_fn_cases.h: build with libtorch 2.13
// and -I at the project, run.
#include <torch/torch.h>

#include <cstdio>

#include "tests/reference/grad_fn_cases.h"

int main() {
  std::printf("// Made by grad_fn.cpp.\n// clang-format off\n");
  for (const auto& [expression, name] : grad_fn::all())
    std::printf("{R\"(%s)\", \"%s\"},\n", expression.c_str(), name.c_str());
  std::printf("// clang-format on\n");
}
