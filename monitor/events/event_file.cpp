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

EventFile::EventFile(const std::string& folder, EventFileOptions options, double wall_time)
    : options_(std::move(options)), flushed_(std::chrono::steady_clock::now()) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail("{}: cannot make the folder {}: {}", op, folder, error.message());
  file_.emplace(op, unused_name(folder, wall_time, options_.suffix),
                O_WRONLY | O_CREAT | O_EXCL | O_APPEND);
  add(Message()
          .real(1, wall_time)
          .text(unsigned(What::file_version), "brain.Event:2")
          .message(10, Message().text(1, "gradus.monitor.SummaryWriter")));
  flush();
}

EventFile::~EventFile() {
  try {
    flush();
  } catch (const std::exception&) {  // flush() or close() would have told it
  }
}

void EventFile::add(const Message& event) {
  const std::string& data = event.bytes();
  // What protobuf reads at most.
  if (data.size() >> 31 != 0) fail("{}: an event of {} bytes, at most 2147483647", op, data.size());
  const size_t had = waiting_.size();
  std::string head;
  append_little_endian(head, data.size(), 8);
  append_little_endian(head, masked_crc32c(head), 4);
  waiting_.reserve(had + data.size() + 16);
  waiting_.append(head).append(data);
  append_little_endian(waiting_, masked_crc32c(data), 4);
  ++count_;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - flushed_;
  if (count_ < options_.max_queue && passed.count() < options_.flush_secs) return;
  try {
    flush();
  } catch (...) {
    waiting_.resize(had);
    --count_;
    throw;
  }
}

void EventFile::flush() {
  if (!waiting_.empty()) {
    try {
      file_->write(waiting_.data(), waiting_.size());
    } catch (...) {
      // What was written of it goes again. Where even that fails, readers stop at the cut record.
      [[maybe_unused]] const int result = ftruncate(file_->fd(), off_t(written_));
      throw;
    }
    written_ += waiting_.size();
    waiting_.clear();
    count_ = 0;
  }
  flushed_ = std::chrono::steady_clock::now();
}

}  // namespace gradus::monitor::detail
