#include "monitor/chart/picture_sheet.h"

#include <doctest/doctest.h>

#include <cmath>

#include "gradus.h"
#include "tests/file_content.h"
#include "tests/named_pipe.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::picture_sheet, monitor::PictureSheetOptions, monitor::write_picture;

TEST_CASE("a sheet has its pictures row by row, with room around each") {
  const Tensor pictures = arange(1, 7, kFloat).view({3, 1, 2}).repeat({1, 2, 1});
  const Tensor sheet =
      picture_sheet(pictures, PictureSheetOptions().columns(2).padding(1).pad_value(9));
  CHECK(sheet.sizes() == IntArrayRef{7, 7});
  CHECK(values(sheet[1]) == Values{9, 1, 2, 9, 3, 4, 9});
  CHECK(values(sheet[2]) == Values{9, 1, 2, 9, 3, 4, 9});
  CHECK(values(sheet[3]) == Values(7, 9));
  CHECK(values(sheet[5]) == Values{9, 5, 6, 9, 9, 9, 9});
  // Of fewer pictures than columns, no wider than these.
  const Tensor large = picture_sheet(pictures.unsqueeze(1).to(kByte).slice(0, 0, 1),
                                     PictureSheetOptions().padding(0).zoom(3));
  CHECK(large.sizes() == IntArrayRef{1, 6, 6});
  CHECK(bool(large.scalar_type() == kByte));
  CHECK(values(large[0][5]) == Values{1, 1, 1, 2, 2, 2});
  CHECK(picture_sheet(empty({0, 3, 4, 4})).sizes() == IntArrayRef{3, 2, 8});
}

TEST_CASE("pictures are written as PGM and PPM") {
  const TemporaryDirectory folder;
  const std::string path = folder / "picture";
  write_picture(path, tensor({0., 0.5, 2., -1., NAN, 1.}).view({2, 3}));
  CHECK(content(path) == std::string("P5\n3 2\n255\n\x00\x80\xff\x00\x00\xff", 17));
  write_picture(path, tensor({1, 2, 3, 4, 5, 6}, kByte).view({3, 1, 2}));
  CHECK(content(path) == std::string("P6\n2 1\n255\n\x01\x03\x05\x02\x04\x06", 17));
  CHECK_THROWS_WITH_AS(write_picture(path, zeros({2, 4, 4})),
                       "write picture: shape [2, 4, 4], [H, W], [1, H, W] or [3, H, W] wanted",
                       Error);
  CHECK_THROWS_AS(write_picture(folder / "no/picture", zeros({4, 4})), Error);
  CHECK(content(path).size() == 17);
}

TEST_CASE("a sheet refuses what is no list of pictures") {
  CHECK_THROWS_WITH_AS(picture_sheet(zeros({4, 4})),
                       "picture sheet: pictures [4, 4], [N, C, H, W] or [N, H, W] wanted", Error);
  CHECK_THROWS_WITH_AS(picture_sheet(zeros({1, 4, 4}), PictureSheetOptions().columns(0)),
                       "picture sheet: 0 columns, at least 1 wanted", Error);
  CHECK_THROWS_WITH_AS(picture_sheet(zeros({1, 4, 4}), PictureSheetOptions().zoom(0)),
                       "picture sheet: zoom is 0, at least 1 wanted", Error);
  CHECK_THROWS_WITH_AS(picture_sheet(zeros({1, 4, 4}), PictureSheetOptions().padding(-1)),
                       "picture sheet: padding is -1, at least 0 wanted", Error);
  CHECK_THROWS_WITH_AS(monitor::write_picture("unused", zeros({0, 4})),
                       "write picture: shape [0, 4] has no pixels", Error);
  CHECK_THROWS_AS(picture_sheet(zeros({1, 4, 4}), PictureSheetOptions().padding(int64_t(1) << 62)),
                  Error);
}

TEST_CASE("a picture goes to a pipe, which stays one") {
  const TemporaryDirectory folder;
  const NamedPipe pipe(folder / "pipe");
  write_picture(pipe.path, full({1, 2}, 65, kByte));
  CHECK(pipe.stands());
  CHECK(pipe.content() == "P5\n2 1\n255\nAA");
  CHECK(message([&] {
          write_picture(folder / "no/x.pgm", zeros({1, 1}));
        }) ==
        "write picture: cannot open " + (folder / "no/x.pgm") + ": No such file or directory");
}
