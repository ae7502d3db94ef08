// Reading event files back: the curves of a run.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gradus::monitor {

/// A curve: the values of one tag in the order in which they were written, one entry of each list
/// for every value.
struct ScalarSeries {
  /// The steps.
  std::vector<int64_t> steps;
  /// The values; of what add_scalar() writes, rounded to float.
  std::vector<double> values;
  /// Seconds since 1970.
  std::vector<double> wall_times;
};

/// The scalars by their tags: of an event file, or of all event files in a folder, those below it
/// aside, in the order of their names, numbers as such. What SummaryWriter and TensorFlow write is
/// read, of the old style and the new. As in TensorBoard a file that goes on from a step
/// (purge_step) drops what was read before from this step on, and a record that is cut at the end
/// of a file is left out. Throws Error when there is no such file or folder, and for a file that is
/// damaged or of another kind.
std::map<std::string, ScalarSeries> read_scalars(const std::string& path);

}  // namespace gradus::monitor
