// EXIF data that turn a picture, and those that are damaged.
#include "data/image/codec.h"
#include "tests/data/image/pictures.h"

using namespace gradus;
using namespace gradus::test;

namespace {

int orientation_in(const std::string& exif) {
  return vision::detail::exif_orientation(reinterpret_cast<const uint8_t*>(exif.data()),
                                          exif.size());
}
const std::string big = bytes_of_hex(
    "4d4d002a00000008"
    "0001"
    "0112000300000001"
    "00060000"
    "00000000");
const std::string little = bytes_of_hex(
    "49492a0008000000"
    "0100"
    "1201030001000000"
    "08000000"
    "00000000");

}  // namespace

TEST_CASE("a picture is turned and mirrored as its EXIF data say") {
  // 0 1 2
  // 3 4 5
  const Tensor pixels = arange(6, kByte).reshape({2, 3, 1});
  const Values turned[] = {{0, 1, 2, 3, 4, 5}, {2, 1, 0, 5, 4, 3}, {5, 4, 3, 2, 1, 0},
                           {3, 4, 5, 0, 1, 2}, {0, 3, 1, 4, 2, 5}, {3, 0, 4, 1, 5, 2},
                           {5, 2, 4, 1, 3, 0}, {2, 5, 1, 4, 0, 3}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const Tensor t = vision::detail::oriented(pixels, orientation);
    CHECK(t.sizes() == (orientation < 5 ? IntArrayRef({1, 2, 3}) : IntArrayRef({1, 3, 2})));
    CHECK(values(t) == turned[orientation - 1]);
  }
}

TEST_CASE("an orientation is found in either order of bytes") {
  CHECK(orientation_in(big) == 6);
  CHECK(orientation_in(little) == 8);
}

TEST_CASE("EXIF data that say nothing of use are passed over") {
  for (size_t n = 0; n + 4 < big.size(); ++n) CHECK(orientation_in(big.substr(0, n)) == 1);
  for (size_t i = 0; i < 8 * big.size(); ++i) {
    std::string damaged = big;
    damaged[i / 8] = char(damaged[i / 8] ^ (1 << i % 8));
    const int orientation = orientation_in(damaged);
    CHECK((orientation >= 1 && orientation <= 8));
  }
  std::string far = big;
  far.replace(4, 4, "\xff\xff\xff\xff");
  CHECK(orientation_in(far) == 1);
  std::string many = big;
  many.replace(8, 2, "\xff\xff");
  many[11] = 0;  // another tag
  CHECK(orientation_in(many) == 1);
}
