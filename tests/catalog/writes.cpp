// What a program may write to between the forward and the backward pass, and which gradients have a
// history when they are made with create_graph: for every operation as PyTorch has it
// (tests/reference/writes.py, which explains the letters).
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <sstream>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "tests/catalog/for_rows.h"
#include "tests/table.h"

using namespace catalog;

namespace {

// Where PyTorch keeps a copy, Gradus keeps the input itself, and a write to that throws.
const std::map<std::string, const char*> keep_inputs = {
    {"matmul.vector_batch", "PyTorch spreads the broadcast operand"},
    {"matmul.matrix_batch", "the same"},
    {"matmul.batches", "the same"},
    {"cdist.mm", "PyTorch joins a column to its inputs"},
    {"rdiv.number", "Python's PyTorch keeps the reciprocal, its C++ the input too"},
    {"take_along_dim", "PyTorch converts the index"},
    {"conv1d.same", "PyTorch pads the input"},
    {"conv2d.single", "the same"},
    {"cross_entropy_loss", "PyTorch makes the logarithms of all probabilities"},
    {"cross_entropy_loss.none", "the same"},
    {"cross_entropy_loss.weighted", "the same"},
    {"cross_entropy_loss.weighted.none", "the same"},
    {"rms_norm", "PyTorch normalises before it scales"},
    {"rms_norm.eps", "the same"},
    {"scaled_dot_product_attention.mask_gradient", "PyTorch scales query and key before"},
    {"scaled_dot_product_attention.causal_mask", "PyTorch scales, and keeps the weights"},
    {"scaled_dot_product_attention.wide_values", "the same"},
    {"scaled_dot_product_attention.matrices", "the same"},
    {"scaled_dot_product_attention.broadcast", "the same"},
    {"scaled_dot_product_attention.groups_apart", "the same"},
};

// Results whose elements share memory, to which Gradus does not write.
const std::set<std::string> overlap = {"unfold", "unfold.overlap"};

struct Expected {
  std::string outputs, inputs, history;
};
// By row and the inputs that require grad.
const std::map<std::string, Expected>& reference() {
  static const auto all = [] {
    std::map<std::string, Expected> out;
    std::ifstream file = gradus::test::open_reference("writes.txt");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with('#')) continue;
      std::istringstream fields(line);
      std::string row, wanted;
      Expected e;
      fields >> row >> wanted >> e.outputs >> e.inputs >> e.history;
      out[row + ' ' + wanted] = e;
    }
    return out;
  }();
  return all;
}

// One forward pass of a row.
struct Run {
  List leaves, inputs, outputs;

  Run(const Row& row, const std::string& wanted) {
    const List bases = make_inputs(row.inputs);
    for (size_t i = 0; i < bases.size(); ++i) {
      Tensor x = bases[i].detach();
      if (wanted.find(char('0' + i)) != std::string::npos) {
        leaves.push_back(x.requires_grad_());
        x = x * 1;
      }
      inputs.push_back(x);
    }
    gradus::manual_seed(1);
    outputs = row.f(inputs);
  }
  List gradients(bool create_graph = false) const {
    List ys, dys;
    for (const Tensor& y : outputs) {
      if (!y.requires_grad()) continue;
      Tensor dy = gradus::empty({y.numel()}, gradus::kDouble);
      for (int64_t i = 0; i < dy.numel(); ++i)
        dy.data_ptr<double>()[i] = unit(uint32_t(i), uint32_t(100 + ys.size()));
      ys.push_back(y);
      dys.push_back(dy.to(y.dtype()).reshape(y.sizes()));
    }
    return gradus::autograd::grad(ys, leaves, dys, std::nullopt, create_graph, true);
  }
};

bool same(const List& a, const List& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Tensor& x, const Tensor& y) {
    return x.defined() == y.defined() &&
           (!x.defined() || gradus::allclose(x, y, 1e-5, 1e-8, /*equal_nan=*/true));
  });
}

template <class Write>
char after(const Run& run, const List& expected, Write write) {
  try {
    write();
  } catch (const gradus::Error&) {
    return 'w';
  }
  try {
    return same(run.gradients(), expected) ? 'o' : 's';
  } catch (const gradus::Error&) {
    return 'e';
  }
}

// What PyTorch allows is allowed, and what is allowed does not change the gradient.
void check(const std::string& row, const char* what, size_t i, char expected, char actual) {
  INFO(std::string(what), " ", i);
  CHECK(actual != 's');
  if (expected == 'o' && !keep_inputs.contains(row) && !overlap.contains(row)) CHECK(actual == 'o');
}

}  // namespace

TEST_CASE("catalog: PyTorch's file has every differentiable row") {
  for_rows(Row::no_python | Row::no_gradient | Row::unordered, [](const Row& row) {
    bool wanted = false;
    for (const Input& in : row.inputs) wanted |= in.grad;
    const auto at = reference().lower_bound(row.name + ' ');
    const bool there = at != reference().end() && at->first.starts_with(row.name + ' ');
    CHECK_MESSAGE((there || !wanted), row.name, ": made by tests/reference/writes.py");
  });
}

TEST_CASE("catalog: what may be written before the backward pass") {
  size_t met = 0;
  for_rows(Row::no_python, [&](const Row& row) {
    const auto& all = reference();
    for (auto at = all.lower_bound(row.name + ' '); at != all.end(); ++at) {
      const auto& [key, expected] = *at;
      if (!key.starts_with(row.name + ' ')) break;
      ++met;
      const std::string wanted = key.substr(row.name.size() + 1);
      INFO("inputs that require grad: ", wanted);
      const List plain = Run(row, wanted).gradients();
      for (size_t k = 0; k < expected.outputs.size(); ++k) {
        if (expected.outputs[k] == '-') continue;
        const Run run(row, wanted);
        const char now = after(run, plain, [&] { run.outputs[k].add_(1); });
        check(row.name, "output", k, expected.outputs[k], now);
      }
      for (size_t k = 0; k < expected.inputs.size(); ++k) {
        const Run run(row, wanted);
        const char now = after(run, plain, [&] {
          const gradus::NoGradGuard untaped;
          run.inputs[k].zero_();
        });
        check(row.name, "input", k, expected.inputs[k], now);
      }
    }
  });
  if (!std::getenv("GRADUS_ROW")) CHECK(met == reference().size());
}

TEST_CASE("catalog: gradients made with create_graph have a history where PyTorch's have") {
  for_rows(Row::no_python, [](const Row& row) {
    const auto& all = reference();
    for (auto at = all.lower_bound(row.name + ' '); at != all.end(); ++at) {
      const auto& [key, expected] = *at;
      if (!key.starts_with(row.name + ' ')) break;
      if (expected.history == "?") continue;  // PyTorch has no second derivative
      const std::string wanted = key.substr(row.name.size() + 1);
      INFO("inputs that require grad: ", wanted);
      const Run run(row, key.substr(row.name.size() + 1));
      const List dx = run.gradients(/*create_graph=*/true);
      REQUIRE(dx.size() == expected.history.size());
      for (size_t i = 0; i < dx.size(); ++i) {
        INFO("input ", i);
        if (expected.history[i] != '1') continue;
        REQUIRE(dx[i].defined());
        CHECK(dx[i].requires_grad());
        if (dx[i].requires_grad())
          CHECK_NOTHROW(gradus::autograd::grad({dx[i].sum()}, run.leaves, {}, true, false, true));
      }
    }
  });
}
