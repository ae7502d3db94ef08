// What a Tensor points at: a strided window on a storage.
#pragma once

#include <memory>

#include "tensor/base/dims.h"
#include "tensor/base/dtype.h"
#include "tensor/base/owned.h"
#include "tensor/storage.h"

namespace gradus {

/// What autograd keeps on some tensors, as the gradient of a leaf; tensor/ only carries and
/// destroys it.
struct ImplSlot {
  virtual ~ImplSlot() = default;
};

/// What a tensor came from, a node of autograd: carried and let go of here.
class History : public Counted {
 public:
  /// Drops a reference.
  static void unref(const History* h) noexcept { h->let_go(); }

 protected:
  ~History() = default;

 private:
  virtual void let_go() const noexcept = 0;
};

namespace detail {
// A thread's own variables that every operation reads. Few bytes, so that even a library loaded
// late may have them at a place known from the start (initial-exec), without a call for each.
//
// Set by InferenceMode (autograd/modes.h): tensors made meanwhile never take part in a graph.
[[gnu::visibility("default"),
  gnu::tls_model("initial-exec")]] inline constinit thread_local bool inference_mode = false;
}  // namespace detail

/// How a view came to be, which decides whether it may be written in place.
enum class ViewKind : uint8_t { none, plain, multi_output, no_grad, custom };

/// What a Tensor points at: a strided window on a storage.
class TensorImpl final : public Counted, public memory::Pooled {
 public:
  TensorImpl(Ref<StorageImpl> s, Dims&& sz, Dims&& st, int64_t off, ScalarType t)
      : dtype(t), storage(std::move(s)), offset(off), sizes(std::move(sz)), strides(std::move(st)) {
    refresh();
  }
  /// Another window on the storage of `from`, without history; what depends on its sizes and
  /// strides is the caller's to set, by refresh() or better knowledge.
  TensorImpl(const TensorImpl& from, const Dims& sz, const Dims& st, int64_t off)
      : dtype(from.dtype),
        inference(from.inference),
        untracked(from.untracked),
        storage(from.storage),
        offset(off),
        sizes(sz),
        strides(st) {}
  /// The same of so many dims, whose sizes and strides are to be set too.
  TensorImpl(const TensorImpl& from, size_t dims, int64_t off)
      : dtype(from.dtype),
        inference(from.inference),
        untracked(from.untracked),
        storage(from.storage),
        offset(off) {
    sizes.resize(dims);
    strides.resize(dims);
  }
  /// Contiguous from the storage's start, `n` elements.
  TensorImpl(Ref<StorageImpl> s, IntArrayRef sz, int64_t n, ScalarType t)
      : dtype(t),
        contiguous(true),
        storage(std::move(s)),
        offset(0),
        numel(n),
        data(storage->data()),
        sizes(sz) {
    strides.resize(sz.size());
    set_contiguous_strides();
  }
  /// Drops a reference; the last one destroys the object.
  static void unref(const TensorImpl* t) noexcept;

  /// Recomputes what follows from storage, sizes, strides and offset.
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
  /// The same for `n` elements laid out one after the other, whose strides it sets.
  void fill_contiguous(int64_t n) {
    set_contiguous_strides();
    numel = n;
    contiguous = true;
    data = storage->data() + offset * int64_t(item_size(dtype));
  }
  /// Whether gradients flow to this tensor, or to the one that it is a view of.
  bool requires_grad() const { return tracked || (view_base && view_base->tracked); }

  // In an order that leaves no gaps: a tensor is three cache lines.
  ScalarType dtype;
  bool contiguous = false;
  bool wrapped_number = false;  ///< made from a plain number: weak in promotion
  bool inference = detail::inference_mode;
  bool untracked = false;  ///< writes do not count as versions (Tensor::data())
  bool tracked = false;    ///< a leaf that requires grad, or has a history
  ViewKind view_kind = ViewKind::none;
  uint32_t view_version = 0;  ///< the storage's version that this view's history belongs to
  uint32_t output_nr = 0;     ///< which of the history's outputs this is
  Ref<StorageImpl> storage;
  int64_t offset;
  int64_t numel = 0;
  char* data = nullptr;
  Ref<TensorImpl> view_base;  ///< what this is a differentiable view of; never itself a view
  Ref<History> history;
  detail::Owned<ImplSlot> slot;
  Dims sizes, strides;  ///< strides and offset count elements

 private:
  void set_contiguous_strides() {
    const int64_t* size = sizes.data();
    int64_t* stride = strides.data();
    int64_t step = 1;
    for (size_t i = sizes.size(); i-- > 0;) {
      stride[i] = step;
      step *= size[i] > 1 ? size[i] : 1;
    }
  }
};

}  // namespace gradus
