#include "tensor/io/zip.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/utf8.h"
#include "tensor/io/zip_layout.h"
#include "tensor/io/zip_source.h"

namespace gradus {

static_assert(std::endian::native == std::endian::little, "the file layout is little-endian");

using namespace zip;

namespace {

// Deflate makes at most this many bytes of one.
constexpr uint64_t most_per_byte = 1032;

// The directory's bytes in sequence, a piece of it in memory.
class Directory {
 public:
  Directory(const ZipReader::Source& source, uint64_t at, uint64_t bytes)
      : source_(source), at_(at), left_(bytes) {}
  uint64_t left() const { return left_ + piece_.size(); }
  // Valid until the next call.
  std::string_view take(size_t bytes) {
    if (bytes > left()) fail("{}: the directory ends within an entry", source_.where);
    if (piece_.size() < bytes) {
      std::string next(piece_);
      const size_t had = next.size(), more = std::min<uint64_t>(left_, bytes - had + (1 << 16));
      next.resize(had + more);
      source_.take(at_, next.data() + had, more);
      at_ += more;
      left_ -= more;
      buffer_ = std::move(next);
      piece_ = buffer_;
    }
    const std::string_view front = piece_.substr(0, bytes);
    piece_.remove_prefix(bytes);
    return front;
  }

 private:
  const ZipReader::Source& source_;
  uint64_t at_, left_;
  std::string buffer_;
  std::string_view piece_;
};

struct End {
  uint64_t count, bytes, at, end;  // of the directory: entries, size, place, where it must end
};

// In zip64's record, if there is one; `at` is the place of the plain record.
End find_end64(const ZipReader::Source& source, uint64_t at, End plain) {
  char locator[locator_bytes], record[end64_bytes];
  if (at < locator_bytes) return plain;
  source.take(at - locator_bytes, locator, sizeof locator);
  if (number_at<uint32_t>(locator) != locator_signature) return plain;
  const uint64_t record_at = number_at<uint64_t>(locator + 8), room = at - locator_bytes;
  if (room < end64_bytes || record_at > room - end64_bytes)
    fail("{}: the zip64 record at byte {} is not within the archive", source.where, record_at);
  source.take(record_at, record, sizeof record);
  if (number_at<uint32_t>(record) != end64_signature)
    fail("{}: there is no zip64 record at byte {}", source.where, record_at);
  const uint64_t more = number_at<uint64_t>(record + 4);  // from its own end on
  if (more > room || record_at + 12 + more != room)
    fail("{}: the zip64 record has {} bytes where {} are due", source.where, more,
         room - record_at - 12);
  if (number_at<uint32_t>(record + 16) != 0 || number_at<uint32_t>(record + 20) != 0 ||
      number_at<uint32_t>(locator + 16) > 1)
    fail("{}: an archive of several disks", source.where);
  return {number_at<uint64_t>(record + 32), number_at<uint64_t>(record + 40),
          number_at<uint64_t>(record + 48), record_at};
}

End find_end(const ZipReader::Source& source) {
  const uint64_t longest = std::min<uint64_t>(source.size, end_bytes + 0xffff);
  std::string tail(longest, '\0');
  if (longest < end_bytes) fail("{}: {} bytes are no zip archive", source.where, longest);
  source.take(source.size - longest, tail.data(), longest);
  for (size_t i = longest - end_bytes + 1; i-- > 0;) {
    const char* p = tail.data() + i;
    if (number_at<uint32_t>(p) != end_signature ||
        i + end_bytes + number_at<uint16_t>(p + 20) != longest)
      continue;
    const uint64_t at = source.size - longest + i;
    const End end = find_end64(source, at,
                               {number_at<uint16_t>(p + 10), number_at<uint32_t>(p + 12),
                                number_at<uint32_t>(p + 16), at});
    if (end.end == at && (number_at<uint16_t>(p + 4) != 0 || number_at<uint16_t>(p + 6) != 0 ||
                          number_at<uint16_t>(p + 8) != number_at<uint16_t>(p + 10)))
      fail("{}: an archive of several disks", source.where);
    return end;
  }
  fail("{}: no zip archive, or its end is missing", source.where);
}

// What zip64 has instead of the numbers that say so.
void read_zip64(const std::string& where, std::string_view extra, ZipEntry& e) {
  while (extra.size() >= 4) {
    const auto id = number_at<uint16_t>(extra.data()),
               bytes = number_at<uint16_t>(extra.data() + 2);
    extra.remove_prefix(4);
    if (bytes > extra.size()) break;
    if (id == zip64_field) {
      std::string_view field = extra.substr(0, bytes);
      for (uint64_t* v : {&e.size, &e.packed_size, &e.header_at})
        if (*v == elsewhere32) {
          if (field.size() < sizeof *v) fail("{}: {}: its zip64 field is short", where, e.name);
          *v = number_at<uint64_t>(field.data());
          field.remove_prefix(sizeof *v);
        }
      return;
    }
    extra.remove_prefix(bytes);
  }
}

void check_name(const std::string& where, std::string_view name) {
  if (name.find('\0') != name.npos) fail("{}: the name of an entry has a NUL", where);
  if (!is_utf8(name)) fail("{}: the name of an entry is not UTF-8", where);
}

ZipEntry read_entry(const std::string& where, Directory& directory) {
  ZipEntry e;
  const std::string head(directory.take(entry_bytes));
  const char* p = head.data();
  if (number_at<uint32_t>(p) != entry_signature) fail("{}: the directory is damaged", where);
  e.flags = number_at<uint16_t>(p + 8);
  e.method = number_at<uint16_t>(p + 10);
  e.crc = number_at<uint32_t>(p + 16);
  e.packed_size = number_at<uint32_t>(p + 20);
  e.size = number_at<uint32_t>(p + 24);
  e.header_at = number_at<uint32_t>(p + 42);
  if (number_at<uint16_t>(p + 34) != 0) fail("{}: an archive of several disks", where);
  e.name = directory.take(number_at<uint16_t>(p + 28));
  check_name(where, e.name);
  read_zip64(where, directory.take(number_at<uint16_t>(p + 30)), e);
  directory.take(number_at<uint16_t>(p + 32));
  if (e.method == 0 && !(e.flags & encrypted) && e.size != e.packed_size)
    fail("{}: {}: stored in {} bytes, of which there are {}", where, e.name, e.size, e.packed_size);
  if (e.method == 8 && e.size / most_per_byte > e.packed_size)
    fail("{}: {}: {} bytes cannot be deflated to {}", where, e.name, e.size, e.packed_size);
  return e;
}

}  // namespace

// --- ZipReader ----------------------------------------------------------------------------------

ZipReader::ZipReader(const char* op, const std::string& filename)
    : source_(source_of(op, filename)) {
  read_directory();
}
ZipReader::ZipReader(std::string where, std::istream& stream)
    : source_(source_of(std::move(where), stream)) {
  read_directory();
}
ZipReader::ZipReader(std::string where, const char* data, size_t size)
    : source_(source_of(std::move(where), data, size)) {
  read_directory();
}
ZipReader::ZipReader(std::string where, ReadAt read, uint64_t size)
    : source_(source_of(std::move(where), std::move(read), size)) {
  read_directory();
}

void ZipReader::read_directory() try {
  const std::string& where = source_->where;
  const End end = find_end(*source_);
  if (end.at > end.end || end.bytes != end.end - end.at)
    fail("{}: a directory of {} bytes at byte {}, which must end at byte {}", where, end.bytes,
         end.at, end.end);
  if (end.count > end.bytes / entry_bytes || end.count > std::numeric_limits<uint32_t>::max())
    fail("{}: {} entries in a directory of {} bytes", where, end.count, end.bytes);
  Directory directory(*source_, end.at, end.bytes);
  for (uint64_t i = 0; i < end.count; ++i) entries_.push_back(read_entry(where, directory));
  if (directory.left() > 0)
    fail("{}: the directory goes on for {} bytes after its {} entries", where, directory.left(),
         end.count);

  by_name_.resize(entries_.size());
  std::iota(by_name_.begin(), by_name_.end(), 0);
  // No two may lie over each other: many that shared their bytes would unpack to more than there
  // is.
  std::vector<uint32_t> by_place = by_name_;
  std::sort(by_place.begin(), by_place.end(),
            [&](uint32_t a, uint32_t b) { return entries_[a].header_at < entries_[b].header_at; });
  uint64_t next = end.at;
  for (auto i = by_place.rbegin(); i != by_place.rend(); ++i) {
    ZipEntry& e = entries_[*i];
    const uint64_t head = local_bytes + e.name.size();
    if (e.header_at > next || head > next - e.header_at ||
        e.packed_size > next - e.header_at - head)
      fail("{}: {}: {} bytes from byte {} on reach beyond byte {}, where something else begins",
           where, e.name, e.packed_size, e.header_at, next);
    e.end_limit = std::exchange(next, e.header_at);
  }
  std::sort(by_name_.begin(), by_name_.end(),
            [&](uint32_t a, uint32_t b) { return entries_[a].name < entries_[b].name; });
  for (size_t i = 1; i < by_name_.size(); ++i)
    if (entries_[by_name_[i - 1]].name == entries_[by_name_[i]].name)
      fail("{}: {} is there twice", where, entries_[by_name_[i]].name);
} catch (...) {
  detail::rethrow_as_error(source_->where.c_str());
}

uint64_t ZipReader::size() const { return source_->size; }

const ZipEntry* ZipReader::find(std::string_view name) const {
  const auto it =
      std::lower_bound(by_name_.begin(), by_name_.end(), name,
                       [&](uint32_t i, std::string_view n) { return entries_[i].name < n; });
  return it == by_name_.end() || entries_[*it].name != name ? nullptr : &entries_[*it];
}

uint64_t ZipReader::data_at(const ZipEntry& e) const {
  char head[local_bytes];
  source_->take(e.header_at, head, sizeof head);
  const auto name_bytes = number_at<uint16_t>(head + 26);
  std::string name(name_bytes, '\0');
  if (number_at<uint32_t>(head) == local_signature && name_bytes == e.name.size())
    source_->take(e.header_at + local_bytes, name.data(), name_bytes);
  const auto flags = number_at<uint16_t>(head + 6);
  const auto differs = [&](size_t at, uint64_t value) {
    const auto v = number_at<uint32_t>(head + at);
    return v != value && v != elsewhere32;
  };
  if (number_at<uint32_t>(head) != local_signature || name != e.name ||
      number_at<uint16_t>(head + 8) != e.method || ((flags ^ e.flags) & encrypted) ||
      (!(flags & has_descriptor) && (number_at<uint32_t>(head + 14) != e.crc ||
                                     differs(18, e.packed_size) || differs(22, e.size))))
    fail("{}: {}: its header at byte {} is not what the directory says", source_->where, e.name,
         e.header_at);
  const uint64_t at = e.header_at + local_bytes + name_bytes + number_at<uint16_t>(head + 28);
  if (at > e.end_limit || e.packed_size > e.end_limit - at)
    fail("{}: {}: {} bytes from byte {} on reach beyond byte {}, where something else begins",
         source_->where, e.name, e.packed_size, at, e.end_limit);
  return at;
}

}  // namespace gradus
