#include "monitor/chart/picture_sheet.h"

#include "autograd/modes.h"
#include "data/tiles.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/io/file.h"

namespace gradus::monitor {

Tensor picture_sheet(const Tensor& pictures, PictureSheetOptions options) {
  const NoGradGuard no_grad;
  const char* op = "picture sheet";
  if (!pictures.defined()) fail("{}: an undefined tensor", op);
  if (pictures.dim() != 3 && pictures.dim() != 4)
    fail("{}: pictures {}, [N, C, H, W] or [N, H, W] wanted", op, pictures.sizes());
  if (options.columns() < 1) fail("{}: {} columns, at least 1 wanted", op, options.columns());
  if (options.zoom() < 1) fail("{}: zoom is {}, at least 1 wanted", op, options.zoom());
  if (options.padding() < 0) fail("{}: padding is {}, at least 0 wanted", op, options.padding());
  const Tensor all = pictures.dim() == 3 ? pictures.unsqueeze(1) : pictures;
  // Before anything is made that large.
  [[maybe_unused]] const int64_t numel = Checked(op, all.numel()) * options.zoom() * options.zoom();
  const Tensor large =
      all.repeat_interleave(options.zoom(), 2).repeat_interleave(options.zoom(), 3);
  const Tensor sheet =
      data::tiles(op, large, options.columns(), options.padding(), options.pad_value());
  return pictures.dim() == 3 ? sheet.squeeze(0) : sheet;
}

void write_picture(const std::string& filename, const Tensor& picture) {
  const NoGradGuard no_grad;
  if (!picture.defined()) fail("write picture: an undefined tensor");
  const Tensor p = picture.dim() == 2 ? picture.unsqueeze(0) : picture;
  if (p.dim() != 3 || (p.size(0) != 1 && p.size(0) != 3))
    fail("write picture: shape {}, [H, W], [1, H, W] or [3, H, W] wanted", picture.sizes());
  if (p.numel() == 0) fail("write picture: shape {} has no pixels", picture.sizes());
  if (p.is_complex()) fail("write picture: complex numbers are not supported");
  const Tensor bytes =
      (p.scalar_type() == kByte
           ? p
           : (p.to(kDouble).nan_to_num(0, 1, 0).clamp(0, 1) * 255).round().to(kByte))
          .movedim(0, -1)
          .contiguous();
  const std::string header =
      fmt::format("{}\n{} {}\n255\n", p.size(0) == 1 ? "P5" : "P6", p.size(2), p.size(1));
  Replacement file(filename, "write picture");
  file.write(header.data(), header.size());
  file.write(bytes.data_ptr(), size_t(bytes.numel()));
  file.commit();
}

}  // namespace gradus::monitor
