// c10::call_once: std::call_once by another name.
#pragma once

#include <c10/macros/Macros.h>

#include <mutex>

namespace gradus {
using std::call_once;
using std::once_flag;
}  // namespace gradus
