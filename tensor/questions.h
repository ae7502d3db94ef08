// Questions to a tensor as functions, by PyTorch's names.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// The same as the method of that name.
inline int64_t numel(const Tensor& x) { return x.numel(); }
inline int64_t size(const Tensor& x, int64_t dim) { return x.size(dim); }
inline int64_t stride(const Tensor& x, int64_t dim) { return x.stride(dim); }
inline int64_t get_device(const Tensor& x) { return x.get_device(); }
inline bool is_floating_point(const Tensor& x) { return x.is_floating_point(); }
inline bool is_complex(const Tensor& x) { return x.is_complex(); }
inline bool is_signed(const Tensor& x) { return x.is_signed(); }
inline bool is_inference(const Tensor& x) { return x.is_inference(); }
inline bool is_nonzero(const Tensor& x) { return x.is_nonzero(); }
inline bool is_distributed(const Tensor& x) { return x.is_distributed(); }
inline bool is_conj(const Tensor& x) { return x.is_conj(); }
inline bool is_neg(const Tensor& x) { return x.is_neg(); }
inline bool is_same_size(const Tensor& a, const Tensor& b) { return a.is_same_size(b); }

/// Whether both are undefined, or equal in shape and elements.
inline bool equal_if_defined(const Tensor& a, const Tensor& b) {
  return a.defined() == b.defined() && (!a.defined() || a.equal(b));
}

/// The tensor with the element type that the name says; see Tensor::to().
inline Tensor _cast_Byte(const Tensor& x, bool = false) { return x.to(kByte); }
inline Tensor _cast_Char(const Tensor& x, bool = false) { return x.to(kChar); }
inline Tensor _cast_Short(const Tensor& x, bool = false) { return x.to(kShort); }
inline Tensor _cast_Int(const Tensor& x, bool = false) { return x.to(kInt); }
inline Tensor _cast_Long(const Tensor& x, bool = false) { return x.to(kLong); }
inline Tensor _cast_Half(const Tensor& x, bool = false) { return x.to(kHalf); }
inline Tensor _cast_Float(const Tensor& x, bool = false) { return x.to(kFloat); }
inline Tensor _cast_Double(const Tensor& x, bool = false) { return x.to(kDouble); }

}  // namespace gradus
