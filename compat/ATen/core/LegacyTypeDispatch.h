// Guards under which libtorch passes autograd by. Here they stop the recording.
#pragma once

#include <c10/macros/Macros.h>

#include "autograd/modes.h"

namespace gradus {

/// No operation is recorded for as long as the guard lives, on this thread.
struct AutoDispatchBelowAutograd : AutoGradMode {
  AutoDispatchBelowAutograd() : AutoGradMode(false) {}
};
struct AutoDispatchBelowADInplaceOrView : AutoGradMode {
  AutoDispatchBelowADInplaceOrView() : AutoGradMode(false) {}
};
struct AutoNonVariableTypeMode : AutoGradMode {
  explicit AutoNonVariableTypeMode(bool on = true) : AutoGradMode(!on && GradMode::is_enabled()) {}
};

}  // namespace gradus
