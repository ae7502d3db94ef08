#include "distributed/mpi/engine.h"

#include <signal.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <algorithm>

#include "distributed/mpi/environment.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::mpi {

namespace {
using std::chrono::microseconds, std::chrono::milliseconds, std::chrono::seconds;

constexpr auto idle_pause = milliseconds(25);  // between looks for notices, with nothing to do
// Between looks at an operation under way. The thread sleeps and does not yield: who yields on a
// busy machine comes back after everybody's time slice, who sleeps is soon woken.
constexpr auto first_pause = microseconds(2), longest_pause = microseconds(60);
constexpr auto between_checks = milliseconds(5);  // of deadlines
constexpr int spins = 20;                         // looks before the first pause
// Who says nothing for so long at the end is lost.
constexpr auto longest_silence = seconds(60);
constexpr auto between_asking = seconds(2);
constexpr auto last_words = seconds(1);

MPI_Comm duplicate(MPI_Comm comm) {
  MPI_Comm copy = MPI_COMM_NULL;
  check(MPI_Comm_dup(comm, &copy), "MPI_Comm_dup");
  check(MPI_Comm_set_errhandler(copy, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  return copy;
}
}  // namespace

int groups_kept() {
  const Engine* const engine = running();
  return engine ? engine->groups() : 0;
}

Engine::Engine() : timeout_ms_(kBackendDefaultTimeout.count()) {
  check(MPI_Comm_rank(MPI_COMM_WORLD, &world_.rank), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &world_.size), "MPI_Comm_size");
  number_limit();
  world_.collective = duplicate(MPI_COMM_WORLD);
  world_.point = duplicate(MPI_COMM_WORLD);
  control_comm_ = duplicate(MPI_COMM_WORLD);
  for (int r = 0; r < world_.size; ++r) world_.world_ranks.push_back(r);
  around_.send = [this](int rank, const Notice& notice) { control_->send(rank, notice); };
  around_.wake = [this] {
    {
      const std::lock_guard lock(mutex_);
      awake_ = true;
    }
    wake_.notify_one();
  };
  around_.pulse = &pulse_;
  around_.make = [this](Channel& on, int number, const std::vector<int>& ranks) {
    return make(on, number, ranks);
  };
  channels_[0] = std::make_shared<Channel>(0, world_, around_);
  heard_.assign(size_t(world_.size), Clock::now());
  // Signals are for the program's own threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::shared_ptr<Channel> Engine::new_group(std::vector<int> ranks) {
  if (ranks.empty()) ranks = world_.world_ranks;
  std::vector<int> sorted = ranks;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.front() < 0 || sorted.back() >= world_.size)
    fail("new_group: rank {} of {}", sorted.front() < 0 ? sorted.front() : sorted.back(),
         world_.size);
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    fail("new_group: rank {} is listed twice", *std::adjacent_find(sorted.begin(), sorted.end()));
  Operation op;
  op.kind = OpType::NEW_GROUP;
  op.timeout = milliseconds(timeout_ms_.load());
  op.output_parts.assign(ranks.begin(), ranks.end());
  op.text = op.agreed = fmt::format("new_group of {}", IntArrayRef(op.output_parts));
  const auto work = channels_[0]->call(std::move(op));
  work->wait(kNoTimeout);
  return work->made;
}

std::shared_ptr<Channel> Engine::make(Channel& on, int number, const std::vector<int>& ranks) {
  if (on.id() == 0) {
    free_groups();
    made_.push_back(number);  // also where none is made: on all ranks
  }
  try {
    return on.id() == 0 ? make_group(number, ranks) : make_beside(on);
  } catch (const std::exception& e) {
    fail("MPI made none beside the {} that there are: {}", groups_.load(), e.what());
  }
}

// The second way between the ranks of a new group, whose first is given back if there is none.
std::shared_ptr<Channel> Engine::add(int id, Link link) {
  try {
    link.point = duplicate(link.collective);
  } catch (...) {
    MPI_Comm_free(&link.collective);
    throw;
  }
  ++groups_;
  return channels_[id] = std::make_shared<Channel>(id, std::move(link), around_);
}

std::shared_ptr<Channel> Engine::make_group(int id, const std::vector<int>& ranks) {
  MPI_Group world = MPI_GROUP_NULL, group = MPI_GROUP_NULL;
  MPI_Comm comm = MPI_COMM_NULL;
  check(MPI_Comm_group(world_.collective, &world), "MPI_Comm_group");
  check(MPI_Group_incl(world, int(ranks.size()), ranks.data(), &group), "MPI_Group_incl");
  check(MPI_Comm_create(world_.collective, group, &comm), "MPI_Comm_create");
  MPI_Group_free(&group);
  MPI_Group_free(&world);
  if (comm == MPI_COMM_NULL) return nullptr;
  check(MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  Link link;
  link.collective = comm;
  link.size = int(ranks.size());
  check(MPI_Comm_rank(comm, &link.rank), "MPI_Comm_rank");
  link.world_ranks = ranks;
  return add(id, std::move(link));
}

// Its number is one that none of its ranks has used. Rank a may use it for another group with rank
// b, and rank b for one with rank c: none has two of it.
std::shared_ptr<Channel> Engine::make_beside(Channel& other) {
  Link link = other.link();
  link.collective = duplicate(other.link().collective);
  int id = next_beside_;
  check(MPI_Allreduce(MPI_IN_PLACE, &id, 1, MPI_INT, MPI_MAX, link.collective), "MPI_Allreduce");
  next_beside_ = id + 1;
  auto channel = add(id, std::move(link));
  other.put_beside(channel);
  return channel;
}

// MPI has room for some thousand communicators, and frees them by a call of all their ranks. When
// a group is made, all ranks are here, and find out which groups are over on each of them.
void Engine::free_groups() {
  if (made_.empty()) return;
  std::vector<uint8_t> over;
  for (const int id : made_) {
    const auto at = channels_.find(id);
    over.push_back(at == channels_.end() || at->second->is_over());
  }
  check(MPI_Allreduce(MPI_IN_PLACE, over.data(), int(over.size()), MPI_UINT8_T, MPI_MIN,
                      world_.collective),
        "MPI_Allreduce");
  std::vector<int> left;
  for (size_t i = 0; i < made_.size(); ++i) {
    const auto at = channels_.find(made_[i]);
    if (!over[i]) left.push_back(made_[i]);
    if (!over[i] || at == channels_.end()) continue;
    const std::shared_ptr<Channel> channel = at->second;
    for (const auto& other : channel->beside()) groups_ -= int(channels_.erase(other->id()));
    groups_ -= int(channels_.erase(made_[i]));
    channel->free();
  }
  made_ = std::move(left);
}

void Engine::handle(const Notice& notice, int rank) {
  heard_[size_t(rank)] = Clock::now();
  if (notice.group == 0 && notice.kind == Notice::left) gone_ranks_[rank] = notice;
  const auto at = channels_.find(notice.group);
  if (at != channels_.end()) {
    at->second->handle(notice, rank);
    return;
  }
  // A group that this rank has yet to make.
  if (notice.kind != Notice::ask) return;
  Notice answer;
  answer.kind = Notice::answer;
  answer.group = notice.group;
  control_->send(rank, answer);
}

void Engine::run() {
#ifdef __linux__
  prctl(PR_SET_TIMERSLACK, 1000);  // ns: else a pause takes 50 us at least
#endif
  try {
    control_ = std::make_unique<Control>(control_comm_,
                                         [this](const Notice& n, int rank) { handle(n, rank); });
    int turns = 0;
    Clock::time_point checked = Clock::now();
    while (!may_end()) {
      ++pulse_.turns;
      if (turn()) {
        turns = 0;
        continue;
      }
      bool busy = false;
      for (auto& [id, channel] : channels_) busy |= channel->busy();
      const auto now = Clock::now();
      if (now - checked > between_checks) {
        checked = now;
        for (auto& [id, channel] : channels_) channel->check_deadlines();
      }
      ++turns;
      if (busy && turns < spins) continue;
      // At the end others wait for this process.
      const microseconds pause = busy ? std::min(first_pause * (turns - spins + 1), longest_pause)
                                 : told_ ? 10 * longest_pause
                                         : microseconds(idle_pause);
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, pause, [&] { return awake_; });
      if (std::exchange(awake_, false)) turns = 0;
    }
  } catch (const std::exception& e) {
    for (auto& [id, channel] : channels_) channel->break_off(e.what(), false);
    const std::lock_guard lock(mutex_);
    if (why_.empty()) why_ = e.what();
  }
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  gone_.notify_all();
}

// Goes on with everything that can. True if something has moved.
bool Engine::turn() {
  bool moved = control_->poll();
  // A step may make a channel.
  std::vector<std::shared_ptr<Channel>> now;
  for (auto& [id, channel] : channels_) now.push_back(channel);
  for (auto& channel : now) moved |= channel->advance();
  return moved;
}

// Whether the thread has nothing left to do, after leave(): `why_` then says whether all processes
// have come so far.
bool Engine::may_end() {
  int status = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!leaving_) return false;
    status = status_;
  }
  const auto now = Clock::now();
  if (!told_) {
    if (status == 0)
      for (auto& [id, channel] : channels_)
        if (channel->busy()) return false;
    for (auto& [id, channel] : channels_)
      if (broken_.empty()) broken_ = channel->unfinished();
    if (status == 0 && !broken_.empty()) status = 1;
    for (auto& [id, channel] : channels_) channel->leave(status);
    told_ = true;
    left_at_ = asked_at_ = now;
    for (auto& t : heard_) t = now;
    return false;
  }
  const bool flushed = control_->flushed();
  const auto end = [&](std::string why) {
    if (why.empty()) control_->close();
    const std::lock_guard lock(mutex_);
    why_ = std::move(why);
    return true;
  };
  if (status != 0 || !broken_.empty())
    return flushed || now > left_at_ + last_words ? end(broken_.empty() ? "it failed" : broken_)
                                                  : false;
  const auto timeout = milliseconds(timeout_ms_.load());
  const auto silence = std::min<Clock::duration>(timeout, longest_silence);
  const bool asks = now > asked_at_ + between_asking;
  if (asks) asked_at_ = now;
  for (int r = 0; r < world_.size; ++r) {
    if (r == world_.rank) continue;
    const auto left = gone_ranks_.find(r);
    if (left != gone_ranks_.end()) {
      if (left->second.status)
        return end(fmt::format("rank {} has left with status {}", r, left->second.status));
      continue;
    }
    if (now > left_at_ + timeout || now > heard_[size_t(r)] + silence)
      return end(fmt::format("rank {} has not ended in {} s", r,
                             std::chrono::duration_cast<seconds>(now - left_at_).count()));
    if (asks) {
      Notice notice;
      control_->send(r, notice);
    }
  }
  return flushed && int(gone_ranks_.size()) == world_.size - 1 ? end("") : false;
}

std::string Engine::leave(int status) {
  std::unique_lock lock(mutex_);
  leaving_ = awake_ = true;
  status_ = status;
  wake_.notify_one();
  // The thread ends by its own clocks, unless MPI keeps it.
  const int64_t longest = status ? 5 : timeout_ms_.load() / 1000 * 2 + 60;
  Stillness stillness;
  int64_t looks = 0;
  while (!gone_.wait_for(lock, seconds(1), [&] { return ended_; })) {
    const bool is_kept = stillness.look(pulse_) > 1 && pulse_.given_up;
    if (++looks < longest && !is_kept) continue;
    thread_.detach();
    return "MPI did not return";
  }
  lock.unlock();
  thread_.join();
  return why_;
}

}  // namespace gradus::distributed::mpi
