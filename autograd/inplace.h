// Views and writes in place, with PyTorch's rules.
#pragma once

#include "autograd/record.h"

namespace gradus::autograd {

// Makes `out`, a window on x's storage, a differentiable view of x.
void mark_view(const Tensor& out, const Tensor& x, ViewKind kind = ViewKind::plain);

// A view and its product. `out` shares x's storage.
template <class F>
Tensor record_view(const char* op, const Tensor& x, Tensor out, F vjp) {
  mark_view(out, x);
  if (!GradMode::is_enabled() || !needs_grad(x)) return out;
  return record(op, std::move(out), wrt(x, std::move(vjp)));
}
// Several views by one operation, which may not be written in place later.
template <class F>
std::vector<Tensor> record_views(const char* op, const Tensor& x, std::vector<Tensor> outs, F vjp) {
  for (const Tensor& out : outs) mark_view(out, x, ViewKind::multi_output);
  return record_many(op, std::move(outs), wrt(x, std::move(vjp)));
}

// Throws unless `self` may be written in place now, `recorded` if something else needs a gradient
// of it.
void check_inplace(const char* op, const Tensor& self, bool recorded = false);
// What `self` holds before a write, with its history: for vjps that need the old value. Copies only
// when `needed` and something will be recorded.
Tensor value_before_write(const Tensor& self, bool needed);
// Counts the write and gives `self` the node as its history; if self is a view, its base too.
void rebase_history(const Tensor& self, Ref<Node> node);
void count_write(const Tensor& self);

// A write to `self`: checks, runs write(), counts it, and records it when grad mode is on and any
// input needs a gradient. The first wrt() must be self's own (use wrt_overwritten when nothing of
// it is left). No vjp may have saved `self` itself: see value_before_write. The node is there
// before the write, so that what throws while it is made leaves `self` as it was.
template <class Write, class... F>
Tensor& write_inplace(const char* op, const Tensor& self, Write&& write, Wrt<F>... w) {
  const bool needed = any_needs_grad(w...);
  check_inplace(op, self, needed);
  Recorded<F...>* node = nullptr;
  Ref<Node> owner;
  if (GradMode::is_enabled() && needed && differentiable(self)) {
    node = new Recorded<F...>(op, std::move(w)...);
    owner = Ref<Node>::first(node);
  }
  write();
  count_write(self);
  if (!node) return const_cast<Tensor&>(self);
  node->first_output = {self.impl()->sizes, self.dtype()};
  rebase_history(self, std::move(owner));
  node->keep_output(self);
  return const_cast<Tensor&>(self);
}

struct ZeroGradient {
  Tensor operator()(const Tensor& dy) const;
};
// The written tensor, none of whose old value reaches the result.
inline Wrt<ZeroGradient> wrt_overwritten(const Tensor& self) { return {self, {}}; }

}  // namespace gradus::autograd
