// PNG images (ISO 15948), as event files hold them.
#pragma once

#include <cstdint>
#include <string>

namespace gradus::monitor::detail {

// The file of an image of `channels` bytes per pixel, row by row: 1 is grey, 2 grey and alpha, 3
// RGB and 4 RGBA. Sizes are at least 1 and below 2³¹.
std::string png(const uint8_t* pixels, int64_t height, int64_t width, int64_t channels);

}  // namespace gradus::monitor::detail
