// Questions to a tensor as functions, by PyTorch's names.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// The same as the method of that name.
inline int64_t numel(const Tensor& x) { return x.numel(); }
inline int64_t size(const Tensor& x, int64_t dim) { return x.size(dim); }         ///< the same
inline int64_t stride(const Tensor& x, int64_t dim) { return x.stride(dim); }     ///< the same
inline DeviceIndex get_device(const Tensor& x) { return x.get_device(); }         ///< the same
inline bool is_floating_point(const Tensor& x) { return x.is_floating_point(); }  ///< the same
inline bool is_complex(const Tensor& x) { return x.is_complex(); }                ///< the same
inline bool is_signed(const Tensor& x) { return x.is_signed(); }                  ///< the same
inline bool is_inference(const Tensor& x) { return x.is_inference(); }            ///< the same
inline bool is_nonzero(const Tensor& x) { return x.is_nonzero(); }                ///< the same
inline bool is_distributed(const Tensor& x) { return x.is_distributed(); }        ///< the same
inline bool is_conj(const Tensor& x) { return x.is_conj(); }                      ///< the same
inline bool is_neg(const Tensor& x) { return x.is_neg(); }                        ///< the same
inline bool is_same_size(const Tensor& a, const Tensor& b) {
  return a.is_same_size(b);
}  ///< the same

/// Whether both are undefined, or equal in shape and elements.
inline bool equal_if_defined(const Tensor& a, const Tensor& b) {
  return a.defined() == b.defined() && (!a.defined() || a.equal(b));
}

/// The tensor with the element type that the name says; see Tensor::to().
inline Tensor _cast_Byte(const Tensor& x, bool = false) { return x.to(kByte); }
inline Tensor _cast_Char(const Tensor& x, bool = false) { return x.to(kChar); }      ///< the same
inline Tensor _cast_Short(const Tensor& x, bool = false) { return x.to(kShort); }    ///< the same
inline Tensor _cast_Int(const Tensor& x, bool = false) { return x.to(kInt); }        ///< the same
inline Tensor _cast_Long(const Tensor& x, bool = false) { return x.to(kLong); }      ///< the same
inline Tensor _cast_Half(const Tensor& x, bool = false) { return x.to(kHalf); }      ///< the same
inline Tensor _cast_Float(const Tensor& x, bool = false) { return x.to(kFloat); }    ///< the same
inline Tensor _cast_Double(const Tensor& x, bool = false) { return x.to(kDouble); }  ///< the same

}  // namespace gradus
