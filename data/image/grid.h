// Many pictures in one, and pictures of numbers as files, in the words of torchvision.utils.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tensor/tensor.h"

namespace gradus::vision {

/// Pictures [N, C, H, W] beside each other as one picture [C, ...], `nrow` in a row, with `padding`
/// pixels of `pad_value` around each. Grey ones get three channels. [H, W] and [C, H, W] are one
/// picture, and one picture alone gets no padding.
///
/// With `normalize`, of floating types, values are moved from `value_range` (low, high), or from
/// the least and the greatest value, to 0 .. 1, and those beyond are cut off; with `scale_each` for
/// each picture by itself. The result has no history. Throws Error for other shapes, and for an
/// nrow below 1 or a negative padding.
Tensor make_grid(const Tensor& tensor, int64_t nrow = 8, int64_t padding = 2,
                 bool normalize = false,
                 std::optional<std::pair<double, double>> value_range = std::nullopt,
                 bool scale_each = false, double pad_value = 0);
/// The same of single pictures of one size and type.
Tensor make_grid(TensorList tensors, int64_t nrow = 8, int64_t padding = 2, bool normalize = false,
                 std::optional<std::pair<double, double>> value_range = std::nullopt,
                 bool scale_each = false, double pad_value = 0);

/// Writes make_grid() of these as a file, PNG or JPEG by its name's end (.png, .jpg, .jpeg): 0 is
/// black, 1 is full, beyond is cut off, and nan is black; uint8 pictures are written as they are.
/// Throws Error as make_grid(), write_png() and write_jpeg() do.
void save_image(const Tensor& tensor, const std::string& filename, int64_t nrow = 8,
                int64_t padding = 2, bool normalize = false,
                std::optional<std::pair<double, double>> value_range = std::nullopt,
                bool scale_each = false, double pad_value = 0);
/// The same of single pictures of one size and type.
void save_image(TensorList tensors, const std::string& filename, int64_t nrow = 8,
                int64_t padding = 2, bool normalize = false,
                std::optional<std::pair<double, double>> value_range = std::nullopt,
                bool scale_each = false, double pad_value = 0);

}  // namespace gradus::vision
