// TorchScript's names, so that a program with a branch for it compiles. There is none here: what
// would load, build or run a module throws, and says what to do instead.
#pragma once

#include <torch/torch.h>

#include <atomic>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gradus::jit {

using gradus::IValue;
using Stack = std::vector<IValue>;
using Kwargs = std::unordered_map<std::string, IValue>;
using ExtraFilesMap = std::unordered_map<std::string, std::string>;

namespace detail {
[[noreturn]] inline void no_script(const char* operation) {
  gradus::detail::throw_not_implemented(
      std::string("jit::") + operation +
      ": TorchScript is not supported; build the module in C++, and load its weights from a "
      "safetensors file that Python wrote");
}
}  // namespace detail

/// What a list of named things gives.
template <class T>
struct Named {
  std::string name;
  T value;
};
using NameTensor = Named<Tensor>;

/// A function of a module. No module has one.
struct Method {
  IValue operator()(Stack, const Kwargs& = {}) const { detail::no_script("Method"); }
  void run(Stack&) const { detail::no_script("Method::run"); }
  const std::string& name() const { detail::no_script("Method::name"); }
};

/// A variable for a scripted module. It holds none: all that it is asked throws
/// NotImplementedError. It is a template, as the functions below are, so that programs which have
/// none do not compile what it would give.
template <class = void>
class ModuleOf {
 public:
  ModuleOf() = default;
  explicit ModuleOf(const std::string&) { detail::no_script("Module"); }

  IValue forward(Stack, const Kwargs& = {}) { detail::no_script("Module::forward"); }
  IValue operator()(Stack, const Kwargs& = {}) { detail::no_script("Module"); }
  template <class... Args>
  IValue run_method(const std::string&, Args&&...) {
    detail::no_script("Module::run_method");
  }
  Method get_method(const std::string&) const { detail::no_script("Module::get_method"); }
  std::optional<Method> find_method(const std::string&) const {
    detail::no_script("Module::find_method");
  }
  std::vector<Method> get_methods() const { detail::no_script("Module::get_methods"); }

  void train(bool = true) { detail::no_script("Module::train"); }
  void eval() { detail::no_script("Module::eval"); }
  bool is_training() const { detail::no_script("Module::is_training"); }
  void set_optimized(bool) { detail::no_script("Module::set_optimized"); }
  bool is_optimized() const { detail::no_script("Module::is_optimized"); }
  void to(Device, ScalarType, bool = false) { detail::no_script("Module::to"); }
  void to(ScalarType, bool = false) { detail::no_script("Module::to"); }
  void to(Device, bool = false) { detail::no_script("Module::to"); }

  std::vector<Tensor> parameters(bool = true) const { detail::no_script("Module::parameters"); }
  std::vector<NameTensor> named_parameters(bool = true) const {
    detail::no_script("Module::named_parameters");
  }
  std::vector<Tensor> buffers(bool = true) const { detail::no_script("Module::buffers"); }
  std::vector<NameTensor> named_buffers(bool = true) const {
    detail::no_script("Module::named_buffers");
  }
  std::vector<ModuleOf> children() const { detail::no_script("Module::children"); }
  std::vector<Named<ModuleOf>> named_children() const {
    detail::no_script("Module::named_children");
  }
  std::vector<ModuleOf> modules() const { detail::no_script("Module::modules"); }
  std::vector<Named<ModuleOf>> named_modules() const { detail::no_script("Module::named_modules"); }
  std::vector<IValue> attributes(bool = true) const { detail::no_script("Module::attributes"); }
  std::vector<Named<IValue>> named_attributes(bool = true) const {
    detail::no_script("Module::named_attributes");
  }

  IValue attr(const std::string&) const { detail::no_script("Module::attr"); }
  IValue attr(const std::string&, IValue) const { detail::no_script("Module::attr"); }
  bool hasattr(const std::string&) const { detail::no_script("Module::hasattr"); }
  void setattr(const std::string&, IValue) { detail::no_script("Module::setattr"); }
  void register_parameter(const std::string&, Tensor, bool) {
    detail::no_script("Module::register_parameter");
  }
  void register_buffer(const std::string&, Tensor) { detail::no_script("Module::register_buffer"); }
  void register_module(const std::string&, const ModuleOf&) {
    detail::no_script("Module::register_module");
  }
  void define(const std::string&) { detail::no_script("Module::define"); }

  ModuleOf clone(bool = false) const { detail::no_script("Module::clone"); }
  ModuleOf copy() const { detail::no_script("Module::copy"); }
  ModuleOf deepcopy() const { detail::no_script("Module::deepcopy"); }
  void save(const std::string&, const ExtraFilesMap& = {}) const {
    detail::no_script("Module::save");
  }
  void save(std::ostream&, const ExtraFilesMap& = {}) const { detail::no_script("Module::save"); }
  void dump(bool, bool, bool) const { detail::no_script("Module::dump"); }
};
using Module = ModuleOf<>;  ///< Of any program.

/// A unit of scripted functions. There is none: compile(), which would give one, throws.
struct CompilationUnit {
  template <class... Args>
  IValue run_method(const std::string&, Args&&...) {
    detail::no_script("CompilationUnit::run_method");
  }
};
template <int = 0>
std::shared_ptr<CompilationUnit> compile(const std::string&) {
  detail::no_script("compile");
}

/// These throw NotImplementedError, whatever the file holds.
template <int = 0>
Module load(const std::string&, std::optional<Device> = std::nullopt, bool = true) {
  detail::no_script("load");
}
template <int = 0>
Module load(const std::string&, std::optional<Device>, ExtraFilesMap&, bool = true) {
  detail::no_script("load");
}
template <int = 0>
Module load(std::istream&, std::optional<Device> = std::nullopt, bool = true) {
  detail::no_script("load");
}
template <int = 0>
Module load(std::istream&, std::optional<Device>, ExtraFilesMap&, bool = true) {
  detail::no_script("load");
}
template <int = 0>
Module freeze(const Module&, const std::optional<std::vector<std::string>>& = {}, bool = true) {
  detail::no_script("freeze");
}
template <int = 0>
Module optimize_for_inference(Module&, const std::vector<std::string>& = {}) {
  detail::no_script("optimize_for_inference");
}

// How a module would be run: programs set it before they load one, and it has no effect.
enum class FusionBehavior { STATIC, DYNAMIC };
using FusionStrategy = std::vector<std::pair<FusionBehavior, size_t>>;
template <int = 0>
FusionStrategy setFusionStrategy(FusionStrategy& strategy) {
  return strategy;
}
inline std::atomic<bool>& getProfilingMode() {
  static std::atomic<bool> mode{true};
  return mode;
}
inline std::atomic<bool>& getExecutorMode() {
  static std::atomic<bool> mode{true};
  return mode;
}
inline void setGraphExecutorOptimize(bool) {}
inline void setTensorExprFuserEnabled(bool) {}

namespace script {
using jit::CompilationUnit;
using jit::ExtraFilesMap;
using jit::Method;
using jit::Module;
}  // namespace script

}  // namespace gradus::jit

// Operators that libtorch's dispatcher would know by name, for TorchScript and Python. A program
// that registers one is told so when it is compiled: nothing could call it.
#define TORCH_LIBRARY(ns, m) \
  static_assert(false, "TORCH_LIBRARY: there is no dispatcher; call the function itself")
#define TORCH_LIBRARY_FRAGMENT(ns, m) \
  static_assert(false, "TORCH_LIBRARY_FRAGMENT: there is no dispatcher; call the function itself")
#define TORCH_LIBRARY_IMPL(ns, key, m) \
  static_assert(false, "TORCH_LIBRARY_IMPL: there is no dispatcher; call the function itself")
