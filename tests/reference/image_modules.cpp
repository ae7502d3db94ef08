// Writes image_modules.txt, what libtorch gives for image_modules_cases.h: build with libtorch 2.13
// and -I at the project, run.
#include <torch/torch.h>

#include <cstdio>

#include "tests/reference/image_modules_runs.h"

int main() {
  std::printf("// Made by image_modules.cpp.\n");
  for (const image_modules::Result& r : image_modules::all()) {
    std::printf("{\"%s\", \"%s\", {", r.name.c_str(), r.shapes.c_str());
    for (const double v : r.sums) std::printf("%.12g, ", v);
    std::printf("}},\n");
  }
}
