#include "monitor/events/event_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>

#include "monitor/events/crc32c.h"
#include "tensor/base/fail.h"

namespace gradus::monitor::detail {
namespace {

constexpr const char* op = "summary writer";

// A name that no file has: the time, the computer, the process, and a number.
std::string unused_name(const std::filesystem::path& folder, double wall_time,
                        const std::string& suffix) {
  static std::atomic<unsigned> next{0};
  for (;;) {
    const auto name =
        folder / fmt::format("events.out.tfevents.{:010.0f}.{}.{}.{}{}", std::floor(wall_time),
                             host_name(), getpid(), next++, suffix);
    if (std::error_code ignored; !std::filesystem::exists(name, ignored)) return name.string();
  }
}

}  // namespace

double system_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string host_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

Message make_event(double wall_time, std::optional<int64_t> step, What what,
                   const Message& content) {
  Message event;
  event.real(1, wall_time).number(2, step.value_or(0));
  // The version and the graph are bytes of their own kind, the others messages; on the wire that is
  // the same.
  return event.message(unsigned(what), content);
}

namespace {

void append_record(std::string& to, const Message& event) {
  const std::string& data = event.bytes();
  // What protobuf reads at most.
  if (data.size() >> 31 != 0) fail("{}: an event of {} bytes, at most 2147483647", op, data.size());
  std::string head;
  append_little_endian(head, data.size(), 8);
  append_little_endian(head, masked_crc32c(head), 4);
  to.append(head).append(data);
  append_little_endian(to, masked_crc32c(data), 4);
}

}  // namespace

EventFile::EventFile(std::string folder, EventFileOptions options, double wall_time)
    : folder_(std::move(folder)),
      options_(std::move(options)),
      wall_time_(wall_time),
      flushed_(std::chrono::steady_clock::now()) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) fail("{}: cannot make the folder {}: {}", op, folder_, error.message());
  open();
}

EventFile::~EventFile() {
  try {
    flush();
  } catch (const std::exception&) {  // flush() or close() would have told it
  }
}

void EventFile::open() {
  std::string version;
  append_record(version, Message()
                             .real(1, wall_time_)
                             .text(unsigned(What::file_version), "brain.Event:2")
                             .message(10, Message().text(1, "gradus.monitor.SummaryWriter")));
  name_ = unused_name(folder_, wall_time_, options_.suffix);
  file_.emplace(op, name_, O_WRONLY | O_CREAT | O_EXCL | O_APPEND);
  written_ = 0;
  try {
    write(version);
  } catch (...) {
    file_.reset();
    ::unlink(name_.c_str());
    throw;
  }
}

void EventFile::write(const std::string& bytes) {
  try {
    file_->write(bytes.data(), bytes.size());
  } catch (...) {
    // What was written of it goes again. Where even that fails, a later record would stand behind a
    // cut one, where no reader comes: it needs a new file, of a name that comes after this one's.
    if (::ftruncate(file_->fd(), off_t(written_)) != 0) {
      file_.reset();
      wall_time_ += 1;
    }
    throw;
  }
  written_ += bytes.size();
}

void EventFile::add(const std::vector<Message>& events) {
  const size_t had = waiting_.size();
  try {
    for (const Message& event : events) append_record(waiting_, event);
  } catch (...) {
    waiting_.resize(had);
    throw;
  }
  last_bytes_ = waiting_.size() - had;
  last_count_ = int64_t(events.size());
  count_ += last_count_;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - flushed_;
  if (count_ < options_.max_queue && passed.count() < options_.flush_secs) return;
  try {
    flush();
  } catch (...) {
    take_back();
    throw;
  }
}

void EventFile::take_back() noexcept {
  if (!waiting_.empty()) {
    waiting_.resize(waiting_.size() - last_bytes_);
    count_ -= last_count_;
  } else if (file_ && ::ftruncate(file_->fd(), off_t(written_ - last_bytes_)) == 0) {
    written_ -= last_bytes_;
  }
  last_bytes_ = 0;
  last_count_ = 0;
}

void EventFile::flush() {
  if (!waiting_.empty()) {
    if (!file_) open();
    write(waiting_);
    waiting_.clear();
    count_ = 0;
  }
  flushed_ = std::chrono::steady_clock::now();
}

void EventFile::discard() noexcept {
  waiting_.clear();
  count_ = 0;
  file_.reset();
  ::unlink(name_.c_str());
  ::rmdir(folder_.c_str());
}

}  // namespace gradus::monitor::detail
