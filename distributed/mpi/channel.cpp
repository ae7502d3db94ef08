#include "distributed/mpi/channel.h"

#include <algorithm>

#include "distributed/group/hash.h"
#include "distributed/mpi/entry.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::mpi {

ChannelWork::ChannelWork(std::weak_ptr<Channel> channel, int rank, const Operation& op)
    : Work(rank, op.kind), channel_(std::move(channel)), text_(op.text), timeout_(op.timeout) {
  outputs_ = op.results;
}

void ChannelWork::end_before(Clock::time_point t, std::chrono::milliseconds timeout) {
  const Clock::rep ticks = t.time_since_epoch().count();
  Clock::rep now = deadline_.load();
  while (ticks < now)
    if (deadline_.compare_exchange_weak(now, ticks)) {
      patience_ = timeout.count();
      break;
    }
}

std::string ChannelWork::patience() const {
  return fmt::format("{} s", double(patience_.load()) / 1000);
}

// Also where its turn has not come.
bool ChannelWork::is_overdue() const {
  const bool begun = deadline() != Clock::time_point::max();
  return Clock::now() > (begun ? deadline() : started_ + timeout_);
}

bool ChannelWork::wait(std::chrono::milliseconds timeout) {
  if (timeout.count() > 0) end_before(Clock::now() + timeout, timeout);
  // The thread ends what is overdue, unless MPI keeps it.
  const auto channel = channel_.lock();
  Stillness stillness;
  std::unique_lock lock(mutex_);
  while (!cv_.wait_for(lock, std::chrono::seconds(1), [&] { return completed_; })) {
    if (!channel) continue;
    const Pulse& pulse = channel->pulse();
    const bool is_kept = stillness.look(pulse) >= (pulse.given_up ? 2 : 6);
    if (!is_kept || !is_overdue()) continue;
    lock.unlock();
    give_up();
    lock.lock();
  }
  if (exception_) std::rethrow_exception(exception_);
  return true;
}

void ChannelWork::give_up() {
  const auto channel = channel_.lock();
  const bool begun = patience_ > 0;
  const std::string reason =
      fmt::format("{}: MPI did not return in {}, as where a rank is lost; {}", opTypeToString(op_),
                  begun ? patience() : fmt::format("{} s", double(timeout_.count()) / 1000),
                  channel->place(rank_, sequence_, text_));
  channel->give_up(reason);
  finish(std::make_exception_ptr(Error(reason)));
}

Channel::Channel(int id, Link link, const Surroundings& around)
    : id_(id), link_(std::move(link)), around_(around) {}
Channel::~Channel() = default;

intrusive_ptr<ChannelWork> Channel::call(Operation op) {
  if (isP2POp(op.kind) && op.tag >= number_limit())
    fail("{}: the tag is {}, and MPI has room for {}", opTypeToString(op.kind), op.tag,
         number_limit() - 1);
  auto entry = std::make_unique<Entry>(std::move(op));
  auto work = make_intrusive<ChannelWork>(weak_from_this(), link_.rank, entry->op);
  entry->work = work;
  {
    const std::lock_guard lock(mutex_);
    if (!reason_.empty()) throw Error(reason_);
    if (!given_up_.empty()) throw Error(given_up_);
    if (leaving_) fail("{}: the group was left", entry->name);
    if (!isP2POp(entry->op.kind)) work->set_sequence(entry->sequence = ++called_);
    calls_.push_back(std::move(entry));
  }
  around_.wake();
  return work;
}

uint64_t Channel::called() const {
  const std::lock_guard lock(mutex_);
  return called_;
}

Traffic Channel::traffic() const {
  const std::lock_guard lock(mutex_);
  return traffic_;
}

std::string Channel::unfinished() const {
  const std::lock_guard lock(mutex_);
  return unfinished_.empty() ? given_up_ : unfinished_;
}

void Channel::give_up(const std::string& reason) {
  around_.pulse->given_up = true;
  const std::lock_guard lock(mutex_);
  if (given_up_.empty()) given_up_ = reason;
}

void Channel::leave(int status) {
  {
    const std::lock_guard lock(mutex_);
    if (leaving_) return;
    leaving_ = true;
    status_ = status;
  }
  around_.wake();
}

void Channel::take() {
  bool says = false;
  Notice notice;
  {
    const std::lock_guard lock(mutex_);
    for (auto& entry : calls_)
      (entry->sequence ? collectives_ : points_).push_back(std::move(entry));
    calls_.clear();
    says = leaving_ && !told_left_;
    notice.called = called_;
    notice.status = status_;
  }
  if (!says) return;
  told_left_ = true;
  notice.kind = Notice::left;
  tell_all(notice);
}

bool Channel::busy() {
  take();
  return !collectives_.empty() || !points_.empty();
}

Channel::Entry* Channel::head() {
  return collectives_.empty() ? nullptr : collectives_.front().get();
}

bool Channel::advance() {
  take();
  bool moved = false;
  Entry* at = nullptr;
  try {
    while ((at = head()) && advance(*at)) {
      moved = true;
      if (enquiry_ && enquiry_->about == at) enquiry_.reset();
      collectives_.pop_front();
    }
    for (auto i = points_.begin(); i != points_.end();) {
      at = i->get();
      if (!advance(*at)) {
        ++i;
        continue;
      }
      moved = true;
      if (enquiry_ && enquiry_->about == at) enquiry_.reset();
      i = points_.erase(i);
    }
  } catch (const std::exception& e) {
    const std::string what = e.what();
    const bool named = what.starts_with(at->name + ":");
    break_off(named ? what : fmt::format("{}: rank {}: {}", at->name, link_.rank, what),
              at->stage != Entry::differing, at->sequence);
    moved = true;
  }
  break_when_due();
  return moved;
}

// True when it has ended.
bool Channel::advance(Entry& entry) {
  if (entry.stage == Entry::waiting) begin(entry);
  for (;;) {
    if (!entry.requests.ended()) return false;
    entry.requests.clear();
    if (entry.stage == Entry::comparing) {
      if (!compared(entry)) continue;
      if (entry.op.kind == OpType::NEW_GROUP)
        make(entry);
      else
        entry.task = collective_task(link_, entry.op);
      entry.stage = Entry::running;
    } else if (entry.stage == Entry::differing) {
      size_t other = 1;
      while (entry.calls[other].called == entry.calls[0].called) ++other;
      fail("{}: {}; {}", entry.name, place(0, entry.sequence, entry.calls[0].text),
           place(int(other), entry.sequence, entry.calls[other].text));
    }
    if (!entry.task || !entry.task->next(entry.requests)) {
      ended(entry);
      return true;
    }
  }
}

// MPI has room for so many groups, and says on all ranks that there is none left.
void Channel::make(Entry& entry) {
  const std::vector<int64_t>& ranks = entry.op.output_parts;
  try {
    entry.work->made = around_.make(*this, int(entry.sequence), {ranks.begin(), ranks.end()});
  } catch (const std::exception& e) {
    entry.refused = e.what();
  }
}

void Channel::begin(Entry& entry) {
  entry.work->end_before(Clock::now() + entry.op.timeout, entry.op.timeout);
  if (!entry.sequence) {
    entry.task = point_task(link_, entry.op, number_);
    number_ = number_ + 1 < number_limit() ? number_ + 1 : 0;
    entry.stage = Entry::running;
    entry.task->next(entry.requests);
    return;
  }
  const uint64_t h = hash(entry.op.agreed);
  entry.own[0] = h;
  entry.own[1] = ~h;
  entry.stage = Entry::comparing;
  check(MPI_Iallreduce(entry.own, entry.least, 2, MPI_UINT64_T, MPI_MIN, link_.collective,
                       entry.requests.add()),
        "MPI_Iallreduce");
}

// Whether all ranks call the same. If not, they tell each other what.
bool Channel::compared(Entry& entry) {
  if (entry.least[0] == ~entry.least[1]) return true;
  entry.stage = Entry::differing;
  entry.call.called = entry.own[0];
  entry.call.say(entry.op.text);
  entry.calls.resize(size_t(link_.size));
  check(MPI_Iallgather(&entry.call, sizeof entry.call, MPI_BYTE, entry.calls.data(),
                       sizeof entry.call, MPI_BYTE, link_.collective, entry.requests.add()),
        "MPI_Iallgather");
  return false;
}

void Channel::ended(Entry& entry) {
  const bool reads_only = entry.op.kind == OpType::REDUCE && link_.rank != entry.op.peer;
  const std::string refused = entry.task ? entry.task->refused : entry.refused;
  if (refused.empty() && !reads_only) entry.op.output.unpack();
  if (entry.task) {
    const Traffic& sent = entry.task->sent;
    const std::lock_guard lock(mutex_);
    traffic_.tree_reduce_scatter += sent.tree_reduce_scatter;
    traffic_.tree_all_gather += sent.tree_all_gather;
    traffic_.point_to_point += sent.point_to_point;
    traffic_.collective += sent.collective;
  }
  if (!refused.empty()) {
    entry.work->finish(std::make_exception_ptr(Error(entry.name + ": " + refused)));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ++traffic_.operations;
  }
  if (entry.task) entry.work->set_source(entry.task->source);
  entry.work->finish();
}

// Another rank could not do an operation, and those before it had ended there: they end here too.
void Channel::break_when_due() {
  if (!broken_) return;
  const Entry* const at = head();
  if (at && at->sequence < broken_->called) return;
  const Notice notice = *std::exchange(broken_, std::nullopt);
  break_off(notice.text, false);
}

void Channel::break_off(const std::string& reason, bool tell, uint64_t sequence) {
  take();
  {
    const std::lock_guard lock(mutex_);
    if (!reason_.empty()) return;
    reason_ = reason;
    for (auto& entry : calls_) collectives_.push_back(std::move(entry));
    calls_.clear();
  }
  enquiry_.reset();
  const auto under_way = [](const auto& entry) {
    return entry->stage != Entry::waiting && entry->stage != Entry::differing;
  };
  if (std::any_of(collectives_.begin(), collectives_.end(), under_way) || !points_.empty()) {
    const std::lock_guard lock(mutex_);
    unfinished_ = reason;
  }
  // MPI may yet write where it was told: all of it stays.
  static std::list<Entries>& kept = *new std::list<Entries>;
  Entries& failed = kept.emplace_back(std::move(collectives_));
  failed.splice(failed.end(), points_);
  collectives_.clear();
  for (const auto& entry : failed) entry->work->finish(std::make_exception_ptr(Error(reason)));
  if (!tell) return;
  Notice notice;
  notice.kind = Notice::broken;
  notice.called = sequence;
  notice.say(reason);
  tell_all(notice);
}

bool Channel::is_over() {
  take();
  for (const auto& other : beside_)
    if (!other->is_over()) return false;
  const std::lock_guard lock(mutex_);
  return leaving_ && unfinished_.empty() && collectives_.empty() && points_.empty();
}

void Channel::free() {
  for (const auto& other : beside_) other->free();
  beside_.clear();
  for (MPI_Comm* const comm : {&link_.collective, &link_.point})
    if (*comm != MPI_COMM_NULL) check(MPI_Comm_free(comm), "MPI_Comm_free");
}

void Channel::tell_all(const Notice& notice) {
  Notice n = notice;
  n.group = id_;
  for (int r = 0; r < link_.size; ++r)
    if (r != link_.rank) around_.send(link_.world_ranks[size_t(r)], n);
}

}  // namespace gradus::distributed::mpi
