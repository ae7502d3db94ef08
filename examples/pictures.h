// Pictures for the examples: tensors [N, 1, H, W] of values from 0 to 1, in the terminal.
#pragma once

#include <gradus.h>

#include <cstdio>

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
