#include "tests/catalog.h"

namespace catalog {

Rows reduce_rows() { return {}; }

}  // namespace catalog
