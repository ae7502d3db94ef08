// An IDX file, as it is or packed by gzip here, so that the checksum is right.
#include "data/idx.h"

#include <zlib.h>

#include "autograd/autograd.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace gradus;

enum Packing : uint8_t { plain, gzipped, kinds };

std::string pack(std::string_view bytes) {
  z_stream z{};
  fuzz::require(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflate");
  std::string out(deflateBound(&z, uLong(bytes.size())), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = uInt(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = uInt(out.size());
  fuzz::require(deflate(&z, Z_FINISH) == Z_STREAM_END, "deflate");
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string idx(uint8_t type, std::vector<uint8_t> sizes, size_t bytes) {
  std::string s{0, 0, char(type), char(sizes.size())};
  for (const uint8_t n : sizes) s += std::string(3, '\0') + char(n);
  for (size_t i = 0; i < bytes; ++i) s += char(i * 37);
  return s;
}

}  // namespace

void fuzz::run(std::string_view input) {
  static const File file;
  Bytes bytes(input);
  if (bytes.below(kinds) == gzipped)
    file.replace(pack(bytes.rest()));
  else
    file.replace(bytes.rest());
  const Tensor t = data::read_idx(file.path());
  if (t.numel() > 0) t.to(kDouble).sum();
}

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> all;
  for (const char kind : {plain, gzipped}) {
    all.push_back(kind + idx(0x08, {2, 3}, 6));
    all.push_back(kind + idx(0x09, {4}, 4));
    all.push_back(kind + idx(0x0B, {2, 2}, 8));
    all.push_back(kind + idx(0x0C, {2}, 8));
    all.push_back(kind + idx(0x0D, {1, 2, 1}, 8));
    all.push_back(kind + idx(0x0E, {2}, 16));
    all.push_back(kind + idx(0x08, {0, 5}, 0));
  }
  // Packed before, so that the fuzzer sees the stream's own bytes.
  all.push_back(char(plain) + pack(idx(0x08, {2, 3}, 6)));
  return all;
}
