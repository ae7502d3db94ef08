// What a step of generation that fails leaves of its caches; for .cpp files.
#pragma once

#include "nn/generation/cache.h"

namespace gradus::nn {

// f(), and if it throws the cache has again no more positions than before.
template <class F>
auto cutting_back(KeyValueCache& cache, F f) {
  const int64_t before = cache.length();
  try {
    return f();
  } catch (...) {
    cache.truncate(before);
    throw;
  }
}

}  // namespace gradus::nn
