#pragma once
#include <array>
#include <string>

namespace gradus::autograd {

// The call stack at one moment, innermost frame first: addresses of calls, not yet looked up.
struct StackTrace {
  static constexpr int max_depth = 64;
  std::array<void*, max_depth> frames;
  int depth = 0;
};

// The stack of the calling thread (some microseconds; nothing is allocated).
StackTrace capture_stack();

// The innermost frame that is not Gradus's own, as "file:line (function)" where the program has
// debug information (-g) and elfutils' libdw.so.1 is installed, else as "function"; empty if no
// such frame can be named. A call that the optimiser made a jump (a tail call) leaves no frame.
// Slow (it may read debug information from disk): for messages only.
std::string user_frame(const StackTrace& trace);
// All of them, innermost first, a line each.
std::string user_frames(const StackTrace& trace);

}  // namespace gradus::autograd
