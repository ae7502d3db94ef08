// The threads of a data loader.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tensor/base/owned.h"

namespace gradus::data {

/// What a data loader throws for an exception of a worker. `original_exception` is that one.
struct WorkerException : public std::exception {
  explicit WorkerException(std::exception_ptr original);
  /// Says what the original exception said.
  const char* what() const noexcept override { return message.c_str(); }

  std::string message;
  std::exception_ptr original_exception;
};

namespace detail {

// Jobs start in the order of submission.
class Workers {
 public:
  // What a worker does; it must not throw.
  struct Job {
    std::function<void(size_t worker)> run;

   private:
    friend class Workers;
    bool done = false;
  };
  // Throws when the system does not give so many threads; none then runs.
  explicit Workers(size_t count);
  // Drops the jobs that have not started and waits for the others.
  ~Workers();
  void submit(std::shared_ptr<Job> job);
  // Until the job is done. Throws after the timeout.
  void wait(const Job& job, std::optional<std::chrono::milliseconds> timeout);

 private:
  struct State;
  gradus::detail::Owned<State> state_;
};

}  // namespace detail
}  // namespace gradus::data
