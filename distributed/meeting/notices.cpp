#include "distributed/meeting/notices.h"

#include <cstdio>
#include <utility>

#include "tensor/base/fail.h"

namespace gradus::distributed::meeting {

namespace {
constexpr int rarer = 6;
}  // namespace

std::string seconds_of(std::chrono::milliseconds t) {
  return fmt::format("{} s", double(t.count()) / 1000);
}

Notices::Notices(std::chrono::milliseconds first, Say say) : after_(first), say_(std::move(say)) {}

void Notices::say(const std::string& what) {
  after_ *= rarer;
  if (say_)
    say_(what);
  else
    std::fprintf(stderr, "gradus: %s\n", what.c_str());
}

}  // namespace gradus::distributed::meeting
