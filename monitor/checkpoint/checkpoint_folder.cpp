#include "monitor/checkpoint/checkpoint_folder.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

#include "tensor/base/fail.h"
#include "tensor/base/warn.h"
#include "tensor/io/file.h"

namespace gradus::monitor::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "step_", suffix = ".pt";

std::string free_name(const std::string& name) {
  std::string out = name;
  std::error_code error;
  for (int i = 1; fs::exists(fs::symlink_status(out, error)); ++i)
    out = fmt::format("{}.{}", name, i);
  return out;
}

}  // namespace

std::string checkpoint_file(const std::string& folder, int64_t step) {
  return (fs::path(folder) / fmt::format("{}{:012}{}", prefix, step, suffix)).string();
}

std::optional<int64_t> checkpoint_step(const std::string& name) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  const std::string digits =
      name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  if (digits.size() < 12 || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != digits.npos)
    return std::nullopt;
  return std::stoll(digits);
}

std::vector<std::pair<int64_t, std::string>> checkpoint_files(const std::string& folder) {
  std::vector<std::pair<int64_t, std::string>> found;
  for (std::string& path : paths_in("checkpoint", folder))
    if (const auto step = checkpoint_step(fs::path(path).filename().string()))
      found.emplace_back(*step, std::move(path));
  std::sort(found.begin(), found.end());
  return found;
}

void put_aside(const std::vector<std::string>& filenames, const char* ending,
               const std::string& reason) {
  std::string names;
  for (const std::string& filename : filenames) {
    const std::string aside = free_name(filename + ending);
    std::error_code error;
    fs::rename(filename, aside, error);
    if (error == std::errc::no_such_file_or_directory) continue;
    if (error) fail("checkpoint: cannot rename {} to {}: {}", filename, aside, error.message());
    names += (names.empty() ? "" : ", ") + aside;
  }
  if (!names.empty()) warn("checkpoint: put aside {}: {}", reason, names);
}

void remove_left(const std::string& folder) {
  std::set<std::string> left;
  for (const fs::path path : paths_in("checkpoint", folder)) {
    // `NAME.0.tmp`, see Replacement.
    if (path.extension() != ".tmp") continue;
    const std::string name = path.stem().stem().string();
    if (name == "best.pt" || checkpoint_step(name))
      left.insert((path.parent_path() / name).string());
  }
  for (const std::string& filename : left) remove_abandoned(filename);
  // A second name of a whole file, which has its first one still or was to be removed.
  std::error_code error;
  const fs::path next = fs::path(folder) / "best.pt.next";
  if (fs::is_regular_file(fs::symlink_status(next, error))) fs::remove(next, error);
}

}  // namespace gradus::monitor::detail
