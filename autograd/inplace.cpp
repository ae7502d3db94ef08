#include "autograd/inplace.h"

#include "autograd/meta.h"
#include "autograd/ops/view/strided.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::autograd {

void mark_view(const Tensor& out, const Tensor& x, ViewKind kind) {
  TensorImpl &o = *out.impl(), &from = *x.impl();
  if (from.inference) return;
  Ref<TensorImpl>(from.view_base ? from.view_base.get() : &from).swap(o.view_base);
  if (!GradMode::is_enabled()) kind = ViewKind::no_grad;
  // A view of a view that may not be written may not be written either.
  o.view_kind = from.view_base && from.view_kind != ViewKind::plain ? from.view_kind : kind;
  o.view_version = o.storage->version();
}

void check_inplace(const char* op, const Tensor& self, bool recorded) {
  const TensorImpl& t = *self.impl();
  if (t.inference && !InferenceMode::is_enabled())
    fail(
        "{}: an inference tensor cannot be written in place outside inference mode; clone it first",
        op);
  if (!GradMode::is_enabled() || !(t.requires_grad() || (recorded && differentiable(self)))) return;
  if (t.view_base) {
    if (t.view_kind == ViewKind::multi_output)
      fail("{}: a view that came from an operation with several views cannot be written in place",
           op);
    if (t.view_kind == ViewKind::no_grad)
      fail("{}: a view made in no_grad or inference mode cannot be written in place in grad mode",
           op);
    if (t.view_kind == ViewKind::custom)
      fail("{}: a view made by a custom function cannot be written in place", op);
    const Tensor base(t.view_base);
    if (t.requires_grad() && base.is_leaf())
      fail("{}: a view of a leaf that requires grad cannot be written in place", op);
  } else if (t.requires_grad() && self.is_leaf()) {
    fail("{}: a leaf that requires grad cannot be written in place", op);
  }
}

Tensor value_before_write(const Tensor& self, bool needed) {
  if (!needed || !GradMode::is_enabled()) return self;
  Tensor copy = raw::clone(self);
  if (Edge e = gradient_edge(self); e.is_valid()) {
    // A leaf cannot be here: check_inplace refuses it.
    set_history(copy, e.function, e.input_nr);
  }
  return copy;
}

Tensor ZeroGradient::operator()(const Tensor& dy) const {
  return raw::zeros(dy.sizes(), dy.dtype());
}

void count_write(const Tensor& self) {
  if (!self.impl()->untracked) self.impl()->storage->bump_version();
}

namespace {

// The history of a base after a write to one of its views: outside the view the gradient passes,
// inside it goes through the operation that wrote.
class CopySlices final : public Node {
 public:
  CopySlices(const Tensor& base, const TensorImpl& view, Ref<Node> write)
      : Node(write->op()),
        base_(*base.impl(), base.storage_offset()),
        view_(view, base.storage_offset()),
        write_(std::move(write)) {
    first_output = {base.impl()->sizes, base.dtype()};
    edges_.push_back(edge_to(base));
    const auto own = write_->edges();
    edges_.insert(edges_.end(), own.begin() + 1, own.end());
  }
  std::string name() const override { return "CopySlices"; }
  std::span<Edge> edges() override { return edges_; }
  void propagate(std::span<Tensor> dy, std::span<Tensor> dx) override {
    Tensor slice = strided_gather(dy[0], base_, view_);
    write_->propagate({&slice, 1}, dx);
    if (!edges_[0].is_valid()) return;
    const Tensor passed = dx[0].defined() ? dx[0] : raw::zeros(view_.sizes, dy[0].dtype());
    dx[0] = strided_scatter(dy[0], passed, base_, view_);
  }
  void release() override { write_->release(); }

 private:
  Window base_, view_;
  Ref<Node> write_;
  std::vector<Edge> edges_;
};

}  // namespace

void rebase_history(const Tensor& self, Ref<Node> node) {
  TensorImpl& t = *self.impl();
  if (!t.view_base) {
    set_history(self, std::move(node), 0);
    return;
  }
  const Tensor base(t.view_base);
  // A base that the write reached is from now on laid out in the tape as its storage is.
  set_history(base, Ref<Node>(new CopySlices(base, t, std::move(node))), 0);
  // The view takes its history from the base when it is next asked for.
  t.tracked = false;
  t.history.reset();
  t.view_version = t.storage->version() - 1;
}

}  // namespace gradus::autograd
