// How a picture was held when it was taken: the orientation in EXIF data, and the turn that it asks
// for (CIPA DC-008, "Exchangeable image file format", tag 274).
#include "data/image/codec.h"
#include "tensor/raw.h"

namespace gradus::vision::detail {

namespace {

// TIFF numbers in either order of bytes. Beyond the end they are 0.
struct Numbers {
  const uint8_t* data;
  size_t size;
  bool little;

  uint32_t at(uint64_t place, unsigned bytes) const {
    if (place + bytes > size) return 0;
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; ++i)
      value = value << 8 | data[place + (little ? bytes - 1 - i : i)];
    return value;
  }
};

}  // namespace

int exif_orientation(const uint8_t* data, size_t size) {
  constexpr uint32_t orientation = 274, short_type = 3;
  if (size < 8) return 1;
  const bool little = data[0] == 'I' && data[1] == 'I', big = data[0] == 'M' && data[1] == 'M';
  const Numbers numbers{data, size, little};
  if ((!little && !big) || numbers.at(2, 2) != 42) return 1;
  const uint64_t list = numbers.at(4, 4);
  const uint32_t entries = numbers.at(list, 2);
  for (uint32_t i = 0; i < entries; ++i) {
    const uint64_t entry = list + 2 + 12 * uint64_t(i);
    if (entry + 12 > size) break;
    if (numbers.at(entry, 2) != orientation) continue;
    const uint32_t value = numbers.at(entry + 8, 2);
    const bool known = numbers.at(entry + 2, 2) == short_type && numbers.at(entry + 4, 4) == 1 &&
                       value >= 1 && value <= 8;
    return known ? int(value) : 1;
  }
  return 1;
}

Tensor oriented(const Tensor& pixels, int orientation) {
  const int64_t height = pixels.size(0), width = pixels.size(1), channels = pixels.size(2);
  const auto channels_first = [&](const Tensor& t) {
    const Dims sizes = t.impl()->sizes, strides = t.impl()->strides;
    Dims to_sizes = sizes, to_strides = strides;
    for (size_t i = 0; i < 3; ++i) {
      to_sizes[i] = sizes[(i + 2) % 3];
      to_strides[i] = strides[(i + 2) % 3];
    }
    return raw::window(t, to_sizes, to_strides, t.storage_offset());
  };
  if (orientation == 1) return channels_first(pixels);
  // From the first pixel of the result, `down` and `right` are the steps in `pixels`.
  const bool turned = orientation >= 5;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const int64_t row = width * channels;
  const int64_t along_height = from_bottom ? -row : row;
  const int64_t along_width = from_right ? -channels : channels;
  const int64_t down = turned ? along_width : along_height;
  const int64_t right = turned ? along_height : along_width;
  const Tensor out =
      raw::empty({turned ? width : height, turned ? height : width, channels}, kByte);
  const uint8_t* first = pixels.data_ptr<uint8_t>() + (from_bottom ? (height - 1) * row : 0) +
                         (from_right ? row - channels : 0);
  uint8_t* to = out.data_ptr<uint8_t>();
  for (int64_t y = 0; y < out.size(0); ++y)
    for (int64_t x = 0; x < out.size(1); ++x)
      for (int64_t c = 0; c < channels; ++c) *to++ = first[y * down + x * right + c];
  return channels_first(out);
}

}  // namespace gradus::vision::detail
