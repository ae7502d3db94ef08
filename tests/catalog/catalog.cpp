#include "tests/catalog.h"

#include <cmath>

#include "autograd/factories.h"

namespace catalog {

double unit(uint32_t i, uint32_t k) {
  uint32_t h = i * 2654435761u + k * 40503u + 12345u;
  h ^= h >> 15;
  h *= 2246822519u;
  h ^= h >> 13;
  h *= 3266489917u;
  h ^= h >> 16;
  return double(h >> 8) / 16777216.0;
}

List make_inputs(const std::vector<Input>& inputs, bool as_float) {
  List out;
  for (uint32_t k = 0; k < inputs.size(); ++k) {
    const Input& in = inputs[k];
    Tensor t = gradus::empty(in.shape, gradus::kDouble);
    double* p = t.data_ptr<double>();
    for (int64_t i = 0; i < t.numel(); ++i) {
      const double u = in.lo + (in.hi - in.lo) * unit(uint32_t(i), k);
      p[i] = in.dtype == gradus::kDouble ? u : std::floor(u);
    }
    if (in.dtype != gradus::kDouble)
      t = t.to(in.dtype);
    else if (as_float)
      t = t.to(gradus::kFloat);
    if (in.grad) t.requires_grad_();
    out.push_back(t);
  }
  return out;
}

const Rows& all_rows() {
  static const Rows rows = [] {
    Rows all;
    for (const auto& family :
         {pointwise_rows, linalg_rows, nn_rows, nn_loss_rows, reduce_rows, view_rows, index_rows,
          image_conv_rows, image_pool_rows, image_vision_rows, nn_normalisation_rows,
          nn_recurrent_rows, nn_attention_rows, nn_positions_rows, linalg_factor_rows, special_rows,
          foreach_rows, statistics_rows, native_rows}) {
      Rows some = family();
      all.insert(all.end(), std::make_move_iterator(some.begin()),
                 std::make_move_iterator(some.end()));
    }
    return all;
  }();
  return rows;
}

}  // namespace catalog
