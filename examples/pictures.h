// Pictures for the examples: tensors [N, 1, H, W] of values from 0 to 1, as image files and in the
// terminal.
#pragma once

#include <gradus.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

// Several pictures as one [1, 1, h, w], row by row with a grey frame around each; each pixel takes
// `zoom` by `zoom`.
inline gradus::Tensor sheet_of(const gradus::Tensor& pictures, int64_t columns, int64_t zoom = 1) {
  using namespace gradus;
  const int64_t count = pictures.size(0),
                rows = std::max<int64_t>(1, (count + columns - 1) / columns);
  const Tensor large = pictures.repeat_interleave(zoom, 2).repeat_interleave(zoom, 3);
  const Tensor framed = constant_pad_nd(large, {1, 1, 1, 1}, 0.3);
  const int64_t h = framed.size(2), w = framed.size(3);
  Tensor sheet = zeros({rows * columns, h, w});
  sheet.slice(0, 0, count).copy_(framed.select(1, 0));
  return sheet.view({rows, columns, h, w}).transpose(1, 2).reshape({1, 1, rows * h, columns * w});
}

// One picture as a file in the PGM format.
inline void write_picture(const std::string& path, const gradus::Tensor& picture) {
  using namespace gradus;
  const Tensor bytes = (picture.detach().clamp(0, 1) * 255).round().to(kByte).contiguous();
  std::ofstream file(path, std::ios::binary);
  file << "P5\n" << picture.size(3) << ' ' << picture.size(2) << "\n255\n";
  file.write(static_cast<const char*>(bytes.data_ptr()), bytes.numel());
  if (!file.flush()) throw Error("cannot write " + path);
}

// Side by side, two characters a pixel.
inline void draw(const gradus::Tensor& pictures) {
  static constexpr char ink[] = " .:-=+*#%@";
  const gradus::Tensor shade = (pictures.detach().clamp(0, 1) * 9).round().to(gradus::kLong);
  for (int64_t row = 0; row < shade.size(2); ++row) {
    for (int64_t i = 0; i < shade.size(0); ++i) {
      for (int64_t column = 0; column < shade.size(3); ++column) {
        const char c = ink[shade[i][0][row][column].item<int64_t>()];
        std::printf("%c%c", c, c);
      }
      std::printf("  ");
    }
    std::printf("\n");
  }
}
