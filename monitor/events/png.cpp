#include "monitor/events/png.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "tensor/base/fail.h"

namespace gradus::monitor::detail {
namespace {

void append_big_endian(std::string& to, uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(char(v >> shift & 0xff));
}

void append_chunk(std::string& file, const char* name, std::string_view data) {
  if (data.size() >> 31 != 0) fail("png: an image of {} packed bytes is too large", data.size());
  append_big_endian(file, uint32_t(data.size()));
  const size_t at = file.size();
  file.append(name).append(data);
  uLong crc = crc32(0, nullptr, 0);
  crc = crc32(crc, reinterpret_cast<const Bytef*>(file.data() + at), uInt(file.size() - at));
  append_big_endian(file, uint32_t(crc));
}

struct Deflate {
  z_stream stream{};
  Deflate() {
    if (deflateInit(&stream, Z_DEFAULT_COMPRESSION) != Z_OK)
      fail("png: no memory to pack an image");
  }
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;
  ~Deflate() { deflateEnd(&stream); }
};

// zlib's stream of all rows, each after a byte that names its filter: 2, the difference to the row
// above, which is good for what changes slowly, and 0 for the first row.
std::string packed_rows(const uint8_t* pixels, size_t rows, size_t row_bytes) {
  Deflate packing;
  z_stream& stream = packing.stream;
  std::string out;
  std::vector<uint8_t> row(row_bytes + 1);
  std::vector<char> piece(1 << 15);
  for (size_t y = 0; y < rows; ++y) {
    const uint8_t* p = pixels + y * row_bytes;
    const uint8_t* above = y == 0 ? nullptr : p - row_bytes;
    row[0] = above ? 2 : 0;
    for (size_t x = 0; x < row_bytes; ++x) row[x + 1] = uint8_t(p[x] - (above ? above[x] : 0));
    size_t done = 0;
    do {
      const size_t most = std::min<size_t>(row.size() - done, 1 << 30);
      stream.next_in = row.data() + done;
      stream.avail_in = uInt(most);
      done += most;
      const bool last = y + 1 == rows && done == row.size();
      do {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = uInt(piece.size());
        deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
        out.append(piece.data(), piece.size() - stream.avail_out);
      } while (stream.avail_out == 0);
    } while (done < row.size());
  }
  return out;
}

}  // namespace

std::string png(const uint8_t* pixels, int64_t height, int64_t width, int64_t channels) {
  std::string file("\x89PNG\r\n\x1a\n"), header;
  append_big_endian(header, uint32_t(width));
  append_big_endian(header, uint32_t(height));
  constexpr char kinds[] = {0, 4, 2, 6};  // by channels
  for (const char v : {char(8), kinds[channels - 1], char(0), char(0), char(0)})
    header.push_back(v);
  append_chunk(file, "IHDR", header);
  append_chunk(file, "IDAT", packed_rows(pixels, size_t(height), size_t(width * channels)));
  append_chunk(file, "IEND", {});
  return file;
}

}  // namespace gradus::monitor::detail
