// What a file that is not of the expected kind seems to be.
#pragma once

#include <string>
#include <string_view>

namespace gradus {

// How many bytes file_kind() looks at.
inline constexpr size_t file_kind_bytes = 512;

// By a file's first bytes, what it is and, where a program wants to load a model, what to do with
// it: `a NumPy array (.npy): ...`. Empty when nothing is known.
std::string file_kind(std::string_view first, bool for_model);

}  // namespace gradus
