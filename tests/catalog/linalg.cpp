#include "tests/catalog.h"

namespace catalog {

Rows linalg_rows() { return {}; }

}  // namespace catalog
