#include "data/idx.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tensor/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::data {

namespace {

// A file, unpacked on the way if it is gzipped.
class Unpacked {
 public:
  explicit Unpacked(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (!file_) fail("read_idx: cannot open {}", path);
    gzbuffer(file_, 1 << 17);
  }
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  ~Unpacked() { gzclose(file_); }

  // As many of n bytes as there are.
  size_t read(void* to, size_t n) {
    const int got = gzread(file_, to, static_cast<unsigned>(n));
    int status = Z_OK;
    const char* text = gzerror(file_, &status);
    // A stream that ends too early is told by Z_BUF_ERROR.
    if (got < 0 || (status != Z_OK && status != Z_STREAM_END))
      fail("read_idx: {}: the data are damaged: {}", path_, text);
    return size_t(got);
  }

 private:
  const std::string& path_;
  gzFile file_;
};

struct Kind {
  uint8_t code;
  size_t bytes;
  ScalarType dtype;
};
constexpr Kind kinds[] = {{0x08, 1, kByte}, {0x09, 1, kInt},   {0x0B, 2, kInt},
                          {0x0C, 4, kInt},  {0x0D, 4, kFloat}, {0x0E, 8, kDouble}};

uint64_t big_endian(const uint8_t* p, size_t n) {
  uint64_t v = 0;
  for (size_t i = 0; i < n; ++i) v = v << 8 | p[i];
  return v;
}

void convert(const Kind& kind, const std::vector<uint8_t>& bytes, const Tensor& out) {
  const size_t n = bytes.size() / kind.bytes;
  const uint8_t* p = bytes.data();
  if (kind.code == 0x08) {
    if (n > 0) std::memcpy(out.data_ptr(), p, n);
    return;
  }
  for (size_t i = 0; i < n; ++i, p += kind.bytes) {
    const uint64_t v = big_endian(p, kind.bytes);
    switch (kind.code) {
      case 0x09:
        out.data_ptr<int32_t>()[i] = static_cast<int8_t>(v);
        break;
      case 0x0B:
        out.data_ptr<int32_t>()[i] = static_cast<int16_t>(v);
        break;
      case 0x0C:
        out.data_ptr<int32_t>()[i] = static_cast<int32_t>(v);
        break;
      default:  // the bits of a float or double
        if (kind.bytes == 4) {
          const auto bits = static_cast<uint32_t>(v);
          std::memcpy(out.data_ptr<float>() + i, &bits, sizeof bits);
        } else {
          std::memcpy(out.data_ptr<double>() + i, &v, sizeof v);
        }
    }
  }
}

}  // namespace

Tensor read_idx(const std::string& path) {
  Unpacked file(path);
  uint8_t head[4];
  if (file.read(head, 4) != 4 || head[0] != 0 || head[1] != 0)
    fail("read_idx: {} is no IDX file", path);
  const Kind* kind = std::find_if(std::begin(kinds), std::end(kinds),
                                  [&](const Kind& k) { return k.code == head[2]; });
  if (kind == std::end(kinds)) fail("read_idx: {}: unknown element type {}", path, head[2]);
  Dims sizes;
  for (int d = 0; d < head[3]; ++d) {
    uint8_t size[4];
    if (file.read(size, 4) != 4) fail("read_idx: {} ends within its sizes", path);
    sizes.push_back(int64_t(big_endian(size, 4)));
  }
  const auto expected = uint64_t(checked_numel(sizes, "read_idx")) * kind->bytes;

  // In pieces, so that memory is taken only for what is there.
  constexpr size_t piece = size_t(1) << 24;
  std::vector<uint8_t> bytes;
  while (bytes.size() < expected) {
    const size_t before = bytes.size(), n = size_t(std::min<uint64_t>(piece, expected - before));
    bytes.resize(before + n);
    const size_t got = file.read(bytes.data() + before, n);
    if (got < n)
      fail("read_idx: {}: sizes {} need {} bytes, there are {}", path, sizes.ref(), expected,
           before + got);
  }
  uint8_t more;
  if (file.read(&more, 1) != 0)
    fail("read_idx: {}: there are more than the {} bytes of sizes {}", path, expected, sizes.ref());
  const Tensor out = raw::empty(sizes, kind->dtype);
  convert(*kind, bytes, out);
  return out;
}

}  // namespace gradus::data
