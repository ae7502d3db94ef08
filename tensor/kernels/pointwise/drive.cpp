#include "tensor/kernels/pointwise/drive.h"

#include <cstdint>
#include <cstring>
#include <utility>
#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace gradus::kernels::GRADUS_ISA {
namespace {

constexpr int64_t chunk_bytes = 1024;  // per operand; a multiple of any batch
constexpr int64_t max_batch_bytes = 64;

// Up to 64 bytes, by no call and few branches.
inline void copy_short(int64_t bytes, char* to, const char* from) {
  const auto both_ends = [&](auto block) {
    decltype(block) first, last;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + bytes - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + bytes - sizeof last, &last, sizeof last);
  };
  struct Block16 {
    uint64_t half[2];
  };
  struct Block32 {
    uint64_t quarter[4];
  };
  if (bytes >= 32) return both_ends(Block32());
  if (bytes >= 16) return both_ends(Block16());
  if (bytes >= 8) return both_ends(uint64_t());
  if (bytes >= 4) return both_ends(uint32_t());
  for (int64_t i = 0; i < bytes; ++i) to[i] = from[i];
}

template <class V, int... i>
V even_elements(V low, V high, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(low, high, (2 * i)...);
}
template <class T>
void move_every_other(int64_t n, char* to, const char* from) {
  constexpr int lanes = vector_bytes / sizeof(T);
  typedef T V __attribute__((vector_size(vector_bytes)));
  // The element behind the last one may not exist.
  for (; n > lanes; n -= lanes, to += sizeof(V), from += 2 * sizeof(V)) {
    V low, high;
    std::memcpy(&low, from, sizeof low);
    std::memcpy(&high, from + sizeof low, sizeof high);
    const V v = even_elements(low, high, std::make_integer_sequence<int, lanes>());
    std::memcpy(to, &v, sizeof v);
  }
  T t;
  for (; n > 0; --n, to += sizeof t, from += 2 * sizeof t) {
    std::memcpy(&t, from, sizeof t);
    std::memcpy(to, &t, sizeof t);
  }
}

template <class T>
void move_strided(int64_t n, char* to, int64_t to_step, const char* from, int64_t from_step) {
  T t;
  if (from_step == 0 && to_step == sizeof(T)) {
    constexpr int64_t lanes = vector_bytes / sizeof(T);
    typedef T V __attribute__((vector_size(vector_bytes)));
    std::memcpy(&t, from, sizeof(T));
    const V v = V{} + t;
    for (; n >= lanes; n -= lanes, to += sizeof v) std::memcpy(to, &v, sizeof v);
    for (; n > 0; --n, to += sizeof t) std::memcpy(to, &t, sizeof t);
    return;
  }
  if constexpr (sizeof(T) >= 4)
    if (from_step == 2 * int64_t{sizeof(T)} && to_step == sizeof(T))
      return move_every_other<T>(n, to, from);
  for (int64_t i = 0; i < n; ++i) {
    std::memcpy(&t, from + i * from_step, sizeof(T));
    std::memcpy(to + i * to_step, &t, sizeof(T));
  }
}

}  // namespace

void move(int size, int64_t n, char* to, int64_t to_step, const char* from, int64_t from_step) {
  if (to_step == size && from_step == size) {
    if (n * size <= 64) return copy_short(n * size, to, from);
    std::memcpy(to, from, static_cast<size_t>(n * size));
    return;
  }
  switch (size) {
    case 1:
      return move_strided<uint8_t>(n, to, to_step, from, from_step);
    case 4:
      return move_strided<uint32_t>(n, to, to_step, from, from_step);
    default:
      return move_strided<uint64_t>(n, to, to_step, from, from_step);
  }
}

namespace {

// load_tail: less than a batch, and zeros behind it in the buffer, all by one store where there are
// masks: the load of a batch that several stores have written waits until they are in the cache.
#ifdef __AVX512BW__

void load_tail(int64_t bytes, char* buffer, const char* from) {
  const auto first = (uint64_t{1} << bytes) - 1;
  _mm512_store_si512(buffer, _mm512_maskz_loadu_epi8(first, from));
}
void store_tail(int64_t bytes, char* to, const char* buffer) {
  const auto first = (uint64_t{1} << bytes) - 1;
  _mm512_mask_storeu_epi8(to, first, _mm512_load_si512(buffer));
}

#else

void store_tail(int64_t bytes, char* to, const char* from) { copy_short(bytes, to, from); }

void load_tail(int64_t bytes, char* buffer, const char* from) {
#ifdef __AVX2__
  if (bytes % 4 == 0) {
    const __m256i count = _mm256_set1_epi32(static_cast<int>(bytes / 4));
    const auto half = [&](int i, __m256i place) {
      const __m256i first = _mm256_cmpgt_epi32(count, place);
      const __m256i x = _mm256_maskload_epi32(reinterpret_cast<const int*>(from) + i, first);
      _mm256_store_si256(reinterpret_cast<__m256i*>(buffer) + i / 8, x);
    };
    half(0, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    return half(8, _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15));
  }
#endif
  std::memset(buffer, 0, max_batch_bytes);
  store_tail(bytes, buffer, from);
}

#endif

template <class T>
void fill_batch_of(char* buffer, const char* from) {
  T t;
  std::memcpy(&t, from, sizeof(T));
  for (int i = 0; i < static_cast<int>(max_batch_bytes / sizeof(T)); ++i)
    std::memcpy(buffer + i * static_cast<int>(sizeof(T)), &t, sizeof(T));
}
// One element for a whole batch.
void fill_batch(int size, char* buffer, const char* from) {
  switch (size) {
    case 1:
      return fill_batch_of<uint8_t>(buffer, from);
    case 4:
      return fill_batch_of<uint32_t>(buffer, from);
    default:
      return fill_batch_of<uint64_t>(buffer, from);
  }
}
// The same for n elements.
[[gnu::noinline]] void fill_batches(int size, int64_t n, char* buffer, const char* from,
                                    int64_t step) {
  const auto fill = [&](auto fill_one) {
    for (; n > 0; --n, buffer += max_batch_bytes, from += step) fill_one(buffer, from);
  };
  switch (size) {
    case 1:
      return fill(fill_batch_of<uint8_t>);
    case 4:
      return fill(fill_batch_of<uint32_t>);
    default:
      return fill(fill_batch_of<uint64_t>);
  }
}

struct Operand {
  int size;
  char* p;  // row 0, column 0
  int64_t step, row_step;

  char* at(int64_t row, int64_t col) const { return p + row * row_step + col * step; }
  bool dense() const { return step == size; }
};

class Gatherer {
 public:
  Gatherer(Core core, const CoreShape& shape, int64_t n, int64_t rows, char* const* p,
           const int64_t* step, const int64_t* row_step)
      : core_(core),
        log_lanes_(__builtin_ctz(static_cast<unsigned>(shape.lanes))),
        lanes_(shape.lanes),
        count_(shape.operands),
        n_(n),
        rows_(rows) {
    for (int k = 0; k < count_; ++k) operand_[k] = {shape.size[k], p[k], step[k], row_step[k]};
  }

  void run() {
    if (n_ == 0) return;
    if (n_ < lanes_ && rows_ > 1) return short_rows();
    for (int64_t row = 0; row < rows_; ++row) one_row(row);
  }

 private:
  // Elements that fit in a buffer of every operand, whole batches.
  int64_t chunk() const {
    int widest = 1;
    for (int k = 0; k < count_; ++k) widest = operand_[k].size > widest ? operand_[k].size : widest;
    return chunk_bytes / widest & -lanes_;
  }

  // A row of at least a batch, or the only one: dense operands are used where they are.
  void one_row(int64_t row) {
    const int64_t full = n_ & -lanes_, most = chunk();
    for (int k = 0; k < count_; ++k) {
      const Operand& o = operand_[k];
      inc_[k] = o.step == 0 ? 0 : lanes_ * o.size;
      if (o.step != 0) continue;
      if (row == 0 || o.row_step != 0) fill_batch(o.size, buffer_[k], o.at(row, 0));
      at_[k] = buffer_[k];
    }
    for (int64_t col = 0; col < full; col += most) {
      const int64_t m = full - col < most ? full - col : most;
      for (int k = 0; k < count_; ++k) {
        const Operand& o = operand_[k];
        if (o.step == 0) continue;
        at_[k] = o.dense() ? o.at(row, col) : buffer_[k];
        if (k > 0 && !o.dense()) move(o.size, m, buffer_[k], o.size, o.at(row, col), o.step);
      }
      compute(m >> log_lanes_);
      const Operand& y = operand_[0];
      if (!y.dense()) move(y.size, m, y.at(row, col), y.step, buffer_[0], y.size);
    }
    if (full < n_) tail(row, full);
  }

  void tail(int64_t row, int64_t col) {
    const int64_t m = n_ - col;
    at_[0] = buffer_[0];
    for (int k = 1; k < count_; ++k) {
      const Operand& o = operand_[k];
      if (o.step == 0) continue;  // a whole batch of it is in place
      at_[k] = buffer_[k];
      if (o.dense()) {
        load_tail(m * o.size, buffer_[k], o.at(row, col));
      } else {
        std::memset(buffer_[k], 0, max_batch_bytes);
        move(o.size, m, buffer_[k], o.size, o.at(row, col), o.step);
      }
    }
    compute(1);
    const Operand& y = operand_[0];
    if (y.dense()) return store_tail(m * y.size, y.at(row, col), buffer_[0]);
    move(y.size, m, y.at(row, col), y.step, buffer_[0], y.size);
  }

  // Rows shorter than a batch: several are packed into a chunk.
  void short_rows() {
    const int64_t most = chunk() / n_;
    for (int64_t row = 0; row < rows_; row += most) {
      const int64_t m = rows_ - row < most ? rows_ - row : most;
      const int64_t batches = (m * n_ + lanes_ - 1) >> log_lanes_;
      for (int k = 0; k < count_; ++k) {
        const Operand& o = operand_[k];
        inc_[k] = lanes_ * o.size;
        at_[k] = buffer_[k];
        if (k == 0) continue;
        std::memset(buffer_[k] + (batches - 1) * lanes_ * o.size, 0,
                    static_cast<size_t>(lanes_ * o.size));
        pack(k, row, m, true);
      }
      compute(batches);
      pack(0, row, m, false);
    }
  }

  void compute(int64_t batches) {
    const int64_t one_row[max_operands] = {};
    core_(batches, 1, at_, inc_, one_row);
  }

  // Moves m rows of operand k to its buffer or back; columns are taken as rows where that is
  // longer.
  void pack(int k, int64_t row, int64_t m, bool in) {
    const Operand& o = operand_[k];
    const bool by_column = n_ < m && !o.dense();
    const int64_t outer = by_column ? n_ : m, inner = by_column ? m : n_;
    const int64_t buffer_step = by_column ? n_ * o.size : o.size;
    const int64_t operand_step = by_column ? o.row_step : o.step;
    for (int64_t i = 0; i < outer; ++i) {
      char* b = buffer_[k] + (by_column ? i : i * n_) * o.size;
      char* q = by_column ? o.at(row, i) : o.at(row + i, 0);
      if (in) {
        move(o.size, inner, b, buffer_step, q, operand_step);
      } else {
        move(o.size, inner, q, operand_step, b, buffer_step);
      }
    }
  }

  Core core_;
  int log_lanes_;  // to divide by them is what a short row would spend its time on
  int64_t lanes_;
  int count_;
  int64_t n_, rows_;
  Operand operand_[max_operands];
  char* at_[max_operands];  // where the core works
  int64_t inc_[max_operands];
  alignas(64) char buffer_[max_operands][chunk_bytes];
};

// Apart, because of its frame.
[[gnu::noinline]] void gather(Core core, const CoreShape& shape, int64_t n, int64_t rows,
                              char* const* p, const int64_t* step, const int64_t* row_step) {
  Gatherer(core, shape, n, rows, p, step, row_step).run();
}

// n elements, less than a batch; operands that stay are a whole batch at `at`.
void tail(Core core, const CoreShape& shape, int64_t n, char* const* at, const int64_t* step) {
  alignas(64) char buffer[max_operands][max_batch_bytes];
  char* last[max_operands];
  last[0] = buffer[0];
  for (int k = 1; k < shape.operands; ++k) {
    last[k] = step[k] == 0 ? at[k] : buffer[k];
    if (step[k] != 0) load_tail(n * step[k], buffer[k], at[k]);
  }
  const int64_t none[max_operands] = {};
  core(1, 1, last, none, none);
  store_tail(n * step[0], at[0], buffer[0]);
}

// True if no operand needs to be gathered.
bool dense(const CoreShape& shape, const int64_t* step) {
  if (step[0] != shape.size[0]) return false;
  int k = 1;
  while (k < shape.operands && (step[k] == shape.size[k] || step[k] == 0)) ++k;
  return k == shape.operands;
}

}  // namespace

void drive(Core core, const CoreShape& shape, int64_t n, int64_t rows, char* const* p,
           const int64_t* step, const int64_t* row_step) {
  if (!dense(shape, step) || (n < shape.lanes && rows > 1))
    return gather(core, shape, n, rows, p, step, row_step);
  // Most rows: the operands are nearly where the core wants them. Those that change only from row
  // to row are spread over batches, of so many rows at a time:
  constexpr int64_t spread_rows = 32;
  alignas(64) char spread[max_operands][spread_rows * max_batch_bytes];
  char* at[max_operands];
  int64_t inc[max_operands], row_inc[max_operands];
  if (rows == 1 && n < shape.lanes) {  // the smallest tensors
    for (int k = 0; k < shape.operands; ++k) {
      at[k] = step[k] == 0 ? spread[k] : p[k];
      if (step[k] == 0) fill_batch(shape.size[k], spread[k], p[k]);
    }
    return tail(core, shape, n, at, step);
  }
  bool columns = false;
  for (int k = 0; k < shape.operands; ++k) {
    at[k] = p[k];
    inc[k] = shape.lanes * step[k];
    row_inc[k] = row_step[k];
    if (step[k] != 0) continue;
    at[k] = spread[k];
    row_inc[k] = rows == 1 || row_step[k] == 0 ? 0 : max_batch_bytes;
    if (row_inc[k] == 0) {
      fill_batch(shape.size[k], spread[k], p[k]);
    } else {
      columns = true;
    }
  }
  const int64_t full = n & -shape.lanes, rest = n - full;
  const int64_t batches = full >> __builtin_ctz(static_cast<unsigned>(shape.lanes));
  const int64_t most = !shape.many_rows ? 1 : columns && rows > spread_rows ? spread_rows : rows;
  for (int64_t row = 0, m = most; row < rows; row += m) {
    m = rows - row < most ? rows - row : most;
    for (int k = 0; columns && k < shape.operands; ++k) {
      if (step[k] != 0 || row_inc[k] == 0) continue;
      fill_batches(shape.size[k], m, spread[k], p[k] + row * row_step[k], row_step[k]);
    }
    for (int k = 0; row > 0 && k < shape.operands; ++k)
      if (step[k] != 0) at[k] = p[k] + row * row_step[k];
    if (batches > 0) core(batches, m, at, inc, row_inc);
    if (rest == 0) continue;
    for (int64_t i = 0; i < m; ++i) {
      char* end[max_operands];
      for (int k = 0; k < shape.operands; ++k) end[k] = at[k] + i * row_inc[k] + full * step[k];
      tail(core, shape, rest, end, step);
    }
  }
}

}  // namespace gradus::kernels::GRADUS_ISA
