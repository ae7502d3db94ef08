// c10::intrusive_ptr.
#pragma once

#include <c10/macros/Macros.h>

#include "tensor/base/intrusive_ptr.h"
