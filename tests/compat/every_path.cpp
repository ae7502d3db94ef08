// Every path of libtorch's headers that the library has can be included. Behind them are the names
// that programs use in branches for another device or for TorchScript, `<<` for containers, and
// standard headers.
#include <torch/script.h>

#include <every_path.inc>

namespace {

// The branches that programs have for what they do not find here.
torch::Device best_device() {
  if (torch::cuda::is_available() || torch::cuda::device_count() > 0 || torch::getNumGPUs() > 0)
    return torch::Device(torch::kCUDA, 0);
  if (torch::mps::is_available() || at::hasMPS()) torch::mps::synchronize();
  if (torch::xpu::is_available() || torch::hasXPU()) torch::xpu::synchronize(0);
  return torch::kCPU;
}

void on_cuda(c10::DeviceIndex index) {
  const c10::cuda::CUDAGuard guard(index);
  c10::cuda::getCurrentCUDAStream(index).synchronize();
  at::cuda::setCurrentCUDAStream(at::cuda::getStreamFromPool(true, index));
  c10::cuda::CUDACachingAllocator::emptyCache();
}

torch::Tensor scripted(const std::string& path, const torch::Tensor& x) {
  torch::jit::setGraphExecutorOptimize(false);
  torch::jit::getProfilingMode() = false;
  torch::jit::script::Module module;
  try {
    module = torch::jit::load(path, torch::kCPU);
  } catch (const c10::Error& e) {
    std::cout << e.what() << '\n';
    return {};
  }
  module.to(torch::kCPU);
  module.to(at::kCPU, torch::kFloat);
  module.eval();
  const torch::NoGradGuard no_grad;
  for (const auto& p : module.parameters()) std::cout << p.sizes();
  for (const auto& [name, value] : module.named_buffers()) std::cout << name << value.sizes();
  std::vector<torch::jit::IValue> inputs;
  inputs.emplace_back(x);
  inputs.push_back(torch::ones(2));
  if (module.find_method("encode")) module.get_method("encode")(inputs);
  module.run_method("reset", x, 3);
  module.attr("scale").toDouble();
  const auto outputs = module.forward(inputs).toTuple()->elements();
  if (outputs.size() > 1) return outputs[1].toTensor();
  return module.forward({x}).toTensor() + module(inputs).toTensor();
}

template <class F>
void refused(F f) {
  try {
    f();
  } catch (const torch::Error& e) {
    std::cout << e.what() << '\n';
  }
}

void refusals() {
  std::cout << scripted("no/such.pt", torch::ones(1)).defined() << '\n';
  refused([] { torch::jit::compile("def f(x): return x"); });
  refused([] { torch::jit::Module().forward({torch::ones(1)}); });
  refused([] { on_cuda(0); });
  refused([] { torch::cuda::synchronize(); });
  refused([] { torch::mps::commit(); });
  refused([] { torch::xpu::synchronize(); });
  torch::cuda::manual_seed_all(1);
  torch::mps::manual_seed(1);
  torch::xpu::manual_seed(1);
  std::cout << best_device() << '\n';
}

// On two devices that are one, the module computes what it does alone, and gets its gradient;
// replicas are free of it.
void parallel_modules() {
  torch::nn::Linear module(3, 2);
  const auto x = torch::arange(15, torch::kFloat).view({5, 3});
  const std::vector<torch::Device> two(2, torch::kCPU);
  const auto y = torch::nn::parallel::data_parallel(module, x, two);
  y.sum().backward();
  std::cout << y.allclose(module(x)) << ' ' << module->weight.grad() << '\n';
  auto replicas = torch::nn::parallel::replicate(module, two);
  module->weight.data().zero_();
  const auto outputs = torch::nn::parallel::parallel_apply(replicas, {x, x + 1});
  std::cout << outputs[0].allclose(y) << outputs[1].allclose(y) << outputs[1].requires_grad()
            << '\n';
  refused([&] { torch::nn::parallel::parallel_apply(replicas, {x}); });
  refused([&] { torch::nn::parallel::data_parallel(module, x); });
}

// As libtorch prints them; from a namespace that knows nothing of the library.
void containers() {
  using std::cout;
  cout << std::vector<double>{1, 2.5} << '|' << std::vector<int>{} << '|'
       << std::vector<std::string>{"a", "b c"} << '|'
       << std::vector<std::vector<int>>{{1, 2}, {}, {3}} << '\n';
  cout << std::pair<int, int>(1, 2) << ' ' << std::map<std::string, int>{{"a", 1}, {"b", 2}} << ' '
       << std::set<int>{3, 1, 2} << '\n';
  cout << std::pair<std::vector<int>, std::pair<int, bool>>({1, 2}, {3, true}) << '\n';
  cout << std::vector<int>(100, 7) << '\n' << std::vector<int>(101, 7) << '\n';
  cout << std::vector<bool>{true, false} << ' ' << std::vector<char>{'x', 'y'} << '\n';
  cout << std::vector<int64_t>{2, 3} << ' ' << torch::ones({2, 3}).sizes() << '\n';
  cout << c10::str("sizes ", std::vector<int>{4, 5}, " of ", std::pair<int, float>(1, 2.5f))
       << '\n';
  cout << std::setw(4) << std::vector<int>{1, 2} << std::setprecision(3)
       << std::vector<double>{1.0 / 3} << '\n';
  cout << std::vector<torch::Tensor>{torch::ones(1), torch::zeros(1)} << '\n';
}

// Of standard headers that no line above includes.
[[maybe_unused]] void standard_names() {
  static_assert(FLT_MIN > 0 && INT_MAX > 0 && M_PI > 3);
  std::mt19937 generator(std::random_device{}());
  std::uniform_real_distribution<float> uniform;
  std::deque<int> deque;
  std::queue<int> queue;
  std::stack<int> stack;
  std::list<int> list;
  std::unordered_set<int> unordered_set;
  std::condition_variable condition;
  std::thread thread;
  float x = uniform(generator);
  std::memset(&x, 0, sizeof x);
  const std::lock_guard lock(*std::make_unique<std::mutex>());
  assert(std::abs(std::complex<float>(x)) < float(std::bitset<8>(3).to_ulong()));
  std::printf("%zu", std::accumulate(deque.begin(), deque.end(), size_t(0)));
}

}  // namespace

int main() {
  containers();
  refusals();
  parallel_modules();
}
