// What every operation of the catalog gives: PyTorch's values in double, the same in float, for any
// strides and any number of threads. GRADUS_ROW=NAME runs one row.
#include <cmath>
#include <cstring>
#include <set>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "tensor/base/parallel.h"
#include "tensor/raw.h"
#include "tests/catalog/for_rows.h"
#include "tests/catalog/reference.h"

using namespace catalog;

namespace {

std::vector<double> values(const Tensor& t) {
  const Tensor d = gradus::raw::contiguous(gradus::raw::to_dtype(t, gradus::kDouble));
  return {d.data_ptr<double>(), d.data_ptr<double>() + d.numel()};
}

bool near(double got, double want, double tolerance) {
  if (std::isnan(want)) return std::isnan(got);
  return got == want || std::abs(got - want) <= tolerance * (1 + std::abs(want));
}

void check_near(const char* what, const std::vector<double>& got, const std::vector<double>& want,
                double tolerance) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (near(got[i], want[i], tolerance)) continue;
    FAIL_CHECK(std::string(what) << " at " << i << ": got " << got[i] << ", expected " << want[i]);
    return;
  }
}

// The gradients that tests/reference/catalog.py asks for.
List gradients(const List& inputs, const List& outputs) {
  List ys, wanted, dys;
  for (const Tensor& y : outputs)
    if (y.defined() && y.requires_grad()) ys.push_back(y);
  for (const Tensor& x : inputs)
    if (x.requires_grad()) wanted.push_back(x);
  for (uint32_t k = 0; k < ys.size(); ++k) {
    Tensor dy = gradus::empty(ys[k].sizes(), gradus::kDouble);
    for (int64_t i = 0; i < dy.numel(); ++i) dy.data_ptr<double>()[i] = unit(uint32_t(i), 100 + k);
    dys.push_back(dy.to(ys[k].dtype()));
  }
  return gradus::autograd::grad(ys, wanted, dys, false, false, true);
}

}  // namespace

TEST_CASE("catalog: names are unique, and PyTorch's file has the same") {
  std::set<std::string> names;
  size_t compared = 0;
  for (const Row& row : all_rows()) {
    CHECK_MESSAGE(names.insert(row.name).second, row.name);
    compared += !(row.except & Row::no_python);
  }
  CHECK(reference().size() == compared);
}

TEST_CASE("catalog: every elementwise operation has a row") {
  std::set<std::string> rows;
  for (const Row& r : all_rows()) rows.insert(r.name.substr(0, r.name.find('.')));
#define NAME(name) #name,
#define ALIAS(name, real) #name,
  for (const char* name :
       {GRADUS_UNARY_OPS(NAME) GRADUS_UNARY_ALIASES(ALIAS) GRADUS_PREDICATE_OPS(NAME)
            GRADUS_COMPARE_OPS(NAME) GRADUS_COMPARE_ALIASES(ALIAS) GRADUS_LOGICAL_OPS(NAME)
                GRADUS_BINARY_OPS(NAME) GRADUS_BINARY_ALIASES(ALIAS) GRADUS_BINARY_TENSOR_OPS(NAME)
                    GRADUS_BINARY_TENSOR_ALIASES(ALIAS) GRADUS_BINARY_FUNCTIONAL_OPS(NAME)})
    CHECK_MESSAGE(rows.count(name) == 1, name, " has no row");
#undef NAME
#undef ALIAS
}

TEST_CASE("catalog: values and gradients are PyTorch's") {
  for_rows(Row::no_python, [](const Row& row) {
    const auto it = reference().find(row.name);
    REQUIRE_MESSAGE(it != reference().end(), "no reference: run tests/reference/catalog.py");
    const ExpectedRow& want = it->second;
    const List inputs = make_inputs(row.inputs), y = row.f(inputs);
    REQUIRE(y.size() == want.outputs.size());
    for (size_t k = 0; k < y.size(); ++k) {
      CHECK(gradus::dtype_name(y[k].dtype()) == want.outputs[k].dtype);
      CHECK(y[k].sizes().vec() == want.outputs[k].shape);
      if (!(row.except & Row::unordered))
        check_near("value", values(y[k]), want.outputs[k].values, row.tolerance);
    }
    if (row.except & (Row::no_gradient | Row::unordered)) return;
    const List dx = gradients(inputs, y);
    REQUIRE(dx.size() == want.gradients.size());
    for (size_t k = 0; k < dx.size(); ++k)
      check_near(
          "gradient",
          dx[k].defined() ? values(dx[k]) : std::vector<double>(want.gradients[k].values.size()),
          want.gradients[k].values, row.tolerance * 10);
  });
}

TEST_CASE("catalog: float agrees with double") {
  for_rows(Row::no_float, [](const Row& row) {
    const List x = make_inputs(row.inputs, true);
    // The doubles that the floats are, so that only the operation's rounding is seen.
    List exact;
    for (const Tensor& t : x)
      exact.push_back(t.dtype() == gradus::kFloat ? t.to(gradus::kDouble) : t);
    const List y = row.f(x), want = row.f(exact);
    REQUIRE(y.size() == want.size());
    for (size_t k = 0; k < y.size(); ++k) check_near("float", values(y[k]), values(want[k]), 2e-5);
  });
}

TEST_CASE("catalog: any strides give the same") {
  for_rows(Row::layout, [](const Row& row) {
    const gradus::NoGradGuard no_grad;
    const List x = make_inputs(row.inputs);
    const List want = row.f(x);
    for (const bool spread : {false, true}) {
      List moved;
      for (const Tensor& t : x) {
        std::vector<int64_t> sizes = t.sizes().vec(), strides(sizes.size());
        int64_t step = spread ? 2 : 1;  // first dim fastest, perhaps with gaps
        for (size_t d = 0; d < sizes.size(); ++d) {
          strides[d] = step;
          step *= sizes[d] > 0 ? sizes[d] : 1;
        }
        Tensor m = gradus::raw::empty_strided(sizes, strides, t.dtype());
        gradus::raw::copy(m, t);
        moved.push_back(m);
      }
      const List y = row.f(moved);
      REQUIRE(y.size() == want.size());
      for (size_t k = 0; k < y.size(); ++k) {
        CHECK(y[k].sizes() == want[k].sizes());
        check_near("strided", values(y[k]), values(want[k]), 1e-12);
      }
    }
  });
}

TEST_CASE("catalog: any number of threads gives the same bits") {
  for_rows(Row::nothing, [](const Row& row) {
    const List x = make_inputs(row.large.empty() ? row.inputs : row.large, true);
    const int before = gradus::get_num_threads();
    std::vector<List> results;
    for (const int threads : {1, 2}) {
      gradus::set_num_threads(threads);
      List y = row.f(x);
      if (!(row.except & Row::no_gradient))
        for (Tensor& g : gradients(x, y)) y.push_back(g);
      results.push_back(std::move(y));
    }
    gradus::set_num_threads(before);
    for (size_t k = 0; k < results[0].size(); ++k) {
      const Tensor &a = results[0][k], &b = results[1][k];
      if (!a.defined() || !b.defined()) continue;
      const Tensor p = gradus::raw::contiguous(a.detach()), q = gradus::raw::contiguous(b.detach());
      CHECK(std::memcmp(p.data_ptr(), q.data_ptr(), p.nbytes()) == 0);
    }
  });
}
