// The bytes of event files and of the images in them.
#pragma once

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/events/summary_writer.h"

inline gradus::monitor::SummaryWriterOptions at_one_time() {
  return gradus::monitor::SummaryWriterOptions().clock([] { return 1700000000.5; });
}

inline std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[uint8_t(c) >> 4];
    out += "0123456789abcdef"[uint8_t(c) & 15];
  }
  return out;
}

inline uint64_t number(std::string_view bytes) {  // little endian
  uint64_t v = 0;
  for (size_t i = bytes.size(); i-- > 0;) v = v << 8 | uint8_t(bytes[i]);
  return v;
}
inline uint32_t big_endian(std::string_view bytes) {
  return uint32_t(uint8_t(bytes[0])) << 24 | uint32_t(uint8_t(bytes[1])) << 16 |
         uint32_t(uint8_t(bytes[2])) << 8 | uint8_t(bytes[3]);
}

// The events of a file, without the first, which says who wrote it.
inline std::vector<std::string> events(const std::filesystem::path& file) {
  const std::string all = content(file);
  std::vector<std::string> out;
  for (size_t at = 0; at < all.size();) {
    const uint64_t length = number(std::string_view(all).substr(at, 8));
    REQUIRE(at + 16 + length <= all.size());
    out.push_back(all.substr(at + 12, length));
    at += 16 + length;
  }
  REQUIRE(!out.empty());
  out.erase(out.begin());
  return out;
}

// Height, width, channels and pixels of a PNG with one chunk of data, whose rows are plain or
// differences to the row above.
inline std::string pixels(std::string_view png) {
  CHECK(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  size_t at = 8;
  std::string_view header, data;
  while (at < png.size()) {
    const uint32_t length = big_endian(png.substr(at));
    const std::string_view chunk = png.substr(at + 4, 4 + length);
    CHECK(crc32(0, reinterpret_cast<const Bytef*>(chunk.data()), uInt(chunk.size())) ==
          big_endian(png.substr(at + 8 + length)));
    if (chunk.starts_with("IHDR")) header = chunk.substr(4);
    if (chunk.starts_with("IDAT")) data = chunk.substr(4);
    at += 12 + length;
  }
  const size_t w = big_endian(header), h = big_endian(header.substr(4));
  const size_t c = header[9] == 0 ? 1 : header[9] == 4 ? 2 : header[9] == 2 ? 3 : 4;
  std::vector<uint8_t> rows(h * (w * c + 1));
  uLongf size = rows.size();
  REQUIRE(uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(data.data()),
                     data.size()) == Z_OK);
  CHECK(size == rows.size());
  std::string out;
  for (size_t y = 0; y < h; ++y) {
    const uint8_t* row = &rows[y * (w * c + 1)];
    for (size_t x = 0; x < w * c; ++x)
      out.push_back(char(row[x + 1] + (row[0] == 2 ? uint8_t(out[out.size() - w * c]) : 0)));
  }
  return std::to_string(h) + ' ' + std::to_string(w) + ' ' + std::to_string(c) + ' ' + hex(out);
}

// A field of a message: the bytes of the first with this number.
inline std::string field(std::string_view message, unsigned wanted) {
  const auto varint = [&] {
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = uint8_t(message.at(0));
      message.remove_prefix(1);
      v |= uint64_t(byte & 0x7f) << shift;
      if (byte < 0x80) return v;
    }
  };
  while (!message.empty()) {
    const uint64_t key = varint();
    uint64_t size = 0;
    if ((key & 7) == 0) {
      const uint64_t v = varint();
      if (key >> 3 == wanted) return std::to_string(v);
      continue;
    }
    size = (key & 7) == 2 ? varint() : (key & 7) == 1 ? 8 : 4;
    if (key >> 3 == wanted) return std::string(message.substr(0, size));
    message.remove_prefix(size);
  }
  return {};
}

// All files below a folder as the lines of events.txt.
inline std::vector<std::string> lines(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (!entry.is_directory()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> out;
  for (const std::filesystem::path& file : files) {
    const std::filesystem::path place = std::filesystem::relative(file, folder);
    if (file.extension() == ".png") {
      out.push_back(place.string() + "|image " + pixels(content(file)));
    } else if (file.filename().string().find("tfevents") == std::string::npos) {
      out.push_back(place.string() + '|' + hex(content(file)));
    } else {
      const std::string name = place.has_parent_path() ? place.parent_path().string() : ".";
      for (const std::string& event : events(file)) {
        const std::string value = field(field(event, 5), 1), image = field(value, 4);
        out.push_back(name + '|' +
                      (image.empty() ? hex(event)
                                     : "image " + field(value, 1) + ": " + field(event, 2) + ' ' +
                                           pixels(field(image, 4))));
      }
    }
  }
  return out;
}

inline std::filesystem::path only_file(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (!entry.is_directory()) files.push_back(entry.path());
  REQUIRE(files.size() == 1);
  return files[0];
}
