#include <gradus.h>

#include <cstdio>

int main() {
  gradus::set_num_threads(1);
  std::printf("%d\n", gradus::get_num_threads());
  return gradus::memory_stats().active == 0 ? 0 : 1;
}
