#include "nn/layers/lazy.h"

#include <sstream>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"
#include "tensor/io/serialize.h"
#include "tensor/random/generator_impl.h"

namespace gradus::nn {

using gradus::detail::ModuleAccess;

namespace {

// --- Which size of its input a layer has in its options, and which of an input it is ------------

int64_t& size_of(LinearOptions& o) { return o.in_features(); }
template <size_t D>
int64_t& size_of(ConvOptions<D>& o) {
  return o.in_channels();
}
template <size_t D>
int64_t& size_of(ConvTransposeOptions<D>& o) {
  return o.in_channels();
}
template <class Options>
requires(requires(Options& o) { o.num_features(); }) int64_t& size_of(Options& o) {
  return o.num_features();
}

// The least size with which the layer can be made.
int64_t least(const LinearOptions&) { return 1; }
template <class Options>
int64_t least(const Options& o) {
  if constexpr (requires { o.groups(); })
    return std::max<int64_t>(o.groups(), 1);
  else
    return 1;
}
template <class Options>
Options with_least(Options o) {
  size_of(o) = least(o);
  return o;
}

int64_t size_in(const LinearImpl&, const Tensor& input) {
  if (input.dim() < 1) fail("LazyLinear: the input has no dims");
  return input.size(-1);
}
template <size_t D, class Derived>
int64_t size_in(const ConvNdImpl<D, Derived>&, const Tensor& input) {
  if (input.dim() != D + 1 && input.dim() != D + 2)
    fail("LazyConv{}d: the input needs {} or {} dims, got shape {}", D, D + 1, D + 2,
         input.sizes());
  return input.size(-int64_t(D) - 1);
}
template <int D, class Derived>
int64_t size_in(const BatchNormImplBase<D, Derived>&, const Tensor& input) {
  if (input.dim() < 2)
    fail("LazyBatchNorm{}d: the input needs 2 dims or more, got shape {}", D, input.sizes());
  return input.size(1);
}
template <int D, class Derived>
int64_t size_in(const InstanceNormImpl<D, Derived>&, const Tensor& input) {
  if (input.dim() != D + 1 && input.dim() != D + 2)
    fail("LazyInstanceNorm{}d: the input needs {} or {} dims, got shape {}", D, D + 1, D + 2,
         input.sizes());
  return input.size(-D - 1);
}

// The size that saved parameters are of, 0 where it cannot be told.
int64_t size_by(const LinearImpl&, const Tensor& weight) {
  return weight.dim() == 2 ? weight.size(1) : 0;
}
template <size_t D, class Derived>
int64_t size_by(const ConvNdImpl<D, Derived>& layer, const Tensor& weight) {
  if (weight.dim() != D + 2) return 0;
  return layer.options.transposed() ? weight.size(0) : weight.size(1) * layer.options.groups();
}
template <class Derived, class Options>
int64_t size_by(const NormImplBase<Derived, Options>&, const Tensor& weight) {
  return weight.numel();
}

}  // namespace

template <class Base>
LazyLayer<Base>::LazyLayer(const Options& options_) : LazyLayer(options_, get_rng_state()) {}
template <class Base>
LazyLayer<Base>::LazyLayer(const Options& options_, const Tensor& draws)
    : Base(with_least(options_)) {
  set_rng_state(draws);
  ModuleAccess::parameters(*this).clear();
  ModuleAccess::buffers(*this).clear();
  LazyLayer::reset();
}

template <class Base>
void LazyLayer<Base>::reset() {
  if (known_) return Base::reset();
  const Tensor draws = get_rng_state();
  size_of(this->options) = least(this->options);
  Base::reset();
  set_rng_state(draws);
  forget();
}

template <class Base>
void LazyLayer<Base>::initialize(int64_t size) {
  if (known_) return;
  // The tensors that others hold already take over what reset() makes.
  const auto parameters = ModuleAccess::parameters(*this), buffers = ModuleAccess::buffers(*this);
  const auto former = [&](const auto& item) {
    const auto* before = parameters.find(item.key());
    return before ? *before : buffers[item.key()];
  };
  ScalarType type = ScalarType::Undefined;
  for (const auto& item : parameters)
    if (item->defined() && type == ScalarType::Undefined) type = item->scalar_type();
  const auto clear = [&] {
    ModuleAccess::parameters(*this).clear();
    ModuleAccess::buffers(*this).clear();
  };
  const Tensor draws = get_rng_state();
  clear();
  try {
    size_of(this->options) = size;
    Base::reset();
  } catch (...) {
    size_of(this->options) = 0;
    ModuleAccess::parameters(*this) = parameters;
    ModuleAccess::buffers(*this) = buffers;
    for (const auto* list : {&parameters, &buffers})
      for (const auto& item : *list)
        if (Tensor* at = this->member(item.key())) *at = *item;
    throw;
  }
  known_ = true;
  bool converted = false;
  for (auto* list : {&ModuleAccess::parameters(*this), &ModuleAccess::buffers(*this)})
    for (auto& item : *list) {
      const Tensor before = former(item);
      if (!before.defined()) continue;
      if (before.is_floating_point()) {
        converted = converted || before.dtype() != item->dtype();
        before.set_data(item->detach().to(before.dtype()));
      }
      *item = before;
      if (Tensor* at = this->member(item.key())) *at = before;
    }
  // Drawn as a layer of this type draws.
  if (converted && type != ScalarType::Undefined) {
    set_rng_state(draws);
    this->reset_parameters();
  }
}

template <class Base>
void LazyLayer<Base>::initialize_parameters(const Tensor& input) {
  if (!known_) initialize(size_in(*this, input));
}

template <class Base>
std::function<void()> LazyLayer<Base>::take_sizes(
    const std::function<Tensor(const std::string&)>& saved) {
  if (known_) return {};
  for (const char* name : {"weight", "running_mean"}) {
    const Tensor t = saved(name);
    const int64_t size = t.defined() ? size_by(*this, t) : 0;
    if (size <= 0) continue;
    const Tensor draws = get_rng_state();  // what is drawn is written over
    initialize(size);
    set_rng_state(draws);
    return [this] { forget(); };
  }
  return {};
}

template <class Base>
void LazyLayer<Base>::load(serialize::InputArchive& archive) {
  const auto undo = take_sizes([&](const std::string& name) {
    Tensor saved;
    archive.try_read(name, saved);
    return saved;
  });
  try {
    Base::load(archive);
  } catch (...) {
    if (undo) undo();
    throw;
  }
}

template <class Base>
void LazyLayer<Base>::forget() {
  known_ = false;
  size_of(this->options) = 0;
  for (auto* list : {&ModuleAccess::parameters(*this), &ModuleAccess::buffers(*this)})
    for (auto& item : *list)
      if (item->defined() && item->is_floating_point())
        item->set_data(gradus::empty({0}, item->options().requires_grad(false)));
}

template <class Base>
void LazyLayer<Base>::pretty_print(std::ostream& out) const {
  std::ostringstream line;
  Base::pretty_print(line);
  std::string text = line.str();
  if (const size_t at = text.rfind("::", text.find('(')); !known_ && at != text.npos)
    text.insert(at + 2, "Lazy");
  out << text;
}

template class LazyLayer<LinearImpl>;
template class LazyLayer<Conv1dImpl>;
template class LazyLayer<Conv2dImpl>;
template class LazyLayer<Conv3dImpl>;
template class LazyLayer<ConvTranspose1dImpl>;
template class LazyLayer<ConvTranspose2dImpl>;
template class LazyLayer<ConvTranspose3dImpl>;
template class LazyLayer<BatchNorm1dImpl>;
template class LazyLayer<BatchNorm2dImpl>;
template class LazyLayer<BatchNorm3dImpl>;
template class LazyLayer<InstanceNorm1dImpl>;
template class LazyLayer<InstanceNorm2dImpl>;
template class LazyLayer<InstanceNorm3dImpl>;

}  // namespace gradus::nn
