// Functions of matrices.
#include <algorithm>
#include <cmath>

#include "autograd/modes.h"
#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/matrices.h"
#include "autograd/ops/linalg/solve.h"
#include "autograd/ops/view/join.h"

namespace gradus {

using autograd::expect_square;
using autograd::record;
using autograd::save;
using autograd::wrt;

namespace {

// By the rational function of degree 13 of A / 2^s, squared s times (Higham, SIAM J. Matrix Anal.
// Appl. 26, 2005); s is that of the largest matrix of the batch.
Tensor exponential(const Tensor& a) {
  constexpr double b[] = {64764752532480000,
                          32382376266240000,
                          7771770303897600,
                          1187353796428800,
                          129060195264000,
                          10559470521600,
                          670442572800,
                          33522128640,
                          1323241920,
                          40840800,
                          960960,
                          16380,
                          182,
                          1};
  constexpr double most = 5.371920351148152;
  const NoGradGuard unrecorded;
  if (a.numel() == 0) return a.clone();
  const double norm = a.abs().sum(IntArrayRef{-2}).max().item().toDouble();
  const int squarings =
      std::isfinite(norm) && norm > most ? int(std::ceil(std::log2(norm / most))) : 0;
  const Tensor x = squarings > 0 ? a * std::ldexp(1.0, -squarings) : a;
  const Tensor one = eye(a.size(-1), a.options());
  const Tensor x2 = matmul(x, x), x4 = matmul(x2, x2), x6 = matmul(x4, x2);
  const auto sum = [&](int i) { return x6 * b[i + 6] + x4 * b[i + 4] + x2 * b[i + 2]; };
  const Tensor odd =
      matmul(x, matmul(x6, x6 * b[13] + x4 * b[11] + x2 * b[9]) + sum(1) + one * b[1]);
  const Tensor even = matmul(x6, x6 * b[12] + x4 * b[10] + x2 * b[8]) + sum(0) + one * b[0];
  Tensor y = std::get<0>(linalg_solve_ex(even - odd, even + odd));
  for (int i = 0; i < squarings; ++i) y = matmul(y, y);
  return y;
}

}  // namespace

Tensor linalg_matrix_exp(const Tensor& self) {
  const char* const op = "linalg_matrix_exp";
  expect_square(op, self);
  // The exponential of [[A^T, dY], [0, A^T]] has the gradient in its corner.
  return record(op, exponential(self), wrt(self, [sa = save(self)](const Tensor& dy) {
                  const Tensor t = sa->mT();
                  const Tensor wide =
                      cat({cat({t, dy}, -1), cat({zeros(t.sizes(), t.options()), t}, -1)}, -2);
                  const int64_t n = t.size(-1);
                  return linalg_matrix_exp(wide).narrow(-2, 0, n).narrow(-1, n, n);
                }));
}
Tensor matrix_exp(const Tensor& self) { return linalg_matrix_exp(self); }

Tensor linalg_vander(const Tensor& x, std::optional<int64_t> n) {
  const char* const op = "linalg_vander";
  if (x.dtype() == kBool) fail("{}: expected numbers, got {}", op, x.dtype());
  if (x.dim() == 0) fail("{}: expected 1 dim or more, got {}", op, x.sizes());
  const int64_t count = n.value_or(x.size(-1));
  if (count < 2) fail("{}: expected 2 powers or more, got {}", op, count);
  Dims sizes(x.sizes());
  sizes.push_back(count - 1);
  checked_numel(sizes, op);
  const Tensor first = ones(x.sizes(), x.options()).unsqueeze(-1);
  const Tensor rest = x.unsqueeze(-1).expand(sizes).cumprod(-1);
  return cat({first.to(rest.dtype()), rest}, -1);
}

}  // namespace gradus
