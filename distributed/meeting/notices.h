// What is said while others are waited for: rarely, and more rarely the longer it takes.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace gradus::distributed::meeting {

class Notices {
 public:
  using Clock = std::chrono::steady_clock;
  using Say = std::function<void(const std::string& text)>;

  // To the error output, or by `say`, on any thread.
  explicit Notices(std::chrono::milliseconds first = std::chrono::seconds(10), Say say = nullptr);

  Clock::time_point next() const { return start_ + after_; }
  bool due() const { return Clock::now() >= next(); }
  // For what has been waited for so long: the next one is due after six times as long.
  std::chrono::milliseconds waited() const { return after_; }
  void say(const std::string& what);

 private:
  std::chrono::milliseconds after_;
  Say say_;
  Clock::time_point start_ = Clock::now();
};

// `0.5 s`
std::string seconds_of(std::chrono::milliseconds t);

}  // namespace gradus::distributed::meeting
