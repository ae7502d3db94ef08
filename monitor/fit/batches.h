// A training's view of what gives batches: a data loader, a mix of several, or any range.
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "data/example.h"
#include "tensor/base/error.h"
#include "tensor/io/dict.h"

namespace gradus::monitor::detail {

// Epochs of batches, one after the other, and the place in them. A range that cannot tell where it
// stands is gone through anew, from the default generator's state of that time.
class Batches {
 public:
  Batches() = default;
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;
  virtual ~Batches() = default;

  // Starts an epoch, or goes on in the one that load() found.
  void start();
  // The next batch; false at the end of the epoch, and from then on.
  bool next(data::Example<>& batch);
  // How many the epoch has given so far, and whether it is not over.
  int64_t given() const { return given_; }
  bool running() const { return running_; }
  // How many an epoch has, where that is known.
  virtual std::optional<int64_t> size() const = 0;
  impl::GenericDict state_dict() const;
  void load_state_dict(const impl::GenericDict& state);

 protected:
  virtual void begin() = 0;
  // It is not called after it gave false.
  virtual bool fetch(data::Example<>& batch) = 0;
  // None for a range that has no state_dict().
  virtual std::optional<impl::GenericDict> state() const = 0;
  virtual void load_state(const impl::GenericDict& state) = 0;

 private:
  void skip();

  int64_t given_ = 0;
  bool running_ = false, resumed_ = false;
  Tensor order_;  // the default generator's state as the epoch began
};

// The two tensors of a batch.
template <class Batch>
data::Example<> example_of(const Batch& batch) {
  if constexpr (requires { data::Example<>(batch.data, batch.target); })
    return {batch.data, batch.target};
  else if constexpr (requires { std::tuple_size<Batch>::value; }) {
    static_assert(std::tuple_size_v<Batch> == 2, "a batch has two tensors: data and target");
    return {std::get<0>(batch), std::get<1>(batch)};
  } else {
    static_assert(
        requires { data::Example<>(batch[0], batch[1]); },
        "a batch is an Example of two tensors (after transforms::Stack), or a pair, "
        "array or vector of two");
    if (batch.size() != 2)
      gradus::detail::throw_error("batches: one has more or less than two tensors");
    return {batch[0], batch[1]};
  }
}

template <class Range>
class RangeBatches final : public Batches {
 public:
  explicit RangeBatches(Range& range) : range_(range) {}
  std::optional<int64_t> size() const override {
    if constexpr (requires { static_cast<int64_t>(range_.size()); }) try {
        return static_cast<int64_t>(range_.size());
      } catch (const Error&) {  // a loader of a dataset without a size
      }
    return std::nullopt;
  }

 protected:
  void begin() override {
    at_.reset();
    at_.emplace(std::begin(range_));
    first_ = true;
  }
  // A loader makes the next batch when the iterator moves on, so it does so no earlier than here.
  bool fetch(data::Example<>& batch) override {
    if (!std::exchange(first_, false)) ++*at_;
    if (*at_ == std::end(range_)) {
      at_.reset();
      return false;
    }
    batch = example_of(**at_);
    return true;
  }
  std::optional<impl::GenericDict> state() const override {
    if constexpr (requires { range_.state_dict(); }) return range_.state_dict();
    return std::nullopt;
  }
  void load_state(const impl::GenericDict& state) override {
    if constexpr (requires { range_.load_state_dict(state); }) range_.load_state_dict(state);
  }

 private:
  Range& range_;
  std::optional<std::remove_cvref_t<decltype(std::begin(std::declval<Range&>()))>> at_;
  bool first_ = false;
};

}  // namespace gradus::monitor::detail
