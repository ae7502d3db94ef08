// What keeps an operation: the ranks ask each other what they are at.
#include <algorithm>

#include "distributed/group/list_of_ranks.h"
#include "distributed/mpi/entry.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::mpi {

namespace {
// Within it the communication thread of a process that runs at all gives an answer.
constexpr auto grace = std::chrono::seconds(3);

}  // namespace

int Channel::group_rank(int world_rank) const {
  const auto at = std::find(link_.world_ranks.begin(), link_.world_ranks.end(), world_rank);
  return at == link_.world_ranks.end() ? -1 : int(at - link_.world_ranks.begin());
}

std::string Channel::place(int rank, uint64_t sequence, const std::string& what) const {
  return sequence ? fmt::format("rank {} is at operation {}, {}", rank, sequence, what)
                  : fmt::format("rank {} is at {}", rank, what);
}

std::string Channel::gone(const Entry& entry, int rank) const {
  const Notice& n = left_.at(rank);
  const std::string status = n.status ? fmt::format(" with status {}", n.status) : "";
  return fmt::format("{}: rank {} has left{} after operation {}; {}", entry.name, rank, status,
                     n.called, place(link_.rank, entry.sequence, entry.op.text));
}

void Channel::check_deadlines() {
  const auto now = Clock::now();
  if (Entry* const at = head())
    for (const auto& [rank, notice] : left_)
      if (notice.called < at->sequence) return break_off(gone(*at, rank), true, at->sequence);
  if (enquiry_) return judge();
  for (const auto& entry : collectives_)
    if (now > entry->work->deadline()) return ask(*head());
  for (const auto& entry : points_) {
    if (left_.count(entry->op.peer)) entry->work->end_before(now + grace, grace);
    if (now > entry->work->deadline()) return ask(*entry);
  }
}

void Channel::ask(Entry& entry) {
  enquiry_.reset(new Enquiry{&entry, Clock::now(), {}, {}});
  Notice notice;
  notice.kind = Notice::ask;
  notice.group = id_;
  for (int r = 0; r < link_.size; ++r) {
    const bool partner = entry.sequence || entry.op.peer < 0 || entry.op.peer == r;
    if (r == link_.rank || !partner) continue;
    enquiry_->asked.insert(r);
    around_.send(link_.world_ranks[size_t(r)], notice);
  }
}

void Channel::judge() {
  const Enquiry& e = *enquiry_;
  if (e.answers.size() < e.asked.size() && Clock::now() < e.started + grace) return;
  const Entry& entry = *e.about;
  const std::string patience = entry.work->patience();
  std::vector<int> silent, behind;
  std::string others, elsewhere;
  uint64_t last = 0;
  for (const int r : e.asked) {
    const auto answer = e.answers.find(r);
    if (left_.count(r) && !entry.sequence) return break_off(gone(entry, r), true);
    if (answer == e.answers.end()) {
      silent.push_back(r);
      continue;
    }
    const Notice& n = answer->second;
    if (n.beside) elsewhere += fmt::format("; rank {} is at {} beside", r, n.text);
    if (entry.sequence && n.called < entry.sequence) {
      last = n.called;
      behind.push_back(r);
    } else if (n.busy) {
      others += "; " + place(r, n.called, n.text);
    } else {
      others += fmt::format("; rank {} has ended operation {}", r, n.called);
    }
  }
  std::string text = entry.name + ": ";
  if (!silent.empty())
    text += fmt::format("{} gave no answer in {}", list_of_ranks(silent), patience);
  else if (!behind.empty())
    text += fmt::format("{} did not call operation {} in {}, the last was {}{}",
                        list_of_ranks(behind), entry.sequence, patience, last, elsewhere);
  else
    text += fmt::format("not done in {}{}{}", patience, others, elsewhere);
  break_off(text + "; " + place(link_.rank, entry.sequence, entry.op.text), true, entry.sequence);
}

const Channel::Entry* Channel::current() {
  return head() ? head() : points_.empty() ? nullptr : points_.front().get();
}

// A rank may wait for the others in another group of theirs.
const Channel::Entry* Channel::current_beside() {
  const Entry* at = first_ ? first_->current() : nullptr;
  for (const auto& other : beside_)
    if (!at) at = other->current();
  return at;
}

void Channel::handle(const Notice& notice, int world_rank) {
  const int rank = group_rank(world_rank);
  if (rank < 0) return;
  switch (notice.kind) {
    case Notice::ask: {
      Notice answer;
      answer.kind = Notice::answer;
      answer.group = id_;
      const Entry* const at = current();
      answer.called = at && at->sequence ? at->sequence : called();
      if (at) {
        answer.busy = 1;
        answer.say(at->op.text);
      } else if (const Entry* const other = current_beside()) {
        answer.beside = 1;
        answer.say(other->op.text);
      }
      around_.send(world_rank, answer);
      break;
    }
    case Notice::answer:
      if (enquiry_ && enquiry_->asked.count(rank)) enquiry_->answers[rank] = notice;
      break;
    case Notice::broken:
      broken_ = notice;
      for (const auto& entry : collectives_) entry->work->end_before(Clock::now() + grace, grace);
      break_when_due();
      break;
    case Notice::left:
      left_[rank] = notice;
      check_deadlines();
      break;
  }
}

}  // namespace gradus::distributed::mpi
