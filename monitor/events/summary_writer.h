// SummaryWriter: what TensorBoard shows of a run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "monitor/events/histogram_bins.h"
#include "tensor/base/arg.h"
#include "tensor/io/ivalue.h"
#include "tensor/tensor.h"

namespace gradus::nn {
class Module;
}

namespace gradus::monitor {

/// The options of SummaryWriter.
struct SummaryWriterOptions {
  /// Ends the name of the default folder.
  GRADUS_ARG(std::string, comment);
  /// The step at which a run goes on that stopped later: TensorBoard hides what earlier files of
  /// the folder have from this step on.
  GRADUS_ARG(std::optional<int64_t>, purge_step);
  /// How many events wait in memory before they are written. At least 1.
  GRADUS_ARG(int64_t, max_queue) = 10;
  /// After how many seconds they are written at the next event. At least 0.
  GRADUS_ARG(double, flush_secs) = 120;
  /// Ends the names of the files.
  GRADUS_ARG(std::string, filename_suffix);
  /// The seconds since 1970, in place of the system's clock.
  GRADUS_ARG(std::function<double()>, clock);
};

/// Numbers under names, in this order: `{{"train", 0.3}, {"test", 0.4}}`.
using ScalarDict = std::vector<std::pair<std::string, double>>;
/// Hyperparameters under names, each a number, bool, string, tensor of one element or None.
using HParamDict = std::vector<std::pair<std::string, IValue>>;
/// The values that hyperparameters can take.
using HParamDomains = std::vector<std::pair<std::string, std::vector<IValue>>>;

/// A chart of several scalars: {title, "Multiline" or "Margin", tags}.
struct CustomChart {
  /// What stands above it.
  std::string title;
  /// "Multiline" draws all; "Margin" draws the first between the second and the third.
  std::string type;
  /// The tags of the scalars.
  std::vector<std::string> tags;
};
/// Charts under the names of their categories.
using CustomLayout = std::vector<std::pair<std::string, std::vector<CustomChart>>>;

/// Options of SummaryWriter::add_embedding().
struct EmbeddingOptions {
  /// The label of each row.
  GRADUS_ARG(std::vector<std::string>, metadata);
  /// Or several of each row, a column for every name of metadata_header.
  GRADUS_ARG(std::vector<std::vector<std::string>>, metadata_columns);
  /// The names of the columns.
  GRADUS_ARG(std::vector<std::string>, metadata_header);
  /// An image for each row, (N, C, H, W) with C 1 or 3 and values from 0 to 1.
  GRADUS_ARG(Tensor, label_img);
  /// Where in the training it is.
  GRADUS_ARG(std::optional<int64_t>, global_step);
  /// Its name.
  GRADUS_ARG(std::string, tag) = "default";
};

/// Writes the events of a run to files that TensorBoard shows, as torch.utils.tensorboard does:
///
///   monitor::SummaryWriter writer("runs/first");
///   for (int64_t step = 0; step < steps; ++step) {
///     ...
///     writer.add_scalar("loss", loss, step);
///   }
///
/// and `tensorboard --logdir runs` in a terminal. For the same calls the events are those of
/// Python, byte for byte, apart from the times, the writer's name, how images are packed, and
/// add_graph().
///
/// Every event has a step, 0 where none is given, and a time, now where none is given. Events wait
/// in memory as the options say, and are appended as whole records; after a kill the file is
/// readable and has all that was written. All functions throw Error where a file cannot be written,
/// for text that is no UTF-8, and after either nothing of the call is added, in any file; what
/// waited before goes on waiting. One thread at a time.
///
/// There is no add_figure() and no add_onnx_graph(): C++ has neither type. Give a picture to
/// add_image().
class SummaryWriter {
 public:
  /// A step, or none.
  using Step = std::optional<int64_t>;
  /// Seconds since 1970, or none.
  using WallTime = std::optional<double>;

  /// Makes the folder and a file in it; an empty name is `runs/DATE_HOST` and the comment. Throws
  /// Error where that fails and for options that are out of range.
  explicit SummaryWriter(std::string log_dir = {}, SummaryWriterOptions options = {});
  SummaryWriter(SummaryWriter&&) noexcept;
  SummaryWriter& operator=(SummaryWriter&&) noexcept;
  /// Writes what waits. Only close() tells when that fails.
  ~SummaryWriter();

  /// For a run that goes on at `step`: what was written of that step and later ones does not count
  /// any more, here and in earlier files of the folder, as soon as the next event is added.
  void resume(int64_t step);

  /// A value of a curve.
  void add_scalar(const std::string& tag, double value, Step global_step = {},
                  WallTime walltime = {}, bool new_style = false, bool double_precision = false);
  /// The same, from a tensor of one element. Throws Error for another.
  void add_scalar(const std::string& tag, const Tensor& value, Step global_step = {},
                  WallTime walltime = {}, bool new_style = false, bool double_precision = false);
  /// Values of several curves in one chart: each is a run of its own, in the folder
  /// `LOG_DIR/main_tag_tag`, with its own file.
  void add_scalars(const std::string& main_tag, const ScalarDict& values, Step global_step = {},
                   WallTime walltime = {});
  /// How the elements of a tensor spread. max_bins joins neighbours. Throws Error for none, and
  /// where no bin has one.
  void add_histogram(const std::string& tag, const Tensor& values, Step global_step = {},
                     const HistogramBins& bins = "tensorflow", WallTime walltime = {},
                     std::optional<int64_t> max_bins = {});
  /// A histogram whose bins are counted: upper edges and counts. Throws Error when there are not as
  /// many of both.
  void add_histogram_raw(const std::string& tag, double min, double max, int64_t num, double sum,
                         double sum_squares, const std::vector<double>& bucket_limits,
                         const std::vector<double>& bucket_counts, Step global_step = {},
                         WallTime walltime = {});
  /// An image, whose dims `dataformats` names: "CHW", "HWC", "HW", in any order, or with "N" a
  /// grid of images. Channels are 1 (grey), 3 (RGB), and without "N" 2 (grey, alpha) or 4 (RGBA).
  /// Values of type uint8 are from 0 to 255, others from 0 to 1; what is beyond is cut.
  void add_image(const std::string& tag, const Tensor& image, Step global_step = {},
                 WallTime walltime = {}, const std::string& dataformats = "CHW");
  /// A grid of images, eight to a row.
  void add_images(const std::string& tag, const Tensor& images, Step global_step = {},
                  WallTime walltime = {}, const std::string& dataformats = "NCHW");
  /// A sound of one channel, with values from -1 to 1 that are cut there, as 16-bit WAV. Throws
  /// Error for another shape than one dim, those of size 1 aside.
  void add_audio(const std::string& tag, const Tensor& sound, Step global_step = {},
                 int64_t sample_rate = 44100, WallTime walltime = {});
  /// Text, shown as Markdown.
  void add_text(const std::string& tag, const std::string& text, Step global_step = {},
                WallTime walltime = {});
  /// A tensor's elements.
  void add_tensor(const std::string& tag, const Tensor& tensor, Step global_step = {},
                  WallTime walltime = {});
  /// Precision over recall for binary labels and predictions from 0 to 1, of any shape, at
  /// num_thresholds thresholds (at most 127). Throws Error when sizes differ.
  void add_pr_curve(const std::string& tag, const Tensor& labels, const Tensor& predictions,
                    Step global_step = {}, int64_t num_thresholds = 127, const Tensor& weights = {},
                    WallTime walltime = {});
  /// The same from what is counted at each threshold. Throws Error when sizes differ.
  void add_pr_curve_raw(const std::string& tag, const Tensor& true_positive_counts,
                        const Tensor& false_positive_counts, const Tensor& true_negative_counts,
                        const Tensor& false_negative_counts, const Tensor& precision,
                        const Tensor& recall, Step global_step = {}, int64_t num_thresholds = 127,
                        WallTime walltime = {});
  /// One try of hyperparameters and what it gave, for the HPARAMS tab: a run of its own in the
  /// folder `LOG_DIR/run_name`, the time where that is empty. Values with a domain must be of its
  /// kind. Bools count as numbers, as in Python. Throws Error for values of other kinds and for
  /// names that come twice.
  void add_hparams(const HParamDict& hparams, const ScalarDict& metrics,
                   const HParamDomains& domains = {}, const std::string& run_name = {},
                   Step global_step = {});
  /// The module tree: each module and its parameters under the paths `Net/Linear[fc1]/weight`, with
  /// shapes, and the children of a Sequential in their order. What forward() does between the
  /// modules is not traced, as it is in Python.
  void add_graph(const nn::Module& model, WallTime walltime = {});
  /// Rows of a matrix (N, D) as points, for the PROJECTOR tab: files in a folder of its own, and
  /// the folder's projector_config.pbtxt, which keeps what earlier runs wrote there for other tags
  /// and steps. Throws Error for other shapes and lists that are not N long.
  void add_embedding(const Tensor& mat, const EmbeddingOptions& options = {});
  /// Charts of several scalars, for the CUSTOM SCALARS tab. Once for each folder. Throws Error for
  /// other types, and for a "Margin" without three tags.
  void add_custom_scalars(const CustomLayout& layout);
  /// One "Multiline" chart.
  void add_custom_scalars_multilinechart(const std::vector<std::string>& tags,
                                         const std::string& category = "default",
                                         const std::string& title = "untitled");
  /// One "Margin" chart.
  void add_custom_scalars_marginchart(const std::vector<std::string>& tags,
                                      const std::string& category = "default",
                                      const std::string& title = "untitled");
  /// A mesh or points in space: vertices (B, N, 3), and as far as they are defined their colors and
  /// faces of the same kind of shape. `config` is JSON for the viewer. Throws Error for other
  /// shapes.
  void add_mesh(const std::string& tag, const Tensor& vertices, const Tensor& colors = {},
                const Tensor& faces = {}, const std::string& config = "{}", Step global_step = {},
                WallTime walltime = {});
  /// Throws NotImplementedError: there is nothing here that packs moving pictures.
  [[noreturn]] void add_video(const std::string& tag, const Tensor& video, Step global_step = {},
                              double fps = 4, WallTime walltime = {});

  /// Writes what waits; to all files that can be written, also where it throws.
  void flush();
  /// Writes what waits and closes the files, none where it throws. What is added later goes to new
  /// ones.
  void close();
  /// The folder.
  const std::string& get_logdir() const;

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

}  // namespace gradus::monitor
