// Pictures as files: what is read by their bytes' kind, and how files are written.
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/data/image/pictures.h"
#include "tests/named_pipe.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using namespace gradus::test;
using namespace gradus::vision;

namespace {

std::string why(const std::string& path) {
  return message([&] { read_image(path); });
}

}  // namespace

TEST_CASE("files are read by what they hold, not by their names") {
  const TemporaryDirectory folder;
  const Tensor picture = slopes(3, 20, 30);
  write_png(picture, folder / "a");
  write_jpeg(picture, folder / "b.png");
  CHECK(read_image(folder / "a").equal(picture));
  CHECK(read_image(folder / "b.png").sizes() == picture.sizes());
  CHECK(read_image(folder / "a", ImageReadMode::GRAY).sizes() == IntArrayRef({1, 20, 30}));
  const Tensor bytes = read_file(folder / "a");
  CHECK(bytes.equal(encode_png(picture)));
  CHECK(decode_image(bytes).equal(picture));
  CHECK(decode_png(bytes).equal(picture));
  CHECK(decode_jpeg(read_file(folder / "b.png")).equal(read_image(folder / "b.png")));
  // Bytes with a step.
  CHECK(decode_image(stack({bytes, bytes}, 1).select(1, 0)).equal(picture));
  write_file(folder / "c", bytes);
  CHECK(read_image(folder / "c").equal(picture));
}

TEST_CASE("a file that is no picture is named") {
  const TemporaryDirectory folder;
  const std::string path = folder / "x.png";
  CHECK(why(path) == "read_image: cannot open " + path + ": No such file or directory");
  CHECK(why(folder.path.string()) == "read_image: " + folder.path.string() + " is no regular file");
  const std::string pipe = folder / "pipe.png";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(why(pipe) == "read_image: " + pipe + " is no regular file");
  std::ofstream(path) << "";
  CHECK(why(path) == "read_image: " + path + ": there are no bytes");
  std::ofstream(path) << "GIF89a, a picture of another kind";
  CHECK(why(path) == "read_image: " + path + ": this is neither PNG nor JPEG but a GIF picture");
  std::ofstream(path) << "what is this?";
  CHECK(why(path) == "read_image: " + path + ": this is neither PNG nor JPEG");
  std::ofstream(path) << bytes_of(encode_png(noise(3, 4, 4))).substr(0, 30);
  CHECK(why(path) == "read_image: " + path + ": the file ends too early");
  CHECK(message([&] {
          read_image(path, ImageReadMode::RGB, false, ImageLimits().file_bytes(29));
        }) == "read_image: " + path + " has 30 bytes, more than the limit of 29");
  CHECK(message([&] { read_file(path, 29); }) ==
        "read_file: " + path + " has 30 bytes, more than the limit of 29");
  CHECK(message([] { decode_image(Tensor()); }) == "decode_image: the tensor is undefined");
  CHECK(message([] { decode_image(zeros({8})); }) ==
        "decode_image: expected the bytes of a file, uint8 [n], got float32 [8]");
  CHECK(message([] { decode_image(empty({0}, kByte)); }) == "decode_image: there are no bytes");
  CHECK(message([] { write_file("x", zeros({8})); }) ==
        "write_file: expected the bytes of a file, uint8 [n], got float32 [8]");
}

TEST_CASE("a file that cannot be written keeps its content") {
  const TemporaryDirectory folder;
  const std::string path = folder / "a.png";
  write_png(noise(3, 4, 4), path);
  CHECK_THROWS_AS(write_png(noise(5, 4, 4), path), Error);
  CHECK_THROWS_AS(write_jpeg(noise(2, 4, 4), path), Error);
  CHECK(read_image(path).equal(noise(3, 4, 4)));
  CHECK(message([&] { write_png(noise(3, 4, 4), folder / "none/a.png"); }) ==
        "write_png: cannot open " + (folder / "none/a.png") + ": No such file or directory");
  // Nothing else is left.
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("what other programs are to read" * doctest::skip(!std::getenv("GRADUS_PICTURES"))) {
  const std::filesystem::path folder = std::getenv("GRADUS_PICTURES");
  std::filesystem::create_directories(folder);
  for (const int64_t channels : {1, 2, 3, 4}) {
    const std::string name = (folder / ("channels" + std::to_string(channels))).string();
    write_png(noise(channels, 9, 13), name + ".png");
    write_file(name + ".raw", noise(channels, 9, 13).permute({1, 2, 0}).reshape({-1}));
  }
  for (const int64_t channels : {1, 3}) {
    const std::string name = (folder / ("slopes" + std::to_string(channels))).string();
    write_jpeg(slopes(channels, 37, 50), name + ".jpg", 100);
    write_file(name + ".raw", slopes(channels, 37, 50).permute({1, 2, 0}).reshape({-1}));
  }
}

TEST_CASE("a picture goes to a pipe, which stays one") {
  const TemporaryDirectory folder;
  const NamedPipe pipe(folder / "pipe");
  write_file(pipe.path, full({3}, 65, kByte));
  CHECK(pipe.stands());
  CHECK(pipe.content() == "AAA");
  write_png(noise(3, 4, 4), pipe.path);
  CHECK(pipe.stands());
  CHECK(decode_png(pipe.content()).equal(noise(3, 4, 4)));
}
