#include "tests/catalog/reference.h"

#include <cstdlib>
#include <sstream>

#include "tests/table.h"

namespace catalog {

const std::map<std::string, ExpectedRow>& reference() {
  static const auto rows = [] {
    std::ifstream file = gradus::test::open_reference("catalog.txt");
    std::map<std::string, ExpectedRow> out;
    ExpectedRow* row = nullptr;
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string kind, shape, word;
      int number;
      words >> kind;
      if (kind == "row") {
        words >> word;
        row = &out[word];
      } else if (kind == "out" || kind == "grad") {
        Expected e;
        words >> number >> e.dtype >> shape;
        std::istringstream sizes(shape == "-" ? "" : shape);
        while (std::getline(sizes, word, ',')) e.shape.push_back(std::stoll(word));
        // strtod, unlike a stream, reads nan and inf.
        while (words >> word) e.values.push_back(std::strtod(word.c_str(), nullptr));
        (kind == "out" ? row->outputs : row->gradients).push_back(std::move(e));
      }
    }
    return out;
  }();
  return rows;
}

}  // namespace catalog
