// PNG by libpng (ISO/IEC 15948). See Note [longjmp] in data/image/codec.h.
#include <png.h>

#include <algorithm>
#include <cstdio>

#include "data/image/codec.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::vision::detail {

namespace {

constexpr size_t longest_error = 160;
// Of a chunk in memory; the pixels do not count.
constexpr size_t most_chunk_bytes = 8'000'000;
// Deflate packs at most 1032 bytes into one.
constexpr int64_t most_packed = 1032;

// Plain data, which libpng's callbacks see.
struct Progress {
  const char* from = nullptr;  // when reading
  size_t left = 0;
  Written* to = nullptr;  // when writing
  char error[longest_error] = "";
};

void on_error(png_structp png, png_const_charp text) {
  Progress& p = *static_cast<Progress*>(png_get_error_ptr(png));
  std::snprintf(p.error, longest_error, "%s", text);
  png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

void take(png_structp png, png_bytep to, size_t n) {
  Progress& p = *static_cast<Progress*>(png_get_io_ptr(png));
  if (n > p.left) png_error(png, "the file ends too early");
  std::memcpy(to, p.from, n);
  p.from += n;
  p.left -= n;
}
void give(png_structp png, png_bytep from, size_t n) {
  if (!static_cast<Progress*>(png_get_io_ptr(png))->to->add(from, n)) png_error(png, "no memory");
}
void flush(png_structp) {}

struct Header {
  int64_t width, height;
  int depth, channels;  // of the samples in the file, a palette's index is one
  bool palette, colour, alpha, transparent;

  int channels_for(ImageReadMode mode) const {
    if (mode != ImageReadMode::UNCHANGED) return int(mode);
    return palette ? (transparent ? 4 : 3) : channels;
  }
};

// --- Under setjmp
// ---------------------------------------------------------------------------------

bool read_header(png_structp png, png_infop info, Progress* progress, bool wants_exif,
                 Header* header) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_read_fn(png, progress, take);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(png, most_chunk_bytes);
  // Colour profiles, texts and all else that does not change the pixels is passed over unread.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  if (wants_exif)
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT,
                                reinterpret_cast<png_const_bytep>("eXIf"), 1);
  png_read_info(png, info);
  const int type = png_get_color_type(png, info);
  header->width = int64_t(png_get_image_width(png, info));
  header->height = int64_t(png_get_image_height(png, info));
  header->depth = png_get_bit_depth(png, info);
  header->channels = png_get_channels(png, info);
  header->palette = type & PNG_COLOR_MASK_PALETTE;
  header->colour = type & PNG_COLOR_MASK_COLOR;
  header->alpha = type & PNG_COLOR_MASK_ALPHA;
  header->transparent = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  return true;
}

bool read_pixels(png_structp png, png_infop info, const Header* header, int channels, uint8_t* to) {
  if (setjmp(png_jmpbuf(png))) return false;
  const bool wants_alpha = channels % 2 == 0, wants_colour = channels > 2;
  if (header->palette)
    png_set_palette_to_rgb(png);
  else if (header->depth < 8)
    png_set_expand_gray_1_2_4_to_8(png);
  if (header->depth == 16) png_set_scale_16(png);
  if (wants_alpha && header->transparent)
    png_set_tRNS_to_alpha(png);
  else if (wants_alpha && !header->alpha)
    png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
  else if (!wants_alpha && (header->alpha || header->transparent))
    png_set_strip_alpha(png);
  if (wants_colour && !header->colour)
    png_set_gray_to_rgb(png);
  else if (!wants_colour && header->colour)
    png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, 0.2989, 0.587);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  const size_t row = size_t(header->width) * size_t(channels);
  if (png_get_rowbytes(png, info) != row) png_error(png, "rows of another length");
  for (int pass = 0; pass < passes; ++pass)
    for (int64_t y = 0; y < header->height; ++y) png_read_row(png, to + size_t(y) * row, nullptr);
  png_read_end(png, info);
  return true;
}

bool write_all(png_structp png, png_infop info, Progress* progress, const uint8_t* from,
               uint32_t width, uint32_t height, int channels, int level) {
  static constexpr int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                  PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_write_fn(png, progress, give, flush);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_compression_level(png, level);
  png_set_IHDR(png, info, width, height, 8, types[channels - 1], PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (uint32_t y = 0; y < height; ++y)
    png_write_row(png, from + size_t(y) * width * size_t(channels));
  png_write_end(png, info);
  return true;
}

// --------------------------------------------------------------------------------------------------

struct Reader {
  Progress progress;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &progress, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;

  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

struct Writer {
  Progress progress;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &progress, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;

  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { png_destroy_write_struct(&png, &info); }
};

int orientation_of(png_structp png, png_infop info) {
#ifdef PNG_eXIf_SUPPORTED
  png_uint_32 bytes = 0;
  png_bytep data = nullptr;
  if (png_get_eXIf_1(png, info, &bytes, &data) != 0) return exif_orientation(data, bytes);
#endif
  return 1;
}

}  // namespace

bool is_png(std::string_view bytes) { return bytes.starts_with("\x89PNG\r\n\x1a\n"); }

Tensor read_png(const Encoded& from) {
  Reader reader;
  if (!reader.info) fail("{}: no memory for libpng", from.where);
  reader.progress.from = from.bytes.data();
  reader.progress.left = from.bytes.size();
  Header header{};
  if (!read_header(reader.png, reader.info, &reader.progress, from.apply_exif_orientation, &header))
    fail("{}: {}", from.where, reader.progress.error);
  // At one bit a pixel a byte holds most.
  check_size(from, header.width, header.height,
             std::max<int64_t>(1, 8 * most_packed / (header.depth * header.channels)));
  const int channels = header.channels_for(from.mode);
  const Tensor pixels = raw::empty({header.height, header.width, channels}, kByte);
  if (!read_pixels(reader.png, reader.info, &header, channels, pixels.data_ptr<uint8_t>()))
    fail("{}: {}", from.where, reader.progress.error);
  return oriented(pixels,
                  from.apply_exif_orientation ? orientation_of(reader.png, reader.info) : 1);
}

void write_png(const Tensor& input, int64_t compression_level, Written& to) {
  if (compression_level < 0 || compression_level > 9)
    fail("encode_png: the compression level is 0 to 9, got {}", compression_level);
  const Tensor pixels = pixels_of("encode_png", input, true);
  if (pixels.size(0) > int64_t(PNG_UINT_31_MAX) || pixels.size(1) > int64_t(PNG_UINT_31_MAX))
    fail("encode_png: {} is more than a PNG file can say", input.sizes());
  Writer writer;
  if (!writer.info) fail("encode_png: no memory for libpng");
  writer.progress.to = &to;
  if (!write_all(writer.png, writer.info, &writer.progress, pixels.data_ptr<uint8_t>(),
                 uint32_t(pixels.size(1)), uint32_t(pixels.size(0)), int(pixels.size(2)),
                 int(compression_level)))
    fail("encode_png: {}", writer.progress.error);
}

}  // namespace gradus::vision::detail
