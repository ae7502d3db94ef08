// Threads, memory and equal bits, as the guide shows them.
#include <gradus.h>

#include <cstdio>

using namespace gradus;

namespace {
bool right = true;
void expect(bool what) { right = right && what; }

Tensor train_a_little() {
  manual_seed(7);
  nn::Sequential net(nn::Linear(64, 256), nn::ReLU(), nn::Linear(256, 10));
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.1));
  const Tensor x = randn({256, 64}), y = randint(0, 10, {256});
  for (int step = 0; step < 5; ++step) {
    optimizer.zero_grad();
    nn::functional::cross_entropy(net->forward(x), y).backward();
    optimizer.step();
  }
  return nn::utils::parameters_to_vector(net->parameters());
}

void same_bits_for_any_number_of_threads() {
  set_num_threads(1);
  const Tensor one = train_a_little();
  set_num_threads(2);
  const Tensor two = train_a_little();
  expect(one.equal(two));
}

void threads_for_loops_of_ones_own() {
  Tensor out = empty({1000});
  float* numbers = out.data_ptr<float>();
  parallel_for(0, 1000, /*grain=*/100, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) numbers[i] = float(i * i);
  });
  expect(out[999].item<float>() == 998001);
}

void memory_in_use() {
  reset_peak_memory_stats();
  const int64_t before = memory_stats().active;
  {
    const Tensor a = rand({1000, 1000});
    const Tensor b = a + 1;
  }
  const MemoryStats now = memory_stats();
  std::printf("peak %.1f MB, kept for reuse %.1f MB\n", double(now.peak) / 1e6,
              double(now.cached) / 1e6);
  expect(now.active == before && now.peak >= before + 8'000'000);

  set_memory_limit(100'000'000);  // bytes; beyond it an operation throws
  try {
    zeros({1000, 1000, 1000});
    expect(false);
  } catch (const Error& e) {
    std::printf("%s\n", e.what());
  }
  set_memory_limit(0);
  release_cached_memory();
}

void memory_for_time() {
  nn::Sequential block(nn::Linear(256, 256), nn::GELU(), nn::Dropout(0.1), nn::Linear(256, 256));
  const Tensor x = randn({512, 256}).requires_grad_();
  const int64_t before = memory_stats().active;
  Tensor h = x;
  for (int layer = 0; layer < 12; ++layer)
    h = checkpoint([&](const Tensor& t) { return t + block->forward(t); }, h);
  expect(memory_stats().active - before < 13 * int64_t(x.nbytes()));  // 48 without checkpoints
  h.square().mean().backward();
  expect(x.grad().defined());
}
}  // namespace

int main() {
  same_bits_for_any_number_of_threads();
  threads_for_loops_of_ones_own();
  memory_in_use();
  memory_for_time();
  return right ? 0 : 1;
}
