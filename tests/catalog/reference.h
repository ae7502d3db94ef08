// PyTorch's values for the catalog, as tests/reference/catalog.py wrote them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace catalog {

struct Expected {
  std::string dtype;
  std::vector<int64_t> shape;
  std::vector<double> values;
};
struct ExpectedRow {
  std::vector<Expected> outputs, gradients;
};

// By row name; throws std::runtime_error when the file cannot be read.
const std::map<std::string, ExpectedRow>& reference();

}  // namespace catalog
