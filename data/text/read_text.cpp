#include "data/text/read_text.h"

#include "data/unpacked.h"
#include "tensor/base/rethrow.h"

namespace gradus::data::text {

std::string read_text(const std::string& path, uint64_t max_bytes) try {
  return read_unpacked("read_text", path, max_bytes);
} catch (...) {
  gradus::detail::rethrow_as_error("read_text");
}

}  // namespace gradus::data::text
