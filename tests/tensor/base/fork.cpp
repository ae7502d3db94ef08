// A fork while other threads are inside the library.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/random/random.h"
#include "tests/sanitizers.h"

using namespace gradus;

// The address sanitizer's own allocator is not whole in a child: after one fork in a hundred a
// program that only calls malloc hangs there (Clang 14, GCC 12).
TEST_CASE("a fork finds the allocator and the generator whole" *
          doctest::skip(test::address_sanitizer)) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> busy;
  for (int t = 0; t < 3; ++t)
    busy.emplace_back([&stop] {
      const Tensor x = ones({8}).requires_grad_();
      while (!stop) {
        release_cached_memory();  // so that the shared lists are needed again
        std::vector<Tensor> many;
        for (int i = 0; i < 50; ++i) many.push_back(rand({1000}) * x.detach().requires_grad_()[0]);
      }
    });
  int good = 0;
  for (int i = 0; i < 100; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      std::vector<Tensor> many;
      for (int k = 0; k < 20; ++k) many.push_back(rand({1000 << k % 8}));
      const Tensor x = ones({3}).requires_grad_();
      (x * 2).sum().backward();
      release_cached_memory();
      _exit(x.grad()[0].item<float>() == 2 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  stop = true;
  for (std::thread& t : busy) t.join();
  CHECK(good == 100);
}
