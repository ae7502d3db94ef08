// What a program's own loader needs: a queue between threads, jobs and results on their way, and
// the order of results. The library's loader has its own; see data/workers.h.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <vector>

#include "tensor/base/error.h"

namespace gradus::data::detail {

/// A queue that threads put values into and take them out of.
template <class T>
class Queue {
 public:
  /// Puts a value at the end.
  void push(T value) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.push(std::move(value));
    }
    changed_.notify_one();
  }
  /// Takes the first value, and waits for one where there is none. Throws Error after the timeout.
  T pop(std::optional<std::chrono::milliseconds> timeout = std::nullopt) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto any = [&] { return !queue_.empty(); };
    // The clock does not reach further.
    constexpr auto longest = std::chrono::hours(24) * 365 * 100;
    if (!timeout || *timeout > longest)
      changed_.wait(lock, any);
    else if (!changed_.wait_for(lock, *timeout, any))
      gradus::detail::throw_error("data loader: the queue got nothing within " +
                                  std::to_string(timeout->count()) + " ms");
    T value = std::move(queue_.front());
    queue_.pop();
    return value;
  }
  /// Drops all values and returns how many there were.
  size_t clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t count = queue_.size();
    queue_ = {};
    return count;
  }

 private:
  std::queue<T> queue_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Takes jobs to workers and brings their results back. One thread puts jobs in and takes results
/// out, the workers do the rest.
template <class Job, class Result>
class DataShuttle {
 public:
  void push_job(Job job) {
    jobs_.push(std::move(job));
    ++in_flight_;
  }
  void push_result(Result result) { results_.push(std::move(result)); }
  Job pop_job() { return jobs_.pop(); }
  /// The next result, or none when all jobs have given theirs. Throws Error after the timeout.
  std::optional<Result> pop_result(
      std::optional<std::chrono::milliseconds> timeout = std::nullopt) {
    if (in_flight_ == 0) return std::nullopt;
    std::optional<Result> result(results_.pop(timeout));
    --in_flight_;
    return result;
  }
  /// Drops the jobs that no worker has taken, and the results of the others.
  void drain() {
    in_flight_ -= jobs_.clear();
    while (in_flight_ > 0) pop_result();
  }
  size_t in_flight_jobs() const noexcept { return in_flight_; }

 private:
  Queue<Job> jobs_;
  size_t in_flight_ = 0;
  Queue<Result> results_;
};

namespace sequencers {

/// Decides in which order results are given on.
template <class Result>
struct Sequencer {
  using ResultProducer = std::function<std::optional<Result>()>;
  virtual ~Sequencer() = default;
  /// The next result of those that `next_result` brings; none when that brings none.
  virtual std::optional<Result> next(ResultProducer next_result) = 0;
};

/// As they come.
template <class Result>
struct NoSequencer final : Sequencer<Result> {
  std::optional<Result> next(typename Sequencer<Result>::ResultProducer next_result) override {
    return next_result();
  }
};

/// By their sequence_number, from 0 on. Results whose turn has not come wait, at most max_jobs of
/// them; a number that is further ahead throws Error.
template <class Result>
struct OrderedSequencer : Sequencer<Result> {
  explicit OrderedSequencer(size_t max_jobs) : buffer_(max_jobs) {}
  std::optional<Result> next(typename Sequencer<Result>::ResultProducer next_result) override {
    while (true) {
      if (auto& waiting = buffer(next_sequence_number_)) {
        std::optional<Result> result = std::move(waiting);
        waiting.reset();
        ++next_sequence_number_;
        return result;
      }
      std::optional<Result> result = next_result();
      if (!result) {
        const bool lost = std::any_of(buffer_.begin(), buffer_.end(),
                                      [](const auto& waiting) { return waiting.has_value(); });
        if (lost) gradus::detail::throw_error("data loader: a result before others never came");
        return std::nullopt;
      }
      if (size_t(result->sequence_number) == next_sequence_number_) {
        ++next_sequence_number_;
        return result;
      }
      auto& place = buffer(size_t(result->sequence_number));
      if (place) gradus::detail::throw_error("data loader: too many results wait for their turn");
      place = std::move(result);
    }
  }
  std::optional<Result>& buffer(size_t index) {
    if (buffer_.empty()) gradus::detail::throw_error("data loader: max_jobs is 0");
    return buffer_[index % buffer_.size()];
  }

  size_t next_sequence_number_ = 0;
  std::vector<std::optional<Result>> buffer_;
};

}  // namespace sequencers
}  // namespace gradus::data::detail
