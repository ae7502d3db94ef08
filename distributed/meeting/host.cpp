#include "distributed/meeting/host.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <tuple>

#include "distributed/group/list_of_ranks.h"
#include "distributed/meeting/own_thread.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::meeting {

namespace {
using std::chrono::milliseconds, std::chrono::seconds;

constexpr size_t most_strangers = 64;         // who have not yet said who they are
constexpr auto strangers_time = seconds(10);  // to do so
constexpr auto hurried_time = seconds(1);     // where as many are here, and others may wait
constexpr auto rest = milliseconds(100);      // where no connection can be had
constexpr auto last_words = seconds(1);
constexpr size_t longest_list = 8;

// An array of characters that others have filled.
template <size_t n>
std::string text(const char (&array)[n]) {
  std::string s(array, strnlen(array, n));
  for (char& c : s)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  return s;
}

std::shared_ptr<const std::string> framed(Header::Kind kind, const std::string& body) {
  const Header header{magic, kind, uint32_t(body.size())};
  std::string s(reinterpret_cast<const char*>(&header), sizeof header);
  return std::make_shared<const std::string>(s + body);
}
}  // namespace

std::string names_of(const std::vector<int>& ranks) { return list_of_ranks(ranks, longest_list); }

struct Host::Peer {
  Socket socket;
  Clock::time_point came = Clock::now();
  std::optional<Hello> hello;
  std::string in;
  std::deque<Message> out;
  size_t sent = 0;  // of the first of them
  bool closed = false;

  bool is_rank() const { return hello.has_value(); }
  int rank() const { return int(hello->rank); }
  std::string name() const {
    return fmt::format("rank {} (process {} on {})", hello->rank, hello->pid, text(hello->host));
  }
};

Host::Host(const Invitation& invitation, Socket listening, Socket own, milliseconds timeout,
           const Notices& notices)
    : invitation_(invitation),
      timeout_(timeout),
      notices_(notices),
      listening_(std::move(listening)),
      ranks_(size_t(invitation.size)),
      due_(Clock::now() + timeout) {
  std::tie(wake_, waker_) = connected_pair();
  if (!wake_) fail("init_process_group: cannot make sockets: {}", std::strerror(errno));
  welcome_stranger(std::move(own));
  thread_ = own_thread([this] { run(); });
}

Host::~Host() {
  stopping_ = true;
  std::string why;
  send_all(waker_, "", 1, Clock::now() + last_words, why);
  thread_.join();
}

void Host::run() {
  std::optional<Clock::time_point> end;
  while (true) {
    if (stopping_) {
      if (!end) end = Clock::now() + last_words;
      const bool said = std::all_of(peers_.begin(), peers_.end(),
                                    [](const auto& p) { return p->out.empty() || !p->is_rank(); });
      if (said || Clock::now() > *end) return;
    }
    strangers_ = size_t(
        std::count_if(peers_.begin(), peers_.end(), [](const auto& p) { return !p->is_rank(); }));
    const bool rests = Clock::now() < accepts_;
    const bool greets = listening_ && strangers_ < most_strangers && !rests;
    auto next = Clock::now() + seconds(60);
    if (end) next = std::min(next, *end);
    if (due_) next = std::min(next, *due_);
    if (due_ && come_ < invitation_.size) next = std::min(next, notices_.next());
    if (rests) next = std::min(next, accepts_);
    std::vector<pollfd> fds{{wake_.fd(), POLLIN, 0}, {greets ? listening_.fd() : -1, POLLIN, 0}};
    std::vector<Peer*> polled;
    for (const auto& peer : peers_) {
      if (!peer->is_rank()) next = std::min(next, expiry(*peer));
      fds.push_back({peer->socket.fd(), short(peer->out.empty() ? POLLIN : POLLIN | POLLOUT), 0});
      polled.push_back(peer.get());
    }
    poll(fds.data(), fds.size(), until(next));
    if (fds[0].revents) {
      char byte;
      while (recv(wake_.fd(), &byte, 1, 0) > 0) {
      }
    }
    if (fds[1].revents) accept();
    for (size_t i = 0; i < polled.size(); ++i) {
      if (fds[i + 2].revents & ~POLLOUT) receive(*polled[i]);
      if (!polled[i]->closed && !polled[i]->out.empty()) send(*polled[i]);
    }
    check_time();
    std::erase_if(peers_, [](const auto& p) { return p->closed; });
  }
}

// Until when a stranger may stay.
Clock::time_point Host::expiry(const Peer& peer) const {
  return peer.came + (strangers_ < most_strangers ? strangers_time : hurried_time);
}

void Host::accept() {
  if (Socket s = accept_from(listening_)) return welcome_stranger(std::move(s));
  const int error = errno;
  // Without a rest the same would be tried, and fail, again and again.
  accepts_ = Clock::now() + rest;
  if ((error == EMFILE || error == ENFILE) && strangers_ == 0 && broken_.empty())
    break_off(
        fmt::format("init_process_group: rank 0 cannot take one more connection to {} ranks: {}",
                    invitation_.size, std::strerror(error)));
}

void Host::welcome_stranger(Socket socket) {
  auto peer = std::make_unique<Peer>();
  peer->socket = std::move(socket);
  const Banner banner{magic, invitation_.job_number(), version, uint32_t(invitation_.size)};
  peer->out.push_back(
      std::make_shared<const std::string>(reinterpret_cast<const char*>(&banner), sizeof banner));
  peers_.push_back(std::move(peer));
}

void Host::receive(Peer& peer) {
  // Of a stranger no more than his name; of all no more than this at a time, as others wait.
  char buffer[1 << 16];
  const size_t room = peer.is_rank() ? sizeof buffer : sizeof(Hello) - peer.in.size();
  const ssize_t n = recv(peer.socket.fd(), buffer, room, 0);
  if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return;
  if (n <= 0) return lose(peer);
  peer.in.append(buffer, size_t(n));
  while (!peer.closed && take(peer)) {
  }
}

// One frame of what has come. False where it is not whole yet.
bool Host::take(Peer& peer) {
  if (!peer.is_rank()) {
    if (peer.in.size() < sizeof(Hello)) return false;
    Hello hello;
    std::memcpy(&hello, peer.in.data(), sizeof hello);
    peer.in.clear();
    meet(peer, hello);
    return true;
  }
  Header header;
  if (peer.in.size() < sizeof header) return false;
  std::memcpy(&header, peer.in.data(), sizeof header);
  const bool known = header.kind == Header::piece || header.kind == Header::bye;
  if (header.magic != magic || !known || header.length > largest_piece) {
    lose(peer);
    return false;
  }
  if (peer.in.size() < sizeof header + header.length) return false;
  std::string body = peer.in.substr(sizeof header, header.length);
  peer.in.erase(0, sizeof header + header.length);
  if (header.kind == Header::piece) {
    take_piece(peer, std::move(body));
  } else {
    lose(peer, "left");
  }
  return true;
}

void Host::meet(Peer& peer, const Hello& hello) {
  if (hello.magic != magic || hello.job != invitation_.job_number()) {
    peer.closed = true;
    return;
  }
  peer.hello = hello;
  // It hears of it too.
  const auto refuse = [&](const std::string& why) { break_off("init_process_group: " + why); };
  if (!broken_.empty()) {
    peer.out.push_back(framed(Header::broken, broken_));
    return;
  }
  if (hello.version != version)
    return refuse(
        fmt::format("{} speaks version {} and rank 0 version {}: they are built from "
                    "different releases",
                    peer.name(), hello.version, version));
  if (int(hello.size) != invitation_.size)
    return refuse(fmt::format("WORLD_SIZE is {} for rank 0 and {} for {}", invitation_.size,
                              hello.size, peer.name()));
  if (hello.rank >= hello.size)
    return refuse(fmt::format("{}, and WORLD_SIZE is {}", peer.name(), hello.size));
  if (Peer* const other = ranks_[hello.rank])
    return refuse(fmt::format("RANK is {} for two processes: {} on {} and {} on {}", hello.rank,
                              other->hello->pid, text(other->hello->host), hello.pid,
                              text(hello.host)));
  if (text(hello.mpi) != invitation_.mpi)
    return refuse(
        fmt::format("rank 0 has {}, and {} has {}", invitation_.mpi, peer.name(), text(hello.mpi)));
  ranks_[hello.rank] = &peer;
  if (++come_ == invitation_.size) all_have_come();
}

void Host::all_have_come() {
  listening_ = Socket();
  due_.reset();
  for (const auto& peer : peers_)
    if (!peer->is_rank()) peer->closed = true;
  std::vector<uint32_t> body{(std::random_device()() & largest_number) | 1};
  std::map<std::string, uint32_t> machines;
  for (const Peer* peer : ranks_) {
    std::string memory = text(peer->hello->memory);
    if (memory.empty()) memory = peer->name();
    body.push_back(machines.emplace(memory, uint32_t(machines.size())).first->second);
  }
  send_to_all(Header::welcome, std::string(reinterpret_cast<const char*>(body.data()),
                                           body.size() * sizeof body[0]));
}

void Host::take_piece(Peer& peer, std::string piece) {
  if (!broken_.empty()) return;
  pieces_size_ += sizeof(uint32_t) + piece.size();
  if (come_ < invitation_.size || !pieces_.emplace(peer.rank(), std::move(piece)).second)
    return lose(peer);
  if (pieces_size_ > largest_pieces)
    return break_off(fmt::format("init_process_group: {} ranks give {} bytes, and {} are the most",
                                 pieces_.size(), pieces_size_, largest_pieces));
  if (!due_) due_ = Clock::now() + timeout_;
  if (int(pieces_.size()) < invitation_.size) return;
  std::string all;
  for (const auto& [rank, own] : pieces_) {
    const auto length = uint32_t(own.size());
    all.append(reinterpret_cast<const char*>(&length), sizeof length);
    all += own;
  }
  pieces_.clear();
  pieces_size_ = 0;
  due_.reset();
  send_to_all(Header::pieces, all);
}

void Host::send(Peer& peer) {
  while (!peer.out.empty()) {
    const std::string& message = *peer.out.front();
    const ssize_t n = ::send(peer.socket.fd(), message.data() + peer.sent,
                             message.size() - peer.sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n < 0) return lose(peer);
    peer.sent += size_t(n);
    if (peer.sent < message.size()) continue;
    peer.out.pop_front();
    peer.sent = 0;
  }
}

void Host::send_to_all(Header::Kind kind, const std::string& body) {
  const Message message = framed(kind, body);
  for (const auto& peer : peers_)
    if (peer->is_rank()) peer->out.push_back(message);
}

void Host::lose(Peer& peer, const char* how) {
  if (peer.closed) return;
  peer.closed = true;
  if (!peer.is_rank()) return;
  Peer*& place = ranks_[size_t(peer.rank()) % ranks_.size()];
  if (place != &peer) return;  // it was refused
  place = nullptr;
  if (broken_.empty()) break_off(fmt::format("init_process_group: {} has {}", peer.name(), how));
}

void Host::check_time() {
  const auto now = Clock::now();
  for (const auto& peer : peers_)
    if (!peer->is_rank() && now > expiry(*peer)) peer->closed = true;
  if (!due_) return;
  if (now >= *due_)
    break_off(missing(timeout_));
  else if (come_ < invitation_.size && notices_.due())
    notices_.say(missing(notices_.waited()));
}

// Who is waited for, in words.
std::string Host::missing(milliseconds waited) const {
  std::vector<int> here, absent;
  const bool meeting = come_ < invitation_.size;
  for (int r = 0; r < invitation_.size; ++r)
    (((meeting ? ranks_[size_t(r)] != nullptr : pieces_.count(r) > 0)) ? here : absent)
        .push_back(r);
  const std::string time = seconds_of(waited);
  return meeting ? fmt::format("init_process_group: {} of {} did not come to {} in {}; {} did",
                               names_of(absent), invitation_.size, invitation_.place(), time,
                               names_of(here))
                 : fmt::format("init_process_group: MPI starts and {} gave no answer in {}; {} did",
                               names_of(absent), time, names_of(here));
}

void Host::break_off(const std::string& why) {
  broken_ = why;
  due_.reset();
  pieces_.clear();
  send_to_all(Header::broken, why.substr(0, largest_text));
}

}  // namespace gradus::distributed::meeting
