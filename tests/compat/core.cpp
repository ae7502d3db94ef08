// What programs take from c10 and ATen beside tensors.
#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>
#include <ATen/Parallel.h>
#include <ATen/ScalarOps.h>
#include <ATen/TensorGeometry.h>
#include <ATen/TensorIndexing.h>
#include <ATen/Utils.h>
#include <ATen/core/Dict.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/List.h>
#include <ATen/record_function.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/WrapDimMinimal.h>
#include <c10/util/Exception.h>
#include <c10/util/FunctionRef.h>
#include <c10/util/Logging.h>
#include <c10/util/MathConstants.h>
#include <c10/util/MaybeOwned.h>
#include <c10/util/ScopeExit.h>
#include <c10/util/SmallVector.h>
#include <c10/util/StringUtil.h>
#include <c10/util/Type.h>
#include <c10/util/TypeTraits.h>
#include <c10/util/Unroll.h>
#include <c10/util/accumulate.h>
#include <c10/util/flat_hash_map.h>
#include <c10/util/hash.h>
#include <c10/util/intrusive_ptr.h>
#include <c10/util/irange.h>
#include <c10/util/overloaded.h>
#include <c10/util/string_view.h>
#include <c10/util/tempfile.h>
#include <torch/torch.h>

#include <filesystem>
#include <iostream>

using torch::Tensor;

namespace {

template <class T>
void line(const char* text, const T& value) {
  std::cout << text << " = " << value << "\n";
}
template <class F>
void attempt(const char* text, const F& f) {
  try {
    line(text, f());
  } catch (const std::exception&) {
    line(text, "an error");
  }
}
#define TRY(...) attempt(#__VA_ARGS__, [&] { return __VA_ARGS__; })

void settings() {
  at::Context& c = at::globalContext();
  std::cout << c.userEnabledCuDNN() << c.benchmarkCuDNN() << c.deterministicCuDNN()
            << c.benchmarkLimitCuDNN() << c.allowTF32CuDNN() << c.allowTF32CuBLAS()
            << c.userEnabledMkldnn() << c.deterministicAlgorithms()
            << c.deterministicAlgorithmsWarnOnly() << c.userEnabledFlashSDP()
            << c.userEnabledMathSDP() << c.deterministicFillUninitializedMemory()
            << int(c.float32MatmulPrecision()) << c.hasCUDA() << c.hasMPS() << "\n";
  torch::globalContext().setBenchmarkCuDNN(true);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setAllowTF32CuBLAS(true);
  c.setUserEnabledCuDNN(false);
  std::cout << c.benchmarkCuDNN() << c.deterministicCuDNN() << c.allowTF32CuBLAS()
            << c.userEnabledCuDNN() << int(c.float32MatmulPrecision());
  c.setFloat32MatmulPrecision("highest");
  std::cout << c.allowTF32CuBLAS() << int(c.float32MatmulPrecision());
  c.setFloat32MatmulPrecision("medium");
  std::cout << int(c.float32MatmulPrecision());
  c.setDeterministicAlgorithms(true, false);
  std::cout << c.deterministicAlgorithms() << "\n";
  attempt("alertNotDeterministic", [&] {
    c.alertNotDeterministic("f");
    return 1;
  });
  c.setDeterministicAlgorithms(false, false);
  std::cout << at::hasMPS() << at::hasHIP() << torch::rand(2, c.defaultGenerator(at::kCPU)).sizes()
            << at::CPU(at::kFloat) << "\n";
}

void threads() {
  at::set_num_threads(1);
  const auto add = [](int64_t b, int64_t e, int64_t sum) {
    for (const auto i : c10::irange(b, e)) sum += i * i;
    return sum;
  };
  std::cout << at::parallel_reduce(0, 5000, 100, int64_t(0), add, std::plus<int64_t>()) << " "
            << at::parallel_reduce(5, 5, 1, int64_t(7), add, std::plus<int64_t>()) << " "
            << at::get_thread_num() << at::in_parallel_region() << at::divup(7, 2) << "\n";
  at::set_num_threads(3);
  std::cout << at::parallel_reduce(0, 5000, 100, int64_t(0), add, std::plus<int64_t>()) << " ";
  std::atomic<int64_t> seen{0};
  at::parallel_for(0, 3000, 1, [&](int64_t b, int64_t e) { seen += e - b; });
  std::cout << seen << "\n";
  at::set_num_threads(1);
  at::set_num_interop_threads(2);
  std::cout << at::get_num_interop_threads() << torch::get_num_interop_threads() << "\n";
}

void modes() {
  const Tensor x = torch::ones(2, torch::requires_grad());
  torch::autograd::GradMode::set_enabled(false);
  std::cout << at::GradMode::is_enabled() << (x * 2).requires_grad();
  torch::autograd::GradMode::set_enabled(true);
  {
    const torch::AutoGradMode off(false);
    std::cout << (x * 2).requires_grad();
  }
  {
    const at::AutoDispatchBelowADInplaceOrView guard;
    std::cout << (x * 2).requires_grad();
  }
  std::cout << (x * 2).requires_grad() << "\n";
  Tensor made;
  {
    const c10::InferenceMode mode;
    made = torch::ones(2);
    std::cout << c10::InferenceMode::is_enabled() << made.is_inference() << (x * 2).requires_grad();
    {
      const torch::InferenceMode not_now(false);
      std::cout << torch::InferenceMode::is_enabled() << (x * 2).requires_grad();
    }
    std::cout << at::InferenceMode::is_enabled()
              << made.key_set().has(c10::DispatchKey::AutogradCPU)
              << made.key_set().has(c10::DispatchKey::CPU);
  }
  std::cout << c10::InferenceMode::is_enabled() << made.is_inference() << "\n";
  TRY((x * made).sum().requires_grad());
  attempt("in place", [&] { return made.add_(1)[0].item<float>(); });
  attempt("requires grad", [&] { return made.requires_grad_(true).requires_grad(); });
  RECORD_FUNCTION("mark", std::vector<c10::IValue>());
}

template <class T>
T largest(const Tensor& x) {
  return x.max().item<T>();
}
void dispatch() {
  for (const auto t : {at::kFloat, at::kDouble, at::kLong, at::kByte, at::kBool}) {
    const Tensor x = torch::ones(3, t);
    std::cout << t;
    attempt(" floating",
            [&] { return AT_DISPATCH_FLOATING_TYPES(t, "f", [&] { return sizeof(scalar_t); }); });
    attempt(" floating and half", [&] {
      return AT_DISPATCH_FLOATING_TYPES_AND_HALF(x.scalar_type(), "f", [&] {
        const scalar_t* p = x.data_ptr<scalar_t>();
        return double(p[1]) + double(largest<scalar_t>(x));
      });
    });
    attempt(" all and two", [&] {
      return AT_DISPATCH_ALL_TYPES_AND2(at::ScalarType::Half, at::kBool, x.scalar_type(), "f", [&] {
        std::vector<scalar_t> v(2);
        std::vector<scalar_t>::iterator it = v.begin();
        *it = scalar_t(1);
        return double(*it) + double(sizeof(scalar_t));
      });
    });
    attempt(" integral", [&]() -> int64_t {
      int64_t n = 0;
      AT_DISPATCH_INTEGRAL_TYPES(x.scalar_type(), "f", [&] { n = int64_t(sizeof(scalar_t)); });
      return n;
    });
    attempt(" cases", [&] {
      return AT_DISPATCH_SWITCH(x.scalar_type(), "f",
                                AT_DISPATCH_CASE_FLOATING_TYPES([&] { return 1; })
                                    AT_DISPATCH_CASE(at::kLong, [&] { return 2; })
                                        AT_DISPATCH_CASE(at::kHalf, [&] { return 3; }));
    });
    attempt(" index", [&] {
      return AT_DISPATCH_INDEX_TYPES(x.scalar_type(), "f", [&] { return sizeof(index_t); });
    });
  }
}

struct Counted : c10::intrusive_ptr_target {
  explicit Counted(int v, int* gone) : value(v), gone(gone) {}
  ~Counted() override { ++*gone; }
  int value;
  int* gone;
};

void pointers() {
  int gone = 0;
  {
    auto a = c10::make_intrusive<Counted>(7, &gone);
    c10::intrusive_ptr<Counted> b = a, none;
    c10::weak_intrusive_ptr<Counted> weak(a);
    std::cout << a->value << a.use_count() << weak.use_count() << a.unique() << bool(none)
              << (a == b) << weak.lock()->value;
    Counted* raw = b.release();
    b = c10::intrusive_ptr<Counted>::reclaim(raw);
    c10::intrusive_ptr<c10::intrusive_ptr_target> base = b;
    std::cout << base.use_count() << gone;
    a.reset();
    b = std::move(none);
    base.reset();
    std::cout << gone << weak.expired() << bool(weak.lock()) << "\n";
  }
  const Tensor x = torch::ones(2);
  const auto borrowed = c10::MaybeOwned<Tensor>::borrowed(x);
  const auto owned = c10::MaybeOwned<Tensor>::owned(x * 2);
  std::cout << gone << borrowed->is_same(x) << (*owned)[0].item<float>() << "\n";
}

void containers_and_text() {
  c10::SmallVector<int, 4> v{1, 2, 3};
  v.append({4, 5});
  v.push_back(6);
  std::cout << v.size() << v.pop_back_val() << v.back() << v.front();
  at::DimVector dims{2, 3};
  std::cout << torch::ones(dims).sizes() << at::IntArrayRef(dims) << "\n";
  ska::flat_hash_map<std::string, int> map;
  map["a"] = 1;
  map.emplace("b", 2);
  std::cout << map.size() << map.at("b") << map.count("c") << "\n";
  const std::vector<int64_t> sizes{2, 3, 4};
  std::cout << c10::sum_integers(sizes) << " " << c10::multiply_integers(sizes) << " "
            << c10::multiply_integers(sizes.begin(), sizes.begin() + 1) << " "
            << c10::numelements_from_dim(1, sizes) << c10::numelements_to_dim(2, sizes)
            << c10::numelements_between_dim(0, 2, sizes) << "\n";
  std::string text = "a-b-c";
  std::cout << c10::str("x", 1, 2.5, true) << c10::Join(", ", sizes)
            << c10::ReplaceAll(text, "-", "+") << text
            << c10::demangle_type<std::pair<int, float>>() << c10::to_string(12) << "\n";
  c10::string_view view = "view";
  std::cout << view.substr(1) << c10::pi<double> << c10::ln_2<float> << c10::sqrt_2<float> << "\n";
  std::cout << std::visit(c10::overloaded([](int) { return 1; }, [](double) { return 2; }),
                          std::variant<int, double>(2.0))
            << c10::guts::is_equality_comparable<int>::value
            << c10::guts::is_instantiation_of<std::vector, std::vector<int>>::value;
  int turns = 0, left = 0;
  c10::ForcedUnroll<4>{}([&](auto i) { turns += i; });
  {
    const auto at_exit = c10::make_scope_exit([&] { ++left; });
  }
  const auto twice = [](int i) { return 2 * i; };
  const c10::function_ref<int(int)> f = twice;
  std::cout << turns << left << f(4) << (c10::get_hash(1, 2) == c10::get_hash(1, 2)) << "\n";
  std::string name;
  {
    auto file = c10::make_tempfile();
    name = file.name;
    auto dir = c10::make_tempdir("mine-");
    std::cout << std::filesystem::exists(name) << std::filesystem::is_directory(dir.name)
              << (dir.name.find("mine-") != std::string::npos);
  }
  std::cout << std::filesystem::exists(name) << "\n";
}

void checks() {
  const auto passes = [](const char* text, const auto& f) {
    attempt(text, [&] {
      f();
      return true;
    });
  };
#define PASSES(...) passes(#__VA_ARGS__, [&] { __VA_ARGS__; })
  const int n = 3;
  PASSES(TORCH_CHECK(n == 3, "n is ", n));
  PASSES(TORCH_CHECK(n == 4, "n is ", n));
  PASSES(TORCH_CHECK_EQ(n, 3));
  PASSES(CAFFE_ENFORCE(n > 1, "small"));
  PASSES(TORCH_CHECK_WITH(IndexError, n > 5, "small"));
  PASSES(TORCH_CHECK_LINALG(n > 5, "small"));
  PASSES(TORCH_CHECK_NOTNULL(&n));
  PASSES(C10_THROW_ERROR(ValueError, "none"));
  PASSES(C10_LOG_API_USAGE_ONCE("use"));
  if (C10_LIKELY(n == 3) && !C10_UNLIKELY(n == 4)) std::cout << "likely\n";
  try {
    TORCH_CHECK_INDEX(false, "x");
  } catch (const c10::IndexError&) {
    std::cout << "IndexError\n";
  }
  try {
    TORCH_CHECK_LINALG(false, "x");
  } catch (const c10::LinAlgError&) {
    std::cout << "LinAlgError\n";
  }
}

void shapes() {
  const std::vector<int64_t> one{3}, two{2, 3}, four{4}, column{3, 1};
  const at::IntArrayRef three = one, matrix = two, none;
  std::cout << at::IntArrayRef(at::infer_size({3, 1}, {2, 1, 4})) << at::are_expandable({2, 3}, {3})
            << at::is_expandable_to(three, matrix) << at::is_expandable_to(matrix, three)
            << at::IntArrayRef(at::infer_dense_strides({2, 3}, {1, 2})) << at::maybe_wrap_dim(-1, 3)
            << at::maybe_wrap_dim(0, 0) << at::IntArrayRef(at::infer_size_dimvector({2}, {1}))
            << "\n";
  TRY(at::IntArrayRef(at::infer_size({2}, {3})));
  TRY(at::maybe_wrap_dim(3, 3));
  TRY(at::maybe_wrap_dim(0, 0, false));
  const Tensor x = torch::arange(12.).view({3, 4}), row = torch::arange(4.);
  std::cout << at::sum_to(x, at::IntArrayRef(four)) << at::sum_to(x, at::IntArrayRef(column))
            << at::sum_to(x, none) << "\n";
  const auto [a, b] = at::expand_outplace(x, row);
  std::cout << a->sizes() << b->strides() << at::expand_inplace(x, row)->sizes() << "\n";
  at::TensorGeometry g(x.t());
  std::cout << g.sizes() << g.strides() << g.is_contiguous() << g.transpose(0, 1).is_contiguous()
            << g.numel() << "\n";
  using namespace at::indexing;
  std::cout << get_item(x, {Slice(1), 2}) << slicePrefix1sSize({1, 1, 3, 1}) << "\n";
  Tensor y = x.clone();
  set_item(y, {0}, torch::full({1, 4}, 7.));
  set_item(y, {1, Slice(None, 2)}, torch::tensor(9.));
  std::cout << y << at::scalar_to_tensor(3) << at::native::wrapped_scalar_tensor(2.5) + row << "\n";
}

void lists_and_memory() {
  c10::List<int64_t> list({1, 2, 3}), same = list;
  const auto other = list.copy();
  same.push_back(4);
  same.set(0, 7);
  std::cout << list.size() << list.get(0) << list.is(same) << other.size() << other.is(list)
            << (list == same) << list.vec().back() << list.use_count();
  int64_t sum = 0;
  for (const int64_t v : list) sum += v;
  std::cout << " " << sum << "\n";
  TRY(list.get(9));
  c10::Dict<std::string, int64_t> dict;
  dict.insert("b", 1);
  std::cout << dict.insert("b", 5).second << dict.insert_or_assign("a", 2).second
            << dict.insert("c", 3).second << dict.erase("b") << dict.erase("x") << dict.size()
            << dict.contains("c") << dict.at("a");
  for (const auto& entry : dict) std::cout << " " << entry.key() << entry.value();
  std::cout << "\n";
  float memory[6] = {0, 1, 2, 3, 4, 5};
  int freed = 0;
  {
    const Tensor x = at::for_blob(memory, {2, 2})
                         .strides(at::IntArrayRef({1, 2}))
                         .deleter([&](void* p) { freed += p == memory; })
                         .options(torch::kFloat)
                         .make_tensor();
    std::cout << x << freed;
  }
  std::cout << freed << at::for_blob(memory, {3}).make_tensor()[2].item<float>() << "\n";
  const std::optional<Tensor> some = torch::ones(2), none;
  std::cout << at::borrow_from_optional_tensor(some)->sizes()
            << at::borrow_from_optional_tensor(none)->defined()
            << at::OptionalTensorRef().has_value() << at::OptionalTensorRef(*some)->numel() << "\n";
  auto generator = at::detail::createCPUGenerator(5);
  auto* const impl = at::get_generator_or_default<at::CPUGeneratorImpl>(
      std::nullopt, at::detail::getDefaultCPUGenerator());
  std::cout << at::check_generator<at::CPUGeneratorImpl>(generator)->current_seed()
            << (impl != nullptr) << generator.device() << "\n";
  TRY(at::check_generator<at::CPUGeneratorImpl>(std::nullopt) != nullptr);
  TRY(generator.get_offset());
  try {
    try {
      TORCH_CHECK(false, "inner");
    } catch (c10::Error& e) {
      TORCH_RETHROW(e, "outer ", 3);
    }
  } catch (const c10::Error& e) {
    const std::string text = e.what_without_backtrace();
    std::cout << (text.find("inner") != text.npos) << (text.find("outer 3") != text.npos) << "\n";
  }
}

}  // namespace

int main() {
  settings();
  threads();
  modes();
  dispatch();
  pointers();
  containers_and_text();
  checks();
  shapes();
  lists_and_memory();
}
