// What undoes the registration of a hook.
#pragma once

#include <memory>

namespace gradus {

namespace detail {
// Lists from which a hook is taken by its number.
struct RemovableHooks {
  RemovableHooks() = default;
  RemovableHooks(const RemovableHooks&) = default;
  RemovableHooks& operator=(const RemovableHooks&) = default;
  virtual ~RemovableHooks() = default;
  virtual void remove(unsigned id) = 0;
  // A number that no other hook of the program has.
  static unsigned next_id();
};
}  // namespace detail

/// What registering a hook returns. It may outlive what has the hook, and be dropped: the hook
/// stays.
class RemovableHandle {
 public:
  /// A handle of nothing.
  RemovableHandle() = default;
  RemovableHandle(std::weak_ptr<detail::RemovableHooks> hooks, unsigned id)
      : hooks_(std::move(hooks)), id_(id) {}
  /// Takes the hook away. Does nothing when that is done, or when what had it is gone.
  void remove();
  /// A number that no other registration of this program has; 0 for a handle of nothing.
  unsigned id() const { return id_; }

 private:
  std::weak_ptr<detail::RemovableHooks> hooks_;
  unsigned id_ = 0;
};

}  // namespace gradus
