// The bytes are the choices of a random program of operations, whose arguments may be anything.
#include <cstdio>
#include <cstdlib>
#include <unordered_set>
#include <vector>

#include "autograd/node.h"
#include "tests/diff/program.h"
#include "tests/fuzz/fuzz.h"

namespace {

class FromBytes : public diff::Choices {
 public:
  explicit FromBytes(fuzz::Bytes& bytes) : bytes_(bytes) { hostile = true; }
  uint64_t below(uint64_t n) override {
    if (n <= 1) return 0;
    return n <= 256 ? bytes_.below(n) : bytes_.take<uint16_t>() % n;
  }

 private:
  fuzz::Bytes& bytes_;
};

// Whether f, which runs a part of the program, ended well.
template <class F>
bool ends_well(const diff::Program& program, F f) {
  // `./dev fuzz operations FILE` tells what the file says.
  static const bool tell = std::getenv("FUZZ_TELL") != nullptr;
  std::string error;
  try {
    f();
  } catch (const gradus::Error& e) {
    error = e.what();
  }
  if (tell) std::fprintf(stderr, "%s %s\n", program.text.c_str(), error.c_str());
  return error.empty();
}

// A tensor that a write gave a history which saved its old value holds itself. Such a history can
// only throw, but lives as long as what it saved.
void let_go(const diff::List& tensors) {
  std::unordered_set<gradus::autograd::Node*> seen;
  std::vector<gradus::Ref<gradus::autograd::Node>> open;
  for (const gradus::Tensor& t : tensors)
    if (t.defined()) open.push_back(t.grad_fn());
  while (!open.empty()) {
    const auto node = open.back();
    open.pop_back();
    if (!node || !seen.insert(node.get()).second) continue;
    node->release();
    for (const auto& edge : node->edges()) open.push_back(edge.function);
  }
}

}  // namespace

void fuzz::run(std::string_view input) {
  Bytes bytes(input);
  FromBytes choices(bytes);
  diff::Program program;
  const uint64_t steps = 1 + choices.below(4);
  ends_well(program, [&] { program.begin(choices); });
  for (uint64_t i = 0; i < steps && !bytes.empty(); ++i)
    ends_well(program, [&] { program.step(choices); });
  for (const int order : {1, 2})
    if (!ends_well(program, [&] { program.differentiate(order); })) break;
  let_go(program.live());
}

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> all;
  const auto operations = diff::all_operations().size();
  for (size_t i = 0; i < operations; ++i) {
    // One operation on an input of two dims and no special elements; the rest is anything.
    std::string s{0, 0, 2, 1, 1, 1, 2, 0, 3, 0, 1};
    s += char(i & 255);
    s += char(i >> 8);
    for (size_t j = 0; j < 48; ++j) s += char((i + 1) * (j + 7) * 37 >> 3);
    all.push_back(s);
  }
  return all;
}
