// Grids of pictures, against torchvision, and as files.
#include "data/image/grid.h"

#include <limits>

#include "autograd/ops/pointwise/arithmetic.h"
#include "tests/data/image/pictures.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using namespace gradus::test;
using vision::make_grid;
using vision::read_image;
using vision::save_image;

namespace {

Tensor ramp(IntArrayRef sizes, ScalarType type = kFloat) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  const Tensor x = arange(n);
  return (is_floating(type) ? x / 10 : x).to(type).reshape(sizes);
}

void check_grid(const std::string& name, const Tensor& grid) {
  CAPTURE(name);
  for (const Cell& row : read_table("images.txt"))
    if (row[0].text == "grid" && row[1].text == name) {
      CHECK(grid.sizes() == IntArrayRef(row[2].integers()));
      CHECK(values(grid) == row[3].numbers());
      return;
    }
  FAIL("there is no such row");
}

}  // namespace

TEST_CASE("grids are torchvision's") {
  using Range = std::pair<double, double>;
  check_grid("colours", make_grid(ramp({5, 3, 2, 2}), 2, 1, false, {}, false, 0.5));
  check_grid("one_row", make_grid(ramp({3, 1, 2, 3})));
  check_grid("normalized", make_grid(ramp({3, 3, 2, 1}), 3, 0, true));
  check_grid("each", make_grid(ramp({4, 1, 2, 2}), 3, 1, true, {}, true));
  check_grid("range", make_grid(ramp({2, 1, 2, 2}), 8, 1, true, Range{0.2, 0.55}));
  check_grid("float64", make_grid(ramp({2, 1, 2, 2}, kDouble), 8, 1, true, {}, false, 0.25));
  const Tensor part = ramp({3, 1, 2});
  check_grid("list", make_grid({part, part + 1, part + 2}, 2, 1));
  check_grid("two_dims", make_grid(ramp({2, 3}), 8, 2, false, {}, false, 7));
  check_grid("one", make_grid(ramp({1, 4, 2, 2})));
  check_grid("whole_numbers", make_grid(ramp({2, 3, 1, 2}, kLong), 8, 1, false, {}, false, 9));
}

TEST_CASE("a grid leaves the pictures as they are, and has no history") {
  const Tensor x = ramp({2, 3, 2, 2}).requires_grad_(), before = x.detach().clone();
  const Tensor grid = make_grid(x, 8, 1, true);
  CHECK(x.detach().equal(before));
  CHECK(!grid.requires_grad());
  const Tensor one = ramp({3, 2, 2});
  make_grid(one).fill_(7);
  CHECK(one.equal(ramp({3, 2, 2})));
}

TEST_CASE("what makes no grid") {
  CHECK(message([] { make_grid(ramp({4})); }) ==
        "make_grid: expected pictures [N, C, H, W], one [C, H, W] or [H, W], got [4]");
  CHECK(message([] {
          make_grid(ramp({0, 3, 2, 2}));
        }) == "make_grid: there are no pictures, [0, 3, 2, 2]");
  CHECK(message([] { make_grid(TensorList()); }) == "make_grid: there are no pictures");
  CHECK(message([] {
          make_grid({ramp({3, 2, 2}), ramp({3, 2, 1})});
        }) == "make_grid: pictures differ, float32 [3, 2, 2] and float32 [3, 2, 1]");
  CHECK(message([] {
          make_grid(ramp({2, 3, 2, 2}), 0);
        }) == "make_grid: nrow must be at least 1 and padding at least 0, got 0 and 2");
  CHECK(message([] {
          make_grid(ramp({2, 3, 2, 2}, kLong), 8, 2, true);
        }) == "make_grid: only floating types can be normalised, got int64");
  CHECK_THROWS_AS(make_grid(ramp({2, 3, 2, 2}), 8, std::numeric_limits<int64_t>::max() / 2), Error);
  CHECK(message([] { save_image(Tensor(), "x.png"); }) == "save_image: the tensor is undefined");
}

TEST_CASE("pictures of numbers are files") {
  const TemporaryDirectory folder;
  const std::string file = folder / "a.PNG";
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Tensor x = zeros({3, 1, 3});
  const float numbers[] = {0, 0.5f / 255, 1, -1, 2, nan, 0.49f / 255, 128.0f / 255, 1e30f};
  std::copy(std::begin(numbers), std::end(numbers), x.data_ptr<float>());
  save_image(x, file);
  CHECK(values(read_image(file)) == Values{0, 1, 255, 0, 255, 0, 0, 128, 255});
  save_image(noise(3, 4, 5), file);
  CHECK(read_image(file).equal(noise(3, 4, 5)));
  save_image({noise(3, 4, 5), noise(3, 4, 5)}, file, 1, 0);
  CHECK(read_image(file).slice(1, 4, 8).equal(noise(3, 4, 5)));
  save_image(ramp({2, 1, 8, 8}), folder / "a.jpeg");
  CHECK(read_image(folder / "a.jpeg").sizes() == IntArrayRef({3, 12, 22}));
  CHECK(message([&] { save_image(x, folder / "a.bmp"); }) ==
        "save_image: " + (folder / "a.bmp") + ": the name must end with .png, .jpg or .jpeg");
}
