// PNG files: what torchvision reads in them, what is wrong with them, and what is written.
#include <zlib.h>

#include <algorithm>

#include "tensor/base/memory.h"
#include "tests/data/image/pictures.h"

using namespace gradus;
using namespace gradus::test;
using vision::decode_png;
using vision::encode_png;
using vision::ImageLimits;
using vision::ImageReadMode;

namespace {

std::string number(uint32_t v) { return {char(v >> 24), char(v >> 16), char(v >> 8), char(v)}; }
std::string chunk(const std::string& word, const std::string& data) {
  const std::string body = word + data;
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size()));
  return number(uint32_t(data.size())) + body + number(uint32_t(sum));
}
std::string packed(const std::string& bytes) {
  std::string out(compressBound(uLong(bytes.size())), '\0');
  uLongf size = uLongf(out.size());
  compress2(reinterpret_cast<Bytef*>(out.data()), &size,
            reinterpret_cast<const Bytef*>(bytes.data()), uLong(bytes.size()), 9);
  return out.substr(0, size);
}
// Colour type 0 is grey, 3 a palette.
std::string png(uint32_t width, uint32_t height, int depth, int type, const std::string& chunks) {
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR",
               number(width) + number(height) + char(depth) + char(type) + std::string(3, '\0')) +
         chunks + chunk("IEND", "");
}
std::string why(const std::string& bytes, const ImageLimits& limits = {}) {
  return message([&] { decode_png(bytes, ImageReadMode::UNCHANGED, false, limits); });
}

}  // namespace

TEST_CASE("PNG files of every kind have torchvision's pixels") {
  int files = 0;
  for (const auto& [name, file] : picture_files())
    if (!name.starts_with("jpeg")) {
      check_pictures(name, 0);
      ++files;
    }
  CHECK(files > 30);
}

TEST_CASE("what is written as PNG is read again, whatever its strides") {
  for (const int64_t channels : {1, 2, 3, 4})
    for (const int64_t level : {0, 1, 6, 9}) {
      const Tensor picture = noise(channels, 9, 13);
      CHECK(decode_png(encode_png(picture, level)).equal(picture));
    }
  const Tensor picture = noise(3, 8, 12);
  CHECK(decode_png(encode_png(picture.transpose(1, 2))).equal(picture.transpose(1, 2)));
  CHECK(decode_png(encode_png(picture.flip({1}).slice(2, 1, 9, 2)))
            .equal(picture.flip({1}).slice(2, 1, 9, 2)));
  CHECK(decode_png(encode_png(noise(1, 1, 1))).equal(noise(1, 1, 1)));
  CHECK(encode_png(slopes(3, 64, 64), 9).numel() < encode_png(slopes(3, 64, 64), 0).numel());
  // Pixels lie one after the other.
  CHECK(decode_png(encode_png(picture)).strides() == IntArrayRef({1, 36, 3}));
}

TEST_CASE("what is no picture is not written as PNG") {
  CHECK(message([] { encode_png(Tensor()); }) == "encode_png: the tensor is undefined");
  CHECK(message([] {
          encode_png(zeros({3, 4, 4}));
        }) ==
        "encode_png: expected a picture, uint8 [channels, height, width], got float32 [3, 4, 4]");
  CHECK(message([] { encode_png(noise(3, 4, 4)[0]); }) ==
        "encode_png: expected a picture, uint8 [channels, height, width], got uint8 [4, 4]");
  CHECK(message([] { encode_png(noise(5, 4, 4)); }) ==
        "encode_png: expected 1 to 4 channels, got 5");
  CHECK(message([] { encode_png(noise(3, 0, 4)); }) ==
        "encode_png: the picture has no pixels, [3, 0, 4]");
  CHECK(message([] { encode_png(noise(3, 4, 4), 10); }) ==
        "encode_png: the compression level is 0 to 9, got 10");
}

TEST_CASE("what is wrong with a PNG file is said") {
  const std::string good = png(2, 1, 8, 0, chunk("IDAT", packed(std::string("\0ab", 3))));
  CHECK(why(good) == "nothing was thrown");
  CHECK(why("") == "decode_png: there are no bytes");
  CHECK(why("GIF89a and so on") == "decode_png: this is no PNG picture but a GIF picture");
  CHECK(why(good.substr(0, 20)) == "decode_png: the file ends too early");
  CHECK(why(good.substr(0, good.size() - 5)) == "decode_png: the file ends too early");
  CHECK(why(png(0, 1, 8, 0, "")).starts_with("decode_png: "));
  CHECK(why(png(2, 1, 3, 0, "")).starts_with("decode_png: "));
  CHECK(why(png(2, 1, 8, 3, chunk("IDAT", packed("abc"))))
            .starts_with("decode_png: "));                      // no palette
  CHECK(why(png(2, 1, 8, 0, "")).starts_with("decode_png: "));  // no pixels
  std::string wrong_sum = good;
  wrong_sum[good.size() - 14] = char(~wrong_sum[good.size() - 14]);
  CHECK(why(wrong_sum) == "decode_png: IDAT: CRC error");
  CHECK(why(png(2, 2, 8, 0, chunk("IDAT", packed(std::string("\0ab", 3))))) ==
        "decode_png: Not enough image data");
  CHECK(message([&] { decode_png(noise(1, 2, 2)); }) ==
        "decode_png: expected the bytes of a file, uint8 [n], got uint8 [1, 2, 2]");
  CHECK(message([&] { decode_png(good, ImageReadMode(5)); }) == "decode_png: there is no mode 5");
}

TEST_CASE("a PNG file takes no more memory than its bytes can hold") {
  const std::string pixels = chunk("IDAT", packed("abc"));
  CHECK(why(png(0x7fffffff, 0x7fffffff, 8, 0, pixels)) ==
        "decode_png: 2147483647 x 2147483647 pixels are more than the limit of 178956970");
  CHECK(why(png(0x80000000, 0x80000000, 8, 0, pixels)).starts_with("decode_png: "));
  const int64_t before = memory_stats().active;
  reset_peak_memory_stats();
  CHECK(why(png(10000, 10000, 8, 2, pixels)) ==
        "decode_png: 10000 x 10000 pixels cannot be in 68 bytes");
  CHECK(why(png(10000, 10000, 1, 0, pixels)) ==
        "decode_png: 10000 x 10000 pixels cannot be in 68 bytes");
  CHECK(memory_stats().peak == before);
  const std::string small = png(20, 10, 8, 0, chunk("IDAT", packed(std::string(210, '\0'))));
  CHECK(why(small, ImageLimits().pixels(199)) ==
        "decode_png: 20 x 10 pixels are more than the limit of 199");
  CHECK(why(small, ImageLimits().pixels(200)) == "nothing was thrown");
  CHECK(why(small, ImageLimits().file_bytes(20)) ==
        "decode_png: " + std::to_string(small.size()) + " bytes are more than the limit of 20");
  CHECK(why(small, ImageLimits().scans(0)) ==
        "decode_png: limits are at least 1, got 178956970 pixels, 1073741824 and 1073741824 bytes, "
        "0 scans");
}

TEST_CASE("what a PNG file packs beside the pixels is not unpacked") {
  const std::string huge(32 << 20, '\0'), row = std::string("\0ab", 3);
  const std::string profile = std::string("name\0\0", 6) + packed(huge);
  const std::string good = chunk("IDAT", packed(row));
  for (const char* word : {"iCCP", "zTXt"}) {
    CHECK(why(png(2, 1, 8, 0, chunk(word, profile) + good)) == "nothing was thrown");
    CHECK(why(png(2, 1, 8, 0, good + chunk(word, profile))) == "nothing was thrown");
  }
  // More pixels than there are: libpng warns and stops.
  const std::string more = chunk("IDAT", packed(row + huge));
  const Tensor picture = decode_png(png(2, 1, 8, 0, more));
  CHECK(values(picture) == Values{'a', 'b'});
  std::string many;
  for (int i = 0; i < 20000; ++i) many += chunk("tEXt", std::string("a\0b", 3));
  CHECK(why(png(2, 1, 8, 0, many + good)) == "nothing was thrown");
}

TEST_CASE("a damaged PNG file is read or refused") {
  for (const char* name : {"gray1_interlaced", "palette2_alpha", "rgb8_key", "chunks", "exif6"})
    for (const auto mode : {ImageReadMode::UNCHANGED, ImageReadMode::RGB_ALPHA}) {
      CAPTURE(name);
      CHECK(read_damaged(picture_files().at(name).bytes, mode) == 0);
    }
}
