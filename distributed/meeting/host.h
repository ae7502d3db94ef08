// Rank 0's side of a meeting: it waits for the others, and hands on what they exchange.
#pragma once

#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "distributed/meeting/frames.h"
#include "distributed/meeting/invitation.h"
#include "distributed/meeting/notices.h"
#include "distributed/meeting/sockets.h"

namespace gradus::distributed::meeting {

class Host {
 public:
  // `own` is the other end of what rank 0 itself speaks to. The listening socket is closed as soon
  // as all have come. Whatever the ranks wait for, they wait no longer than the timeout; until they
  // have come, notices name those that have not.
  Host(const Invitation& invitation, Socket listening, Socket own,
       std::chrono::milliseconds timeout, const Notices& notices);
  // Sends what is to be sent, for a second at most.
  ~Host();

 private:
  struct Peer;
  using Peers = std::list<std::unique_ptr<Peer>>;
  using Message = std::shared_ptr<const std::string>;

  void run();
  Clock::time_point expiry(const Peer& peer) const;
  void accept();
  void welcome_stranger(Socket socket);
  void receive(Peer& peer);
  bool take(Peer& peer);
  void meet(Peer& peer, const Hello& hello);
  void all_have_come();
  void take_piece(Peer& peer, std::string piece);
  void send(Peer& peer);
  void send_to_all(Header::Kind kind, const std::string& text);
  void lose(Peer& peer, const char* how = "ended");
  void check_time();
  std::string missing(std::chrono::milliseconds waited) const;
  void break_off(const std::string& why);

  const Invitation invitation_;
  const std::chrono::milliseconds timeout_;
  Notices notices_;
  Socket listening_, wake_, waker_;
  Clock::time_point accepts_;  // not before
  Peers peers_;
  size_t strangers_ = 0;      // of them
  std::vector<Peer*> ranks_;  // null: not here, or gone
  int come_ = 0;
  std::map<int, std::string> pieces_;     // of the exchange under way
  size_t pieces_size_ = 0;                // of them all
  std::optional<Clock::time_point> due_;  // of what is waited for
  std::string broken_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// `rank 1`, `ranks 1 and 3`, `ranks 1, 2, 3 and 7 more`.
std::string names_of(const std::vector<int>& ranks);

}  // namespace gradus::distributed::meeting
