// The files in the folder of a Checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gradus::monitor::detail {

// `FOLDER/step_000000001000.pt`.
std::string checkpoint_file(const std::string& folder, int64_t step);
// The step of a checkpoint's file, from its name without the folder; none for other files.
std::optional<int64_t> checkpoint_step(const std::string& name);
// The checkpoints in the folder, by their steps. Throws Error when it cannot be read.
std::vector<std::pair<int64_t, std::string>> checkpoint_files(const std::string& folder);

// Gives the files, those that are there, the ending `.stale` or `.damaged`, or, where that name is
// taken, `.stale.1` and so on: they count no more, and nothing is lost. A warning says `reason` and
// the new names. Throws Error when one cannot be renamed.
void put_aside(const std::vector<std::string>& filenames, const char* ending,
               const std::string& reason);

// Removes what killed saves left: files that are not whole, and the best one's next name.
void remove_left(const std::string& folder);

}  // namespace gradus::monitor::detail
