// JPEG by libjpeg (ITU-T T.81). See Note [longjmp] in data/image/codec.h.
#include <csetjmp>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <limits>

#include "data/image/codec.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::vision::detail {

namespace {

// A Huffman code takes at least one bit for a block of 64 pixels.
constexpr int64_t most_packed = 8 * 64;
constexpr char exif_word[] = {'E', 'x', 'i', 'f', 0, 0};

// What libjpeg's callbacks of both directions see.
struct Trouble {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  char error[JMSG_LENGTH_MAX] = "";
};

// `client_data` begins with a Trouble.
void on_error(j_common_ptr info) {
  Trouble& t = *static_cast<Trouble*>(info->client_data);
  info->err->format_message(info, t.error);
  std::longjmp(t.jump, 1);
}
void on_message(j_common_ptr) {}

void set_up(Trouble* trouble) {
  jpeg_std_error(&trouble->manager);
  trouble->manager.error_exit = on_error;
  trouble->manager.output_message = on_message;
}

struct Reader : Trouble {
  jpeg_decompress_struct info{};
  jpeg_source_mgr source{};
  jpeg_progress_mgr progress{};
  int64_t most_scans = 0;

  Reader() {
    set_up(this);
    info.err = &manager;
    info.client_data = static_cast<Trouble*>(this);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { jpeg_destroy_decompress(&info); }
};

void start(j_decompress_ptr) {}
boolean ask_for_more(j_decompress_ptr info) {
  ERREXIT(info, JERR_INPUT_EOF);
  return FALSE;
}
void skip(j_decompress_ptr info, long n) {
  if (n <= 0) return;
  if (size_t(n) > info->src->bytes_in_buffer) ERREXIT(info, JERR_INPUT_EOF);
  info->src->next_input_byte += n;
  info->src->bytes_in_buffer -= size_t(n);
}

// Called between rows of blocks: a file may have scans without end, each over the whole picture.
void count_scans(j_common_ptr info) {
  auto* const reader = static_cast<Reader*>(static_cast<Trouble*>(info->client_data));
  if (reader->info.input_scan_number <= reader->most_scans) return;
  std::snprintf(reader->error, sizeof reader->error, "there are more scans than the limit of %lld",
                static_cast<long long>(reader->most_scans));
  std::longjmp(reader->jump, 1);
}

bool is_cmyk(const jpeg_decompress_struct& info) {
  return info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
}

// One row of samples as libjpeg gives them, as `channels` for each pixel. Adobe's CMYK says how
// much of each ink is missing.
void convert_row(const uint8_t* from, uint8_t* to, int64_t width, bool cmyk, int channels) {
  const bool alpha = channels % 2 == 0, colour = channels > 2;
  for (int64_t x = 0; x < width; ++x) {
    int rgb[3] = {0, 0, 0};
    if (cmyk) {
      for (int i = 0; i < 3; ++i) rgb[i] = from[i] * from[3] / 255;
      from += 4;
      // In 16 bits after the point.
      if (!colour) rgb[0] = (rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 32768) >> 16;
    } else {
      for (int i = 0; i < (colour ? 3 : 1); ++i) rgb[i] = *from++;
    }
    for (int i = 0; i < (colour ? 3 : 1); ++i) *to++ = uint8_t(rgb[i]);
    if (alpha) *to++ = 255;
  }
}

// --- Under setjmp
// ---------------------------------------------------------------------------------

bool read_header(Reader* r, const uint8_t* bytes, size_t size, bool wants_exif, long most_memory) {
  if (setjmp(r->jump)) return false;
  jpeg_create_decompress(&r->info);
  r->info.mem->max_memory_to_use = most_memory;
  r->source.init_source = start;
  r->source.fill_input_buffer = ask_for_more;
  r->source.skip_input_data = skip;
  r->source.resync_to_restart = jpeg_resync_to_restart;
  r->source.term_source = start;
  r->source.next_input_byte = bytes;
  r->source.bytes_in_buffer = size;
  r->info.src = &r->source;
  r->progress.progress_monitor = count_scans;
  r->info.progress = &r->progress;
  if (wants_exif) jpeg_save_markers(&r->info, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(&r->info, TRUE);
  return true;
}

// `line` has room for 4 samples a pixel.
bool read_pixels(Reader* r, int channels, uint8_t* to, uint8_t* line) {
  if (setjmp(r->jump)) return false;
  const bool cmyk = is_cmyk(r->info);
  r->info.out_color_space = cmyk ? JCS_CMYK : channels > 2 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_start_decompress(&r->info);
  const int64_t width = r->info.output_width;
  const bool as_it_is = r->info.output_components == channels && !cmyk;
  while (r->info.output_scanline < r->info.output_height) {
    uint8_t* const row = to + size_t(r->info.output_scanline) * size_t(width) * size_t(channels);
    JSAMPROW rows[] = {as_it_is ? row : line};
    jpeg_read_scanlines(&r->info, rows, 1);
    if (!as_it_is) convert_row(line, row, width, cmyk, channels);
  }
  jpeg_finish_decompress(&r->info);
  return true;
}

// --------------------------------------------------------------------------------------------------

struct Writer : Trouble {
  jpeg_compress_struct info{};
  jpeg_destination_mgr destination{};
  Written* to = nullptr;

  Writer() {
    set_up(this);
    info.err = &manager;
    info.client_data = static_cast<Trouble*>(this);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { jpeg_destroy_compress(&info); }
};

Written& written_by(j_compress_ptr info) {
  return *static_cast<Writer*>(static_cast<Trouble*>(info->client_data))->to;
}
void offer(j_compress_ptr info) {
  constexpr size_t piece = 1 << 16;
  Written& to = written_by(info);
  if (!to.reserve(to.size + piece)) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  info->dest->next_output_byte = to.data + to.size;
  info->dest->free_in_buffer = to.room - to.size;
}
// Called when the buffer is full.
boolean offer_more(j_compress_ptr info) {
  written_by(info).size = written_by(info).room;
  offer(info);
  return TRUE;
}
void end(j_compress_ptr info) {
  Written& to = written_by(info);
  to.size = to.room - info->dest->free_in_buffer;
}

// Under setjmp.
bool write_all(Writer* w, const uint8_t* from, uint32_t width, uint32_t height, int channels,
               int quality) {
  if (setjmp(w->jump)) return false;
  jpeg_create_compress(&w->info);
  w->destination.init_destination = offer;
  w->destination.empty_output_buffer = offer_more;
  w->destination.term_destination = end;
  w->info.dest = &w->destination;
  w->info.image_width = width;
  w->info.image_height = height;
  w->info.input_components = channels;
  w->info.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&w->info);
  jpeg_set_quality(&w->info, quality, TRUE);
  jpeg_start_compress(&w->info, TRUE);
  while (w->info.next_scanline < height) {
    const size_t row = size_t(w->info.next_scanline) * width * size_t(channels);
    JSAMPROW rows[] = {const_cast<JSAMPROW>(from + row)};  // libjpeg reads it only
    jpeg_write_scanlines(&w->info, rows, 1);
  }
  jpeg_finish_compress(&w->info);
  return true;
}

int orientation_of(const jpeg_decompress_struct& info) {
  for (const jpeg_marker_struct* m = info.marker_list; m; m = m->next)
    if (m->marker == JPEG_APP0 + 1 && m->data_length >= sizeof exif_word &&
        std::memcmp(m->data, exif_word, sizeof exif_word) == 0)
      return exif_orientation(m->data + sizeof exif_word, m->data_length - sizeof exif_word);
  return 1;
}

}  // namespace

bool is_jpeg(std::string_view bytes) { return bytes.starts_with("\xff\xd8\xff"); }

Tensor read_jpeg(const Encoded& from) {
  Reader reader;
  reader.most_scans = from.limits.scans();
  const long most_memory =
      long(std::min<int64_t>(from.limits.decoder_bytes(), std::numeric_limits<long>::max()));
  if (!read_header(&reader, reinterpret_cast<const uint8_t*>(from.bytes.data()), from.bytes.size(),
                   from.apply_exif_orientation, most_memory))
    fail("{}: {}", from.where, reader.error);
  check_size(from, reader.info.image_width, reader.info.image_height,
             reader.info.arith_code ? 0 : most_packed);
  const int samples = reader.info.num_components;
  if (samples != 1 && samples != 3 && samples != 4)
    fail("{}: a JPEG picture of {} components has no known colours", from.where, samples);
  const int channels = from.mode != ImageReadMode::UNCHANGED ? int(from.mode)
                       : samples == 1                        ? 1
                                                             : 3;
  // libjpeg forgets it when it is done.
  const int orientation = from.apply_exif_orientation ? orientation_of(reader.info) : 1;
  const int64_t width = reader.info.image_width, height = reader.info.image_height;
  const Tensor pixels = raw::empty({height, width, channels}, kByte);
  const Tensor line = raw::empty({width, 4}, kByte);
  if (!read_pixels(&reader, channels, pixels.data_ptr<uint8_t>(), line.data_ptr<uint8_t>()))
    fail("{}: {}", from.where, reader.error);
  return oriented(pixels, orientation);
}

void write_jpeg(const Tensor& input, int64_t quality, Written& to) {
  if (quality < 1 || quality > 100) fail("encode_jpeg: the quality is 1 to 100, got {}", quality);
  const Tensor pixels = pixels_of("encode_jpeg", input, false);
  if (pixels.size(0) > JPEG_MAX_DIMENSION || pixels.size(1) > JPEG_MAX_DIMENSION)
    fail("encode_jpeg: {} is more than {} a side", input.sizes(), JPEG_MAX_DIMENSION);
  Writer writer;
  writer.to = &to;
  if (!write_all(&writer, pixels.data_ptr<uint8_t>(), uint32_t(pixels.size(1)),
                 uint32_t(pixels.size(0)), int(pixels.size(2)), int(quality)))
    fail("encode_jpeg: {}", writer.error);
}

}  // namespace gradus::vision::detail
