// Passes over columns, tiles and planes of rows a power of two long, which fold a column into few
// sets of the caches, and of rows beside them, which do not.
#include "bench/peer/peer.h"

namespace peer {

using List = std::vector<Tensor>;

namespace {

void passes(Cases& cases, int64_t n) {
  const std::string size = " 256x" + std::to_string(n);
  const auto given = [&](const std::string& name, Function f, Passes passes = Passes::forward) {
    add(
        cases, "row strides", name + size,
        [=] {
          return List{torch::randn({256, n})};
        },
        f, passes);
  };
  for (const int64_t d : {0, 1}) {
    const std::string over = d == 0 ? " of columns" : " of rows";
    given("sum" + over, [d](const List& x) { return x[0].sum(d); });
    given("amax" + over, [d](const List& x) { return x[0].amax(d); });
    given("argmax" + over, [d](const List& x) { return x[0].argmax(d); });
    given("var" + over, [d](const List& x) { return x[0].var(d, true); });
    given("cumsum" + over, [d](const List& x) { return x[0].cumsum(d); });
    given(
        "softmax" + over, [d](const List& x) { return x[0].softmax(d); }, Passes::both);
    given(
        "log_softmax" + over, [d](const List& x) { return x[0].log_softmax(d); }, Passes::both);
  }
  given("transposed copy", [](const List& x) { return x[0].t().contiguous(); });
  given("transposed sum", [](const List& x) { return x[0] + x[0].flip(0); });
}

void batch_norms(Cases& cases, int64_t rows, int64_t n) {
  add(
      cases, "row strides", "batch_norm " + std::to_string(rows) + "x" + std::to_string(n),
      [=] {
        return List{torch::randn({rows, n}), torch::rand({n}), torch::randn({n})};
      },
      [](const List& x) {
        return torch::batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5, false);
      });
}

void products(Cases& cases, int64_t n) {
  const auto given = [&](const std::string& name, Function f) {
    const double flops = 2.0 * double(n) * double(n) * double(n);
    add(
        cases, "row strides", name + " " + std::to_string(n),
        [=] {
          return List{torch::randn({n, n}), torch::randn({n, n})};
        },
        f, Passes::forward, 0, flops);
  };
  given("a b", [](const List& x) { return x[0].matmul(x[1]); });
  given("a^T b", [](const List& x) { return x[0].t().matmul(x[1]); });
  given("a b^T", [](const List& x) { return x[0].matmul(x[1].t()); });
  given("a^T b^T", [](const List& x) { return x[0].t().matmul(x[1].t()); });
}

}  // namespace

void row_strides(Cases& cases) {
  for (const int64_t n : {256, 250, 512, 500, 1024, 1000, 2048, 4096}) passes(cases, n);
  for (const int64_t rows : {64, 1024})
    for (const int64_t n : {256, 500, 512, 1000, 1024, 2048, 4096}) batch_norms(cases, rows, n);
  for (const int64_t n : {255, 256, 257, 511, 512, 513, 1023, 1024, 1025}) products(cases, n);
}

}  // namespace peer
