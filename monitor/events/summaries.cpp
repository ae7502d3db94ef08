#include "monitor/events/summaries.h"

#include <algorithm>

#include "autograd/modes.h"
#include "tensor/base/fail.h"
#include "tensor/io/utf8.h"

namespace gradus::monitor::detail {
namespace {

// What TensorFlow calls a type of elements.
enum Type : int64_t {
  dt_float = 1,
  dt_double = 2,
  dt_int32 = 3,
  dt_uint8 = 4,
  dt_string = 7,
  dt_int64 = 9,
  dt_bool = 10,
};

// TensorProto: the type is field 1, the shape field 2, and each type has its own field of values.
Message text_tensor(std::string_view text, IntArrayRef sizes) {
  return Message().number(1, dt_string).message(2, shape_message(sizes)).always_bytes(8, text);
}

template <class To, class From>
std::vector<To> elements(const Tensor& t, ScalarType type) {
  const Tensor c = t.detach().to(type).contiguous();
  const From* p = c.data_ptr<From>();
  std::vector<To> out(size_t(c.numel()));
  std::transform(p, p + c.numel(), out.begin(), [](From v) { return To(v); });
  return out;
}
std::vector<float> floats(const Tensor& t) { return elements<float, float>(t, kFloat); }

Message tensor_message(const Tensor& t) {
  const auto head = [&](Type type) {
    return Message().number(1, type).message(2, shape_message(t.sizes()));
  };
  const auto integers = [&](Type type, unsigned field) {
    return head(type).numbers(field, elements<int64_t, int64_t>(t, kLong));
  };
  switch (t.scalar_type()) {
    case kFloat:
      return head(dt_float).reals32(5, floats(t));
    case kDouble:
      return head(dt_double).reals(6, elements<double, double>(t, kDouble));
    case kInt:
      return integers(dt_int32, 7);
    case kByte:
      return integers(dt_uint8, 16);
    case kLong:
      return integers(dt_int64, 10);
    case kBool:
      return integers(dt_bool, 11);
    default:
      fail("add_tensor: elements of type {}", t.scalar_type());
  }
}

}  // namespace

Message shape_message(IntArrayRef sizes) {
  Message shape;
  for (const int64_t size : sizes) shape.message(2, Message().number(1, size));
  return shape;
}

Message plugin_message(const std::string& name, const Message& content) {
  return Message().message(1, Message().text(1, name).bytes(2, content.bytes()));
}

Message tensor_value(const std::string& tag, const Message& tensor, const Message& metadata) {
  return Message().text(1, tag).message(8, tensor).message(9, metadata);
}

Message summary(const std::string& tag, ValueKind kind, const Message& content) {
  return Message().message(1, Message().text(1, tag).message(unsigned(kind), content));
}

Message scalar_summary(const std::string& tag, double value, bool new_style,
                       bool double_precision) {
  if (!new_style)
    return Message().message(1, Message().text(1, tag).always_real32(2, float(value)));
  const Message tensor = double_precision
                             ? Message().number(1, dt_double).reals(6, {value})
                             : Message().number(1, dt_float).reals32(5, {float(value)});
  return Message().message(1, tensor_value(tag, tensor, plugin_message("scalars", {})));
}

Message text_summary(const std::string& tag, const std::string& text) {
  if (const size_t at = find_no_utf8(text); at != text.npos)
    fail("add_text: the text is no UTF-8, at byte {} of {}", at, text.size());
  return Message().message(
      1, tensor_value(tag + "/text_summary", text_tensor(text, {1}), plugin_message("text", {})));
}

Message tensor_summary(const std::string& tag, const Tensor& tensor) {
  return Message().message(1,
                           tensor_value(tag, tensor_message(tensor), plugin_message("tensor", {})));
}

Message custom_scalars_summary(const CustomLayout& layout) {
  Message all;
  for (const auto& [title, charts] : layout) {
    Message category;
    category.text(1, title);
    for (const CustomChart& chart : charts) {
      Message content, message;
      message.text(1, chart.title);
      if (chart.type == "Margin") {
        if (chart.tags.size() != 3)
          fail("add_custom_scalars: a Margin chart has {} tags, 3 wanted", chart.tags.size());
        content.message(
            1, Message().text(1, chart.tags[0]).text(2, chart.tags[1]).text(3, chart.tags[2]));
        message.message(3, content);
      } else if (chart.type == "Multiline") {
        for (const std::string& tag : chart.tags) content.always_text(1, tag);
        message.message(2, content);
      } else {
        fail("add_custom_scalars: a chart of type {}, not Multiline or Margin", chart.type);
      }
      category.message(2, message);
    }
    all.message(2, category);
  }
  return Message().message(1, tensor_value("custom_scalars__config__", text_tensor(all.bytes(), {}),
                                           plugin_message("custom_scalars", {})));
}

Message mesh_summary(const std::string& tag, const Tensor& vertices, const Tensor& colors,
                     const Tensor& faces, const std::string& config) {
  struct Part {
    const char* name;
    int64_t kind;
    const Tensor& values;
  };
  const Part parts[] = {{"VERTEX", 1, vertices}, {"FACE", 2, faces}, {"COLOR", 3, colors}};
  int64_t components = 0;
  for (const Part& p : parts) {
    if (!p.values.defined()) continue;
    if (p.values.dim() != 3 || p.values.size(2) != 3)
      fail("add_mesh: sizes of {} are {}, (B, N, 3) wanted", p.name, p.values.sizes());
    components |= int64_t(1) << p.kind;
  }
  if (!vertices.defined()) fail("add_mesh: the vertices are undefined");
  Message all;
  for (const Part& p : parts) {
    if (!p.values.defined()) continue;
    const IntArrayRef sizes = p.values.sizes();
    const Message data = Message()
                             .text(2, tag)
                             .number(3, p.kind)
                             .text(5, config)
                             .numbers(6, sizes.vec())
                             .number(7, components);
    const Message tensor =
        Message().number(1, dt_float).message(2, shape_message(sizes)).reals32(5, floats(p.values));
    all.message(1, tensor_value(tag + "_" + p.name, tensor, plugin_message("mesh", data)));
  }
  return all;
}

// --- precision over recall ----------------------------------------------------------------------

namespace {

Message curve_summary(const std::string& tag, const std::vector<float>& data, int64_t rows,
                      int64_t num_thresholds) {
  const Message tensor = Message()
                             .number(1, dt_float)
                             .message(2, shape_message({rows, int64_t(data.size()) / rows}))
                             .reals32(5, data);
  const Message content = Message().number(2, num_thresholds);
  return Message().message(1, tensor_value(tag, tensor, plugin_message("pr_curves", content)));
}

}  // namespace

// TensorBoard takes no more thresholds than this.
constexpr int64_t most_thresholds = 127;

Message pr_curve_raw_summary(const std::string& tag, const std::vector<Tensor>& rows,
                             int64_t num_thresholds) {
  std::vector<float> data;
  for (const Tensor& row : rows) {
    if (row.dim() != 1 || row.numel() != rows[0].numel())
      fail("add_pr_curve_raw: sizes differ, {} and {}", rows[0].sizes(), row.sizes());
    const std::vector<float> values = floats(row);
    data.insert(data.end(), values.begin(), values.end());
  }
  return curve_summary(tag, data, int64_t(rows.size()), std::min(num_thresholds, most_thresholds));
}

Message pr_curve_summary(const std::string& tag, const Tensor& labels, const Tensor& predictions,
                         int64_t num_thresholds, const Tensor& weights) {
  constexpr const char* op = "add_pr_curve";
  if (labels.sizes() != predictions.sizes())
    fail("{}: sizes differ, {} of labels and {} of predictions", op, labels.sizes(),
         predictions.sizes());
  if (weights.defined() && weights.sizes() != labels.sizes())
    fail("{}: sizes differ, {} of labels and {} of weights", op, labels.sizes(), weights.sizes());
  if (num_thresholds < 2) fail("{}: num_thresholds is {}, at least 2 wanted", op, num_thresholds);
  num_thresholds = std::min(num_thresholds, most_thresholds);

  const NoGradGuard guard;
  const auto truth = elements<double, double>(labels, kDouble);
  const auto weight = weights.defined() ? elements<double, double>(weights, kDouble)
                                        : std::vector<double>(truth.size(), 1);
  // In the predictions' own precision, which decides where one on a threshold goes.
  const Tensor places = (predictions.detach() * (num_thresholds - 1)).floor();
  const auto place = elements<double, double>(places, kDouble);

  const auto n = size_t(num_thresholds);
  std::vector<double> tp(n), fp(n);
  for (size_t i = 0; i < truth.size(); ++i) {
    if (!(place[i] >= 0 && place[i] < double(n))) continue;
    tp[size_t(place[i])] += truth[i] * weight[i];
    fp[size_t(place[i])] += (1 - truth[i]) * weight[i];
  }
  // What is at a threshold or above.
  for (size_t i = n - 1; i-- > 0;) {
    tp[i] += tp[i + 1];
    fp[i] += fp[i + 1];
  }
  std::vector<float> data(6 * n);
  for (size_t i = 0; i < n; ++i) {
    const double tn = fp[0] - fp[i], fn = tp[0] - tp[i];
    const double row[] = {tp[i],
                          fp[i],
                          tn,
                          fn,
                          tp[i] / std::max(1e-7, tp[i] + fp[i]),
                          tp[i] / std::max(1e-7, tp[i] + fn)};
    for (size_t r = 0; r < 6; ++r) data[r * n + i] = float(row[r]);
  }
  return curve_summary(tag, data, 6, num_thresholds);
}

}  // namespace gradus::monitor::detail
