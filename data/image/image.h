// Pictures as PNG and JPEG files and as tensors, in the words of torchvision.io.
//
// A picture is a uint8 tensor [channels, height, width] whose pixels lie in memory one after the
// other, each with all its channels (as torchvision's and OpenCV's do): permute({1, 2, 0}) is
// dense. Call contiguous() before looking at data_ptr().
#pragma once

#include <string>
#include <string_view>

#include "tensor/base/arg.h"
#include "tensor/tensor.h"

/// Pictures as files.
namespace gradus::vision {

/// Which channels a picture is read with. Grey comes of colours by 0.299 red + 0.587 green + 0.114
/// blue; where a file has no alpha, it is 255 everywhere.
enum class ImageReadMode {
  /// As many as the file has. A palette is read as RGB, one with transparency as RGB_ALPHA, and a
  /// JPEG in CMYK as RGB.
  UNCHANGED = 0,
  GRAY = 1,        ///< 1 channel
  GRAY_ALPHA = 2,  ///< 2 channels
  RGB = 3,         ///< 3 channels
  RGB_ALPHA = 4,   ///< 4 channels
};

/// What a file may ask for. Beyond it a reader throws Error, before it takes the memory:
/// `read_image("x.png", ImageReadMode::RGB, false, ImageLimits().pixels(1 << 20))`.
struct ImageLimits {
  /// Width times height.
  GRADUS_ARG(int64_t, pixels) = 178'956'970;
  /// Bytes of the file, or of what is decoded.
  GRADUS_ARG(int64_t, file_bytes) = int64_t(1) << 30;
  /// Bytes that libjpeg may keep beside the pixels. A progressive picture takes 3 to 6 for each.
  GRADUS_ARG(int64_t, decoder_bytes) = int64_t(1) << 30;
  /// Scans of a progressive JPEG, each of which costs time; encoders make about ten.
  GRADUS_ARG(int64_t, scans) = 100;
};

/// The picture in a PNG or JPEG file, uint8 [channels, height, width]. Interlaced pictures,
/// palettes, and grey of 1, 2 and 4 bits are expanded; samples of 16 bits are scaled to 8, rounded
/// to the nearest. With `apply_exif_orientation` it is turned and mirrored as its EXIF data say.
///
/// Throws Error, which names the file, when it cannot be read, is neither PNG nor JPEG, is damaged
/// or cut off, or goes beyond the limits. What libpng and libjpeg only warn of is read as they
/// understand it.
Tensor read_image(const std::string& filename, ImageReadMode mode = ImageReadMode::UNCHANGED,
                  bool apply_exif_orientation = false, const ImageLimits& limits = {});

/// The picture in the bytes of a PNG or JPEG file: a uint8 tensor [n]. Otherwise as read_image().
Tensor decode_image(const Tensor& input, ImageReadMode mode = ImageReadMode::UNCHANGED,
                    bool apply_exif_orientation = false, const ImageLimits& limits = {});
/// The same of bytes that are no tensor.
Tensor decode_image(std::string_view bytes, ImageReadMode mode = ImageReadMode::UNCHANGED,
                    bool apply_exif_orientation = false, const ImageLimits& limits = {});
/// As decode_image(), for PNG only.
Tensor decode_png(const Tensor& input, ImageReadMode mode = ImageReadMode::UNCHANGED,
                  bool apply_exif_orientation = false, const ImageLimits& limits = {});
/// The same of bytes that are no tensor.
Tensor decode_png(std::string_view bytes, ImageReadMode mode = ImageReadMode::UNCHANGED,
                  bool apply_exif_orientation = false, const ImageLimits& limits = {});
/// As decode_image(), for JPEG only.
Tensor decode_jpeg(const Tensor& input, ImageReadMode mode = ImageReadMode::UNCHANGED,
                   bool apply_exif_orientation = false, const ImageLimits& limits = {});
/// The same of bytes that are no tensor.
Tensor decode_jpeg(std::string_view bytes, ImageReadMode mode = ImageReadMode::UNCHANGED,
                   bool apply_exif_orientation = false, const ImageLimits& limits = {});

/// A picture, uint8 [C, H, W] with any strides, as the bytes of a PNG file: a uint8 tensor [n]. The
/// channels are 1 (grey), 2 (grey and alpha), 3 (RGB) or 4 (RGB and alpha); the compression level
/// is 0 (none) to 9 (smallest). Throws Error for any other input.
Tensor encode_png(const Tensor& input, int64_t compression_level = 6);
/// A picture, uint8 [1, H, W] or [3, H, W] with any strides, as the bytes of a JPEG file of a
/// quality of 1 to 100: a uint8 tensor [n]. Throws Error for any other input, and for sides of more
/// than 65,500.
Tensor encode_jpeg(const Tensor& input, int64_t quality = 75);

/// Writes a picture as a PNG file, see encode_png(). Whoever looks at the file sees the old content
/// or all of the new one. Throws Error when it cannot be written.
void write_png(const Tensor& input, const std::string& filename, int64_t compression_level = 6);
/// Writes a picture as a JPEG file, see encode_jpeg() and write_png().
void write_jpeg(const Tensor& input, const std::string& filename, int64_t quality = 75);

/// The bytes of a file, uint8 [n]. Throws Error when it cannot be read or has more than
/// `max_bytes`.
Tensor read_file(const std::string& filename, int64_t max_bytes = int64_t(1) << 30);
/// Writes the bytes of a uint8 tensor [n] as a file: the old content, or all of the new one.
void write_file(const std::string& filename, const Tensor& data);

}  // namespace gradus::vision
