// Gradients that come to parameters past the aliases or by two ways, ranks that have no batch left,
// and errors.
#include <map>
#include <mutex>
#include <unordered_map>

#include "autograd/factories.h"
#include "autograd/meta.h"
#include "autograd/modes.h"
#include "autograd/ops/view/join.h"
#include "autograd/pass.h"
#include "distributed/data_parallel/agreement.h"
#include "distributed/data_parallel/reducer.h"
#include "distributed/group/hash.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

using autograd::Pass;

namespace {
// Whose gradients are on their way, who takes them, and in which pass: one that threw leaves its
// claims.
struct Claim {
  const Reducer* reducer;
  int pass;
};
std::mutex claims_mutex;
std::unordered_map<const TensorImpl*, Claim>& claims() {
  static auto& map = *new std::unordered_map<const TensorImpl*, Claim>;
  return map;
}
}  // namespace

// A parameter has one grad, which lies in one arena.
void Reducer::claim() {
  const int pass = Pass::current()->id();
  const std::lock_guard lock(claims_mutex);
  for (size_t i = 0; i < parameters_.size(); ++i)
    if (const auto at = claims().find(parameters_[i].impl());
        at != claims().end() && at->second.reducer != this && at->second.pass == pass)
      fail(
          "DistributedDataParallel: {} has gradients of two DistributedDataParallel in one "
          "backward pass",
          names_[i]);
  for (const Tensor& p : parameters_) claims()[p.impl()] = {this, pass};
}
void Reducer::release() noexcept {
  const std::lock_guard lock(claims_mutex);
  for (const Tensor& p : parameters_)
    if (const auto at = claims().find(p.impl()); at != claims().end() && at->second.reducer == this)
      claims().erase(at);
}

void Reducer::watch(size_t index) {
  hooks_[index] =
      parameters_[index].register_hook([self = weak_from_this(), index](const Tensor& g) {
        const auto reducer = self.lock();
        return reducer ? reducer->direct_gradient(index, g) : Tensor();
      });
}

// The program's hooks are to see the gradients that the own hook takes away.
void Reducer::put_own_hooks_last() {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const autograd::Meta* const m = autograd::meta(parameters_[i]);
    if (!hooks_[i] || !m || m->leaf_hooks.empty() || m->leaf_hooks.back().first == *hooks_[i])
      continue;
    parameters_[i].remove_hook(*hooks_[i]);
    watch(i);
  }
}

// The parameter's own hook. All aliases have run by then: leaves come last.
Tensor Reducer::direct_gradient(size_t index, const Tensor& gradient) {
  const Pass* const pass = Pass::current();
  if (!active_ || !pass || pass->id() != pass_ || pass->creates_graph()) return {};
  // With one leaf, what is collected lies in grad.
  if (!reduced_ && leaves_ == 1 && options_.mode() == SumMode::fast) return {};
  const autograd::Meta* const m = autograd::meta(parameters_[index]);
  if (m && !m->accumulated_hooks.empty())
    fail(
        "DistributedDataParallel: {} has a gradient past the module, which its hooks after "
        "accumulation would not see",
        names_[index]);
  const NoGradGuard no_grad;
  Place& p = places_[index];
  if (reduced_) {
    finalize();
  } else {
    if (!p.fired) {
      p.fired = true;
      start(index);
    }
    // As with several leaves, it is no part of the tree's sum.
    if (!collects_leaves(p)) {
      p.apart = true;
      if (p.local) p.leaves[0] = arena_.slice(index).clone();
    }
  }
  Tensor fresh = gradient.detach().contiguous();
  p.direct = p.direct.defined() ? p.direct + fresh : std::move(fresh);
  if (!reduced_) p.local = true;
  return zeros_like(p.direct);
}

void Reducer::exchange_direct() {
  const NoGradGuard no_grad;
  std::map<ScalarType, std::vector<size_t>> found;
  for (size_t i = 0; i < places_.size(); ++i)
    if (places_[i].direct.defined()) found[parameters_[i].scalar_type()].push_back(i);
  for (const auto& [type, indices] : found) {
    std::vector<Tensor> parts;
    for (const size_t i : indices)
      parts.push_back(std::exchange(places_[i].direct, Tensor()).reshape({-1}));
    Tensor gradients = cat(parts);
    if (group_->getSize() > 1)
      average(gradients, in_pass("gradients past the module of " + listed(indices)))->wait();
    if (divisor_ != group_->getSize()) gradients.div_(divisor_);
    int64_t at = 0;
    for (const size_t i : indices) {
      const Tensor& p = parameters_[i];
      const Tensor part = gradients.narrow(0, at, p.numel()).view(p.sizes()).detach();
      Tensor& grad = p.mutable_grad();  // a hook may have dropped it
      if (grad.defined())
        grad.add_(part);
      else
        grad = part;
      at += p.numel();
    }
  }
}

void Reducer::tell_accumulated(size_t index) {
  const autograd::Edge sink = autograd::gradient_edge(parameters_[index]);
  if (!sink.is_valid() || !sink.function->is_sink()) return;
  static_cast<autograd::AccumulateGrad&>(*sink.function).tell_accumulated();
}

void Reducer::shadow() {
  const NoGradGuard no_grad;
  std::vector<intrusive_ptr<Work>> works;
  std::vector<Tensor> zeros_of_buckets;  // the arena holds what the program may still read
  ++backward_passes_;
  frozen_ = frozen();
  own_.clear();  // the others have begun another step
  for (size_t b = 0; b < arena_.buckets().size(); ++b) {
    zeros_of_buckets.push_back(zeros_like(arena_.buckets()[b].gradients));
    works.push_back(average(zeros_of_buckets.back(), in_pass(fmt::format("bucket {}", b))));
  }
  for (Place& p : places_) {
    p.local = false;
    p.mean = -1;
  }
  used_somewhere();
  for (const auto& work : works) work->wait();
}

void Reducer::count_forward() {
  ++forward_passes_;
  backward_passes_ = 0;
}

// Some names, and a number that tells any two lists apart.
std::string Reducer::listed(const std::vector<size_t>& indices) const {
  constexpr size_t most = 3;
  std::string list;
  uint64_t h = hash_of_nothing;
  for (size_t k = 0; k < indices.size(); ++k) {
    if (k < most) list += (k ? ", " : "") + names_[indices[k]];
    h = hash(names_[indices[k]], h);
  }
  if (indices.size() <= most) return list;
  return fmt::format("{} and {} more ({:x})", list, indices.size() - most, h);
}

// What a rank alone has frozen would stay without the gradient that the others have.
std::string Reducer::frozen() const {
  if (options_.find_unused_parameters() || options_.static_graph()) return {};
  std::vector<size_t> indices;
  for (size_t i = 0; i < parameters_.size(); ++i)
    if (!parameters_[i].requires_grad()) indices.push_back(i);
  return indices.empty() ? "" : " without " + listed(indices);
}

// What is in grad when a pass begins, of which ranks that have another one would end with another
// sum. All slices of a type have one version. Zeros are nothing. Within join() a rank without a
// batch keeps what the others may have dropped.
std::string Reducer::find_own() {
  std::vector<size_t> own, means;
  const bool agrees_on_means = !joined_ && group_->getSize() > 1;
  for (size_t i = 0; i < places_.size(); ++i) {
    const Tensor& grad = parameters_[i].mutable_grad();
    Place& p = places_[i];
    p.own = false;
    if (p.local || !grad.defined()) continue;
    const bool is_mean = arena_.holds(i, grad) && arena_.slice(i)._version() == p.mean;
    if ((is_mean && !agrees_on_means) || !grad.detach().any().item<bool>()) continue;
    p.own = !is_mean;
    (is_mean ? means : own).push_back(i);
  }
  return (own.empty() ? "" : " with own gradients of " + listed(own)) +
         (means.empty() ? "" : " with the last gradients of " + listed(means));
}

// What is exchanged in this backward pass, on which ranks must agree.
std::string Reducer::in_pass(const std::string& what) const {
  const std::string failed =
      failed_passes_ ? fmt::format(", with {} that threw", failed_passes_) : "";
  return fmt::format("{} of backward pass {} after forward pass {}{}{}{}", what, backward_passes_,
                     forward_passes_, failed, frozen_, own_);
}

void Reducer::throw_unused() const {
  std::string list;
  constexpr size_t most = 10;
  for (size_t k = 0; k < unused_.size() && k < most; ++k)
    list += (k ? ", " : "") + names_[unused_[k]];
  if (unused_.size() > most) list += fmt::format(" and {} more", unused_.size() - most);
  fail(
      "DistributedDataParallel: the backward pass found no gradient for {} of {} parameters: {}; "
      "set find_unused_parameters(true) if that is meant",
      unused_.size(), places_.size(), list);
}

}  // namespace gradus::distributed
