// Several pictures as one, and pictures as files.
#pragma once

#include <string>

#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::monitor {

/// The options of picture_sheet().
struct PictureSheetOptions {
  /// Pictures in a row.
  GRADUS_ARG(int64_t, columns) = 8;
  /// Pixels between them and around.
  GRADUS_ARG(int64_t, padding) = 2;
  /// What those are filled with, and places without a picture.
  GRADUS_ARG(double, pad_value) = 0;
  /// How many pixels wide and high a pixel becomes.
  GRADUS_ARG(int64_t, zoom) = 1;
};

/// Pictures [N, C, H, W] or [N, H, W] row by row as one picture [C, h, w] or [h, w] of the same
/// type. Throws Error for other shapes, columns or zoom below 1 and padding below 0.
Tensor picture_sheet(const Tensor& pictures, PictureSheetOptions options = {});

/// Writes a picture [H, W], [1, H, W] or [3, H, W] to a file: in the PGM format, or with three
/// channels in the PPM format. Values are from 0 to 1, or uint8 from 0 to 255; what is beyond is
/// moved to the nearest of these, and nan is 0. The file is replaced when the new one is whole.
/// Throws Error for other shapes, for no pixels, and when the file cannot be written.
void write_picture(const std::string& filename, const Tensor& picture);

}  // namespace gradus::monitor
