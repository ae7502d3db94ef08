// An event file: TensorFlow's records, each an Event.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "monitor/events/wire.h"
#include "tensor/io/file.h"

namespace gradus::monitor::detail {

struct EventFileOptions {
  int64_t max_queue = 10;
  double flush_secs = 120;
  std::string suffix;
};

// The names of the fields of an Event that hold what happened.
enum class What : unsigned {
  file_version = 3,
  graph = 4,
  summary = 5,
  session = 7,
  run_metadata = 8,
};

// The bytes of an Event.
Message make_event(double wall_time, std::optional<int64_t> step, What what,
                   const Message& content);

// A new file in a folder, which is made where there is none. Its first event says the version.
//
// Events wait in memory until there are `max_queue`, until `flush_secs` have passed at the next
// one, or until flush(). They are written as whole records: whatever ends the program, the file has
// all that was flushed, and at most its last record is cut. Where the disk is full, add() and
// flush() throw Error, the file ends with its last whole record and what waits goes on waiting; the
// events that add() was given are not among it. Where the file cannot be made to end so, it stays
// behind with a cut record at its end, and what waits goes to a new file.
class EventFile {
 public:
  EventFile(std::string folder, EventFileOptions options, double wall_time);
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;
  // Writes what waits, unless that fails.
  ~EventFile();

  // Adds all of them or none.
  void add(const std::vector<Message>& events);
  // Takes back what the last add() added, as far as the system lets it.
  void take_back() noexcept;
  void flush();
  // Removes the file, and the folder if it has no other.
  void discard() noexcept;

 private:
  void open();
  void write(const std::string& bytes);

  std::string folder_, name_;
  EventFileOptions options_;
  double wall_time_;
  std::optional<File> file_;
  std::string waiting_;
  int64_t count_ = 0;
  uint64_t written_ = 0;
  size_t last_bytes_ = 0;  // of the last add()
  int64_t last_count_ = 0;
  std::chrono::steady_clock::time_point flushed_;
};

// Seconds since 1970, by the system's clock.
double system_seconds();
std::string host_name();

}  // namespace gradus::monitor::detail
