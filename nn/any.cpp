#include "nn/any.h"

#include "nn/cloneable.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

using detail::demangle;

void AnyValue::throw_wrong_type(const std::type_info& wanted) const {
  fail("AnyValue: it holds {}, not {}", demangle(type_info()), demangle(wanted));
}

namespace {
// Whether hooks of all modules are to be called.
bool of_all() { return gradus::detail::hooks_of_all.load(std::memory_order_relaxed); }
}  // namespace

Tensor AnyModuleContent::call(Tensor) {
  fail("{}: forward() is not from one tensor to one tensor", demangle(*type));
}

AnyValue AnyModuleContent::forward(std::vector<AnyValue>&& arguments) {
  if (arguments.size() < arity) {
    const DefaultArguments defaults = module->_forward_default_args();
    if (!defaults.empty() && arguments.size() < defaults.front().first)
      fail("{}: forward() takes at least {} arguments, {} given", demangle(*type),
           defaults.front().first, arguments.size());
    for (const auto& [place, value] : defaults)
      if (place >= arguments.size()) arguments.push_back(value);
  }
  if (arguments.size() != arity)
    fail("{}: forward() takes {} argument{}, {} given", demangle(*type), arity,
         arity == 1 ? "" : "s", arguments.size());
  if (!module->extras_ && !of_all()) return call(arguments.data());
  return gradus::detail::call_hooked(*module, std::move(arguments),
                                     [this](AnyValue* values) { return call(values); });
}
Tensor AnyModuleContent::forward_tensor(Tensor x) {
  if (!module->extras_ && !of_all()) return call(std::move(x));
  std::vector<AnyValue> values;
  values.push_back(AnyValue(std::move(x)));
  return forward(std::move(values)).get<Tensor>();
}

void AnyModuleContent::throw_wrong_argument(size_t index, const std::type_info& given,
                                            const std::type_info& wanted) const {
  fail("{}: argument {} of forward() is {}, given {}", demangle(*type), index, demangle(wanted),
       demangle(given));
}
void AnyModuleContent::throw_wrong_module(const Module* other, const std::type_info& wanted) {
  fail("AnyModule: the module is {}, not {}", other ? other->name() : "empty", demangle(wanted));
}

AnyModule AnyModule::clone(std::optional<Device> device) const {
  AnyModule out;
  if (content_)
    out.content_ = content_->with(gradus::detail::clone_child(*content_->module, device));
  return out;
}

void AnyModule::exchange(std::shared_ptr<Module> module) {
  content_ = content().with(std::move(module));
}
AnyModuleContent& AnyModule::content() const {
  if (!content_) fail("AnyModule: it is empty");
  return *content_;
}
void AnyModule::check_given(const Module* module) {
  if (!module) fail("AnyModule: the module is empty");
}
Module& AnyModule::checked(const std::type_info& wanted) const {
  if (type_info() != wanted)
    fail("AnyModule: the module is {}, not {}", demangle(type_info()), demangle(wanted));
  return *content_->module;
}

}  // namespace gradus::nn
