// Accessors with their own copy of sizes and strides, as libtorch has them for CUDA kernels.
#pragma once

#include <c10/macros/Macros.h>

#include <algorithm>

#include "gradus.h"

namespace gradus {

/// Reads and writes the elements of an N-dim tensor by index, `a[i][j]`, without bounds checks.
/// Copies of it are independent of the tensor's handle; its memory must live.
template <class T, size_t N, template <class> class PtrTraits, class Index>
class GenericPackedTensorAccessor {
 public:
  using PtrType = typename PtrTraits<T>::PtrType;
  using index_t = Index;

  GenericPackedTensorAccessor(const Tensor& x) : data_(nullptr) {
    static_assert(N > 0, "a 0-dim tensor has item()");
    if (x.dim() != int64_t(N)) detail::throw_accessor_dim(int64_t(N), x.dim());
    if (x.numel() > int64_t(std::numeric_limits<Index>::max()))
      throw Error("packed_accessor32: the tensor has " + std::to_string(x.numel()) +
                  " elements, more than 32 bits count");
    data_ = x.data_ptr<std::remove_const_t<T>>();
    std::copy(x.sizes().begin(), x.sizes().end(), sizes_);
    std::copy(x.strides().begin(), x.strides().end(), strides_);
  }
  GenericPackedTensorAccessor(PtrType data, const Index* sizes, const Index* strides)
      : data_(data) {
    std::copy(sizes, sizes + N, sizes_);
    std::copy(strides, strides + N, strides_);
  }
  /// The element at i where there is one dim, else an accessor of the dims after the first.
  decltype(auto) operator[](Index i) const {
    PtrType p = data_ + i * strides_[0];
    if constexpr (N == 1)
      return static_cast<T&>(*p);
    else
      return GenericPackedTensorAccessor<T, N - 1, PtrTraits, Index>(p, sizes_ + 1, strides_ + 1);
  }
  Index size(Index dim) const { return sizes_[dim]; }
  Index stride(Index dim) const { return strides_[dim]; }
  PtrType data() const { return data_; }
  /// The accessor with two dims exchanged.
  GenericPackedTensorAccessor transpose(Index a, Index b) const {
    if (a < 0 || b < 0 || a >= Index(N) || b >= Index(N))
      throw IndexError("transpose: a dim of the accessor is out of range");
    GenericPackedTensorAccessor out = *this;
    std::swap(out.sizes_[a], out.sizes_[b]);
    std::swap(out.strides_[a], out.strides_[b]);
    return out;
  }

 private:
  PtrType data_;
  Index sizes_[N], strides_[N];
};

template <class T, size_t N, template <class> class PtrTraits = DefaultPtrTraits,
          class Index = int64_t>
using PackedTensorAccessor = GenericPackedTensorAccessor<T, N, PtrTraits, Index>;
template <class T, size_t N, template <class> class PtrTraits = DefaultPtrTraits>
using PackedTensorAccessor32 = GenericPackedTensorAccessor<T, N, PtrTraits, int32_t>;
template <class T, size_t N, template <class> class PtrTraits = DefaultPtrTraits>
using PackedTensorAccessor64 = GenericPackedTensorAccessor<T, N, PtrTraits, int64_t>;
/// The same as DefaultPtrTraits.
template <class T>
using RestrictPtrTraits = DefaultPtrTraits<T>;

}  // namespace gradus
