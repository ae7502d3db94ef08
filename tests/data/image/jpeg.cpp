// JPEG files: what torchvision reads in them, what is wrong with them, and what is written.
#include "tensor/base/memory.h"
#include "tests/data/image/pictures.h"

using namespace gradus;
using namespace gradus::test;
using vision::decode_jpeg;
using vision::encode_jpeg;
using vision::ImageLimits;
using vision::ImageReadMode;

namespace {

// Builds of libjpeg round differently.
constexpr int rounding = 3;

std::string why(const std::string& bytes, const ImageLimits& limits = {}) {
  return message([&] { decode_jpeg(bytes, ImageReadMode::UNCHANGED, false, limits); });
}
const std::string& file(const char* name) { return picture_files().at(name).bytes; }

// Where the marker begins.
size_t place_of(const std::string& bytes, int marker) {
  return bytes.find(std::string{'\xff', char(marker)});
}
// With these sizes in the frame's header.
std::string claiming(std::string bytes, int marker, uint16_t height, uint16_t width) {
  const size_t at = place_of(bytes, marker) + 5;
  for (const auto& [i, v] : {std::pair{at, height}, std::pair{at + 2, width}}) {
    bytes[i] = char(v >> 8);
    bytes[i + 1] = char(v);
  }
  return bytes;
}
// A progressive file whose scans after the first are all there `times` times.
std::string with_scans(const std::string& bytes, int times) {
  const size_t first = place_of(bytes, 0xda), end = bytes.rfind("\xff\xd9");
  const size_t second = bytes.find("\xff\xc4", first + 2);
  std::string many = bytes.substr(0, second);
  for (int i = 0; i < times; ++i) many += bytes.substr(second, end - second);
  return many + bytes.substr(end);
}
int farthest(const Tensor& a, const Tensor& b) {
  const Values x = values(a), y = values(b);
  double most = 0;
  for (size_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(x[i] - y[i]));
  return int(most);
}

}  // namespace

TEST_CASE("JPEG files of every kind have torchvision's pixels") {
  int files = 0;
  for (const auto& [name, file] : picture_files())
    if (name.starts_with("jpeg")) {
      check_pictures(name, rounding);
      ++files;
    }
  CHECK(files > 8);
}

TEST_CASE("a JPEG file is read with alpha too, which is full") {
  const Tensor rgba = decode_jpeg(file("jpeg_420"), ImageReadMode::RGB_ALPHA);
  CHECK(rgba.slice(0, 0, 3).equal(decode_jpeg(file("jpeg_420"), ImageReadMode::RGB)));
  CHECK(rgba[3].eq(255).all().item<bool>());
  const Tensor gray = decode_jpeg(file("jpeg_gray"), ImageReadMode::GRAY_ALPHA);
  CHECK(gray[0].equal(decode_jpeg(file("jpeg_gray"))[0]));
  CHECK(gray[1].eq(255).all().item<bool>());
}

TEST_CASE("what is written as JPEG is nearly the same when it is read again") {
  for (const int64_t channels : {1, 3}) {
    const Tensor picture = slopes(channels, 37, 50);
    const Tensor again = decode_jpeg(encode_jpeg(picture, 100));
    REQUIRE(again.sizes() == picture.sizes());
    CHECK(farthest(again, picture) < 12);
    const Tensor turned = picture.transpose(1, 2);
    CHECK(farthest(decode_jpeg(encode_jpeg(turned, 100)), turned) < 12);
  }
  CHECK(encode_jpeg(noise(3, 64, 64), 10).numel() < encode_jpeg(noise(3, 64, 64), 95).numel());
  // More than one buffer of the writer's.
  const Tensor large = noise(3, 400, 400);
  CHECK(decode_jpeg(encode_jpeg(large, 100)).sizes() == large.sizes());
}

TEST_CASE("what is no picture is not written as JPEG") {
  CHECK(message([] { encode_jpeg(noise(2, 4, 4)); }) ==
        "encode_jpeg: expected 1 or 3 channels, got 2");
  CHECK(message([] { encode_jpeg(noise(4, 4, 4)); }) ==
        "encode_jpeg: expected 1 or 3 channels, got 4");
  CHECK(message([] {
          encode_jpeg(zeros({1, 4, 4}));
        }) ==
        "encode_jpeg: expected a picture, uint8 [channels, height, width], got float32 [1, 4, 4]");
  CHECK(message([] { encode_jpeg(noise(1, 4, 4), 0); }) ==
        "encode_jpeg: the quality is 1 to 100, got 0");
  CHECK(message([] { encode_jpeg(noise(1, 4, 4), 101); }) ==
        "encode_jpeg: the quality is 1 to 100, got 101");
  CHECK(message([] { encode_jpeg(noise(1, 1, 65501)); }) ==
        "encode_jpeg: [1, 1, 65501] is more than 65500 a side");
}

TEST_CASE("what is wrong with a JPEG file is said") {
  const std::string& good = file("jpeg_420");
  CHECK(why("\x89PNG\r\n\x1a\n") == "decode_jpeg: this is no JPEG picture but a PNG picture");
  CHECK(why(good.substr(0, 100)).starts_with("decode_jpeg: "));
  CHECK(why(good.substr(0, 100)) != "decode_jpeg: ");
  CHECK(why(good.substr(0, good.size() - 1)) == why(good.substr(0, 100)));  // the end is missing
  CHECK(why("\xff\xd8\xff\xd9").starts_with("decode_jpeg: "));
  CHECK(why(claiming(good, 0xc0, 0, 0)).starts_with("decode_jpeg: "));
  std::string two = file("jpeg_444");  // of two components, with a header that is short enough
  const size_t at = place_of(two, 0xc0);
  two[at + 3] = 14, two[at + 9] = 2;
  two.erase(at + 16, 3);
  const size_t scan = place_of(two, 0xda);
  two[scan + 3] = 10, two[scan + 4] = 2;
  two.erase(scan + 9, 2);
  CHECK(why(two) == "decode_jpeg: a JPEG picture of 2 components has no known colours");
}

TEST_CASE("a JPEG file takes no more memory than its bytes can hold") {
  const std::string &good = file("jpeg_420"), &progressive = file("jpeg_progressive");
  CHECK(why(claiming(good, 0xc0, 65500, 65500)) ==
        "decode_jpeg: 65500 x 65500 pixels are more than the limit of 178956970");
  const int64_t before = memory_stats().active;
  reset_peak_memory_stats();
  CHECK(why(claiming(good, 0xc0, 10000, 10000)) ==
        "decode_jpeg: 10000 x 10000 pixels cannot be in " + std::to_string(good.size()) + " bytes");
  CHECK(memory_stats().peak == before);
  CHECK(why(good, ImageLimits().pixels(100)) ==
        "decode_jpeg: 18 x 13 pixels are more than the limit of 100");
  // A progressive picture is all in memory before its first pixel is known.
  CHECK(why(claiming(progressive, 0xc2, 500, 500), ImageLimits().decoder_bytes(1 << 18)) !=
        "nothing was thrown");
  CHECK(why(claiming(progressive, 0xc2, 500, 500), ImageLimits().decoder_bytes(1 << 24)) ==
        "nothing was thrown");
}

TEST_CASE("scans without end are refused") {
  const std::string& progressive = file("jpeg_progressive");
  CHECK(why(progressive, ImageLimits().scans(3)) ==
        "decode_jpeg: there are more scans than the limit of 3");
  CHECK(why(with_scans(progressive, 1)) == "nothing was thrown");
  CHECK(why(with_scans(progressive, 5000)) ==
        "decode_jpeg: there are more scans than the limit of 100");
}

TEST_CASE("a damaged JPEG file is read or refused") {
  for (const char* name : {"jpeg_gray", "jpeg_progressive", "jpeg_exif_big"}) {
    CAPTURE(name);
    CHECK(read_damaged(file(name), ImageReadMode::RGB) == 0);
  }
  read_damaged(file("jpeg_cmyk"), ImageReadMode::GRAY_ALPHA);
}
