#include "data/workers.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include "tensor/fail.h"

namespace gradus::data {

WorkerException::WorkerException(std::exception_ptr original)
    : message("data loader: a worker threw an exception"), original_exception(original) {
  try {
    std::rethrow_exception(original);
  } catch (const std::exception& e) {
    message += std::string(": ") + e.what();
  } catch (...) {
  }
}

namespace detail {

struct Workers::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::pair<uint64_t, Job>> waiting;
  std::unordered_set<uint64_t> unfinished;
  uint64_t last = 0;
  bool stop = false;
  std::vector<std::jthread> threads;  // the last member: joined before the others go

  void run(size_t worker) {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || !waiting.empty(); });
      if (stop) return;
      auto [id, job] = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      job(worker);
      job = nullptr;
      lock.lock();
      unfinished.erase(id);
      changed.notify_all();
    }
  }
};

Workers::Workers(size_t count) : state_(std::make_unique<State>()) {
  for (size_t i = 0; i < count; ++i)
    state_->threads.emplace_back([s = state_.get(), i] { s->run(i); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->changed.notify_all();
}

uint64_t Workers::submit(Job job) {
  const std::lock_guard lock(state_->mutex);
  const uint64_t id = ++state_->last;
  state_->unfinished.insert(id);
  state_->waiting.emplace_back(id, std::move(job));
  state_->changed.notify_all();
  return id;
}

void Workers::wait(uint64_t id, std::optional<std::chrono::milliseconds> timeout) {
  std::unique_lock lock(state_->mutex);
  const auto done = [&] { return !state_->unfinished.contains(id); };
  if (!timeout)
    state_->changed.wait(lock, done);
  else if (!state_->changed.wait_for(lock, *timeout, done))
    fail("data loader: no batch within {} ms", timeout->count());
}

}  // namespace detail
}  // namespace gradus::data
