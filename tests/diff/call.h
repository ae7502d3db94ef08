// Random calls: where their choices come from, and arguments that fit each other. This folder is
// in libtorch's words and compiles against either library.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

namespace diff {

using torch::Tensor;
using List = std::vector<Tensor>;
using Ints = std::vector<int64_t>;

// From a random stream, or from a fuzzer's bytes.
class Choices {
 public:
  virtual ~Choices() = default;
  // 0 .. n - 1
  virtual uint64_t below(uint64_t n) = 0;
  bool one_in(uint64_t n) { return below(n) == 0; }
  // lo .. hi
  int64_t between(int64_t lo, int64_t hi) { return lo + int64_t(below(uint64_t(hi - lo + 1))); }
  template <class T, size_t n>
  const T& of(const T (&list)[n]) {
    return list[below(n)];
  }

  // Whether arguments may be what no program would say: the largest numbers, infinity, wrong dims.
  bool hostile = false;
};

// The tensors of a program, and what the call that is being made has drawn.
class Call {
 public:
  Call(Choices& c, List& live, List& leaves) : choices(c), live(live), leaves(leaves) {}

  Choices& choices;
  List& live;    // what later calls can take
  List& leaves;  // what gradients are asked of

  Tensor self;       // the first tensor drawn, which the others fit
  int64_t dim = 0;   // the last dim drawn, not negative
  Ints index_sizes;  // of the last tensor of indices
  std::string text;  // the arguments, for whoever reads the program

  // A new input with random elements, of some layout; floating ones may become leaves.
  Tensor make(const Ints& sizes, torch::ScalarType type);
  // Integers of 0 .. n - 1.
  Tensor make_indices(const Ints& sizes, int64_t n);
  torch::ScalarType any_type();
  Ints any_sizes(int64_t most_dims = 4);
  // `wanted`, or where choices are hostile now and then a number that breaks things.
  int64_t number(int64_t wanted);
  bool hostile() { return choices.hostile && choices.one_in(16); }
  int64_t self_size(int64_t d) const { return self.dim() == 0 ? 1 : self.size(d); }

  // What a module of the tensors' type gives, in training or not; its parameters become leaves.
  template <class Module, class... Inputs>
  auto forward(Module module, const Tensor& x, const Inputs&... more) {
    if (x.is_floating_point()) module->to(x.scalar_type());
    if (choices.one_in(2)) module->eval();
    text += module->is_training() ? ", training" : ", eval";
    for (const Tensor& p : module->parameters()) leaves.push_back(p);
    return module->forward(x, more...);
  }

  void note(const std::string& argument) { text += (text.empty() ? "" : ", ") + argument; }
};

std::string describe(const Tensor& t);
std::string describe(torch::IntArrayRef list);

}  // namespace diff
