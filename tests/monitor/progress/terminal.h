// A terminal as far as bars of progress need one.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "monitor/progress/progress_output.h"

struct Terminal {
  std::string written;  // all bytes
  double now = 0;
  int columns = 80, rows = 24, calls = 0, clock_calls = 0;

  // An output that writes here; `lines`: it is no terminal.
  std::shared_ptr<gradus::monitor::ProgressOutput> output(bool lines = false, bool utf8 = false) {
    gradus::monitor::ProgressDevice device;
    device.write = [this](std::string_view text) {
      written += text;
      ++calls;
    };
    if (!lines) {
      device.width = [this] { return columns; };
      device.height = [this] { return rows; };
    }
    device.utf8 = utf8;
    device.clock = [this] {
      ++clock_calls;
      return now;
    };
    return std::make_shared<gradus::monitor::ProgressOutput>(device);
  }
  // What was written since the last call.
  std::string take() { return std::exchange(written, {}); }
};

// The lines that a terminal shows after these bytes; the cursor is marked by _.
inline std::vector<std::string> shown(const std::string& bytes) {
  std::vector<std::string> lines(1);
  size_t row = 0, column = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r') {
      column = 0;
    } else if (bytes[i] == '\n') {
      column = 0;
      if (++row == lines.size()) lines.emplace_back();
    } else if (bytes[i] == '\x1b') {
      size_t count = 0;
      for (i += 2; bytes[i] >= '0' && bytes[i] <= '9'; ++i)
        count = 10 * count + size_t(bytes[i] - '0');
      if (bytes[i] == 'A') row -= count;
      if (bytes[i] == 'K' || bytes[i] == 'J')
        lines[row].resize(std::min(column, lines[row].size()));
      if (bytes[i] == 'J') lines.resize(row + 1);
    } else {
      if (lines[row].size() <= column) lines[row].resize(column + 1, ' ');
      lines[row][column++] = bytes[i];
    }
  }
  lines[row] += '_';
  return lines;
}
