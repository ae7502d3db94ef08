// The Summary messages of TensorBoard's kinds of events.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "monitor/events/summary_writer.h"
#include "monitor/events/wire.h"

namespace gradus::monitor::detail {

// A Summary with one Value: the field `kind` of it is `content`.
enum class ValueKind : unsigned { image = 4, histogram = 5, audio = 6 };
Message summary(const std::string& tag, ValueKind kind, const Message& content);

Message scalar_summary(const std::string& tag, double value, bool new_style, bool double_precision);
Message text_summary(const std::string& tag, const std::string& text);
Message tensor_summary(const std::string& tag, const Tensor& tensor);
Message image_summary(const std::string& tag, const Tensor& image, const std::string& dataformats);
Message audio_summary(const std::string& tag, const Tensor& sound, int64_t sample_rate);
Message pr_curve_summary(const std::string& tag, const Tensor& labels, const Tensor& predictions,
                         int64_t num_thresholds, const Tensor& weights);
// The rows are true and false positives, true and false negatives, precision and recall.
Message pr_curve_raw_summary(const std::string& tag, const std::vector<Tensor>& rows,
                             int64_t num_thresholds);
Message custom_scalars_summary(const CustomLayout& layout);
Message mesh_summary(const std::string& tag, const Tensor& vertices, const Tensor& colors,
                     const Tensor& faces, const std::string& config);

// The three events of a try of hyperparameters, in the order in which they are written.
std::vector<Message> hparams_summaries(const HParamDict& hparams, const ScalarDict& metrics,
                                       const HParamDomains& domains);

// A TensorShapeProto.
Message shape_message(IntArrayRef sizes);
// A SummaryMetadata that gives a value to a plugin.
Message plugin_message(const std::string& name, const Message& content);
// A Value with a tensor and what plugin it is for.
Message tensor_value(const std::string& tag, const Message& tensor, const Message& metadata);

// The PNG of images (N, C, H, W), as many to a row as `columns`, in a square as wide as the row
// where that is wanted.
struct Picture {
  int64_t height = 0, width = 0, channels = 3;
  std::vector<uint8_t> pixels;
};
Picture grid_of(const char* op, const Tensor& images, int64_t columns, bool square);

// GraphDef and RunMetadata of a module tree.
std::pair<Message, Message> graph_messages(const nn::Module& model);

// As Python prints it: `0.1`, `1.0`, `1e-05`.
std::string python_repr(double v);

// Writes the files of an embedding into a folder, and its entry into projector_config.pbtxt.
void write_embedding(const std::string& log_dir, const Tensor& mat,
                     const EmbeddingOptions& options);

}  // namespace gradus::monitor::detail
