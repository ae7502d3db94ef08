// Pictures for the tests of files of them.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "autograd/autograd.h"
#include "autograd/ops/view/view.h"
#include "data/image/vision.h"
#include "tests/support.h"
#include "tests/table.h"

namespace gradus::test {

inline std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += char(std::strtol(hex.substr(i, 2).c_str(), nullptr, 16));
  return bytes;
}

// What torchvision reads in the file of that name, in one of the ways.
struct Picture {
  vision::ImageReadMode mode;
  bool apply_exif_orientation;
  std::vector<int64_t> sizes;
  std::string pixels;
};
struct PictureFile {
  std::string bytes;
  std::vector<Picture> pictures;
};

// tests/reference/images.txt, by the files' names.
inline const std::map<std::string, PictureFile>& picture_files() {
  static const auto files = [] {
    std::map<std::string, PictureFile> all;
    for (const Cell& row : read_table("images.txt")) {
      if (row[0].text == "grid") continue;
      PictureFile& file = all[row[1].text];
      if (row[0].text == "file")
        file.bytes = bytes_of_hex(row[2].text);
      else
        file.pictures.push_back({vision::ImageReadMode(int(row[2].number())), row[3].flag(),
                                 row[4].integers(), bytes_of_hex(row[5].text)});
    }
    return all;
  }();
  return files;
}

// Compares what is read with the table; pixels may be `most` away.
inline void check_pictures(const std::string& name, int most) {
  CAPTURE(name);
  const PictureFile& file = picture_files().at(name);
  for (const Picture& p : file.pictures) {
    CAPTURE(int(p.mode));
    const Tensor t = vision::decode_image(file.bytes, p.mode, p.apply_exif_orientation);
    CHECK((t.dtype() == kByte));
    REQUIRE(t.sizes() == IntArrayRef(p.sizes));
    const Tensor dense = t.contiguous();
    const uint8_t* got = dense.data_ptr<uint8_t>();
    int far = 0;
    for (size_t i = 0; i < p.pixels.size(); ++i)
      far = std::max(far, std::abs(int(got[i]) - int(uint8_t(p.pixels[i]))));
    CHECK(far <= most);
  }
}

// Bytes [channels, height, width] without a pattern.
inline Tensor noise(int64_t channels, int64_t height, int64_t width) {
  const Tensor t = empty({channels, height, width}, kByte);
  uint32_t state = 1;
  for (int64_t i = 0; i < t.numel(); ++i)
    t.data_ptr<uint8_t>()[i] = uint8_t((state = state * 1664525 + 1013904223) >> 24);
  return t;
}
// Slopes, which JPEG keeps well.
inline Tensor slopes(int64_t channels, int64_t height, int64_t width) {
  const Tensor t = empty({channels, height, width}, kByte);
  uint8_t* p = t.data_ptr<uint8_t>();
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x)
        *p++ = uint8_t((c * 30 + y * 100 / height + x * 90 / width) % 256);
  return t;
}
inline std::string bytes_of(const Tensor& t) {
  return {static_cast<const char*>(t.data_ptr()), size_t(t.numel())};
}

// Reads every beginning of the file, and it with each bit turned: each gives a picture or Error.
// How many of the beginnings gave one.
inline int read_damaged(const std::string& bytes, vision::ImageReadMode mode) {
  const auto limits = vision::ImageLimits().pixels(1 << 16);
  const auto reads = [&](const std::string& damaged) {
    try {
      const Tensor t = vision::decode_image(damaged, mode, true, limits).contiguous();
      // Every byte is there.
      return std::accumulate(t.data_ptr<uint8_t>(), t.data_ptr<uint8_t>() + t.numel(), 0) >= 0;
    } catch (const Error& e) {
      CHECK(std::string(e.what()).size() > std::string("decode_image: ").size());
      return false;
    }
  };
  int whole = 0;
  for (size_t n = 0; n < bytes.size(); ++n) whole += reads(bytes.substr(0, n));
  std::string damaged = bytes;
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    damaged[bit / 8] = char(damaged[bit / 8] ^ (1 << bit % 8));
    reads(damaged);
    damaged[bit / 8] = bytes[bit / 8];
  }
  return whole;
}

}  // namespace gradus::test
