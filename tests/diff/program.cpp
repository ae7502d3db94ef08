#include "tests/diff/program.h"

namespace diff {
namespace {

constexpr int64_t most_elements = 2000;

// sum of w t with weights that no symmetry hides behind.
Tensor weighted(const List& tensors) {
  Tensor sum;
  for (const Tensor& t : tensors) {
    if (!t.defined() || !t.requires_grad() || !t.is_floating_point()) continue;
    const Tensor w = torch::arange(t.numel(), t.options()).mul(0.37).add(0.5).remainder(1.7);
    const Tensor part = (t * w.reshape(t.sizes())).sum().to(torch::kDouble);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

}  // namespace

const Operations& all_operations() {
  static const Operations all = [] {
    Operations list;
    for (const auto family : {pointwise, reductions, views, indexing, linear_algebra, images,
                              losses, modules, optimisers})
      family(list);
    return list;
  }();
  return all;
}

void Program::begin(Choices& choices) {
  Call call(choices, live_, leaves_);
  for (int64_t n = choices.between(1, 3); n > 0; --n) {
    const Tensor t = call.make(call.any_sizes(), call.any_type());
    // A leaf cannot be written in place; what follows from it can.
    live_.push_back(t.requires_grad() && !choices.one_in(4) ? t.clone() : t);
  }
  text = call.text;
  results = live_;
}

void Program::step(Choices& choices) {
  const Operations& all = all_operations();
  const Operation& operation = all[choices.below(all.size())];
  results.clear();
  text = operation.name;
  Call call(choices, live_, leaves_);
  struct Name {  // the arguments are told even if the call throws
    Program& program;
    Call& call;
    ~Name() { program.text += "(" + call.text + ")"; }
  } name{*this, call};
  torch::manual_seed(choices.below(256));
  results = operation.run(call);
  // A write in place gives what is there already.
  if (operation.name.find("_.") != std::string::npos || operation.name.ends_with('_')) return;
  for (const Tensor& t : results)
    if (t.defined() && t.numel() <= most_elements && live_.size() < 12) live_.push_back(t);
}

void Program::differentiate(int order) {
  text = order == 1 ? "gradient" : "second gradient";
  results.clear();
  const Tensor y = weighted(order == 1 ? live_ : gradients_);
  if (!y.defined() || leaves_.empty()) return;
  results = torch::autograd::grad({y}, leaves_, {}, true, true, true);
  gradients_ = results;
}

}  // namespace diff
