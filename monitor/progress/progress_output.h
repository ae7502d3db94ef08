// Where bars of progress are drawn: a terminal, on which lines are drawn over, or a plain text.
#pragma once

#include <cstdio>
#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::monitor {

class Progress;

/// What a ProgressOutput is made of: how it writes, what it is, and its clock.
struct ProgressDevice {
  /// Writes all of a text, and shows it at once.
  std::function<void(std::string_view)> write;
  /// How many columns the terminal has, asked whenever it is drawn on: it may change its size. None
  /// for what is no terminal, and gets whole lines.
  std::function<int()> width;
  /// How many rows it has, asked whenever it is drawn on; no limit where there is no such function,
  /// and where it gives 0.
  std::function<int()> height;
  /// Whether it shows UTF-8, or ASCII alone.
  bool utf8 = false;
  /// The time in seconds from any moment on; by default that of the system's steady clock.
  std::function<double()> clock;
};

/// Draws bars of progress, those of several threads too. Bars that share an output are drawn as
/// lines below each other, the oldest first; by default all share stderr.
///
/// On a terminal the cursor rests behind the last of the lines. To draw, it is moved to the first
/// by `ESC [ n A` (for n > 0 lines up) and `\r`; then each line is written, followed by `ESC [ K`,
/// which clears what stood there before, and `\n` between them; where there are fewer lines than
/// before, `ESC [ J` clears the rest. A line for above the bars is written after `ESC [ J` in their
/// place, and they below it. All that is one call of the device's `write`.
///
/// No line is longer than the terminal has columns, less the last one. Of more bars than it has
/// rows the oldest are drawn, and a line below them says how many there are besides: `(3 more)`.
class ProgressOutput {
 public:
  /// An output of any kind. Throws Error when the device has no `write`.
  explicit ProgressOutput(ProgressDevice device);
  ProgressOutput(const ProgressOutput&) = delete;
  ProgressOutput& operator=(const ProgressOutput&) = delete;

  /// A file or a file descriptor. It is a terminal when the system says so and the environment's
  /// TERM is neither missing nor `dumb`; it shows UTF-8 when the first of LC_ALL, LC_CTYPE and LANG
  /// that is set says so; and its width is the system's, else COLUMNS, else 80. Nothing is
  /// coloured, with or without NO_COLOR. A failed write is forgotten: a training does not end for
  /// its bar.
  ///
  /// All that ask for the same file or descriptor get the same output, for as long as anyone has
  /// it; `stdout`, std::cout and the descriptor 1 are the same, as are `stderr`, std::cerr,
  /// std::clog and 2, whose output is standard(), as is that of any other that leads to the same
  /// terminal. Throws Error for a null pointer.
  static std::shared_ptr<ProgressOutput> to(std::FILE* file);
  static std::shared_ptr<ProgressOutput> to(int fd);
  /// A stream, which must outlive it. std::cout, std::cerr and std::clog are as files; other
  /// streams are no terminals. The same stream has the same output.
  static std::shared_ptr<ProgressOutput> to(std::ostream& stream);
  /// The one for stderr, which all bars share that name no other.
  static const std::shared_ptr<ProgressOutput>& standard();

  /// Writes a line (or lines) above the bars, or as the next line where it is no terminal.
  void write(std::string_view text);
  /// Whether it is a terminal, on which lines are drawn over.
  bool is_terminal() const { return device_.width != nullptr; }

 private:
  friend class Progress;

  // A bar's line as it was last drawn.
  struct Line {
    std::string text;
  };
  int columns() const;
  // The lines to draw.
  std::vector<std::string> shown() const;
  // Draws all lines, below those of `above`, which end with \n. Under the lock.
  void draw(std::string_view above);

  ProgressDevice device_;
  std::mutex mutex_;
  std::vector<const Line*> lines_;  // of the bars that live
  size_t drawn_ = 0;                // lines on the terminal
};

}  // namespace gradus::monitor
