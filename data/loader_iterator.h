// Goes through the batches of a loader.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "tensor/base/error.h"

namespace gradus::data {

/// Goes through the batches of an epoch, an input iterator: it takes the next batch when it is
/// first looked at.
template <class Batch>
class Iterator {
 public:
  /// What a difference of iterators would be.
  using difference_type = std::ptrdiff_t;
  using value_type = Batch;
  /// A pointer to a batch.
  using pointer = Batch*;
  /// A reference to a batch.
  using reference = Batch&;
  /// It can be gone through once.
  using iterator_category = std::input_iterator_tag;

  // The end.
  Iterator() = default;
  explicit Iterator(std::function<std::optional<Batch>()> next)
      : state_(std::make_shared<State>(State{std::move(next), {}, false})) {}

  /// Takes the next batch. Throws Error at the end.
  Iterator& operator++() {
    fetch();
    state_->batch = state_->next();
    return *this;
  }
  /// The batch. Throws Error at the end.
  Batch& operator*() const {
    fetch();
    return *state_->batch;
  }
  /// The batch. Throws Error at the end.
  Batch* operator->() const { return &**this; }
  friend bool operator==(const Iterator& a, const Iterator& b) {
    return a.at_end() ? b.at_end() : a.state_ == b.state_;
  }

 private:
  struct State {
    std::function<std::optional<Batch>()> next;
    std::optional<Batch> batch;
    bool started;
  };
  bool at_end() const {
    if (!state_) return true;
    start();
    return !state_->batch;
  }
  void start() const {
    if (state_->started) return;
    state_->batch = state_->next();
    state_->started = true;  // after an exception it is tried again
  }
  void fetch() const {
    if (at_end()) gradus::detail::throw_error("data loader: the iterator is past the end");
  }
  std::shared_ptr<State> state_;
};

}  // namespace gradus::data
