// The threads of a data loader.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace gradus::data {

// What a data loader throws for an exception of a worker.
struct WorkerException : public std::exception {
  explicit WorkerException(std::exception_ptr original);
  const char* what() const noexcept override { return message.c_str(); }

  std::string message;
  std::exception_ptr original_exception;
};

namespace detail {

// Jobs start in the order of submission.
class Workers {
 public:
  using Job = std::function<void(size_t worker)>;
  explicit Workers(size_t count);
  // Drops the jobs that have not started and waits for the others.
  ~Workers();
  // The job must not throw. Returns its number.
  uint64_t submit(Job job);
  // Until the job of that number is done. Throws after the timeout.
  void wait(uint64_t id, std::optional<std::chrono::milliseconds> timeout);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace detail
}  // namespace gradus::data
