#include "distributed/meeting/sockets.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gradus::distributed::meeting {

namespace {
void set(const Socket& socket, int level, int option, int value = 1) {
  setsockopt(socket.fd(), level, option, &value, sizeof value);
}

// Waits until it may go on, or has failed. False by the deadline.
bool wait_for(const Socket& socket, short events, Clock::time_point deadline) {
  for (;;) {
    pollfd p{socket.fd(), events, 0};
    const int n = poll(&p, 1, until(deadline));
    if (n > 0) return true;
    if ((n == 0 && Clock::now() >= deadline) || (n < 0 && errno != EINTR)) return false;
  }
}

template <class Move>  // ssize_t(char* at, size_t left)
bool move_all(const Socket& socket, short events, size_t size, Clock::time_point deadline,
              std::string& why, Move move) {
  for (size_t done = 0; done < size;) {
    const ssize_t n = move(done, size - done);
    if (n > 0) {
      done += size_t(n);
    } else if (n == 0) {
      why = "the connection was closed";
      return false;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(socket, events, deadline)) {
        why = "no answer";
        return false;
      }
    } else if (errno != EINTR) {
      why = std::strerror(errno);
      return false;
    }
  }
  return true;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

// Where nothing listens on a port from which connections are made too, one may meet itself.
bool meets_itself(const Socket& socket) {
  Address own, other;
  own.length = other.length = sizeof(sockaddr_storage);
  return getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&own.storage), &own.length) == 0 &&
         getpeername(socket.fd(), reinterpret_cast<sockaddr*>(&other.storage), &other.length) ==
             0 &&
         own.length == other.length && !std::memcmp(&own.storage, &other.storage, own.length);
}

Socket open_socket(int family) {
  return Socket(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

Socket listen_at(const Address& address, bool both, int& error) {
  Socket s = open_socket(address.storage.ss_family);
  if (s) {
    // A port whose last connections have ended is free.
    set(s, SOL_SOCKET, SO_REUSEADDR);
    if (both) set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (bind(s.fd(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0 &&
        listen(s.fd(), SOMAXCONN) == 0)
      return s;
  }
  error = errno;
  return {};
}
}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

int until(Clock::time_point time) {
  const auto now = Clock::now();
  if (time <= now) return 0;
  // Never too early.
  return int(std::chrono::ceil<std::chrono::milliseconds>(
                 std::min<Clock::duration>(time - now, std::chrono::hours(1)))
                 .count());
}

std::vector<Address> resolve(const std::string& host, int port, std::string& why) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (error) {
    why = error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error);
    return {};
  }
  std::vector<Address> all;
  for (const addrinfo* a = list; a; a = a->ai_next) {
    if (a->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Address address;
    std::memcpy(&address.storage, a->ai_addr, a->ai_addrlen);
    address.length = a->ai_addrlen;
    all.push_back(address);
  }
  freeaddrinfo(list);
  return all;
}

Socket listen_at(const std::string& host, int port, int& error) {
  if (is_loopback(host)) {
    std::string why;
    error = EADDRNOTAVAIL;
    for (const Address& address : resolve(host, port, why))
      if (Socket s = listen_at(address, false, error)) return s;
    return {};
  }
  Address any;
  auto& six = reinterpret_cast<sockaddr_in6&>(any.storage);
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(uint16_t(port));
  six.sin6_addr = in6addr_any;
  any.length = sizeof six;
  Socket s = listen_at(any, true, error);
  if (s || error == EADDRINUSE || error == EACCES) return s;
  // A machine without the newer addresses.
  any = {};
  auto& four = reinterpret_cast<sockaddr_in&>(any.storage);
  four.sin_family = AF_INET;
  four.sin_port = htons(uint16_t(port));
  four.sin_addr.s_addr = htonl(INADDR_ANY);
  any.length = sizeof four;
  return listen_at(any, false, error);
}

Socket accept_from(const Socket& listening) {
  Socket s(accept4(listening.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (s) set(s, IPPROTO_TCP, TCP_NODELAY), set(s, SOL_SOCKET, SO_KEEPALIVE);
  return s;
}

Socket connect_to(const Address& address, Clock::time_point deadline, std::string& why) {
  Socket s = open_socket(address.storage.ss_family);
  int error = s ? 0 : errno;
  if (s && connect(s.fd(), reinterpret_cast<const sockaddr*>(&address.storage), address.length)) {
    error = errno;
    if (error == EINPROGRESS || error == EINTR) {
      if (!wait_for(s, POLLOUT, deadline)) {
        why = "no answer";
        return {};
      }
      socklen_t size = sizeof error;
      getsockopt(s.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  if (!error && meets_itself(s)) error = ECONNREFUSED;
  if (error) {
    why = std::strerror(error);
    return {};
  }
  set(s, IPPROTO_TCP, TCP_NODELAY), set(s, SOL_SOCKET, SO_KEEPALIVE);
  return s;
}

std::pair<Socket, Socket> connected_pair() {
  int fds[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds)) return {};
  return {Socket(fds[0]), Socket(fds[1])};
}

bool send_all(const Socket& socket, const void* data, size_t size, Clock::time_point deadline,
              std::string& why) {
  return move_all(socket, POLLOUT, size, deadline, why, [&](size_t done, size_t left) {
    return send(socket.fd(), static_cast<const char*>(data) + done, left, MSG_NOSIGNAL);
  });
}

bool receive_all(const Socket& socket, void* data, size_t size, Clock::time_point deadline,
                 std::string& why) {
  return move_all(socket, POLLIN, size, deadline, why, [&](size_t done, size_t left) {
    return recv(socket.fd(), static_cast<char*>(data) + done, left, 0);
  });
}

}  // namespace gradus::distributed::meeting
