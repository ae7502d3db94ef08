// What matrices can be blamed for.
#pragma once

#include "tensor/base/error.h"

namespace gradus {

/// A matrix is singular, not positive definite, or its decomposition was not found.
class LinAlgError : public Error {
 public:
  using Error::Error;
};

}  // namespace gradus
