#include "autograd/function.h"

#include <cxxabi.h>

#include <algorithm>

#include "autograd/inplace.h"
#include "autograd/meta.h"
#include "autograd/saved_variable.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::autograd {

// The node of a Function; users see it as grad_fn only.
class FunctionNode final : public Node {
 public:
  // is_tensor: for each argument of forward, whether it is a tensor.
  FunctionNode(std::string name, FunctionBackward backward, const variable_list& inputs,
               std::vector<bool> is_tensor);
  std::string name() const override { return name_; }
  std::span<Edge> edges() override { return edges_; }
  void propagate(std::span<Tensor> dy, std::span<Tensor> dx) override;
  void release() override;
  AutogradContext& context() { return context_; }
  // Takes over what forward gave: sets histories, keeps what it saved.
  variable_list finish(const variable_list& inputs, variable_list outputs);

 private:
  friend class AutogradContext;
  void check_shape(size_t input, const Tensor& dx);
  std::string name_;
  FunctionBackward backward_;
  AutogradContext context_;
  std::vector<Edge> edges_;
  std::vector<bool> is_tensor_;
  saved_variable_list saved_;
  bool has_saved_ = false, released_ = false;
};

namespace {
bool contains(const variable_list& list, const Tensor& t) {
  return std::any_of(list.begin(), list.end(), [&](const Tensor& x) { return x.is_same(t); });
}
}  // namespace

void AutogradContext::save_for_backward(variable_list to_save) { to_save_ = std::move(to_save); }
void AutogradContext::mark_dirty(const variable_list& inputs) { dirty_ = inputs; }
void AutogradContext::mark_non_differentiable(const variable_list& outputs) {
  non_differentiable_ = outputs;
}

variable_list AutogradContext::get_saved_variables() const {
  if (!node_) return to_save_;
  if (node_->released_) detail::throw_released(*node_);
  variable_list out;
  for (const SavedVariable& s : node_->saved_) out.push_back(s.unpack(Ref<Node>(node_)));
  return out;
}

bool AutogradContext::needs_input_grad(size_t i) const {
  if (!node_) return false;
  if (i >= node_->edges_.size())
    fail_index("{}: needs_input_grad({}) of {} tensors", node_->name_, i, node_->edges_.size());
  return node_->edges_[i].is_valid();
}

FunctionNode::FunctionNode(std::string name, FunctionBackward backward, const variable_list& inputs,
                           std::vector<bool> is_tensor)
    : Node("function"),
      name_(std::move(name)),
      backward_(std::move(backward)),
      is_tensor_(std::move(is_tensor)) {
  op_ = name_.c_str();
  for (const Tensor& x : inputs) edges_.push_back(edge_to(x));
  context_.node_ = this;
}

void FunctionNode::propagate(std::span<Tensor> dy, std::span<Tensor> dx) {
  if (released_) detail::throw_released(*this);
  variable_list grads(dy.begin(), dy.end());
  if (context_.materialize_) grads = Grads(dy, *this).all();
  variable_list out = backward_(&context_, std::move(grads));
  // More than one gradient for each argument is fine as long as the rest are undefined.
  while (out.size() > is_tensor_.size() && !out.back().defined()) out.pop_back();
  if (out.size() != is_tensor_.size())
    fail("{}: backward returned {} gradients, expected {}", name_, out.size(), is_tensor_.size());
  size_t next = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    if (is_tensor_[i]) {
      if (ShapeReport::current && out[i].defined()) check_shape(next, out[i]);
      dx[next++] = std::move(out[i]);
    } else if (out[i].defined())
      fail("{}: backward returned a gradient for argument {}, which is not a tensor", name_, i);
  }
}

void FunctionNode::check_shape(size_t input, const Tensor& dx) {
  const Edge& e = edges_[input];
  if (!e.is_valid()) return;
  const Dims& x = e.function->output(e.input_nr).sizes;
  bool known = dx.sizes() == x.ref();
  for (size_t k = 0; k < num_inputs(); ++k) known = known || dx.sizes() == output(k).sizes.ref();
  if (!known && ShapeReport::current->empty())
    *ShapeReport::current =
        fmt::format("{} returned a gradient of shape {} for input {} of shape {}", name_,
                    dx.sizes(), input, x.ref());
}

void FunctionNode::release() {
  if (!has_saved_) return;
  saved_.clear();
  released_ = true;
}

variable_list FunctionNode::finish(const variable_list& inputs, variable_list outs) {
  const AutogradContext& ctx = context_;
  // A result among them, once it has a history, holds this node: it must go whatever throws.
  const variable_list to_save = std::exchange(context_.to_save_, {});
  if (outs.size() > 1) ensure_rare().outputs.resize(outs.size() - 1);
  const Ref<Node> self(this);
  for (size_t i = 0; i < outs.size(); ++i) {
    Tensor& out = outs[i];
    if (!out.defined()) continue;
    (i == 0 ? first_output : rare()->outputs[i - 1]) = {out.impl()->sizes, out.dtype()};
    const bool is_input = contains(inputs, out), dirty = contains(ctx.dirty_, out);
    if (dirty && !is_input) fail("{}: mark_dirty was given a tensor that is not an input", name_);
    if (contains(ctx.non_differentiable_, out) || !differentiable(out)) {
      if (is_input && !dirty) out = raw::window(out);
      continue;
    }
    if (dirty) {
      if (out.is_view() && outs.size() > 1)
        fail("{}: a view written in place must be the only output", name_);
      if (out.is_view())
        rebase_history(out, self);
      else
        set_history(out, self, uint32_t(i));
      continue;
    }
    if (is_input) {  // a result of its own, so that the input keeps its history
      const Tensor input = std::exchange(out, raw::window(out));
      mark_view(out, input, ViewKind::custom);
    } else if (out.is_view()) {
      out.impl()->view_kind = ViewKind::custom;
    }
    set_history(out, self, uint32_t(i));
  }
  for (const Tensor& t : to_save) {
    bool is_output = false;
    for (const Tensor& out : outs)
      is_output = is_output || (t.defined() && out.is_same(t) && t.impl()->history.get() == this);
    has_saved_ = has_saved_ || t.defined();
    saved_.emplace_back(t, is_output);
  }
  context_.dirty_.clear();
  context_.non_differentiable_.clear();
  return outs;
}

namespace detail {

void collect(const Tensor& t, variable_list& out, std::vector<bool>& is_tensor) {
  out.push_back(t);
  is_tensor.push_back(true);
}
void collect(const std::optional<Tensor>& t, variable_list& out, std::vector<bool>& is_tensor) {
  collect(t.value_or(Tensor()), out, is_tensor);
}
void collect(const std::vector<Tensor>& list, variable_list& out, std::vector<bool>& is_tensor) {
  for (const Tensor& t : list) collect(t, out, is_tensor);
}

std::string function_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  std::string name = text ? text.get() : type.name();
  if (const size_t colon = name.rfind("::"); colon != std::string::npos) name.erase(0, colon + 2);
  return name + "Backward";
}

variable_list run_function(std::string name, const variable_list& inputs,
                           std::vector<bool> is_tensor,
                           const std::function<variable_list(AutogradContext*)>& forward,
                           FunctionBackward backward) {
  bool any = false;
  if (GradMode::is_enabled())
    for (const Tensor& x : inputs) any = any || needs_grad(x);
  auto* node = new FunctionNode(std::move(name), std::move(backward),
                                any ? inputs : variable_list(inputs.size()), std::move(is_tensor));
  const Ref<Node> owner(node);
  variable_list outs;
  {
    const NoGradGuard no_grad;
    outs = forward(&node->context());
  }
  for (const Tensor& x : node->context().dirty()) {
    check_inplace(node->name().c_str(), x, any);
    count_write(x);
  }
  return any ? node->finish(inputs, std::move(outs)) : outs;
}

}  // namespace detail

Tensor custom(
    const std::string& name, const variable_list& inputs,
    const std::function<Tensor(const variable_list&)>& forward,
    std::function<variable_list(const Tensor&, const variable_list&, const Tensor&)> backward) {
  return detail::run_function(
      name, inputs, std::vector<bool>(inputs.size(), true),
      [&](AutogradContext* ctx) -> variable_list {
        const Tensor y = forward(inputs);
        variable_list keep = inputs;
        keep.push_back(y);
        ctx->save_for_backward(std::move(keep));
        return {y};
      },
      [backward = std::move(backward)](AutogradContext* ctx, variable_list dy) {
        variable_list saved = ctx->get_saved_variables();
        const Tensor y = std::move(saved.back());
        saved.pop_back();
        return backward(dy[0], saved, y);
      })[0];
}

}  // namespace gradus::autograd
