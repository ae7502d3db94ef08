#include "data/idx.h"

#include <algorithm>
#include <cstring>

#include "data/unpacked.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/file_kind.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::data {

namespace {

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

// Elements [at, at + n) of `out` from their bytes.
void convert(const Kind& kind, const uint8_t* p, size_t n, const Tensor& out, size_t at) {
  for (size_t i = at; i < at + n; ++i, p += kind.bytes) {
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

constexpr int most_dims = 64;

Dims read_sizes(const std::string& path, Unpacked& file, int dims) {
  if (dims > most_dims) fail("read_idx: {} has {} sizes, more than {}", path, dims, most_dims);
  Dims sizes;
  int64_t span = 1;  // with 1 for a size of 0: what the strides come to
  bool too_large = false;
  for (int d = 0; d < dims; ++d) {
    uint8_t size[4];
    if (file.read(size, 4) != 4) fail("read_idx: {} ends within its sizes", path);
    sizes.push_back(int64_t(big_endian(size, 4)));
    if (__builtin_mul_overflow(span, std::max<int64_t>(sizes[size_t(d)], 1), &span))
      too_large = true;
  }
  if (too_large || span > (int64_t(1) << 58))
    fail("read_idx: {}: sizes {} are too large", path, sizes.ref());
  return sizes;
}

Tensor read(const std::string& path, uint64_t max_bytes) {
  Unpacked file("read_idx", path);
  uint8_t head[file_kind_bytes];
  const size_t got = file.read(head, 4);
  if (got < 4 || head[0] != 0 || head[1] != 0) {
    const std::string_view first(reinterpret_cast<const char*>(head),
                                 got + file.read(head + got, sizeof head - got));
    const std::string kind = file_kind(first, false);
    fail("read_idx: {} is no IDX file{}{}", path, kind.empty() ? "" : " but ", kind);
  }
  const Kind* kind = std::find_if(std::begin(kinds), std::end(kinds),
                                  [&](const Kind& k) { return k.code == head[2]; });
  if (kind == std::end(kinds)) fail("read_idx: {}: unknown element type {}", path, head[2]);
  const Dims sizes = read_sizes(path, file, head[3]);
  const uint64_t numel = uint64_t(checked_numel(sizes, "read_idx")), needed = numel * kind->bytes;
  const auto fail_short = [&](const char* most, uint64_t there) {
    fail("read_idx: {}: sizes {} need {} bytes, there are {}{}", path, sizes.ref(), needed, most,
         there);
  };
  if (const uint64_t most = file.most_left(); needed > most)
    fail_short(file.is_plain() ? "" : "at most ", most);
  if (const uint64_t bytes = numel * item_size(kind->dtype); bytes > max_bytes)
    fail("read_idx: {}: sizes {} take {} bytes, more than the limit of {}", path, sizes.ref(),
         bytes, max_bytes);

  // The pages of memory are taken as they are written to.
  const Tensor out = raw::empty(sizes, kind->dtype);
  if (kind->dtype == kByte) {
    if (const size_t there = file.read(out.data_ptr(), needed); there < needed)
      fail_short("", there);
  } else {
    uint8_t piece[1 << 14];
    for (uint64_t at = 0; at < numel;) {
      const size_t n = std::min<uint64_t>(numel - at, sizeof piece / kind->bytes);
      const size_t there = file.read(piece, n * kind->bytes);
      if (there < n * kind->bytes) fail_short("", at * kind->bytes + there);
      convert(*kind, piece, n, out, at);
      at += n;
    }
  }
  uint8_t more;
  if (file.read(&more, 1) != 0)
    fail("read_idx: {}: there are more than the {} bytes of sizes {}", path, needed, sizes.ref());
  return out;
}

}  // namespace

Tensor read_idx(const std::string& path, uint64_t max_bytes) try {
  return read(path, max_bytes);
} catch (...) {
  gradus::detail::rethrow_as_error("read_idx");
}

}  // namespace gradus::data
