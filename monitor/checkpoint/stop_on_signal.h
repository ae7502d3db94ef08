// A flag for Ctrl-C and its like.
#pragma once

namespace gradus::monitor {

/// Whether the user or the system asked the program to stop, by SIGINT (Ctrl-C), SIGTERM, or SIGHUP
/// (its terminal is gone):
///
///   monitor::StopOnSignal stop;
///   for (...) {
///     ...
///     if (stop) {
///       checkpoint.save(position);
///       break;
///     }
///   }
///
/// While it lives, the first signal only sets the flag, and the second of a kind does what it did
/// before, when it comes a second later or more: one Ctrl-C may come from the terminal and from a
/// launcher such as mpirun, and does not end what saves. The destructor puts the former handlers
/// back. Several may live at once.
class StopOnSignal {
 public:
  StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  ~StopOnSignal();
  /// Whether a signal came since the first one was made that still lives.
  explicit operator bool() const { return signal() != 0; }
  /// Which one came last; 0 for none.
  int signal() const;
};

}  // namespace gradus::monitor
