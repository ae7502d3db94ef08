#include "autograd/forward_ad.h"

#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "autograd/inplace.h"
#include "autograd/meta.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::autograd::forward_ad {
namespace {

// A dual tensor is an operation's output on the primal and a leaf, its source: a gradient by the
// source is one by the dual tensor.
struct Dual {
  Tensor source, tangent;
};
struct Level {
  std::mutex mutex;
  std::unordered_map<const TensorImpl*, Dual> duals;  // by their sources
};
Level& level_zero() {
  static Level level;
  return level;
}

void check_level(const char* op, std::optional<uint64_t> level) {
  if (level.value_or(0) != 0) fail("{}: there is one level, 0, got {}", op, *level);
}

// What y depends on: the duals of the level, and whether any other leaf.
struct Origins {
  std::vector<Dual> duals;
  bool others = false;
};
Origins origins_of(const Tensor& y) {
  Level& level = level_zero();
  const std::lock_guard lock(level.mutex);
  Origins found;
  std::unordered_set<const Node*> seen;
  std::vector<Ref<Node>> open{gradient_edge(y).function};
  while (!open.empty()) {
    const Ref<Node> node = std::move(open.back());
    open.pop_back();
    if (!node || !seen.insert(node.get()).second) continue;
    if (node->is_sink()) {
      const auto it = level.duals.find(&static_cast<AccumulateGrad&>(*node).leaf());
      if (it == level.duals.end())
        found.others = true;
      else
        found.duals.push_back(it->second);
    }
    for (const Edge& e : node->edges()) open.push_back(e.function);
  }
  return found;
}

// The Jacobian of y times the tangents: the derivative of u -> u'J, which is linear, times them.
Tensor tangent_of(const Tensor& y, const Origins& from) {
  variable_list sources, tangents;
  bool recorded = from.others && GradMode::is_enabled();
  for (const Dual& d : from.duals) {
    sources.push_back(d.source);
    tangents.push_back(d.tangent);
    recorded = recorded || (d.tangent.requires_grad() && GradMode::is_enabled());
  }
  const AutoGradMode on(true);
  const Tensor u = raw::zeros(y.sizes(), y.dtype()).requires_grad_();
  const variable_list dx = grad({y}, sources, {u}, true, true, true);
  variable_list products, weights;
  for (size_t i = 0; i < dx.size(); ++i) {
    if (!dx[i].defined() || !dx[i].requires_grad()) continue;
    products.push_back(dx[i]);
    weights.push_back(tangents[i]);
  }
  Tensor t;
  if (!products.empty())
    t = run_backward(products, weights, recorded, recorded, {&u, 1}, false, true, "unpack_dual")[0];
  return t.defined() ? t : raw::zeros(y.sizes(), y.dtype());
}

}  // namespace

uint64_t enter_dual_level() {
  if (detail::dual_level.exchange(true))
    fail("enter_dual_level: the level is open already, and levels do not nest");
  return 0;
}
void exit_dual_level(std::optional<uint64_t> level) {
  check_level("exit_dual_level", level);
  if (!detail::dual_level.exchange(false)) fail("exit_dual_level: no level is open");
  Level& zero = level_zero();
  std::unordered_map<const TensorImpl*, Dual> last;
  const std::lock_guard lock(zero.mutex);
  last.swap(zero.duals);
}

dual_level::~dual_level() {
  if (detail::dual_level) exit_dual_level(level_);  // else the program closed it itself
}

Tensor make_dual(const Tensor& tensor, const Tensor& tangent, std::optional<uint64_t> level) {
  check_level("make_dual", level);
  if (!detail::dual_level) fail("make_dual: no level is open, call enter_dual_level() first");
  if (!GradMode::is_enabled())
    fail("make_dual: nothing is recorded in no_grad mode, and a tangent follows the record");
  if (!tensor.defined() || !tangent.defined()) fail("make_dual: a tensor is undefined");
  if (!differentiable(tensor))
    fail("make_dual: only floating point tensors have tangents, got {}", tensor.dtype());
  if (tensor.dtype() != tangent.dtype())
    fail("make_dual: element types differ, {} and a tangent of {}", tensor.dtype(),
         tangent.dtype());
  if (!(tensor.sizes() == tangent.sizes()))
    fail("make_dual: shapes differ, {} and a tangent of {}", tensor.sizes(), tangent.sizes());
  if (tensor.is_inference())
    fail("make_dual: an inference tensor takes part in no graph; clone it first");
  // Read by nobody, so that one element does for all.
  const Tensor source =
      raw::expand(raw::zeros({}, tensor.dtype()), tensor.sizes()).requires_grad_();
  const auto same = [](const Tensor& dy) { return dy; };
  Tensor dual = record("make_dual", raw::window(tensor), wrt(tensor, same), wrt(source, same));
  Level& zero = level_zero();
  const std::lock_guard lock(zero.mutex);
  zero.duals.emplace(source.impl(), Dual{source, tangent});
  return dual;
}

UnpackedDualTensor unpack_dual(const Tensor& tensor, std::optional<uint64_t> level) {
  check_level("unpack_dual", level);
  if (!tensor.defined()) fail("unpack_dual: the tensor is undefined");
  if (!detail::dual_level || !needs_grad(tensor)) return {tensor, {}};
  const Origins from = origins_of(tensor);
  if (from.duals.empty()) return {tensor, {}};
  return {from.others ? tensor : tensor.detach(), tangent_of(tensor, from)};
}

}  // namespace gradus::autograd::forward_ad

namespace gradus {

Tensor _make_dual(const Tensor& primal, const Tensor& tangent, int64_t level) {
  return autograd::forward_ad::make_dual(primal, tangent, uint64_t(level));
}
std::tuple<Tensor, Tensor> _unpack_dual(const Tensor& dual, int64_t level) {
  auto [primal, tangent] = autograd::forward_ad::unpack_dual(dual, uint64_t(level));
  return {std::move(primal), std::move(tangent)};
}
Tensor Tensor::_fw_grad(uint64_t level) const {
  return autograd::forward_ad::unpack_dual(*this, level).tangent;
}

}  // namespace gradus
