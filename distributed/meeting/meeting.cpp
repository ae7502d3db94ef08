#include "distributed/meeting/meeting.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <tuple>

#include "distributed/meeting/host.h"
#include "distributed/meeting/own_thread.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::meeting {

namespace {
using std::chrono::milliseconds, std::chrono::seconds;

constexpr auto grace = seconds(5);        // for rank 0, which knows better what is missing
constexpr auto answer_time = seconds(2);  // of whatever listens at a port
constexpr auto port_time = seconds(5);    // for a port to become free
constexpr milliseconds between_calls(50), longest_between_calls = seconds(1);
constexpr auto longest_timeout = std::chrono::hours(24 * 365);  // clocks have an end

// Of two processes with the same one, each can map the other's memory: one system, one place of
// shared files, one numbering of processes, one user. Empty where none can be known to.
std::string own_memory() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  struct stat shm {
  }, pids{};
  if (id.empty() || stat("/dev/shm", &shm) || stat("/proc/self/ns/pid", &pids)) return {};
  return fmt::format("{} {:x} {:x} {:x} {}", id, shm.st_dev, shm.st_ino, pids.st_ino, geteuid());
}

template <size_t n>
void put(char (&array)[n], const std::string& text) {
  std::memset(array, 0, n);
  std::memcpy(array, text.data(), std::min(n - 1, text.size()));
}

enum class Met { host, stranger, another_job };
// What stands at the other end of a connection.
Met look_at(const Socket& socket, const Invitation& invitation, Clock::time_point deadline) {
  Banner banner;
  std::string why;
  if (!receive_all(socket, &banner, sizeof banner, std::min(deadline, Clock::now() + answer_time),
                   why) ||
      banner.magic != magic)
    return Met::stranger;
  return banner.job == invitation.job_number() ? Met::host : Met::another_job;
}
}  // namespace

Meeting::Meeting(const Invitation& invitation, milliseconds timeout, const Notices& notices)
    : invitation_(invitation), timeout_(std::min<milliseconds>(timeout, longest_timeout)) {
  const auto deadline = Clock::now() + timeout_;
  std::tie(wake_, waker_) = connected_pair();
  if (!wake_) fail("init_process_group: cannot make sockets: {}", std::strerror(errno));
  if (invitation_.rank == 0)
    call_on_host(deadline, notices);
  else
    socket_ = find_host(deadline, notices);
  say_hello(deadline);
  thread_ = own_thread([this] { listen(); });
  std::unique_lock lock(mutex_);
  wait(lock, deadline + grace);
  // Who has gone since is missed later.
  if (!welcome_) {
    const std::string why = broken_;
    leaving_ = true;
    lock.unlock();
    std::string ignored;
    send_all(waker_, "", 1, Clock::now(), ignored);
    thread_.join();
    host_.reset();
    fail("{}", why);
  }
}

Meeting::~Meeting() {
  {
    const std::lock_guard lock(mutex_);
    leaving_ = true;
  }
  std::string why;
  send_all(waker_, "", 1, Clock::now(), why);
  thread_.join();
  const Header bye{magic, Header::bye, 0};
  send_all(socket_, &bye, sizeof bye, Clock::now() + seconds(1), why);
}

// Rank 0 opens the meeting, unless there is one.
void Meeting::call_on_host(Clock::time_point deadline, const Notices& notices) {
  const auto last = std::min(deadline, Clock::now() + port_time);
  int error = 0;
  for (;;) {
    for (const int port : invitation_.ports) {
      if (Socket listening = listen_at(invitation_.address, port, error)) {
        auto [own, other] = connected_pair();
        if (!own) fail("init_process_group: cannot make sockets: {}", std::strerror(errno));
        Invitation opened = invitation_;
        opened.ports = {port};
        host_ = std::make_unique<Host>(opened, std::move(listening), std::move(other), timeout_,
                                       notices);
        socket_ = std::move(own);
        Banner banner;
        std::string why;
        receive_all(socket_, &banner, sizeof banner, deadline, why);
        return;
      }
      if (error != EADDRINUSE) break;
      // Who came first tells all what is wrong.
      std::string why;
      for (const Address& address : resolve(invitation_.address, port, why)) {
        Socket s = connect_to(address, last, why);
        if (!s || look_at(s, invitation_, last) != Met::host) continue;
        socket_ = std::move(s);
        return;
      }
    }
    if (error != EADDRINUSE || Clock::now() > last)
      fail(
          "init_process_group: rank 0 cannot listen at {}: {}; MASTER_PORT has to be a free port "
          "of "
          "this machine",
          invitation_.place(), std::strerror(error));
    std::this_thread::sleep_for(between_calls);
  }
}

Socket Meeting::find_host(Clock::time_point deadline, Notices notices) const {
  std::string why = "no answer", seen;
  const auto nobody = [&](milliseconds waited) {
    return fmt::format("init_process_group: rank {} of {} found no rank 0 at {} in {}: {}",
                       invitation_.rank, invitation_.size, invitation_.place(), seconds_of(waited),
                       seen.empty() ? why : seen);
  };
  auto pause = between_calls;
  do {
    for (const int port : invitation_.ports) {
      for (const Address& address : resolve(invitation_.address, port, why)) {
        Socket s = connect_to(address, std::min(deadline, Clock::now() + answer_time), why);
        if (!s) continue;
        const Met met = look_at(s, invitation_, deadline);
        if (met == Met::host) return s;
        // This says more than that nobody is there.
        seen =
            met == Met::another_job ? "another job meets there" : "what listens there is no rank 0";
      }
    }
    if (notices.due()) notices.say(nobody(notices.waited()));
    std::this_thread::sleep_until(std::min(Clock::now() + pause, deadline));
    pause = std::min(pause * 21 / 20, longest_between_calls);
  } while (Clock::now() < deadline);
  fail("{}", nobody(timeout_));
}

void Meeting::say_hello(Clock::time_point deadline) {
  Hello hello{};
  hello.magic = magic;
  hello.job = invitation_.job_number();
  hello.version = version;
  hello.rank = uint32_t(invitation_.rank);
  hello.size = uint32_t(invitation_.size);
  hello.pid = uint32_t(getpid());
  put(hello.memory, own_memory());
  char name[64] = "";
  gethostname(name, sizeof name - 1);
  put(hello.host, name);
  put(hello.mpi, invitation_.mpi);
  std::string why;
  if (!send_all(socket_, &hello, sizeof hello, deadline, why))
    fail("init_process_group: rank {} lost rank 0 at {}: {}", invitation_.rank, invitation_.place(),
         why);
}

// Until all have come, or it has failed.
void Meeting::wait(std::unique_lock<std::mutex>& lock, Clock::time_point deadline) {
  if (!changed_.wait_until(lock, deadline, [&] { return welcome_ || !broken_.empty(); }))
    broken_ = fmt::format("init_process_group: rank {} had no answer of rank 0 at {} in {}",
                          invitation_.rank, invitation_.place(), seconds_of(timeout_));
}

std::vector<std::string> Meeting::exchange(std::string_view own) {
  if (own.size() > largest_piece)
    fail("init_process_group: {} bytes at once, and {} are the most", own.size(), largest_piece);
  const auto deadline = Clock::now() + timeout_ + grace;
  std::string message(sizeof(Header), 0);
  const Header header{magic, Header::piece, uint32_t(own.size())};
  std::memcpy(message.data(), &header, sizeof header);
  message += own;
  std::string why;
  const bool sent = send_all(socket_, message.data(), message.size(), deadline, why);
  std::unique_lock lock(mutex_);
  if (sent && !changed_.wait_until(lock, deadline, [&] { return pieces_ || !broken_.empty(); }))
    why = "no answer";
  if (!pieces_ && broken_.empty()) broken_ = "init_process_group: rank 0 is lost: " + why;
  if (!pieces_) fail("{}", std::string(broken_));
  std::vector<std::string> all = std::move(*pieces_);
  pieces_.reset();
  return all;
}

void Meeting::watch(std::function<void(const std::string&)> failed) {
  std::unique_lock lock(mutex_);
  if (!broken_.empty()) {
    const std::string why = broken_;
    lock.unlock();
    failed(why);
    return;
  }
  failed_ = std::move(failed);
  due_ = Clock::now() + timeout_ + grace;
  lock.unlock();
  std::string why;
  send_all(waker_, "", 1, Clock::now(), why);
}

void Meeting::stop_watch() {
  const std::lock_guard lock(mutex_);
  failed_ = nullptr;
  due_.reset();
}

void Meeting::listen() {
  for (;;) {
    auto next = Clock::now() + seconds(60);
    {
      const std::lock_guard lock(mutex_);
      if (leaving_) return;
      if (due_) next = std::min(next, *due_);
    }
    // Of a meeting that has failed nothing more comes.
    pollfd fds[2] = {{wake_.fd(), POLLIN, 0}, {open_ ? socket_.fd() : -1, POLLIN, 0}};
    poll(fds, 2, until(next));
    char byte;
    while (fds[0].revents && recv(wake_.fd(), &byte, 1, 0) > 0) {
    }
    if (fds[1].revents && !receive()) {
      open_ = false;
      fail_with("init_process_group: rank 0 has ended");
    }
    bool late = false;
    {
      const std::lock_guard lock(mutex_);
      late = due_ && Clock::now() >= *due_;
    }
    if (late)
      fail_with(fmt::format("init_process_group: MPI did not start on {} ranks in {}",
                            invitation_.size, seconds_of(timeout_)));
  }
}

// What there is. False at the end of the connection, or where it makes no sense.
bool Meeting::receive() {
  char buffer[1 << 14];
  for (;;) {
    const ssize_t n = recv(socket_.fd(), buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (n <= 0) return false;
    in_.append(buffer, size_t(n));
    for (;;) {
      Header header;
      if (in_.size() < sizeof header) break;
      std::memcpy(&header, in_.data(), sizeof header);
      const uint64_t most = header.kind == Header::broken ? largest_text
                            : header.kind == Header::welcome
                                ? uint64_t(invitation_.size + 1) * sizeof(uint32_t)
                                : uint64_t(invitation_.size) * (largest_piece + sizeof(uint32_t));
      if (header.magic != magic || header.length > most) return false;
      if (in_.size() < sizeof header + header.length) break;
      const std::string body = in_.substr(sizeof header, header.length);
      in_.erase(0, sizeof header + header.length);
      if (!take(header.kind, body)) return false;
    }
  }
}

bool Meeting::take(Header::Kind kind, const std::string& body) {
  if (kind == Header::broken) {
    fail_with(body);
    return true;
  }
  const std::lock_guard lock(mutex_);
  if (kind == Header::welcome) {
    std::vector<uint32_t> words(size_t(invitation_.size) + 1);
    if (welcome_ || body.size() != words.size() * sizeof words[0]) return false;
    std::memcpy(words.data(), body.data(), body.size());
    number_ = words[0];
    machines_.assign(words.begin() + 1, words.end());
    welcome_ = true;
  } else if (kind == Header::pieces) {
    std::vector<std::string> all;
    for (size_t at = 0; at < body.size();) {
      uint32_t length = 0;
      if (body.size() - at < sizeof length) return false;
      std::memcpy(&length, body.data() + at, sizeof length);
      at += sizeof length;
      if (body.size() - at < length) return false;
      all.push_back(body.substr(at, length));
      at += length;
    }
    if (pieces_ || all.size() != size_t(invitation_.size)) return false;
    pieces_ = std::move(all);
  } else {
    return false;
  }
  changed_.notify_all();
  return true;
}

void Meeting::fail_with(const std::string& why) {
  std::function<void(const std::string&)> failed;
  {
    const std::lock_guard lock(mutex_);
    if (broken_.empty()) broken_ = why;
    failed = std::exchange(failed_, nullptr);
    due_.reset();
  }
  changed_.notify_all();
  if (failed) failed(why);
}

}  // namespace gradus::distributed::meeting
