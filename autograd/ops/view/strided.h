// Reading and writing through windows given by sizes and strides, on the tape.
#pragma once

#include "autograd/record.h"
#include "tensor/view/strided.h"

namespace gradus::autograd {

using raw::Window;

// x, laid out as `from`, read through `to`. Elements outside `from` read as 0.
Tensor strided_gather(const Tensor& x, const Window& from, const Window& to);
// The transpose of that: the elements of x, seen through `from`, added up in the places of `to`.
Tensor strided_add(const Tensor& x, const Window& from, const Window& to);
// x, laid out as `whole`, with src written through `part`.
Tensor strided_scatter(const Tensor& x, const Tensor& src, const Window& whole, const Window& part);

// Gives `view` the history of its base, read through the view's window.
void regenerate_view_history(const Tensor& view, const Tensor& base);

}  // namespace gradus::autograd
