// Prints the catalog for tests/reference/catalog.py: name, expression, inputs, a row a line.
#include <cstdio>

#include "tests/catalog.h"

int main() {
  for (const catalog::Row& row : catalog::all_rows()) {
    if (row.except & catalog::Row::no_python) continue;
    std::printf("%s\t%s\t", row.name.c_str(), row.python.c_str());
    for (const catalog::Input& in : row.inputs) {
      std::string shape;
      for (int64_t s : in.shape) shape += std::to_string(s) + ",";
      std::printf("%s;%.17g;%.17g;%s;%d|", shape.c_str(), in.lo, in.hi,
                  std::string(gradus::dtype_name(in.dtype)).c_str(), int(in.grad));
    }
    std::printf("\t%d\n", int((row.except & catalog::Row::no_gradient) == 0));
  }
}
