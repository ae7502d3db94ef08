// Writes printing.inc, what libtorch prints: build with libtorch 2.13 and -I at the project, run.
#include <torch/torch.h>

#include <iostream>

#include "tests/reference/printing_cases.h"

int main() {
  std::cout << "R\"printed(";
  print_cases(std::cout);
  std::cout << ")printed\"\n";
}
