#include "autograd/elementwise.h"

#include <string_view>

#include "autograd/formula_info.h"
#include "tensor/base/fail.h"

namespace gradus::autograd {

constinit const Tensor Operand::no_tensor;

namespace {

// The type of the tensors where all have the same floating type, which numbers do not change; else
// undefined.
inline ScalarType one_floating_type(Operands x) {
  ScalarType type = ScalarType::Undefined;
  for (const Operand& o : x) {
    const TensorImpl* t = o.tensor.impl();
    if (!t) {
      if (o.is_undefined()) return ScalarType::Undefined;
      continue;
    }
    if (t->wrapped_number || (type != ScalarType::Undefined && type != t->dtype))
      return ScalarType::Undefined;
    type = t->dtype;
  }
  return is_floating(type) ? type : ScalarType::Undefined;
}

// Whether libtorch looks for bool before it looks for a kernel, and throws another error.
bool refuses_bool(std::string_view op) {
  return op == "neg" || op == "neg_" || op == "relu" || op == "relu_";
}

ScalarType promoted_type(const char* op, unsigned on, Operands x) {
  raw::Promotion p;
  for (const Operand& o : x) {
    if (o.is_undefined()) fail("{}: an operand is undefined, it was never given a value", op);
    if (o.is_number())
      p.add(o.number);
    else
      p.add(o.tensor);
  }
  const ScalarType type = p.result();
  if (on >> int(type) & 1) return type;
  if (!is_floating(type) && !(on & formulas::types::integral) && (on & formulas::types::floating))
    return get_default_dtype();
  if (type == kBool && refuses_bool(op)) fail("{}: not implemented for bool", op);
  fail_not_implemented("{}: not implemented for {}", op, type);
}

}  // namespace

ScalarType compute_type(const char* op, unsigned on, Operands x) {
  const ScalarType type = one_floating_type(x);
  // The bit of the undefined type is in no formula's set.
  return on >> int(type) & 1 ? type : promoted_type(op, on, x);
}

namespace {

constexpr size_t max_arity = 4;

// A formula's place on the tape: the operands and output that its slopes read, each kept once.
class FormulaNode final : public Node {
 public:
  FormulaNode(int formula, const char* op, ScalarType type, Operands x)
      : Node(op), info_(formula_info(formula)), row_(raw::kernels_of(formula)), type_(type) {
    for (size_t i = 0; i < x.size(); ++i) {
      edges_[i] = edge_to(x[i].tensor);
      numbers_ |= uint8_t(x[i].is_number() << i);
    }
  }
  std::string name() const override {
    std::string kinds(size_t(info_.arity), 't');
    for (size_t i = 0; i < kinds.size(); ++i)
      if (numbers_ >> i & 1) kinds[i] = 'n';
    return name_for(kinds);
  }
  // Apart from the constructor, since a write in place comes between.
  [[gnu::always_inline]] void save(Operands x) {
    const unsigned keep = kept();
    for (size_t k = 0; k < x.size(); ++k) {
      if (!(keep >> k & 1)) continue;
      if (x[k].is_number())
        number_[k] = x[k].number;
      else
        saved_[k] = Saved(x[k].tensor);
      saves_ = saves_ || !x[k].is_number();
    }
    if (detail::saved_hooks) [[unlikely]]
      pack_saved();
  }
  [[gnu::noinline]] void pack_saved() {
    Saved::begin_moves();
    for (Saved& s : saved_)
      if (s.defined()) s.pack();
    Saved::end_moves();
  }
  void keep_output(const Tensor& y) {
    if (!(kept() & formulas::saves::output)) return;
    saves_ = true;  // also when it throws
    output_.keep(y);
  }

  std::span<Edge> edges() override { return {edges_, size_t(info_.arity)}; }
  void propagate(std::span<Tensor> dy, std::span<Tensor> dx) override {
    if (released_) detail::throw_released(*this);
    const Tensor y = output_.restore(this);
    for (size_t i = 0; i < dx.size(); ++i)
      if (edges_[i].is_valid() && info_.slope[i]) dx[i] = carry(i, dy[0], y);
  }
  void release() override {
    if (!saves_) return;
    for (Saved& s : saved_) s = Saved();
    output_.reset();
    released_ = true;
  }

  // The operands and output that the slopes of those inputs that need a gradient read.
  unsigned kept() const {
    unsigned keep = 0;
    for (size_t i = 0; i < size_t(info_.arity); ++i)
      if (edges_[i].is_valid()) keep |= info_.keep[i];
    return keep;
  }

 private:
  Tensor carry(size_t i, const Tensor& dy, const Tensor& y) const {
    const unsigned keep = info_.keep[i];
    const size_t n = size_t(info_.arity);
    // Recorded, or a slope that reads nothing and so is a constant: the formula itself.
    if (GradMode::is_enabled() || keep == 0) {
      Traced x[max_arity] = {0.0, 0.0, 0.0, 0.0};
      for (size_t k = 0; k < n; ++k)
        if (keep >> k & 1)
          x[k] = saved_[k].defined() ? Traced(operand(k)) : Traced(number_[k].toDouble());
      const Traced slope = info_.slope[i](x, y.defined() ? Traced(y) : Traced(0.0));
      Tensor dx = slope.is(0) ? raw::zeros(dy.sizes(), type_) : (Traced(dy) * slope).tensor();
      if (!info_.linked || keep == 0 || dx.requires_grad()) return dx;
      return link(dx, {edges_, edges_ + n});
    }
    raw::Arg args[max_arity + 2];
    size_t count = 0;
    args[count++] = raw::Arg(dy, type_);
    for (size_t k = 0; k < n; ++k)
      if (keep >> k & 1)
        args[count++] =
            saved_[k].defined() ? raw::Arg(*saved_[k], type_) : raw::Arg(number_[k], type_);
    if (keep & formulas::saves::output) args[count++] = raw::Arg(y, type_);
    return raw::elementwise(op(), row_.slope[i][type_ == kDouble], type_, raw::Args(args, count));
  }

  // A saved operand in the type that the formula computes in.
  Tensor operand(size_t k) const {
    const Tensor& x = *saved_[k];
    return is_floating(x.dtype()) && x.dtype() != type_ ? x.to(type_) : x;
  }

  const FormulaInfo& info_;
  const kernels::Row& row_;
  ScalarType type_;
  bool saves_ = false, released_ = false;
  uint8_t numbers_ = 0;  // which operands are no tensors
  Edge edges_[max_arity];
  Saved saved_[max_arity];
  Scalar number_[max_arity];
  SavedOutput output_;
};

// The operands as the kernel takes them.
struct KernelArgs {
  size_t count;
  raw::Arg args[max_arity];
  KernelArgs(Operands x, ScalarType type)
      : count(x.size()), args{arg(x, 0, type), arg(x, 1, type), arg(x, 2, type), arg(x, 3, type)} {}
  operator raw::Args() const { return {args, count}; }

 private:
  static raw::Arg arg(Operands x, size_t i, ScalarType type) {
    return i < x.size() ? x[i].arg(type) : raw::Arg();
  }
};

bool records(const FormulaInfo& info, Operands x) {
  if (!GradMode::is_enabled()) return false;
  for (size_t i = 0; i < x.size(); ++i)
    if (info.slope[i] && needs_grad(x[i].tensor)) return true;
  return false;
}

}  // namespace

Tensor apply_formula(int formula, const char* op, Operands x) {
  const FormulaInfo& info = formula_info(formula);
  const ScalarType type = compute_type(op, info.on, x);
  Tensor y = raw::elementwise(op, raw::kernels_of(formula).value[int(type)],
                              info.to_bool ? kBool : type, KernelArgs(x, type));
  if (!records(info, x) || !differentiable(y)) return y;
  auto* node = new FormulaNode(formula, op, type, x);
  auto owner = Ref<Node>::first(node);
  node->save(x);
  detail::set_outputs(std::move(owner), y);
  node->keep_output(y);
  return y;
}

void apply_formula_(int formula, const char* op, Operands x) {
  const FormulaInfo& info = formula_info(formula);
  const Tensor& self = x[0].tensor;
  const ScalarType type = compute_type(op, info.on, x);
  const ScalarType out = info.to_bool ? kBool : type;
  if (!raw::can_cast(out, self.dtype()))
    fail("{}: a result of {} cannot be written to a tensor of {}", op, out, self.dtype());
  const bool recorded = records(info, x) && differentiable(self);
  check_inplace(op, self, recorded);
  // Its old history would be that of another value.
  if (!info.slope[0] && GradMode::is_enabled() && needs_grad(self))
    fail("{}: the result has no gradient, it cannot be written to a tensor that requires grad", op);
  const kernels::Loop f = raw::kernels_of(formula).value[int(type)];

  Ref<Node> owner;
  if (recorded) {
    auto* node = new FormulaNode(formula, op, type, x);
    owner = Ref<Node>::first(node);
    // What a slope reads of the written memory is kept as it was before.
    Tensor values[max_arity];
    std::vector<Operand> before;
    const unsigned keep = node->kept();
    for (size_t k = 0; k < x.size(); ++k) {
      if (!x[k].is_number() && x[k].tensor.is_alias_of(self)) {
        values[k] = value_before_write(x[k].tensor, (keep >> k & 1) != 0);
        before.emplace_back(values[k]);
      } else {
        before.push_back(x[k]);
      }
    }
    node->save(before);
  }
  if (out == self.dtype())
    raw::elementwise_into(op, f, self, KernelArgs(x, type));
  else
    raw::copy(self, raw::elementwise(op, f, out, KernelArgs(x, type)), op);
  count_write(self);
  if (owner) {
    auto* node = static_cast<FormulaNode*>(owner.get());
    node->first_output = {self.impl()->sizes, self.dtype()};
    try {
      node->keep_output(self);
    } catch (...) {
      // A pack hook threw, but self is written: the past that it had is not its own any more.
      node->release();
      rebase_history(self, std::move(owner));
      throw;
    }
    rebase_history(self, std::move(owner));
  }
}

}  // namespace gradus::autograd
