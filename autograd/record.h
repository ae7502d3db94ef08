// The door onto the tape: an operation's result, and for each input its vector-Jacobian product.
//
//   auto sa = save(a), sb = save(b);
//   return record("mm", raw::mm(a, b),
//                 wrt(a, [sb](const Tensor& dy) { return mm(dy, sb->t()); }),
//                 wrt(b, [sa](const Tensor& dy) { return mm(sa->t(), dy); }));
//
// - Tensors that a vjp needs are captured as Saved, never as Tensor: it checks that nobody wrote to
//   them since, and is freed by the backward pass.
// - A vjp that needs the operation's own output takes it as a second argument; capturing it would
//   make a cycle. One that needs only the shape of its input takes a `const OutputInfo&`.
// - vjps are written in taped operations, so that they can be differentiated again.
// - A gradient wider than its input by broadcasting is summed by the engine, and a gradient of
//   another type converted.
#pragma once

#include <optional>
#include <tuple>

#include "autograd/modes.h"
#include "autograd/node.h"

namespace gradus::autograd {

namespace detail {
// The sign bit while hooks pack what this thread saves (see graph.h), else 0.
[[gnu::visibility("default"),
  gnu::tls_model("initial-exec")]] inline constinit thread_local int saved_hooks = 0;
}  // namespace detail

// A tensor kept for the backward pass. Where hooks pack what is saved, the tensor is another
// without elements, in whose slot stands how the right one is had.
class Saved {
 public:
  Saved() = default;
  explicit Saved(const Tensor& t) : tensor_(t) {
    if (t.defined()) {
      version_ = t.impl()->storage->version();
      if (t.impl()->inference) check_inference();
    }
  }
  Saved(const Saved& o) : tensor_(o.tensor_), version_(o.version_) { count(); }
  Saved(Saved&& o) noexcept : tensor_(std::move(o.tensor_)), version_(o.version_) {
    if (tensor_.defined()) count();
  }
  Saved& operator=(const Saved&) = default;
  Saved& operator=(Saved&&) noexcept = default;

  bool defined() const { return tensor_.defined(); }
  // Throws when the tensor was written to since it was saved.
  const Tensor& operator*() const {
    if (tensor_.defined() && tensor_.impl()->storage->version() != version_) return unpacked();
    return tensor_;
  }
  const Tensor* operator->() const { return &**this; }
  operator const Tensor&() const { return **this; }

  // A node learns by these two whether the closures that it moves into itself between them save
  // anything. What hooks pack is packed by such a move, so that nothing is that no node keeps.
  static void begin_moves() { moved = detail::saved_hooks; }
  static bool end_moves() { return moved >= 0 ? moved > 0 : end_packing(); }
  // Lets the hooks have the tensor. An error waits for end_moves().
  void pack() noexcept;
  // Counts a move.
  static bool count_packs() { return ++moved < 0; }

 private:
  void count() noexcept {
    if (count_packs()) [[unlikely]]
      pack();
  }
  const Tensor& unpacked() const;
  static bool end_packing();
  static void check_inference();
  [[gnu::visibility("default"),
    gnu::tls_model("initial-exec")]] static inline constinit thread_local int moved = 0;
  Tensor tensor_;
  uint32_t version_ = 0;
};

inline Saved save(const Tensor& t) { return Saved(t); }

class SavedList {
 public:
  explicit SavedList(TensorList list) : list_(list.begin(), list.end()) {}
  SavedList(const SavedList&) = default;
  SavedList(SavedList&& o) noexcept : list_(std::move(o.list_)) {
    if (Saved::count_packs()) [[unlikely]]
      for (Saved& s : list_) s.pack();
  }
  size_t size() const { return list_.size(); }
  const Tensor& operator[](size_t i) const { return *list_[i]; }
  std::vector<Tensor> tensors() const {
    std::vector<Tensor> out;
    for (const Saved& s : list_) out.push_back(*s);
    return out;
  }

 private:
  std::vector<Saved> list_;
};

// The gradients of an operation with several outputs; those that did not come are zeros.
class Grads {
 public:
  Grads(std::span<Tensor> dy, const Node& node) : dy_(dy), node_(node) {}
  size_t size() const { return dy_.size(); }
  bool defined(size_t i) const { return dy_[i].defined(); }
  Tensor operator[](size_t i) const;
  std::vector<Tensor> all() const;

 private:
  std::span<Tensor> dy_;
  const Node& node_;
};

// An operation's own output, kept without its history and given back with it.
class SavedOutput {
 public:
  void keep(const Tensor& out);
  Tensor restore(Node* node) const;
  void reset() { tensor_.reset(); }

 private:
  Tensor unpacked(Node& node) const;
  Tensor tensor_;
  uint32_t version_ = 0;
};

// Which inputs want a gradient.
using Needs = std::vector<bool>;

template <class F>
struct Wrt {
  const Tensor& x;
  F vjp;
};
// `x` with the product that carries a gradient of the result to it.
template <class F>
Wrt<F> wrt(const Tensor& x, F vjp) {
  return {x, std::move(vjp)};
}

// An inference tensor takes part in no graph, also where its requires_grad is set.
inline bool needs_grad(const Tensor& t) {
  return t.defined() && t.impl()->requires_grad() && !t.impl()->inference;
}
inline bool differentiable(const Tensor& t) { return is_floating(t.dtype()); }
template <class... F>
bool any_needs_grad(const Wrt<F>&... w) {
  return (needs_grad(w.x) || ...);
}

namespace detail {
[[noreturn]] void throw_released(const Node& node);

template <class F>
inline constexpr bool takes_output = std::is_invocable_v<F&, const Tensor&, const Tensor&>;
template <class F>
inline constexpr bool takes_grads = std::is_invocable_v<F&, const Grads&>;
template <class F>
inline constexpr bool takes_needs_and_output =
    std::is_invocable_v<F&, const Tensor&, const Needs&, const Tensor&>;
template <class F>
inline constexpr bool takes_input = std::is_invocable_v<F&, const Tensor&, const OutputInfo&>;
// Throws where x was given another shape behind its history's back.
void check_input(const Node& node, const Edge& edge, const Tensor& x);
}  // namespace detail

template <class... F>
class Recorded final : public Node {
 public:
  Recorded(const char* op, Wrt<F>&&... w) : Node(op), edges_{edge_to(w.x)...} {
    Saved::begin_moves();
    fill(std::index_sequence_for<F...>{}, std::move(w)...);
    saves_ = Saved::end_moves();
  }
  std::span<Edge> edges() override { return edges_; }
  void keep_output(const Tensor& out) {
    if constexpr ((detail::takes_output<F> || ...)) {
      if (wants_output(std::index_sequence_for<F...>{})) {
        saves_ = released_ = true;  // where a hook throws
        output_.keep(out);
        released_ = false;
      }
    }
  }
  void propagate(std::span<Tensor> dy, std::span<Tensor> dx) override {
    if (released_) detail::throw_released(*this);
    apply_each(std::index_sequence_for<F...>{}, dy, dx);
  }
  void release() override {
    if (!saves_) return;
    std::apply([](auto&... f) { (f.reset(), ...); }, vjps_);
    output_.reset();
    released_ = true;
  }

 private:
  template <size_t... I>
  void fill(std::index_sequence<I...>, Wrt<F>&&... w) {
    const auto one = [&]<class V>(const Edge& edge, std::optional<V>& f, Wrt<V>& from) {
      if (!edge.is_valid()) return;
      if constexpr (detail::takes_input<V>) detail::check_input(*this, edge, from.x);
      f.emplace(std::move(from.vjp));
    };
    (one(edges_[I], std::get<I>(vjps_), w), ...);
  }
  template <size_t... I>
  bool wants_output(std::index_sequence<I...>) const {
    return ((detail::takes_output<F> && std::get<I>(vjps_).has_value()) || ...);
  }
  template <size_t... I>
  void apply_each(std::index_sequence<I...>, std::span<Tensor> dy, std::span<Tensor> dx) {
    [[maybe_unused]] Tensor y;
    if constexpr ((detail::takes_output<F> || ...)) y = output_.restore(this);
    const auto one = [&]([[maybe_unused]] const Edge& edge, auto& f) -> Tensor {
      using V = std::remove_reference_t<decltype(*f)>;
      if constexpr (detail::takes_input<V>)
        return (*f)(static_cast<const Tensor&>(dy[0]), edge.function->output(edge.input_nr));
      else if constexpr (detail::takes_grads<V>)
        return (*f)(Grads(dy, *this));
      else if constexpr (detail::takes_output<V>)
        return (*f)(static_cast<const Tensor&>(dy[0]), static_cast<const Tensor&>(y));
      else
        return (*f)(static_cast<const Tensor&>(dy[0]));
    };
    ((std::get<I>(vjps_) ? (void)(dx[I] = one(edges_[I], std::get<I>(vjps_))) : void()), ...);
  }

  Edge edges_[sizeof...(F)];
  std::tuple<std::optional<F>...> vjps_;
  SavedOutput output_;
  bool saves_ = false, released_ = false;
};

// For operations whose gradients come together, or whose number of inputs is known only at run
// time.
template <class F>
class RecordedJoint final : public Node {
 public:
  RecordedJoint(const char* op, TensorList inputs, F&& vjp) : Node(op) {
    edges_.reserve(inputs.size());
    for (const Tensor& x : inputs) {
      edges_.push_back(edge_to(x));
      needs_.push_back(edges_.back().is_valid());
    }
    Saved::begin_moves();
    vjp_.emplace(std::move(vjp));
    saves_ = Saved::end_moves();
  }
  std::span<Edge> edges() override { return edges_; }
  void keep_output(const Tensor& out) {
    if constexpr (detail::takes_needs_and_output<F>) {
      saves_ = released_ = true;  // where a hook throws
      output_.keep(out);
      released_ = false;
    }
  }
  void propagate(std::span<Tensor> dy, std::span<Tensor> dx) override {
    if (released_) detail::throw_released(*this);
    std::vector<Tensor> out;
    if constexpr (std::is_invocable_v<F&, const Grads&, const Needs&>)
      out = (*vjp_)(Grads(dy, *this), needs_);
    else if constexpr (detail::takes_needs_and_output<F>)
      out = (*vjp_)(static_cast<const Tensor&>(dy[0]), needs_,
                    static_cast<const Tensor&>(output_.restore(this)));
    else
      out = (*vjp_)(static_cast<const Tensor&>(dy[0]), needs_);
    for (size_t i = 0; i < dx.size() && i < out.size(); ++i) dx[i] = std::move(out[i]);
  }
  void release() override {
    if (!saves_) return;
    vjp_.reset();
    output_.reset();
    released_ = true;
  }

 private:
  std::vector<Edge> edges_;
  Needs needs_;
  std::optional<F> vjp_;
  SavedOutput output_;
  bool saves_ = false, released_ = false;
};

namespace detail {
void set_outputs(Ref<Node>&& node, const Tensor& out);
void set_outputs(const Ref<Node>& node, TensorList outs);
}  // namespace detail

// y, whose node is from now on that of `op`: for what is made of other operations.
Tensor called(const char* op, Tensor y);

// y, the gradients of whose operation count as read from `inputs` even where their slope by these
// is zero (a pooling's) or where they read others alone (a convolution's): with create_graph each
// has a history then, as in PyTorch, and a gradient of it gives zeros.
Tensor linked(InputSet inputs, Tensor y);

// Records `out` as the result of `op` on the inputs that the wrt() name, if any needs a gradient
// and grad mode is on; costs next to nothing otherwise.
template <class... F>
Tensor record(const char* op, Tensor out, Wrt<F>... w) {
  if (!GradMode::is_enabled() || !any_needs_grad(w...) || !differentiable(out)) return out;
  auto* node = new Recorded<F...>(op, std::move(w)...);
  detail::set_outputs(Ref<Node>::first(node), out);
  node->keep_output(out);
  return out;
}

// Several outputs: the vjps take `const Grads&`. Outputs that are not floating point get no
// history.
template <class... F>
std::vector<Tensor> record_many(const char* op, std::vector<Tensor> outs, Wrt<F>... w) {
  if (!GradMode::is_enabled() || !any_needs_grad(w...)) return outs;
  const auto owner = Ref<Node>::first(new Recorded<F...>(op, std::move(w)...));
  detail::set_outputs(owner, TensorList(outs));
  return outs;
}

// One vjp for all inputs: vjp(dy, needs) gives a vector with a gradient per input; where needs[i]
// is false the place may stay undefined. Inputs may be undefined tensors. One that needs the
// operation's own output takes it as a third argument.
template <class F>
Tensor record_joint(const char* op, Tensor out, TensorList inputs, F vjp) {
  bool any = false;
  if (GradMode::is_enabled() && differentiable(out))
    for (const Tensor& x : inputs) any = any || needs_grad(x);
  if (!any) return out;
  auto* node = new RecordedJoint<F>(op, inputs, std::move(vjp));
  detail::set_outputs(Ref<Node>::first(node), out);
  node->keep_output(out);
  return out;
}
template <class F>
std::vector<Tensor> record_joint_many(const char* op, std::vector<Tensor> outs, TensorList inputs,
                                      F vjp) {
  bool any = false;
  if (GradMode::is_enabled())
    for (const Tensor& x : inputs) any = any || needs_grad(x);
  if (!any) return outs;
  const auto owner = Ref<Node>::first(new RecordedJoint<F>(op, inputs, std::move(vjp)));
  detail::set_outputs(owner, TensorList(outs));
  return outs;
}

}  // namespace gradus::autograd
