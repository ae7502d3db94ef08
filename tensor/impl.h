// What a Tensor points at: a strided window on a storage.
#pragma once

#include <memory>

#include "tensor/dims.h"
#include "tensor/dtype.h"
#include "tensor/storage.h"

namespace gradus {

// What autograd keeps on a tensor; tensor/ only carries and destroys it.
struct ImplSlot {
  virtual ~ImplSlot() = default;
};

namespace detail {
// Set by InferenceMode (autograd/modes.h): tensors made meanwhile never take part in a graph.
inline constinit thread_local bool inference_mode = false;
}  // namespace detail

// How a view came to be, which decides whether it may be written in place.
enum class ViewKind : uint8_t { none, plain, multi_output, no_grad, custom };

class TensorImpl final : public Counted, public memory::Pooled {
 public:
  TensorImpl(Ref<Storage> s, Dims&& sz, Dims&& st, int64_t off, ScalarType t)
      : storage(std::move(s)), sizes(std::move(sz)), strides(std::move(st)), offset(off), dtype(t) {
    refresh();
  }
  // Contiguous from the storage's start, `n` elements.
  TensorImpl(Ref<Storage> s, IntArrayRef sz, int64_t n, ScalarType t)
      : storage(std::move(s)),
        sizes(sz),
        offset(0),
        numel(n),
        data(storage->data()),
        dtype(t),
        contiguous(true) {
    strides.resize(sz.size());
    int64_t step = 1;
    for (size_t i = sz.size(); i-- > 0;) {
      strides[i] = step;
      step *= sz[i] > 1 ? sz[i] : 1;
    }
  }
  static void unref(const TensorImpl* t) noexcept;

  // Recomputes what follows from storage, sizes, strides and offset.
  void refresh() {
    numel = 1;
    for (int64_t s : sizes) numel *= s;
    contiguous = true;
    int64_t expected = 1;
    for (size_t i = sizes.size(); i-- > 0;) {
      if (sizes[i] == 1) continue;
      if (strides[i] != expected) {
        contiguous = false;
        break;
      }
      expected *= sizes[i];
    }
    if (numel == 0) contiguous = true;
    data = storage->data() + offset * int64_t(item_size(dtype));
  }
  bool requires_grad() const { return tracked || (view_base && view_base->tracked); }

  Ref<Storage> storage;
  Dims sizes, strides;  // strides and offset count elements
  int64_t offset;
  int64_t numel = 0;
  char* data = nullptr;
  ScalarType dtype;
  bool contiguous = false;
  bool wrapped_number = false;  // made from a plain number: weak in promotion
  bool inference = detail::inference_mode;
  bool untracked = false;  // writes do not count as versions (Tensor::data())
  bool tracked = false;    // a leaf that requires grad, or has a history
  ViewKind view_kind = ViewKind::none;
  uint32_t view_version = 0;  // the storage's version that this view's history belongs to
  Ref<TensorImpl> view_base;  // what this is a differentiable view of; never itself a view
  std::unique_ptr<ImplSlot> slot;
};

}  // namespace gradus
