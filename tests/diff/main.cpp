// Runs random programs and prints what they give, for compare.py to hold beside the other
// library's. Each line of the input asks for some, and "end" follows the last:
//   SEED FIRST COUNT         programs FIRST .. FIRST + COUNT - 1
//   SEED NUMBER : 0 2 5      the program NUMBER with these of its steps only
#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tests/diff/program.h"

namespace {

// Steele, Lea and Flood's SplitMix64 (2014).
uint64_t mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

class Stream : public diff::Choices {
 public:
  explicit Stream(uint64_t key) : state_(key) {}
  uint64_t below(uint64_t n) override { return mixed(state_++) % n; }

 private:
  uint64_t state_;
};

// One line: type, sizes, strides of what is not of size 1, elements.
std::string shown(const torch::Tensor& t) {
  std::string line = "  " + diff::describe(t) + " ;";
  if (!t.defined()) return line + " ;";
  diff::Ints strides;
  for (int64_t d = 0; d < t.dim(); ++d)
    if (t.size(d) != 1) strides.push_back(t.stride(d));
  line += (t.numel() > 0 ? " " + diff::describe(strides) : "") + " ;";
  const torch::Tensor all = t.detach().to(torch::kDouble).contiguous();
  for (int64_t i = 0; i < all.numel(); ++i) {
    char number[40];
    std::snprintf(number, sizeof number, " %.17g", all.data_ptr<double>()[i]);
    line += number;
  }
  return line;
}

template <class F>
void report(int step, diff::Program& program, F f) {
  std::vector<std::string> lines;
  try {
    f();
    for (const torch::Tensor& t : program.results) lines.push_back(shown(t));
  } catch (const std::exception& e) {
    const std::string error = e.what();
    lines = {"  ! " + error.substr(0, error.find('\n'))};
  }
  std::printf(" %d %s\n", step, program.text.c_str());
  for (const std::string& line : lines) std::puts(line.c_str());
}

// The steps have streams of their own, so that leaving one out does not change what the others
// draw.
void run(uint64_t seed, uint64_t number, const std::vector<int>* only) {
  const uint64_t key = mixed(mixed(seed) ^ number);
  std::printf("program %llu\n", static_cast<unsigned long long>(number));
  std::fflush(stdout);
  diff::Program program;
  Stream beginning(mixed(key));
  const int steps = int(beginning.between(1, 6));
  report(0, program, [&] { program.begin(beginning); });
  for (int i = 1; i <= steps; ++i) {
    if (only && std::find(only->begin(), only->end(), i) == only->end()) continue;
    Stream choices(mixed(key + uint64_t(i)));
    report(i, program, [&] { program.step(choices); });
  }
  for (const int order : {1, 2})
    report(steps + order, program, [&] { program.differentiate(order); });
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream in(line);
    uint64_t seed = 0, first = 0;
    std::string count;
    in >> seed >> first >> count;
    if (count == ":") {
      const std::vector<int> only{std::istream_iterator<int>(in), {}};
      run(seed, first, &only);
    } else {
      for (uint64_t i = first; i < first + std::stoull(count); ++i) run(seed, i, nullptr);
    }
    std::puts("end");
    std::fflush(stdout);
  }
}
