// Embeddings of rows without elements.
#include "autograd/ops/nn/embedding.h"

#include "autograd/autograd.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("rows of no elements are looked up, and get a gradient") {
  const Tensor w = zeros({3, 0}).requires_grad_();
  embedding(w, tensor({0, 2, 2})).sum().backward();
  CHECK(w.grad().sizes() == IntArrayRef({3, 0}));
}
