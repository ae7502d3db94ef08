// What a folder of checkpoints holds, and the warnings about it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tensor/base/warn.h"

using Names = std::vector<std::string>;

struct Warned : gradus::WarningHandler {
  void process(const gradus::Warning& warning) override { texts.push_back(warning.msg()); }
  std::vector<std::string> texts;
};

// Sorted, without the file that says which process saves there.
inline Names names_in(const std::filesystem::path& folder) {
  Names out;
  for (const auto& e : std::filesystem::directory_iterator(folder))
    if (e.path().filename() != ".lock") out.push_back(e.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}
