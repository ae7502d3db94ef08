#include "data/image/image.h"

#include <fcntl.h>

#include <algorithm>

#include "data/image/codec.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/file.h"
#include "tensor/io/file_kind.h"
#include "tensor/raw.h"

namespace gradus::vision {

using detail::Encoded;

namespace {

constexpr auto unchanged = ImageReadMode::UNCHANGED, last_mode = ImageReadMode::RGB_ALPHA;

std::string_view bytes_of(const char* op, const Tensor& t) {
  if (!t.defined()) fail("{}: the tensor is undefined", op);
  if (t.dtype() != kByte || t.dim() != 1)
    fail("{}: expected the bytes of a file, uint8 [n], got {} {}", op, t.dtype(), t.sizes());
  return {static_cast<const char*>(t.data_ptr()), size_t(t.numel())};
}

void check(const Encoded& from) {
  if (from.mode < unchanged || from.mode > last_mode)
    fail("{}: there is no mode {}", from.where, int(from.mode));
  const ImageLimits& l = from.limits;
  if (l.pixels() < 1 || l.file_bytes() < 1 || l.decoder_bytes() < 1 || l.scans() < 1)
    fail("{}: limits are at least 1, got {} pixels, {} and {} bytes, {} scans", from.where,
         l.pixels(), l.file_bytes(), l.decoder_bytes(), l.scans());
  if (from.bytes.empty()) fail("{}: there are no bytes", from.where);
  if (from.bytes.size() > uint64_t(l.file_bytes()))
    fail("{}: {} bytes are more than the limit of {}", from.where, from.bytes.size(),
         l.file_bytes());
}

[[noreturn]] void refuse(const Encoded& from, const char* wanted) {
  const std::string kind = file_kind(from.bytes.substr(0, file_kind_bytes), false);
  fail("{}: this is {}{}{}", from.where, wanted, kind.empty() ? "" : " but ", kind);
}

Tensor decode_any(const Encoded& from) {
  check(from);
  if (detail::is_png(from.bytes)) return detail::read_png(from);
  if (detail::is_jpeg(from.bytes)) return detail::read_jpeg(from);
  refuse(from, "neither PNG nor JPEG");
}

Tensor decode_only_png(const Encoded& from) {
  check(from);
  if (!detail::is_png(from.bytes)) refuse(from, "no PNG picture");
  return detail::read_png(from);
}

Tensor decode_only_jpeg(const Encoded& from) {
  check(from);
  if (!detail::is_jpeg(from.bytes)) refuse(from, "no JPEG picture");
  return detail::read_jpeg(from);
}

Tensor read_bytes(const char* op, const std::string& filename, int64_t max_bytes) {
  // A pipe without a writer would be waited for.
  const File file(op, filename, O_RDONLY | O_NONBLOCK);
  const std::optional<uint64_t> size = file.size();
  if (!size) fail("{}: {} is no regular file", op, filename);
  if (*size > uint64_t(std::max<int64_t>(max_bytes, 0)))
    fail("{}: {} has {} bytes, more than the limit of {}", op, filename, *size, max_bytes);
  const Tensor bytes = raw::empty({int64_t(*size)}, kByte);
  if (const size_t got = file.read(bytes.data_ptr(), *size); got < *size)
    fail("{}: {} ends after {} of {} bytes", op, filename, got, *size);
  return bytes;
}

Tensor as_tensor(const detail::Written& written) {
  const Tensor t = raw::empty({int64_t(written.size)}, kByte);
  std::memcpy(t.data_ptr(), written.data, written.size);
  return t;
}

void replace(const char* op, const std::string& filename, const void* data, size_t bytes) {
  Replacement file(filename, op);
  file.write(data, bytes);
  file.commit();
}

}  // namespace

Tensor decode_image(std::string_view bytes, ImageReadMode mode, bool apply_exif_orientation,
                    const ImageLimits& limits) {
  return decode_any({"decode_image", bytes, mode, apply_exif_orientation, limits});
}
Tensor decode_png(std::string_view bytes, ImageReadMode mode, bool apply_exif_orientation,
                  const ImageLimits& limits) {
  return decode_only_png({"decode_png", bytes, mode, apply_exif_orientation, limits});
}
Tensor decode_jpeg(std::string_view bytes, ImageReadMode mode, bool apply_exif_orientation,
                   const ImageLimits& limits) {
  return decode_only_jpeg({"decode_jpeg", bytes, mode, apply_exif_orientation, limits});
}

Tensor decode_image(const Tensor& input, ImageReadMode mode, bool apply_exif_orientation,
                    const ImageLimits& limits) {
  const Tensor dense = input.defined() ? raw::contiguous(input) : input;
  return decode_image(bytes_of("decode_image", dense), mode, apply_exif_orientation, limits);
}
Tensor decode_png(const Tensor& input, ImageReadMode mode, bool apply_exif_orientation,
                  const ImageLimits& limits) {
  const Tensor dense = input.defined() ? raw::contiguous(input) : input;
  return decode_png(bytes_of("decode_png", dense), mode, apply_exif_orientation, limits);
}
Tensor decode_jpeg(const Tensor& input, ImageReadMode mode, bool apply_exif_orientation,
                   const ImageLimits& limits) {
  const Tensor dense = input.defined() ? raw::contiguous(input) : input;
  return decode_jpeg(bytes_of("decode_jpeg", dense), mode, apply_exif_orientation, limits);
}

Tensor read_image(const std::string& filename, ImageReadMode mode, bool apply_exif_orientation,
                  const ImageLimits& limits) try {
  const Tensor bytes = read_bytes("read_image", filename, limits.file_bytes());
  return decode_any({"read_image: " + filename, bytes_of("read_image", bytes), mode,
                     apply_exif_orientation, limits});
} catch (...) {
  gradus::detail::rethrow_as_error("read_image");
}

Tensor encode_png(const Tensor& input, int64_t compression_level) {
  detail::Written written;
  detail::write_png(input, compression_level, written);
  return as_tensor(written);
}
Tensor encode_jpeg(const Tensor& input, int64_t quality) {
  detail::Written written;
  detail::write_jpeg(input, quality, written);
  return as_tensor(written);
}
void write_png(const Tensor& input, const std::string& filename, int64_t compression_level) {
  detail::Written written;
  detail::write_png(input, compression_level, written);
  replace("write_png", filename, written.data, written.size);
}
void write_jpeg(const Tensor& input, const std::string& filename, int64_t quality) {
  detail::Written written;
  detail::write_jpeg(input, quality, written);
  replace("write_jpeg", filename, written.data, written.size);
}

Tensor read_file(const std::string& filename, int64_t max_bytes) {
  return read_bytes("read_file", filename, max_bytes);
}
void write_file(const std::string& filename, const Tensor& data) {
  const Tensor dense = data.defined() ? raw::contiguous(data) : data;
  const std::string_view bytes = bytes_of("write_file", dense);
  replace("write_file", filename, bytes.data(), bytes.size());
}

namespace detail {

void check_size(const Encoded& from, int64_t width, int64_t height, int64_t pixels_per_byte) {
  const int64_t most = from.limits.pixels();
  if (width < 1 || height < 1) fail("{}: the picture has no pixels", from.where);
  if (width > most / height)
    fail("{}: {} x {} pixels are more than the limit of {}", from.where, width, height, most);
  if (pixels_per_byte > 0 && width * height / pixels_per_byte > int64_t(from.bytes.size()))
    fail("{}: {} x {} pixels cannot be in {} bytes", from.where, width, height, from.bytes.size());
}

Tensor pixels_of(const char* op, const Tensor& picture, bool any_channels) {
  if (!picture.defined()) fail("{}: the tensor is undefined", op);
  if (picture.dtype() != kByte || picture.dim() != 3)
    fail("{}: expected a picture, uint8 [channels, height, width], got {} {}", op, picture.dtype(),
         picture.sizes());
  const int64_t channels = picture.size(0);
  if (picture.numel() == 0) fail("{}: the picture has no pixels, {}", op, picture.sizes());
  if (any_channels ? channels > 4 : channels != 1 && channels != 3)
    fail("{}: expected {} channels, got {}", op, any_channels ? "1 to 4" : "1 or 3", channels);
  Dims sizes = picture.impl()->sizes, strides = picture.impl()->strides;
  const Dims old_sizes = sizes, old_strides = strides;
  for (size_t i = 0; i < 3; ++i) {
    sizes[i] = old_sizes[(i + 1) % 3];
    strides[i] = old_strides[(i + 1) % 3];
  }
  return raw::contiguous(raw::window(picture, sizes, strides, picture.storage_offset()));
}

}  // namespace detail
}  // namespace gradus::vision
