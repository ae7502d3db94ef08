// The readers and writers behind data/image/image.h; for .cpp files.
//
// Note [longjmp]. libpng and libjpeg leave by longjmp when something is wrong, which runs no
// destructor. So setjmp stands in functions that have nothing but plain data, do nothing but call
// the library, and return whether it came back; what C++ has to do (memory, errors) is done around
// them, and the library's struct is destroyed by its owner's destructor. The callbacks throw
// nothing either: the libraries are C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "data/image/image.h"

namespace gradus::vision::detail {

// What is to be decoded. `where` stands first in the errors: `read_image: x.png`.
struct Encoded {
  std::string where;
  std::string_view bytes;
  ImageReadMode mode;
  bool apply_exif_orientation;
  const ImageLimits& limits;
};

bool is_png(std::string_view bytes);
bool is_jpeg(std::string_view bytes);
Tensor read_png(const Encoded& from);
Tensor read_jpeg(const Encoded& from);

// Throws unless a header's sizes are within the limits, and within what so many bytes can hold at
// `pixels_per_byte`, 0 if that has no bound. So no memory is taken for a file that only claims.
void check_size(const Encoded& from, int64_t width, int64_t height, int64_t pixels_per_byte);

// Of EXIF data, from their `II` or `MM` on: 1 to 8, and 1 where they do not say.
int exif_orientation(const uint8_t* data, size_t size);
// A dense picture [height, width, channels], as [channels, height, width] the right way up.
Tensor oriented(const Tensor& pixels, int orientation);

// A uint8 picture as dense pixels [H, W, C]; throws unless it has 1 or 3 channels, or with
// `any_channels` 1 to 4.
Tensor pixels_of(const char* op, const Tensor& picture, bool any_channels);

// Bytes that a library's callback appends to. add() is false when there is no memory.
struct Written {
  uint8_t* data = nullptr;
  size_t size = 0, room = 0;

  Written() = default;
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  ~Written() { std::free(data); }
  bool reserve(size_t wanted) {
    if (wanted <= room) return true;
    const size_t more = wanted > 2 * room ? wanted : 2 * room;
    void* grown = std::realloc(data, more);
    if (!grown) return false;
    data = static_cast<uint8_t*>(grown);
    room = more;
    return true;
  }
  bool add(const void* bytes, size_t n) {
    if (!reserve(size + n)) return false;
    std::memcpy(data + size, bytes, n);
    size += n;
    return true;
  }
};
// Throw Error as encode_png() and encode_jpeg().
void write_png(const Tensor& input, int64_t compression_level, Written& to);
void write_jpeg(const Tensor& input, int64_t quality, Written& to);

}  // namespace gradus::vision::detail
