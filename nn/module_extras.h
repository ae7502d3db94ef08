// What few modules have: hooks, tensors that are computed from others, buffers that are not saved.
// For .cpp files only.
#pragma once

#include "nn/module.h"

namespace gradus::detail {

// Lists of (id, hook), called in their order.
struct Hooks : RemovableHooks {
  template <class F>
  using List = std::vector<std::pair<unsigned, F>>;
  struct Forward {
    nn::ForwardHook call;
    bool always;
  };
  List<nn::ForwardPreHook> forward_pre;
  List<Forward> forward;
  List<nn::BackwardPreHook> backward_pre;
  List<nn::BackwardHook> backward;
  List<nn::StateDictPreHook> state_dict_pre;
  List<nn::StateDictHook> state_dict, load_state_dict_pre;
  List<nn::LoadStateDictPostHook> load_state_dict_post;

  bool is_empty() const {
    return forward_pre.empty() && forward.empty() && backward_pre.empty() && backward.empty() &&
           state_dict_pre.empty() && state_dict.empty() && load_state_dict_pre.empty() &&
           load_state_dict_post.empty();
  }

  void remove(unsigned id) override;
};

struct ModuleExtras;
// What a call of the module calls, those of all modules and its own: a copy, as hooks may add and
// remove hooks. `extras` may be null.
Hooks hooks_of(const ModuleExtras* extras);

// A tensor of a layer that is computed from others at each use, as a weight of its length and
// direction. The function takes the module, so that a clone can have it too.
struct DerivedTensor {
  std::string name;
  std::function<Tensor(nn::Module&)> compute;
};

struct ModuleExtras {
  ModuleExtras() = default;
  ModuleExtras(const ModuleExtras& o);
  ModuleExtras& operator=(const ModuleExtras&) = delete;
  bool is_unused() const {
    return hooks->is_empty() && derived.empty() && loose.empty() && transient.empty();
  }

  std::shared_ptr<Hooks> hooks = std::make_shared<Hooks>();
  std::vector<DerivedTensor> derived;
  std::vector<std::string> loose;      // registered names that no member of the class holds
  std::vector<std::string> transient;  // buffers that are not saved
  bool fresh = false;                  // the derived tensors were computed for this call
  uint64_t cached = 0;                 // the CachedGuard that they were computed under
};

// The number of this thread's outermost CachedGuard, 0 for none.
extern thread_local uint64_t cached_guard;

using NamedTensors = OrderedDict<std::string, Tensor>;

// The parts of a module that others change.
struct ModuleAccess {
  static NamedTensors& parameters(nn::Module& m) { return m.parameters_; }
  static NamedTensors& buffers(nn::Module& m) { return m.buffers_; }
  static bool& is_training(nn::Module& m) { return m.is_training_; }
  static ModuleExtras* extras(const nn::Module& m) { return m.extras_.get(); }
  static ModuleExtras& ensure_extras(nn::Module& m) { return m.extras_.ensure(); }
  // Makes a module that has nothing of all this as fast as one that never had. Not while it is
  // called.
  static void drop_unused_extras(nn::Module& m) {
    if (m.extras_ && m.extras_.get()->is_unused()) m.extras_ = ExtrasPointer();
  }
  // The parameter or buffer of this name. Throws Error when there is none.
  static Tensor& registered(const char* op, nn::Module& m, const std::string& name);
  // Where the module's forward() reads the tensor of this name. Throws Error when it does not say.
  static Tensor& place(const char* op, nn::Module& m, const std::string& name);
  // Puts another tensor under a registered name, and where forward() reads it.
  static void put(const char* op, nn::Module& m, const std::string& name, const Tensor& value);
  // Whether the buffer of this name is not saved.
  static bool is_transient(const nn::Module& m, const std::string& buffer);
  static std::function<void()> take_sizes(nn::Module& m,
                                          const std::function<Tensor(const std::string&)>& saved) {
    return m.take_sizes(saved);
  }
  // Whether the tensor of this name is computed from others.
  static bool is_derived(const nn::Module& m, const std::string& name);
  // Takes a registered tensor away, to compute it from now on. Gives it back.
  static Tensor derive(const char* op, nn::Module& m, const std::string& name,
                       std::function<Tensor(nn::Module&)> compute);
  // The reverse: from now on the tensor is registered as a parameter or buffer.
  static void settle(nn::Module& m, const std::string& name, const Tensor& value, bool parameter);
  // Adds a parameter or buffer that only functions of derive() read.
  static void add_loose(nn::Module& m, const std::string& name, const Tensor& t, bool parameter);
  static void remove_loose(nn::Module& m, const std::string& name);
};

}  // namespace gradus::detail
