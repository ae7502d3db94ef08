// Writes special_points.txt, what libtorch gives for special_points_cases.h: build with libtorch
// 2.13 and -I at the project, run.
#include <torch/torch.h>

#include <cstdio>

#include "tests/reference/special_points_cases.h"

int main() {
  std::printf("// Made by special_points.cpp.\n");
  for (const special_points::Result& r : special_points::all()) {
    std::printf("{\"%s\", {", r.name.c_str());
    for (const std::vector<double>& values : r.orders) {
      std::printf("{");
      for (const double v : values)
        if (std::isnan(v))
          std::printf("nan, ");
        else if (std::isinf(v))
          std::printf("%sinf, ", v < 0 ? "-" : "");
        else
          std::printf("%.10g, ", v);
      std::printf("}, ");
    }
    std::printf("}},\n");
  }
}
