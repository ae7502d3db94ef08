// Tensors and indexing, as the guide shows them.
#include <gradus.h>

#include <cstdio>
#include <iostream>

using namespace gradus;

namespace {
bool right = true;
void expect(bool what) { right = right && what; }

void making() {
  const Tensor a = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});  // float32, [2, 3]
  const Tensor b = zeros({2, 3}, kDouble);
  const Tensor c = arange(6).view({2, 3});  // int64
  const Tensor d = randn({2, 3});
  const Tensor e = full({2, 3}, 0.5).to(kFloat);
  std::cout << repr(a) << "\n";  // as Python prints it
  expect(a.dtype() == kFloat && b.dtype() == kDouble && c.dtype() == kLong);
  expect((a + c).dtype() == kFloat);  // types promote
  expect(d.sizes() == e.sizes() && a[1][2].item<float>() == 6);
}

void memory_of_ones_own() {
  float numbers[] = {1, 2, 3, 4};
  const Tensor seen = from_blob(numbers, {2, 2});  // no copy: `numbers` must live as long
  const Tensor copied = seen.clone();
  numbers[0] = 10;
  expect(seen[0][0].item<float>() == 10 && copied[0][0].item<float>() == 1);

  auto access = copied.accessor<float, 2>();  // for loops of one's own; no bounds checks
  float sum = 0;
  for (int64_t i = 0; i < access.size(0); ++i)
    for (int64_t j = 0; j < access.size(1); ++j) sum += access[i][j];
  expect(sum == 10);
}

void broadcasting() {
  const Tensor points = rand({100, 3});
  const Tensor centred = points - points.mean(0);                      // [100, 3] - [3]
  const Tensor distance = (points.unsqueeze(1) - points.unsqueeze(0))  // [100, 100, 3]
                              .norm(2, -1);                            // [100, 100]
  expect(centred.mean().abs().item<float>() < 1e-6 && distance.sizes() == IntArrayRef({100, 100}));
}

void views() {
  Tensor x = arange(12).view({3, 4});
  const Tensor column = x.select(1, 2);  // a window on the same elements
  column.fill_(0);
  expect(x[1][2].item<int64_t>() == 0);
  x[0] = 7;  // assigning to a part writes through it
  expect(x.select(0, 0).eq(7).all().item<bool>());
  const Tensor turned = x.t();  // still a view, with other strides
  expect(!turned.is_contiguous() && turned.contiguous().is_contiguous());
}

void indexing_as_in_python() {
  using namespace indexing;
  const Tensor x = arange(24).view({2, 3, 4});
  const Tensor a = x.index({Slice(), 1});                      // x[:, 1]
  const Tensor b = x.index({Ellipsis, Slice(None, None, 2)});  // x[..., ::2]
  const Tensor c = x.index({0, None, Slice(1, 3)});            // x[0, None, 1:3]
  const Tensor d = x.index({x > 20});                          // x[x > 20]
  const Tensor e = x.index({tensor({1, 0, 1})});               // x[[1, 0, 1]]
  expect(a.sizes() == IntArrayRef({2, 4}) && b.sizes() == IntArrayRef({2, 3, 2}));
  expect(c.sizes() == IntArrayRef({1, 2, 4}) && d.size(0) == 3 && e.size(0) == 3);

  Tensor y = x.clone();
  y.index({0, Slice(), 3}) = -1;  // y[0, :, 3] = -1: numbers and slices give a view
  y.index_put_({y < 0}, 0);       // y[y < 0] = 0: masks and tensors of indices give a copy
  expect(y[0][2][3].item<int64_t>() == 0);
}

void errors() {
  try {
    rand({64, 32}).matmul(rand({48, 16}));
  } catch (const Error& e) {
    std::printf("%s\n", e.what());  // matmul: inner sizes differ, ...
    return;
  }
  expect(false);
}
}  // namespace

int main() {
  manual_seed(0);
  making();
  memory_of_ones_own();
  broadcasting();
  views();
  indexing_as_in_python();
  errors();
  return right ? 0 : 1;
}
