// Programs that open libtorch's namespaces, to add to them or to specialise a template, and how
// types and modules print.
#include <torch/torch.h>

#include <iostream>

namespace torch {

Tensor twice(const Tensor& x) { return x * 2; }

namespace nn {

struct ScaleImpl : Module {
  explicit ScaleImpl(double by) { weight = register_parameter("weight", full({1}, by)); }
  Tensor forward(const Tensor& x) { return x * weight; }
  Tensor weight;
};
TORCH_MODULE(Scale);

namespace functional {
inline Tensor thrice(const Tensor& x) { return x * 3; }
}  // namespace functional

}  // namespace nn

namespace data {
namespace datasets {

struct Squares : public Dataset<Squares> {
  Example<> get(size_t i) override {
    const auto x = torch::full({1}, double(i));
    return {x, x * x};
  }
  std::optional<size_t> size() const override { return 5; }
};

}  // namespace datasets
}  // namespace data

}  // namespace torch

namespace torch::nn {

struct BlockImpl : Cloneable<BlockImpl> {
  BlockImpl() { reset(); }
  void reset() override { scale = register_module("scale", Scale(0.5)); }
  Tensor forward(Tensor x) { return functional::thrice(scale(x)); }
  Scale scale{nullptr};
};
TORCH_MODULE(Block);

}  // namespace torch::nn

namespace at {
inline Tensor answer() { return full({}, 42); }
}  // namespace at

namespace c10 {
inline int64_t total(IntArrayRef sizes) {
  int64_t n = 0;
  for (const int64_t s : sizes) n += s;
  return n;
}
}  // namespace c10

namespace mine {
using namespace torch;

struct Net : nn::Module {
  Net()
      : fc(register_module("fc", nn::Linear(2, 1))), block(register_module("block", nn::Block())) {}
  Tensor forward(const Tensor& x) { return block(fc(x)); }
  nn::Linear fc;
  nn::Block block;
};
}  // namespace mine

// The program's own words beside the library's.
struct Linear {};
struct Tensor {};

int main() {
  torch::manual_seed(0);
  auto x = torch::arange(4, torch::kFloat).view({2, 2});
  std::cout << torch::twice(x).sum().item<float>() << " "
            << torch::nn::functional::thrice(x).sum().item<float>() << " "
            << at::answer().item<int64_t>() << " " << c10::total(x.sizes()) << "\n";

  mine::Net net;
  std::cout << net.name() << " " << net.fc->name() << " " << net.block->name() << " "
            << net.block->scale->name() << " " << torch::nn::Sequential()->name() << "\n";
  std::cout << net.forward(x).sizes() << "\n";
  for (const auto& p : net.named_parameters())
    std::cout << p.key() << " " << p.value().sizes() << "\n";

  auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      torch::data::datasets::Squares().map(torch::data::transforms::Stack<>()), 2);
  for (auto& batch : *loader) std::cout << batch.target.sum().item<float>() << " ";
  std::cout << "\n";
  static_assert(std::is_same_v<torch::data::Dataset<torch::data::datasets::Squares>,
                               torch::data::datasets::Dataset<torch::data::datasets::Squares>>);

  for (auto t :
       {torch::kBool, torch::kByte, torch::kInt, torch::kLong, torch::kFloat, torch::kDouble}) {
    const auto y = torch::zeros({1}, t);
    std::cout << y.dtype() << " | " << y.dtype().name() << " | " << y.dtype().itemsize() << " | "
              << y.scalar_type() << " | " << (y.dtype() == t) << "\n";
  }
  const caffe2::TypeMeta type = x.dtype();
  std::cout << x.options() << "\n" << torch::TensorOptions("cpu").dtype(type) << "\n";
  std::cout << torch::ones({2}).to("cpu").to(type).sizes() << " " << x.to(x.dtype()).is_same(x)
            << "\n";
  const std::vector<double> numbers = {1.5, 2};
  std::cout << at::ArrayRef<double>(numbers) << " " << x.strides() << "\n";
  std::cout << torch::cuda::device_count() + 0 << "\n";
  std::cout << x.index({torch::indexing::Slice({0, torch::indexing::None, 2})}) << "\n";
}
