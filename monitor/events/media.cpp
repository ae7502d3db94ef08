#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "data/tiles.h"
#include "monitor/events/png.h"
#include "monitor/events/summaries.h"
#include "tensor/base/checked.h"
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

// Of floats [height, width, channels]; grey gets three channels.
Picture picture_of(const Tensor& pixels, float scale) {
  Picture out;
  out.height = pixels.size(0);
  out.width = pixels.size(1);
  const Tensor values = (pixels.size(2) == 1 ? pixels.expand({-1, -1, 3}) : pixels).contiguous();
  out.channels = values.size(2);
  const float* p = values.data_ptr<float>();
  out.pixels.resize(size_t(values.numel()));
  std::transform(p, p + values.numel(), out.pixels.begin(),
                 [&](float v) { return byte_of(v, scale); });
  return out;
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
  const int64_t rows = ceil_div(n, columns);
  if (square && rows * h > columns * w)
    fail("{}: images in {} rows are {} high and {} wide, and no part of a square", op, rows,
         rows * h, columns * w);
  check_sizes(op, images, square ? columns * w : rows * h, columns * w);
  Tensor grid = data::tiles(op, images.detach().to(kFloat).contiguous(), columns, 0, 0);
  if (square) {
    const Tensor whole = zeros({c, columns * w, columns * w});
    whole.slice(1, 0, rows * h).copy_(grid);
    grid = whole;
  }
  return picture_of(grid.permute({1, 2, 0}), images.scalar_type() == kByte ? 1 : 255);
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
  const Tensor pixels = dataformats.size() == 2
                            ? in_order(op, image, dataformats, "HW").unsqueeze(2)
                            : in_order(op, image, dataformats, "HWC");
  check_sizes(op, pixels, pixels.size(0), pixels.size(1));
  if (pixels.size(2) > 4)
    fail("{}: {} channels with dataformats {}, 1 to 4 wanted", op, pixels.size(2), dataformats);
  return summary(
      tag, ValueKind::image,
      image_message(picture_of(pixels.to(kFloat), image.scalar_type() == kByte ? 1 : 255)));
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
