// Dao, Fu, Ermon, Rudra and Ré, "FlashAttention: fast and memory-efficient exact attention with
// IO-awareness", 2022: a block of queries goes over the keys tile by tile, with a running softmax;
// the backward pass makes the scores anew from the logarithm of their sum.
#include "tensor/nn/attention.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "tensor/linalg/packed_matrix.h"

namespace gradus::raw {

namespace {

using gemm_loops::ceil_div;
using gemm_loops::even_part;
using gemm_loops::grain_for;
using gemm_loops::round_up;

constexpr int64_t most_queries = 96, most_keys = 128;  // of a tile
constexpr int64_t few_queries = 8;                     // for which packing the keys does not pay

// Matrices of unit column stride, one for each index of the dims before.
template <class T>
struct Matrices {
  T* data = nullptr;
  int64_t row = 0;
  IntArrayRef sizes, strides;  // of the dims before

  Matrices() = default;
  explicit Matrices(const Tensor& t) {
    if (!t.defined()) return;
    const size_t n = t.sizes().size();
    data = static_cast<T*>(t.data_ptr());
    row = t.strides()[n - 2];
    sizes = t.sizes().slice(0, n - 2);
    strides = t.strides().slice(0, n - 2);
  }
  T* operator[](int64_t index) const {
    if (!data) return nullptr;
    int64_t offset = 0;
    for (size_t d = sizes.size(); d-- > 0; index /= sizes[d])
      offset += index % sizes[d] * strides[d];
    return data + offset;
  }
};

Tensor with_unit_columns(const Tensor& x) {
  return x.stride(-1) == 1 || x.size(-1) == 1 ? x : contiguous(x);
}

struct Sizes {
  int64_t queries, keys, depth, width;  // q [queries, depth], k [keys, depth], v [keys, width]
  int64_t pairs, group;                 // heads of k and v, each of which serves `group` of q
};

Sizes sizes_of(const Tensor& q, const Tensor& k, const Tensor& v) {
  Sizes s{q.size(-2), k.size(-2), q.size(-1), v.size(-1), 1, 1};
  int64_t heads = 1;
  for (int64_t d = 0; d < k.dim() - 2; ++d) s.pairs *= k.size(d), heads *= q.size(d);
  s.group = s.pairs == 0 ? 1 : heads / s.pairs;
  return s;
}

template <class T>
struct Problem {
  Sizes n;
  const AttentionSpec& spec;
  const kernels::GemmKernels<T>& micro = kernels::table().gemm->of<T>();
  const kernels::AttentionKernels<T>& kernels = kernels::table().attention->of<T>();
  Matrices<const T> q, k, v, mask;
  Matrices<const uint8_t> kept;
  Tensor wide_mask;       // keeps the memory
  int64_t rows, columns;  // of a tile
  double scale;

  Problem(const Tensor& q_, const Tensor& k_, const Tensor& v_, const AttentionSpec& spec_)
      : n(sizes_of(q_, k_, v_)), spec(spec_), q(q_), k(k_), v(v_), kept(spec_.kept) {
    rows = even_part(std::max<int64_t>(n.queries, 1), most_queries, micro.mr);
    columns = even_part(std::max<int64_t>(n.keys, 1), most_keys, micro.nr);
    scale = n.depth == 0 ? 1 : spec.scale;  // it may be infinite
    if (spec.mask.defined()) {
      Dims sizes(q_.sizes());
      sizes[sizes.size() - 1] = n.keys;
      Dims own(spec.mask.sizes());
      own[own.size() - 1] = n.keys;
      wide_mask = contiguous(expand(spec.mask, own));
      wide_mask = expand(wide_mask, sizes);
      mask = Matrices<const T>(wide_mask);
    }
  }
  int64_t blocks() const { return n.queries == 0 ? 0 : ceil_div(n.queries, rows); }
  int64_t tiles() const { return n.keys == 0 ? 0 : ceil_div(n.keys, columns); }
  bool hides(int64_t i, int64_t j) const {
    return spec.causal && j * columns >= std::min((i + 1) * rows, n.queries);
  }
  // The scores of block i of queries and tile j of keys of this head of q.
  kernels::AttentionTile<T> tile(T* scores, int64_t head, int64_t i, int64_t j) const {
    const int64_t row = i * rows, column = j * columns;
    kernels::AttentionTile<T> t{};
    t.scores = scores;
    t.rows = std::min(rows, n.queries - row);
    t.keys = std::min(columns, n.keys - column);
    t.pitch = columns;
    t.seen = spec.causal ? row - column + 1 : t.keys;
    t.more = spec.causal;
    if (mask.data) t.mask = mask[head] + row * mask.row + column, t.mask_row = mask.row;
    if (kept.data) t.kept = kept[head] + row * kept.row + column, t.kept_row = kept.row;
    t.kept_scale = static_cast<T>(spec.kept_scale);
    return t;
  }
  // f(pair) for all heads of k and v: side by side, or each with all threads when they are few.
  template <class F>
  void for_each_pair(int64_t work, F f) const {
    if (n.pairs < get_num_threads())
      for (int64_t p = 0; p < n.pairs; ++p) f(p);
    else
      parallel_for(0, n.pairs, grain_for(n.group * work), [&](int64_t first, int64_t last) {
        for (int64_t p = first; p < last; ++p) f(p);
      });
  }
};

template <class T>
void clear(T* x, int64_t row, int64_t rows, int64_t n) {
  for (int64_t r = 0; r < rows; ++r) std::fill(x + r * row, x + r * row + n, T(0));
}

template <class T>
void forward(const Problem<T>& p, const Tensor& out, T* terms) {
  const Sizes& n = p.n;
  const Matrices<T> y(out);
  const int64_t work = n.queries * n.keys * (n.depth + n.width);
  p.for_each_pair(work, [&](int64_t pair) {
    const PackedMatrix<T> k(p.k[pair], 1, p.k.row, n.depth, n.keys);
    const PackedMatrix<T> v(p.v[pair], p.v.row, 1, n.keys, n.width);
    const int64_t blocks = p.blocks();
    parallel_for(0, n.group * blocks, grain_for(work / blocks), [&](int64_t first, int64_t last) {
      const int64_t pitch = round_up(n.width, 16);
      const Scratch<T> scores(p.rows * p.columns), sums(p.rows * pitch), rows(2 * p.rows);
      T *const max = rows.get(), *const sum = max + p.rows;
      for (int64_t b = first; b < last; ++b) {
        const int64_t head = pair * n.group + b / blocks, i = b % blocks, row = i * p.rows;
        const T* q = p.q[head] + row * p.q.row;
        int64_t count = 0;
        std::fill(sum, sum + p.rows, T(0));
        for (int64_t j = 0; j < p.tiles() && !p.hides(i, j); ++j) {
          const auto t = p.tile(scores.get(), head, i, j);
          count = t.rows;
          k.multiply(t.rows, q, p.q.row, 1, {0, n.depth, j * p.columns, t.keys}, t.scores, t.pitch,
                     T(p.scale), T(0));
          p.kernels.softmax(t, j == 0, max, sum, sums.get(), pitch, n.width);
          v.multiply(t.rows, t.scores, t.pitch, 1, {j * p.columns, t.keys, 0, n.width}, sums.get(),
                     pitch, T(1), T(j > 0));
        }
        if (count == 0) {  // no keys
          count = std::min(p.rows, n.queries - row);
          std::fill(sums.get(), sums.get() + p.rows * pitch, T(0));
        }
        p.kernels.finish(count, n.width, sums.get(), pitch, max, sum, y[head] + row * y.row, y.row,
                         terms + 2 * (head * n.queries + row));
      }
    });
  });
}

// The same of few queries, as in generation: keys and values are read where they lie, since packing
// them would take longer than the products.
template <class T>
void forward_unpacked(const Problem<T>& p, const Tensor& out, T* terms) {
  const Sizes& n = p.n;
  const Matrices<T> y(out);
  const int64_t work = n.queries * n.keys * (n.depth + n.width);
  parallel_for(0, n.pairs * n.group, grain_for(work), [&](int64_t first, int64_t last) {
    const int64_t pitch = round_up(n.width, 16);
    const Scratch<T> scores(n.queries * p.columns), sums(n.queries * pitch), rows(2 * n.queries);
    T *const max = rows.get(), *const sum = max + n.queries;
    for (int64_t head = first; head < last; ++head) {
      const T *k = p.k[head / n.group], *v = p.v[head / n.group];
      std::fill(sum, sum + n.queries, T(0));
      clear(sums.get(), pitch, n.queries, n.width);
      for (int64_t j = 0; j < p.tiles() && !p.hides(0, j); ++j) {
        const auto t = p.tile(scores.get(), head, 0, j);
        const int64_t column = j * p.columns;
        for (int64_t r = 0; r < t.rows; ++r)
          p.kernels.score(p.q[head] + r * p.q.row, k + column * p.k.row, p.k.row, t.keys, n.depth,
                          T(p.scale), t.scores + r * t.pitch);
        p.kernels.softmax(t, j == 0, max, sum, sums.get(), pitch, n.width);
        for (int64_t r = 0; r < t.rows; ++r)
          p.kernels.mix(t.scores + r * t.pitch, v + column * p.v.row, p.v.row, t.keys, n.width,
                        sums.get() + r * pitch);
      }
      p.kernels.finish(n.queries, n.width, sums.get(), pitch, max, sum, y[head], y.row,
                       terms + 2 * head * n.queries);
    }
  });
}

// With p = exp(s - max) / sum and dp = dy vᵀ: dv = pᵀ dy, and with ds = scale p (dp - sum dy y)
// dq = ds k, dk = dsᵀ q.
template <class T>
class Backward {
 public:
  Backward(const Problem<T>& p, const AttentionGradients& to, const Tensor& dy,
           const Attended& known)
      : p_(p),
        dy_(dy),
        y_(known.y),
        dq_(to.q),
        dk_(to.k),
        dv_(to.v),
        terms_(known.terms.data_ptr<T>()) {}

  void run() const {
    const Sizes& n = p_.n;
    const int64_t work = n.queries * n.keys * (3 * n.depth + 2 * n.width);
    p_.for_each_pair(work, [&](int64_t pair) { one(pair, work); });
  }

 private:
  // A head of k and v, and the heads of q that it serves.
  struct Head {
    PackedMatrix<T> keys, key_rows, values;  // kᵀ, k, vᵀ
    std::vector<std::unique_ptr<PackedMatrix<T>>> q, dy;
    Scratch<T> dots;
    explicit Head(const Sizes& n)
        : keys(n.depth, n.keys),
          key_rows(n.keys, n.depth),
          values(n.width, n.keys),
          dots(n.group * n.queries) {}
  };
  struct Wants {
    bool q, kv;
  };

  void one(int64_t pair, int64_t work) const {
    const Sizes& n = p_.n;
    Head h(n);
    h.keys.pack(p_.k[pair], 1, p_.k.row);
    if (dq_.data) h.key_rows.pack(p_.k[pair], p_.k.row, 1);
    h.values.pack(p_.v[pair], 1, p_.v.row);
    for (int64_t g = 0; g < n.group; ++g) {
      const int64_t head = pair * n.group + g;
      h.q.push_back(std::make_unique<PackedMatrix<T>>(n.queries, n.depth));
      h.dy.push_back(std::make_unique<PackedMatrix<T>>(n.queries, n.width));
      if (dk_.data) h.q.back()->pack(p_.q[head], p_.q.row, 1);
      if (dv_.data) h.dy.back()->pack(dy_[head], dy_.row, 1);
      p_.kernels.dots(n.queries, n.width, dy_[head], dy_.row, y_[head], y_.row,
                      h.dots.get() + g * n.queries);
    }
    // Each sum is over the same tiles in the same order, whether the gradients are made together or
    // apart, which takes some products twice and lets more threads in.
    const bool by_key = dk_.data || dv_.data, by_query = dq_.data;
    const bool together = by_key && by_query && n.pairs >= get_num_threads();
    const int64_t blocks = p_.blocks(), tiles = p_.tiles(), area = p_.rows * p_.columns;
    if (by_key)
      parallel_for(0, tiles, together ? tiles : grain_for(n.group * work / tiles),
                   [&](int64_t first, int64_t last) {
                     const Scratch<T> room(2 * area);
                     for (int64_t j = first; j < last; ++j)
                       by_keys(h, pair, j, {together, true}, room.get());
                   });
    if (by_query && !together)
      parallel_for(0, n.group * blocks, grain_for(work / blocks), [&](int64_t first, int64_t last) {
        const Scratch<T> room(2 * area);
        for (int64_t b = first; b < last; ++b)
          for (int64_t j = 0; j < tiles && !p_.hides(b % blocks, j); ++j)
            tile(h, pair, b / blocks, b % blocks, j, {true, false}, false, room.get());
      });
  }

  // All that tile j of keys has a part in.
  void by_keys(const Head& h, int64_t pair, int64_t j, Wants wants, T* room) const {
    const Sizes& n = p_.n;
    bool add = false;
    for (int64_t g = 0; g < n.group; ++g)
      for (int64_t i = 0; i < p_.blocks(); ++i) {
        if (p_.hides(i, j)) continue;
        tile(h, pair, g, i, j, wants, add, room);
        add = true;
      }
    if (add) return;
    const int64_t column = j * p_.columns, count = std::min(p_.columns, n.keys - column);
    if (dk_.data) clear(dk_[pair] + column * dk_.row, dk_.row, count, n.depth);
    if (dv_.data) clear(dv_[pair] + column * dv_.row, dv_.row, count, n.width);
  }

  void tile(const Head& h, int64_t pair, int64_t g, int64_t i, int64_t j, Wants wants, bool add,
            T* room) const {
    const Sizes& n = p_.n;
    const int64_t head = pair * n.group + g, row = i * p_.rows, column = j * p_.columns;
    const auto t = p_.tile(room, head, i, j);
    T* dp = room + p_.rows * p_.columns;
    h.keys.multiply(t.rows, p_.q[head] + row * p_.q.row, p_.q.row, 1, {0, n.depth, column, t.keys},
                    t.scores, t.pitch, T(p_.scale), T(0));
    h.values.multiply(t.rows, dy_[head] + row * dy_.row, dy_.row, 1, {0, n.width, column, t.keys},
                      dp, t.pitch, T(1), T(0));
    p_.kernels.gradient(t, terms_ + 2 * (head * n.queries + row),
                        h.dots.get() + g * n.queries + row, dp);
    if (wants.kv && dv_.data)
      h.dy[size_t(g)]->multiply(t.keys, t.scores, 1, t.pitch, {row, t.rows, 0, n.width},
                                dv_[pair] + column * dv_.row, dv_.row, T(1), T(add));
    if (wants.kv && dk_.data)
      h.q[size_t(g)]->multiply(t.keys, dp, 1, t.pitch, {row, t.rows, 0, n.depth},
                               dk_[pair] + column * dk_.row, dk_.row, T(p_.scale), T(add));
    if (wants.q && dq_.data)
      h.key_rows.multiply(t.rows, dp, t.pitch, 1, {column, t.keys, 0, n.depth},
                          dq_[head] + row * dq_.row, dq_.row, T(p_.scale), T(j > 0));
  }

  const Problem<T>& p_;
  Matrices<const T> dy_, y_;
  Matrices<T> dq_, dk_, dv_;
  const T* terms_;
};

}  // namespace

Attended attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionSpec& spec,
                   const Tensor& y) {
  const Tensor a = with_unit_columns(q), b = with_unit_columns(k), c = with_unit_columns(v);
  Dims pairs(q.sizes());
  pairs[pairs.size() - 1] = 2;
  Attended out{y, empty(pairs, q.dtype())};
  if (!y.defined()) {
    Dims sizes(q.sizes());
    sizes[sizes.size() - 1] = v.size(-1);
    if (IntArrayRef(sizes) == q.sizes()) out.y = empty_like(a);
    if (!out.y.defined() || out.y.stride(-1) != 1) out.y = empty(sizes, q.dtype());
  }
  if (out.y.numel() == 0) return out;
  visit_floating(q.dtype(), "scaled_dot_product_attention", [&](auto zero) {
    using T = decltype(zero);
    const Problem<T> problem(a, b, c, spec);
    (q.size(-2) <= few_queries ? forward_unpacked<T> : forward<T>)(problem, out.y,
                                                                   out.terms.data_ptr<T>());
  });
  return out;
}

void attention_backward_into(const AttentionGradients& to, const Tensor& dy, const Tensor& q,
                             const Tensor& k, const Tensor& v, const Attended& known,
                             const AttentionSpec& spec) {
  if (known.y.numel() == 0 || k.size(-2) == 0) {
    for (const Tensor* t : {&to.q, &to.k, &to.v})
      if (t->defined()) fill(*t, 0);
    return;
  }
  const Tensor a = with_unit_columns(q), b = with_unit_columns(k), c = with_unit_columns(v),
               g = with_unit_columns(dy);
  visit_floating(q.dtype(), "scaled_dot_product_attention", [&](auto zero) {
    using T = decltype(zero);
    Backward<T>(Problem<T>(a, b, c, spec), to, g, known).run();
  });
}

AttentionGradients attention_backward(const Tensor& dy, const Tensor& q, const Tensor& k,
                                      const Tensor& v, const Attended& known,
                                      const AttentionSpec& spec, bool want_q, bool want_k,
                                      bool want_v) {
  const auto like = [](const Tensor& x, bool wanted) {
    if (!wanted) return Tensor();
    const Tensor y = empty_like(x);
    return y.stride(-1) == 1 ? y : empty(x.sizes(), x.dtype());
  };
  const AttentionGradients to{like(q, want_q), like(k, want_k), like(v, want_v)};
  attention_backward_into(to, dy, q, k, v, known, spec);
  return to;
}

}  // namespace gradus::raw
