#include "tensor/nn/embedding_bag.h"

#include "autograd/factories.h"
#include "autograd/ops/nn/embedding.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"

namespace gradus {
using namespace autograd;

namespace {

enum Mode : int64_t { sum, mean, max };

// What is fixed beside the table and the factors of the samples.
struct BagTerms {
  raw::Bags bags;  // but for its index, which is
  Saved index;
  Saved scale, number;  // see raw::bag_scales, raw::bag_numbers
  int64_t rows = 0;

  raw::Bags operator*() const {
    raw::Bags b = bags;
    b.index = index;
    return b;
  }
  // The places that count nothing.
  Tensor skipped() const { return scale->eq(0); }
};

raw::Bags bags_of(const Tensor& indices, const Tensor& offsets, int64_t rows,
                  bool include_last_offset, std::optional<int64_t> padding_idx) {
  for (const auto& [name, t] : {std::pair("indices", &indices), std::pair("offsets", &offsets)}) {
    if (!is_integral(t->dtype(), /*include_bool=*/false))
      fail("embedding_bag: {} are {}, they must be int64 or int32", name, t->dtype());
    if (t->dim() != 1) fail("embedding_bag: {} need 1 dim, got shape {}", name, t->sizes());
  }
  raw::Bags bags;
  bags.index = raw::contiguous(raw::to_dtype(indices.detach(), kLong));
  raw::check_rows("embedding_bag", bags.index, rows);
  bags.start = raw::to_list(offsets);
  if (include_last_offset && bags.start.empty())
    fail("embedding_bag: include_last_offset needs at least one offset");
  raw::check_starts("embedding_bag", bags);
  if (!include_last_offset) bags.start.push_back(bags.start.empty() ? 0 : indices.numel());
  if (padding_idx) {
    if (*padding_idx < -rows || *padding_idx >= rows)
      fail_index("embedding_bag: padding_idx {} is out of range for {} rows", *padding_idx, rows);
    bags.padding = *padding_idx < 0 ? *padding_idx + rows : *padding_idx;
  }
  return bags;
}

// The gradient of the table in recorded operations, for that of a gradient.
Tensor sum_back(const Tensor& dy, const BagTerms& terms, const Tensor& factor) {
  Tensor each = dy.index_select(0, terms.number) * terms.scale->unsqueeze(1);
  if (factor.defined()) each = each * factor.unsqueeze(1);
  each = each.masked_fill(terms.skipped().unsqueeze(1), 0);
  return zeros({terms.rows, dy.size(1)}, dy.dtype()).index_add_(0, terms.index, each);
}

Tensor bags_summed(const Tensor& weight, const raw::Bags& bags, const Tensor& number,
                   const Tensor& factor, bool mean, bool by_frequency) {
  const Tensor scale = raw::bag_scales(bags, mean, weight.dtype());
  const Tensor dense = factor.defined() ? raw::contiguous(factor.detach()) : Tensor();
  const Tensor y = raw::bag_sum(weight, bags, scale, dense);
  if (!GradMode::is_enabled() || !(needs_grad(weight) || needs_grad(factor))) return y;

  const int64_t rows = weight.size(0);
  BagTerms terms{bags, save(bags.index),
                 save(by_frequency ? raw::over_frequency(scale, bags, rows) : scale), save(number),
                 rows};
  terms.bags.index = Tensor();
  const auto to_weight = [terms, sf = save(factor)](const Tensor& dy) {
    if (GradMode::is_enabled()) return sum_back(dy, terms, sf);
    const Tensor f = sf.defined() ? raw::contiguous(sf->detach()) : Tensor();
    return raw::bag_sum_backward(dy, *terms, terms.scale, f, terms.rows);
  };
  const auto to_factor = [terms,
                          sw = save(needs_grad(factor) ? weight : Tensor())](const Tensor& dy) {
    const Tensor each =
        (dy.index_select(0, terms.number) * sw->index_select(0, terms.index)).sum(1);
    return each.masked_fill(terms.skipped(), 0);
  };
  return record("embedding_bag", y, wrt(weight, to_weight), wrt(factor, to_factor));
}

Tensor bags_maximal(const Tensor& weight, const raw::Bags& bags, const Tensor& at,
                    const Tensor& sizes) {
  const auto vjp = [at = save(at), empty = save(sizes.eq(0).unsqueeze(1)),
                    rows = weight.size(0)](const Tensor& dy) {
    return zeros({rows, dy.size(1)}, dy.dtype()).scatter_add(0, at, dy.masked_fill(empty, 0));
  };
  return record("embedding_bag", raw::bag_max(weight, bags, at), wrt(weight, vjp));
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool scale_grad_by_freq,
    int64_t mode, bool sparse, const std::optional<Tensor>& per_sample_weights,
    bool include_last_offset, std::optional<int64_t> padding_idx) {
  if (sparse) fail("embedding_bag: sparse gradients are not supported");
  if (mode < sum || mode > max)
    fail("embedding_bag: mode is {}, it must be 0 (sum), 1 (mean) or 2 (max)", mode);
  if (mode == max && scale_grad_by_freq)
    fail_value("embedding_bag: the largest elements do not go with scale_grad_by_freq");
  if (weight.dim() != 2) fail("embedding_bag: weight must have 2 dims, got {}", weight.sizes());
  if (!weight.is_floating_point())
    fail_not_implemented("embedding_bag: weight is {}, it must be floating point", weight.dtype());
  const Tensor factor = per_sample_weights.value_or(Tensor());
  if (factor.defined()) {
    if (mode != sum) fail("embedding_bag: per_sample_weights go with the sum only");
    if (factor.sizes() != indices.sizes())
      fail("embedding_bag: indices have shape {}, per_sample_weights {}", indices.sizes(),
           factor.sizes());
    if (factor.dtype() != weight.dtype())
      fail("embedding_bag: weight is {}, per_sample_weights {}", weight.dtype(), factor.dtype());
  }
  const raw::Bags bags =
      bags_of(indices, offsets, weight.size(0), include_last_offset, padding_idx);
  const Tensor sizes = raw::bag_sizes(bags), number = raw::bag_numbers(bags);
  if (mode == max) {
    const Tensor at = zeros({bags.count(), weight.size(1)}, kLong);
    const Tensor y = bags_maximal(weight, bags, at, sizes);
    return {y, number, sizes, at};
  }
  return {bags_summed(weight, bags, number, factor, mode == mean, scale_grad_by_freq), number,
          sizes, sizes};
}

std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool scale_grad_by_freq,
    int64_t mode, bool sparse, const std::optional<Tensor>& per_sample_weights,
    bool include_last_offset) {
  return embedding_bag(weight, indices, offsets, scale_grad_by_freq, mode, sparse,
                       per_sample_weights, include_last_offset, std::nullopt);
}

}  // namespace gradus
