#include <zlib.h>

#include <algorithm>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/utf8.h"
#include "tensor/io/zip.h"
#include "tensor/io/zip_layout.h"

namespace gradus {

using namespace zip;

namespace {

constexpr uint16_t version = 20, version64 = 45;
constexpr uint16_t unix_maker = 3 << 8;
constexpr uint32_t plain_file = uint32_t(0100644) << 16;
// The date without time that zip begins with: a file's bytes tell its content only.
constexpr uint32_t first_of_1980 = (1 << 5 | 1) << 16;
constexpr uint16_t padding_field = 0x4246;  // as PyTorch writes
constexpr size_t field_head = 4;

uint32_t low(uint64_t v, bool elsewhere) { return elsewhere ? elsewhere32 : uint32_t(v); }

class Deflater {
 public:
  Deflater(const std::string& where, int level) : where_(where) {
    if (level < 1 || level > 9) fail("{}: a level from 1 to 9, got {}", where, level);
    if (deflateInit2(&z_, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      fail("{}: no memory to deflate", where);
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { deflateEnd(&z_); }

  // put(bytes) of what comes out; the end is reached with `flush` Z_FINISH.
  template <class Put>
  void add(std::string_view bytes, int flush, Put put) {
    char out[1 << 14];
    do {
      const size_t n = std::min<size_t>(bytes.size(), 1 << 30);
      z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      z_.avail_in = uInt(n);
      bytes.remove_prefix(n);
      do {
        z_.next_out = reinterpret_cast<Bytef*>(out);
        z_.avail_out = sizeof out;
        if (::deflate(&z_, flush) == Z_STREAM_ERROR) fail("{}: cannot deflate", where_);
        put(std::string_view(out, sizeof out - z_.avail_out));
      } while (z_.avail_out == 0);
    } while (!bytes.empty());
  }

 private:
  const std::string& where_;
  z_stream z_{};
};

}  // namespace

ZipWriter::ZipWriter(std::string where, Write write, uint64_t most_in_32_bits)
    : where_(std::move(where)),
      write_(std::move(write)),
      most_in_32_bits_(std::min<uint64_t>(most_in_32_bits, elsewhere32 - 1)) {}

void ZipWriter::put(std::string_view bytes) {
  if (!bytes.empty()) write_(bytes.data(), bytes.size());
  at_ += bytes.size();
}

void ZipWriter::check_name(const std::string& where, const std::string& name) {
  if (name.size() > elsewhere16)
    fail("{}: a name of {} bytes, more than {}", where, name.size(), elsewhere16);
  if (name.find('\0') != name.npos) fail("{}: the name of an entry has a NUL", where);
  if (!is_utf8(name)) fail("{}: the name of an entry is not UTF-8", where);
}

ZipEntry ZipWriter::new_entry(const std::string& name, const Pieces& content) {
  check_name(where_, name);
  if (!names_.insert(name).second) fail("{}: the name {} was written twice", where_, name);
  ZipEntry e;
  e.name = name;
  e.flags = utf8_name;
  e.header_at = at_;
  for (const std::string_view piece : content) {
    e.size += piece.size();
    if (!piece.empty())
      e.crc = uint32_t(crc32_z(e.crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size()));
  }
  return e;
}

// Whether the sizes need 64 bits. Deflate makes incompressible bytes longer by less than 1 in 1000.
bool ZipWriter::is_wide(const ZipEntry& e) const {
  return std::max(e.packed_size, e.size + e.size / 1000) > most_in_32_bits_;
}

void ZipWriter::put_header(const ZipEntry& e, size_t alignment) {
  const bool wide = is_wide(e), later = e.flags & has_descriptor;
  std::string extra;
  if (wide) {
    append(extra, zip64_field);
    append(extra, uint16_t(16));
    append(extra, later ? 0 : e.size);
    append(extra, later ? 0 : e.packed_size);
  }
  if (alignment > 1) {
    const uint64_t after = at_ + local_bytes + e.name.size() + extra.size() + field_head;
    const auto padding = uint16_t((alignment - after % alignment) % alignment);
    append(extra, padding_field);
    append(extra, padding);
    extra.append(padding, 'Z');
  }
  std::string head;
  append(head, local_signature);
  append(head, wide ? version64 : version);
  append(head, e.flags);
  append(head, e.method);
  append(head, first_of_1980);
  append(head, later ? 0 : e.crc);
  append(head, low(later ? 0 : e.packed_size, wide));
  append(head, low(later ? 0 : e.size, wide));
  append(head, uint16_t(e.name.size()));
  append(head, uint16_t(extra.size()));
  put(head + e.name + extra);
}

void ZipWriter::store(const std::string& name, const Pieces& content, size_t alignment) try {
  if (alignment < 1 || alignment > 32768)
    fail("{}: an alignment from 1 to 32768, got {}", where_, alignment);
  ZipEntry e = new_entry(name, content);
  e.packed_size = e.size;
  put_header(e, alignment);
  for (const std::string_view piece : content) put(piece);
  entries_.push_back(std::move(e));
} catch (...) {
  detail::rethrow_as_error(where_.c_str());
}

// What it comes to is known afterwards, and written behind the data.
void ZipWriter::deflate(const std::string& name, const Pieces& content, int level) try {
  Deflater deflater(where_, level);
  ZipEntry e = new_entry(name, content);
  e.method = 8;
  e.flags |= has_descriptor;
  put_header(e, 1);
  const uint64_t begin = at_;
  const auto out = [&](std::string_view bytes) { put(bytes); };
  for (const std::string_view piece : content) deflater.add(piece, Z_NO_FLUSH, out);
  deflater.add({}, Z_FINISH, out);
  const bool wide = is_wide(e);
  e.packed_size = at_ - begin;
  std::string descriptor;
  append(descriptor, descriptor_signature);
  append(descriptor, e.crc);
  for (const uint64_t v : {e.packed_size, e.size})
    wide ? append(descriptor, v) : append(descriptor, uint32_t(v));
  put(descriptor);
  entries_.push_back(std::move(e));
} catch (...) {
  detail::rethrow_as_error(where_.c_str());
}

void ZipWriter::finish() try {
  const uint64_t begin = at_;
  for (const ZipEntry& e : entries_) {
    const uint64_t wide[] = {e.size, e.packed_size, e.header_at};
    std::string field, record;
    for (const uint64_t v : wide)
      if (v > most_in_32_bits_) append(field, v);
    if (!field.empty()) {
      std::string head;
      append(head, zip64_field);
      append(head, uint16_t(field.size()));
      field = head + field;
    }
    append(record, entry_signature);
    append(record, uint16_t(unix_maker | version64));
    append(record, field.empty() && !is_wide(e) ? version : version64);
    append(record, e.flags);
    append(record, e.method);
    append(record, first_of_1980);
    append(record, e.crc);
    append(record, low(e.packed_size, e.packed_size > most_in_32_bits_));
    append(record, low(e.size, e.size > most_in_32_bits_));
    append(record, uint16_t(e.name.size()));
    append(record, uint16_t(field.size()));
    append(record, uint16_t(0));  // bytes of a comment
    append(record, uint32_t(0));  // the disk, and what kind of content
    append(record, plain_file);
    append(record, low(e.header_at, e.header_at > most_in_32_bits_));
    put(record + e.name + field);
  }
  const uint64_t bytes = at_ - begin, count = entries_.size(), end = at_;
  const bool wide = std::max(begin, bytes) > most_in_32_bits_ || count >= elsewhere16;
  std::string tail;
  if (wide) {
    append(tail, end64_signature);
    append(tail, uint64_t(end64_bytes - 12));
    append(tail, uint16_t(unix_maker | version64));
    append(tail, version64);
    append(tail, uint64_t(0));  // this disk and the directory's
    for (const uint64_t v : {count, count, bytes, begin}) append(tail, v);
    append(tail, locator_signature);
    append(tail, uint32_t(0));
    append(tail, end);
    append(tail, uint32_t(1));  // disks
  }
  append(tail, end_signature);
  append(tail, uint32_t(0));
  for (int i = 0; i < 2; ++i) append(tail, uint16_t(std::min<uint64_t>(count, elsewhere16)));
  append(tail, low(bytes, bytes > most_in_32_bits_));
  append(tail, low(begin, begin > most_in_32_bits_));
  append(tail, uint16_t(0));
  put(tail);
} catch (...) {
  detail::rethrow_as_error(where_.c_str());
}

}  // namespace gradus
