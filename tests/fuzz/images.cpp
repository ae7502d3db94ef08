// PNG and JPEG files: as they are, or chunks of a PNG file that are packed and summed here.
#include <zlib.h>

#include "autograd/autograd.h"
#include "data/image/vision.h"
#include "tests/fuzz/fuzz.h"
#include "tests/table.h"

namespace {

using namespace gradus;

enum Kind : uint8_t { plain, chunks, kinds };
constexpr const char* words[] = {"IDAT", "PLTE", "tRNS", "eXIf", "iCCP", "zTXt", "IEND", "gAMA"};
constexpr size_t header_bytes = 7;  // width, height, depth, colours, packing, filter, interlacing

std::string number(size_t v) { return {char(v >> 24), char(v >> 16), char(v >> 8), char(v)}; }
std::string chunk(const std::string& word, std::string_view data) {
  const std::string body = word + std::string(data);
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size()));
  return number(data.size()) + body + number(sum);
}
std::string packed(std::string_view bytes) {
  std::string out(compressBound(uLong(bytes.size())), '\0');
  uLongf size = uLongf(out.size());
  fuzz::require(
      compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                reinterpret_cast<const Bytef*>(bytes.data()), uLong(bytes.size()), 1) == Z_OK,
      "deflate");
  return out.substr(0, size);
}

std::string png_of(fuzz::Bytes& bytes) {
  std::string header;
  for (size_t i = 0; i < header_bytes; ++i)
    header += (i < 2 ? std::string(3, '\0') : std::string()) + char(bytes.below(256));
  std::string png = "\x89PNG\r\n\x1a\n" + chunk("IHDR", header);
  while (!bytes.empty()) {
    const std::string word = words[bytes.below(std::size(words))];
    const std::string_view data = bytes.take(bytes.below(256));
    png += chunk(word, word == "IDAT" ? packed(data) : std::string(data));
  }
  return png + chunk("IEND", "");
}

}  // namespace

void fuzz::run(std::string_view input) {
  Bytes bytes(input);
  const auto mode = vision::ImageReadMode(bytes.below(5));
  const bool turned = bytes.below(2) == 1;
  const std::string file = bytes.below(kinds) == plain ? std::string(bytes.rest()) : png_of(bytes);
  const auto limits =
      vision::ImageLimits().pixels(1 << 16).decoder_bytes(int64_t(8) << 20).scans(20);
  const Tensor picture = vision::decode_image(file, mode, turned, limits);
  require(picture.dim() == 3 && picture.size(0) <= 4, "a picture of up to four channels");
  require(mode == vision::ImageReadMode::UNCHANGED || picture.size(0) == int64_t(mode),
          "the channels that were asked for");
  require(vision::decode_png(vision::encode_png(picture, 1)).equal(picture), "the same again");
}

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> all;
  char mode = 0;
  for (const auto& row : test::read_table("images.txt"))
    if (row[0].text == "file") {
      std::string bytes;
      for (size_t i = 0; i < row[2].text.size(); i += 2)
        bytes += char(std::strtol(row[2].text.substr(i, 2).c_str(), nullptr, 16));
      all.push_back(std::string{mode, 1, plain} + bytes);
      mode = char((mode + 1) % 5);
    }
  const std::string pixels(256, '\1'), few(15, '\2'), row = char(255) + pixels.substr(0, 255);
  all.push_back(std::string{4, 0, chunks, 4, 3, 8, 0, 0, 0, 0, 0, 15} + few);
  all.push_back(std::string{0, 0, chunks, 9, 9, 8, 2, 0, 0, 1, 0} + row + '\0' + row);
  all.push_back(std::string{3, 0, chunks, 8, 3, 2, 3, 0, 0, 0, 1, 12} + few.substr(0, 12) +
                std::string{2, 2, 0, 9, 0, 9} + few.substr(0, 9));
  return all;
}
