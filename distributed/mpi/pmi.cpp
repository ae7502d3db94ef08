#include "distributed/mpi/pmi.h"

#include <cstring>

#include "tensor/base/fail.h"

namespace gradus::distributed::mpi {

namespace {
void append(std::string& to, std::string_view word) {
  const auto length = uint32_t(word.size());
  to.append(reinterpret_cast<const char*>(&length), sizeof length);
  to += word;
}

// The next word of a piece, of which `at` becomes the end.
std::string next_word(const std::string& piece, size_t& at) {
  uint32_t length = 0;
  if (piece.size() - at < sizeof length) fail("init_process_group: another rank sent half a word");
  std::memcpy(&length, piece.data() + at, sizeof length);
  at += sizeof length;
  if (piece.size() - at < length) fail("init_process_group: another rank sent half a word");
  at += length;
  return piece.substr(at - length, length);
}
}  // namespace

Pmi::Pmi(meeting::Meeting& meeting) : meeting_(meeting) {
  for (int r = 0; r < size(); ++r)
    if (machines()[size_t(r)] == machines()[size_t(rank())]) here_.push_back(r);
}

bool Pmi::put(std::string_view key, std::string_view value) {
  if (key.size() >= size_t(longest_key) || value.size() >= size_t(longest_value)) return false;
  const std::lock_guard lock(mutex_);
  append(own_, key);
  append(own_, value);
  return true;
}

void Pmi::barrier() {
  std::string own;
  {
    const std::lock_guard lock(mutex_);
    own.swap(own_);
  }
  const std::vector<std::string> pieces = meeting_.exchange(own);
  const std::lock_guard lock(mutex_);
  for (const std::string& piece : pieces)
    for (size_t at = 0; at < piece.size();) {
      std::string key = next_word(piece, at);
      table_[std::move(key)] = next_word(piece, at);
    }
}

std::optional<std::string> Pmi::get(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = table_.find(key);
  if (found == table_.end()) return std::nullopt;
  return found->second;
}

}  // namespace gradus::distributed::mpi
