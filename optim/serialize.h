// How optimisers are saved, in libtorch's words: for optimisers of one's own whose options and
// states write themselves, and do not use GRADUS_FIELD.
#pragma once

#include <deque>
#include <functional>

#include "optim/optimizer.h"

namespace gradus::optim {

namespace detail {
// Optimizer::load with empty states from `make`.
void load_optimizer(serialize::InputArchive& archive, Optimizer& optimizer,
                    const std::function<std::unique_ptr<OptimizerParamState>()>& make);

// A field under its name; an undefined tensor is left out.
template <class T>
void save_arg(serialize::OutputArchive& archive, const char* name, const T& value) {
  if constexpr (std::is_same_v<T, Tensor>)
    save_field(archive, name, value);
  else
    save_field(archive, name, as_ivalue(value));
}
template <class T>
T load_arg(serialize::InputArchive& archive, const char* name) {
  if constexpr (std::is_same_v<T, Tensor>)
    return load_tensor(archive, name);
  else
    return field_of<T>(load_field(archive, name));
}
}  // namespace detail

/// Saves the optimiser's groups and states, as Optimizer::save() does.
template <class State, class Options>
void serialize(serialize::OutputArchive& archive, const Optimizer& optimizer) {
  optimizer.Optimizer::save(archive);
}
/// Loads what save() wrote; the states are of the class State. Throws as Optimizer::load().
template <class State, class Options>
void serialize(serialize::InputArchive& archive, Optimizer& optimizer) {
  detail::load_optimizer(archive, optimizer, [] { return std::make_unique<State>(); });
}

/// Saves a vector or deque of tensors under a key.
template <class Buffers>
void serialize(serialize::OutputArchive& archive, const std::string& key, const Buffers& buffers) {
  detail::save_arg(archive, key.c_str(), buffers);
}
/// Loads it. Throws Error when there is none.
template <class Buffers>
void serialize(serialize::InputArchive& archive, const std::string& key, Buffers& buffers) {
  buffers = detail::load_arg<Buffers>(archive, key.c_str());
}

/// The elements of a deque as a list, which an archive holds.
template <class T>
std::vector<T> deque_to_list(const std::deque<T>& dq) {
  return {dq.begin(), dq.end()};
}
/// And back.
template <class T>
std::deque<T> list_to_deque(const std::vector<T>& list) {
  return {list.begin(), list.end()};
}

}  // namespace gradus::optim
