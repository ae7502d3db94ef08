#include "data/workers.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"

namespace gradus::data {

WorkerException::WorkerException(std::exception_ptr original)
    : message("data loader: a worker threw an exception"), original_exception(original) {
  try {
    std::rethrow_exception(original);
  } catch (const std::exception& e) {
    message += std::string(": ") + e.what();
  } catch (const std::string& text) {
    message += ": " + text;
  } catch (const char* text) {
    message += std::string(": ") + text;
  } catch (...) {
  }
}

namespace detail {

struct Workers::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Job>> waiting;
  bool stop = false;
  std::vector<std::jthread> threads;  // the last member: joined before the others go

  void run(size_t worker) {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || !waiting.empty(); });
      if (stop) return;
      std::shared_ptr<Job> job = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      job->run(worker);
      lock.lock();
      job->done = true;
      changed.notify_all();
      job = nullptr;
    }
  }
  void end() {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    changed.notify_all();
  }
};

Workers::Workers(size_t count) try : state_(std::make_unique<State>()) {
  size_t started = 0;
  try {
    for (; started < count; ++started)
      state_->threads.emplace_back([s = state_.get(), started] { s->run(started); });
  } catch (const std::exception& e) {
    state_->end();
    state_.reset();  // waits for those that run
    fail("data loader: worker {} of {} cannot be started: {}", started + 1, count, e.what());
  }
} catch (...) {
  gradus::detail::rethrow_as_error("data loader");
}

Workers::~Workers() { state_->end(); }

void Workers::submit(std::shared_ptr<Job> job) {
  const std::lock_guard lock(state_->mutex);
  state_->waiting.push_back(std::move(job));
  state_->changed.notify_all();
}

void Workers::wait(const Job& job, std::optional<std::chrono::milliseconds> timeout) {
  std::unique_lock lock(state_->mutex);
  const auto done = [&] { return job.done; };
  constexpr auto longest = std::chrono::hours(24) * 365 * 100;  // of what the clock reaches
  if (!timeout || *timeout > longest)
    state_->changed.wait(lock, done);
  else if (!state_->changed.wait_for(lock, *timeout, done))
    fail("data loader: no batch within {} ms", timeout->count());
}

}  // namespace detail
}  // namespace gradus::data
