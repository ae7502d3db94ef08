// Writes nn_printing.inc, what libtorch prints for the modules of nn_printing_cases.h: build with
// libtorch 2.13 and -I at the project, run.
#include <torch/torch.h>

#include <iostream>

#include "tests/reference/nn_printing_modules.h"

int main() {
  std::cout << "// Made by nn_printing.cpp.\n// clang-format off\n";
  for (const std::string& text : printing::cases()) std::cout << "R\"(" << text << ")\",\n";
  std::cout << "// clang-format on\n";
}
