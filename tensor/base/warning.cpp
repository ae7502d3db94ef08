#include "tensor/base/warning.h"

#include <cstdio>

#include "tensor/base/warn.h"

namespace gradus {

namespace {
constinit thread_local WarningHandler* handler = nullptr;
constinit std::atomic<bool> always{false};

WarningHandler* printer() {
  static auto* const h = new WarningHandler;  // outlives whoever warns at the end of the program
  return h;
}
}  // namespace

void WarningHandler::process(const Warning& warning) {
  std::fprintf(stderr, "Warning: %s\n", warning.msg().c_str());
}

namespace WarningUtils {
void set_warning_handler(WarningHandler* h) noexcept { handler = h; }
WarningHandler* get_warning_handler() noexcept { return handler ? handler : printer(); }
void set_warnAlways(bool on) noexcept { always = on; }
bool get_warnAlways() noexcept { return always; }
}  // namespace WarningUtils

void warn(const Warning& warning) { WarningUtils::get_warning_handler()->process(warning); }

void detail::give_warning(fmt::string_view text, fmt::format_args args) {
  warn(Warning(Warning::UserWarning(), {"", "", 0}, fmt::vformat(text, args), false));
}

}  // namespace gradus
