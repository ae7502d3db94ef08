#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "autograd/modes.h"
#include "monitor/events/png.h"
#include "monitor/events/summaries.h"
#include "tensor/base/fail.h"

// Images and sounds.
namespace gradus::monitor::detail {
namespace {

// From 0..1, or of bytes from 0..255, cut to what a byte holds; a nan is black.
uint8_t byte_of(float v, float scale) {
  const float scaled = v * scale;
  return scaled > 0 ? uint8_t(std::min(scaled, 255.0f)) : uint8_t(0);
}

Message image_message(const Picture& p) {
  return Message()
      .number(1, p.height)
      .number(2, p.width)
      .number(3, p.channels)
      .bytes(4, png(p.pixels.data(), p.height, p.width, p.channels));
}

void check_sizes(const char* op, const Tensor& image, int64_t height, int64_t width) {
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  if (image.numel() == 0 || height > most || width > most)
    fail("{}: no image has the sizes {}", op, image.sizes());
}

// The dims in this order of their letters.
Tensor in_order(const char* op, const Tensor& image, const std::string& dataformats,
                std::string_view wanted) {
  std::string given;
  for (const char c : dataformats) given.push_back(c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c);
  if (!std::is_permutation(given.begin(), given.end(), wanted.begin(), wanted.end()))
    fail("{}: dataformats is {}, not HW, CHW or NCHW in some order", op, dataformats);
  std::vector<int64_t> dims;
  for (const char c : wanted) dims.push_back(int64_t(given.find(c)));
  return image.detach().permute(dims);
}

}  // namespace

Picture grid_of(const char* op, const Tensor& images, int64_t columns, bool square) {
  const int64_t n = images.size(0), c = images.size(1), h = images.size(2), w = images.size(3);
  if (c != 1 && c != 3) fail("{}: {} channels of images, 1 or 3 wanted", op, c);
  check_sizes(op, images, h, w);
  columns = std::min(columns, n);
  const int64_t rows = (n + columns - 1) / columns;
  if (square && rows * h > columns * w)
    fail("{}: images in {} rows are {} high and {} wide, and no part of a square", op, rows,
         rows * h, columns * w);
  Picture out;
  out.width = columns * w;
  out.height = square ? out.width : rows * h;
  check_sizes(op, images, out.height, out.width);
  out.pixels.resize(size_t(out.height * out.width * 3));
  const float scale = images.scalar_type() == kByte ? 1 : 255;
  const Tensor values = images.detach().to(kFloat).contiguous();
  const float* p = values.data_ptr<float>();
  for (int64_t i = 0; i < n; ++i)
    for (int64_t k = 0; k < 3; ++k) {
      const float* plane = p + (i * c + (c == 3 ? k : 0)) * h * w;
      for (int64_t y = 0; y < h; ++y) {
        const int64_t row = i / columns * h + y, column = i % columns * w;
        uint8_t* to = out.pixels.data() + (row * out.width + column) * 3 + k;
        for (int64_t x = 0; x < w; ++x) to[3 * x] = byte_of(plane[y * w + x], scale);
      }
    }
  return out;
}

Message image_summary(const std::string& tag, const Tensor& image, const std::string& dataformats) {
  const bool many = dataformats.size() == 4;
  const char* op = many ? "add_images" : "add_image";
  const NoGradGuard guard;
  if (image.dim() != int64_t(dataformats.size()))
    fail("{}: sizes are {} and dataformats {}", op, image.sizes(), dataformats);
  if (many)
    return summary(tag, ValueKind::image,
                   image_message(grid_of(op, in_order(op, image, dataformats, "NCHW"), 8, false)));
  Tensor pixels = dataformats.size() == 2 ? in_order(op, image, dataformats, "HW").unsqueeze(2)
                                          : in_order(op, image, dataformats, "HWC");
  Picture out;
  out.height = pixels.size(0);
  out.width = pixels.size(1);
  out.channels = pixels.size(2);
  check_sizes(op, pixels, out.height, out.width);
  if (out.channels > 4)
    fail("{}: {} channels with dataformats {}, 1 to 4 wanted", op, out.channels, dataformats);
  if (out.channels == 1) {
    pixels = pixels.expand({-1, -1, 3});
    out.channels = 3;
  }
  const float scale = image.scalar_type() == kByte ? 1 : 255;
  const Tensor values = pixels.to(kFloat).contiguous();
  const float* p = values.data_ptr<float>();
  out.pixels.resize(size_t(values.numel()));
  std::transform(p, p + values.numel(), out.pixels.begin(),
                 [&](float v) { return byte_of(v, scale); });
  return summary(tag, ValueKind::image, image_message(out));
}

Message audio_summary(const std::string& tag, const Tensor& sound, int64_t sample_rate) {
  constexpr const char* op = "add_audio";
  const NoGradGuard guard;
  const Tensor line = sound.detach().squeeze();
  if (line.dim() != 1) fail("{}: sizes are {}, one dim wanted", op, sound.sizes());
  constexpr int64_t most = (int64_t(1) << 30) - 1;  // samples whose bytes a WAV file can count
  if (line.numel() > most) fail("{}: {} samples, at most {}", op, line.numel(), most);
  if (sample_rate < 1 || sample_rate > most)
    fail("{}: sample_rate is {}, 1 to {} wanted", op, sample_rate, most);
  // In the sound's own precision, as it is scaled in Python.
  const Tensor own = line.is_floating_point() ? line : line.to(kFloat);
  const Tensor samples = (own.clamp(-1, 1) * 32767).nan_to_num().to(kInt).contiguous();
  const std::span values(samples.data_ptr<int32_t>(), size_t(samples.numel()));

  std::string wav("RIFF");
  const auto add = [&](uint64_t v, unsigned bytes) { append_little_endian(wav, v, bytes); };
  const uint64_t data_bytes = values.size() * 2;
  add(36 + data_bytes, 4);
  wav.append("WAVEfmt ");
  add(16, 4);                         // bytes of what follows
  add(1, 2);                          // plain samples
  add(1, 2);                          // channels
  add(uint64_t(sample_rate), 4);      // samples a second
  add(uint64_t(sample_rate) * 2, 4);  // bytes a second
  add(2, 2);                          // bytes of a sample of all channels
  add(16, 2);                         // bits of a sample
  wav.append("data");
  add(data_bytes, 4);
  for (const int32_t v : values) add(uint16_t(v), 2);
  return summary(tag, ValueKind::audio,
                 Message()
                     .real32(1, float(sample_rate))
                     .number(2, 1)
                     .number(3, line.numel())
                     .bytes(4, wav)
                     .text(5, "audio/wav"));
}

}  // namespace gradus::monitor::detail
