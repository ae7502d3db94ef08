#include "nn/utils/checkpoint.h"

#include "tensor/base/fail.h"

namespace gradus {

Tensor checkpoint_sequential(const std::vector<std::function<Tensor(Tensor)>>& functions,
                             int64_t segments, const Tensor& input) {
  const auto count = int64_t(functions.size());
  if (segments < 1 || segments > count)
    fail("checkpoint_sequential: {} functions do not make {} segments", count, segments);
  const auto part = [&](int64_t begin, int64_t end) {
    return [some = std::vector(functions.begin() + begin, functions.begin() + end)](Tensor x) {
      for (const auto& f : some) x = f(std::move(x));
      return x;
    };
  };
  Tensor x = input;
  const int64_t length = count / segments, last = length * (segments - 1);
  for (int64_t i = 0; i < last; i += length) x = checkpoint(part(i, i + length), x);
  return part(last, count)(x);
}

Tensor checkpoint_sequential(const nn::Sequential& modules, int64_t segments, const Tensor& input) {
  std::vector<std::function<Tensor(Tensor)>> functions;
  for (const nn::AnyModule& m : *modules)
    functions.emplace_back([m = m](Tensor x) mutable { return m.forward(std::move(x)); });
  return checkpoint_sequential(functions, segments, input);
}

}  // namespace gradus
