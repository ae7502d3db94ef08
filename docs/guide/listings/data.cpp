// Datasets, transforms and loaders, as the guide shows them.
#include <gradus.h>

#include <cstdio>

using namespace gradus;

// Waves of random frequency and phase; what is to be learnt is whether the frequency is high.
struct Waves : data::Dataset<Waves> {
  explicit Waves(size_t count) : frequencies(rand({int64_t(count)}) * 5 + 1) {}

  data::Example<> get(size_t index) override {
    const Tensor f = frequencies[int64_t(index)];
    return {(linspace(0, 6.28, 32) * f).sin(), (f > 3.5).to(kLong)};
  }
  std::optional<size_t> size() const override { return size_t(frequencies.size(0)); }

  Tensor frequencies;
};

int main() {
  manual_seed(0);
  bool right = true;

  // Tensors that are there already: rows of each make an example.
  const Tensor x = rand({100, 2}), y = x.sum(1);
  auto rows = data::make_data_loader(data::TensorDataset({x, y}), 32, /*shuffle=*/true);
  int64_t seen = 0;
  for (auto& [inputs, targets] : *rows) {
    right = right && inputs.sum(1).allclose(targets);
    seen += inputs.size(0);
  }
  right = right && seen == 100;

  // A dataset of one's own: transforms change each example, Stack makes a batch one tensor each.
  auto dataset = Waves(200)
                     .map(data::transforms::TensorLambda<>(
                         [](Tensor wave) { return (wave - wave.mean()) / wave.std(); }))
                     .map(data::transforms::Stack<>());
  auto loader = data::make_data_loader<data::samplers::RandomSampler>(
      dataset, data::DataLoaderOptions().batch_size(64).workers(2).drop_last(true));
  int batches = 0;
  for (auto& batch : *loader) {
    right = right && batch.data.sizes() == IntArrayRef({64, 32}) && batch.target.size(0) == 64;
    ++batches;
  }
  std::printf("%d batches\n", batches);
  return right && batches == 3 ? 0 : 1;
}
