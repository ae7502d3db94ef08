#include "nn/gradcheck.h"

#include "tensor/random/generator_impl.h"
#include "tensor/raw.h"

namespace gradus::detail {
namespace {

// Takes a module to float64, and puts every tensor of it back at the end.
class InDouble {
 public:
  explicit InDouble(nn::Module& module) {
    const auto keep = [&](const Tensor& t) {
      if (!t.defined()) return;
      kept_.push_back({t, t.detach()});
      // A copy: what the check writes must not reach the original.
      t.set_data(raw::clone(is_floating(t.dtype()) ? raw::to_dtype(t, kDouble) : t));
    };
    for (const Tensor& p : module.parameters()) keep(p);
    for (const Tensor& b : module.buffers()) keep(b);
  }
  InDouble(const InDouble&) = delete;
  InDouble& operator=(const InDouble&) = delete;
  ~InDouble() {
    for (const Kept& k : kept_) k.tensor.set_data(k.data);
  }

 private:
  struct Kept {
    Tensor tensor, data;
  };
  std::vector<Kept> kept_;
};

// Makes every evaluation draw the same numbers, and leaves the generator as it was.
class SameDraws {
 public:
  void rewind() const { set_rng_state(state_); }
  ~SameDraws() { set_rng_state(state_); }

 private:
  Tensor state_ = get_rng_state();
};

}  // namespace

bool check_module(nn::Module& module, const autograd::detail::ListFunction& forward,
                  const std::vector<Tensor>& inputs, const autograd::GradcheckOptions& options,
                  bool second_order) {
  const InDouble in_double(module);
  const SameDraws draws;
  std::vector<Tensor> all;
  for (const Tensor& x : inputs) {
    const bool floating = x.defined() && is_floating(x.dtype());
    all.push_back(floating ? raw::clone(raw::to_dtype(x, kDouble)).requires_grad_() : x);
  }
  for (const Tensor& p : module.parameters())
    if (p.requires_grad()) all.push_back(p);
  // The module reads its parameters itself, where the check moves them.
  const auto f = [&](const std::vector<Tensor>& x) {
    draws.rewind();
    return forward({x.begin(), x.begin() + std::ptrdiff_t(inputs.size())});
  };
  return second_order ? autograd::detail::gradgradcheck(f, all, {}, options)
                      : autograd::detail::gradcheck(f, all, options);
}

}  // namespace gradus::detail
