// TCP with deadlines. Nothing here throws: what went wrong is told in words.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace gradus::distributed::meeting {

using Clock = std::chrono::steady_clock;

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket();
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

// Milliseconds until then, for poll(): at least 0, and at most an hour.
int until(Clock::time_point time);

// Of a name or number; `why` says why there is none.
std::vector<Address> resolve(const std::string& host, int port, std::string& why);

// Listens at an address of this machine: at this one alone if it is `localhost` or a number of the
// loopback, else at all, as others may know this machine by another one. All sockets are
// non-blocking. Without one, `error` says why (errno).
Socket listen_at(const std::string& host, int port, int& error);
Socket accept_from(const Socket& listening);
Socket connect_to(const Address& address, Clock::time_point deadline, std::string& why);
// Two ends of one connection within this process.
std::pair<Socket, Socket> connected_pair();

// All of it, or false by the deadline, at the connection's end, or when it fails.
bool send_all(const Socket& socket, const void* data, size_t size, Clock::time_point deadline,
              std::string& why);
bool receive_all(const Socket& socket, void* data, size_t size, Clock::time_point deadline,
                 std::string& why);

}  // namespace gradus::distributed::meeting
