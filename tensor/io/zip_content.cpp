#include <zlib.h>

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/zip_layout.h"
#include "tensor/io/zip_source.h"

namespace gradus {

using namespace zip;

struct ZipContent::State {
  std::shared_ptr<const ZipReader::Source> source;
  ZipEntry entry;
  bool checks_crc;
  uint64_t at, left, packed_left;
  uint32_t crc = 0;
  bool inflates = false, ended = false;
  z_stream z{};
  std::vector<char> input;

  State(std::shared_ptr<const ZipReader::Source> s, ZipEntry e, uint64_t begin, bool check)
      : source(std::move(s)),
        entry(std::move(e)),
        checks_crc(check),
        at(begin),
        left(entry.size),
        packed_left(entry.packed_size) {
    if (entry.is_stored()) return;
    input.resize(std::min<uint64_t>(packed_left, 1 << 16));
    inflates = inflateInit2(&z, -MAX_WBITS) == Z_OK;
    if (!inflates) fail("{}: {}: no memory to unpack it", source->where, entry.name);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (inflates) inflateEnd(&z);
  }

  [[noreturn]] void damaged(const char* how) const {
    fail("{}: {}: the data are damaged: {}", source->where, entry.name, how);
  }
  void take(void* to, size_t bytes) {
    source->take(at, to, bytes);
    at += bytes;
    packed_left -= bytes;
  }
  // Fewer than `bytes` where the packed data end before.
  size_t inflate_some(char* to, size_t bytes) {
    z.next_out = reinterpret_cast<Bytef*>(to);
    z.avail_out = uInt(bytes);
    while (z.avail_out > 0 && !ended) {
      if (z.avail_in == 0 && packed_left > 0) {
        const size_t n = std::min<uint64_t>(packed_left, input.size());
        take(input.data(), n);
        z.next_in = reinterpret_cast<Bytef*>(input.data());
        z.avail_in = uInt(n);
      }
      const int status = ::inflate(&z, Z_NO_FLUSH);
      if (status == Z_MEM_ERROR) fail("{}: {}: no memory to unpack it", source->where, entry.name);
      if (status == Z_BUF_ERROR && packed_left == 0) break;
      if (status != Z_OK && status != Z_STREAM_END) damaged(z.msg ? z.msg : "no deflated stream");
      ended = status == Z_STREAM_END;
    }
    return bytes - z.avail_out;
  }
  void take_content(char* to, size_t bytes) {
    if (entry.is_stored()) return take(to, bytes);
    for (size_t done = 0; done < bytes;) {
      const size_t n = std::min<size_t>(bytes - done, 1 << 30);
      if (inflate_some(to + done, n) != n) damaged("they end too early");
      done += n;
    }
  }
  void check_end() {
    char more;
    if (inflates && inflate_some(&more, 1) > 0) damaged("they go on beyond their size");
    if (inflates && !ended) damaged("they have no end");
    if (inflates && (z.avail_in > 0 || packed_left > 0)) damaged("they end too early");
    if (checks_crc && crc != entry.crc)
      damaged(fmt::format("their checksum is {:08x} and should be {:08x}", crc, entry.crc).c_str());
  }
};

ZipContent::ZipContent(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipContent::ZipContent(ZipContent&&) noexcept = default;
ZipContent& ZipContent::operator=(ZipContent&&) noexcept = default;
ZipContent::~ZipContent() = default;

uint64_t ZipContent::left() const { return state_->left; }

size_t ZipContent::read(void* to, size_t bytes) {
  State& s = *state_;
  const size_t n = std::min<uint64_t>(bytes, s.left);
  s.take_content(static_cast<char*>(to), n);
  if (s.checks_crc && n > 0) s.crc = uint32_t(crc32_z(s.crc, static_cast<const Bytef*>(to), n));
  s.left -= n;
  if (s.left == 0) s.check_end();
  return n;
}

void ZipContent::read_exactly(void* to, size_t bytes) {
  if (const size_t n = read(to, bytes); n != bytes)
    fail("{}: {}: its content ends {} bytes too early", state_->source->where, state_->entry.name,
         bytes - n);
}

ZipContent ZipReader::open(const ZipEntry& e, bool check_crc) const {
  if (e.flags & (encrypted | strongly_encrypted | masked | patched))
    fail("{}: {} is encrypted", source_->where, e.name);
  if (e.method != 0 && e.method != 8)
    fail("{}: {} is packed by method {}, neither stored (0) nor deflated (8)", source_->where,
         e.name, e.method);
  return ZipContent(std::make_unique<ZipContent::State>(source_, e, data_at(e), check_crc));
}

std::string ZipReader::read(const ZipEntry& e, uint64_t most, bool check_crc) const try {
  if (e.size > most)
    fail("{}: {} has {} bytes, more than {}", source_->where, e.name, e.size, most);
  ZipContent content = open(e, check_crc);
  std::string all;
  do {
    const size_t had = all.size();
    all.resize(had + std::min<uint64_t>(content.left(), std::max<size_t>(had, 1 << 16)));
    content.read_exactly(all.data() + had, all.size() - had);
  } while (content.left() > 0);
  return all;
} catch (...) {
  detail::rethrow_as_error(source_->where.c_str());
}

}  // namespace gradus
