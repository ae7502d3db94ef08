#include "monitor/events/summary_writer.h"

#include <ctime>
#include <exception>
#include <map>

#include "monitor/events/event_file.h"
#include "monitor/events/histogram.h"
#include "monitor/events/summaries.h"
#include "tensor/base/fail.h"

namespace gradus::monitor {

using namespace detail;

namespace {

// `May04_22-14-54`, in English whatever the locale.
std::string date_of(double seconds) {
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto time = std::time_t(seconds);
  std::tm t{};
  if (!localtime_r(&time, &t)) fail("summary writer: {} seconds since 1970 are no date", seconds);
  return fmt::format("{}{:02}_{:02}-{:02}-{:02}", months[t.tm_mon], t.tm_mday, t.tm_hour, t.tm_min,
                     t.tm_sec);
}

double one_element(const char* op, const Tensor& t) {
  if (t.numel() != 1) fail("{}: a tensor of sizes {}, one element wanted", op, t.sizes());
  return t.item<double>();
}

}  // namespace

struct SummaryWriter::Files {
  std::string log_dir;
  SummaryWriterOptions options;
  std::map<std::string, std::unique_ptr<EventFile>> open;  // by folder

  double now() const { return options.clock() ? options.clock()() : system_seconds(); }

  EventFile& in(const std::string& folder) {
    std::unique_ptr<EventFile>& file = open[folder];
    if (!file) try {
        file = std::make_unique<EventFile>(
            folder,
            EventFileOptions{options.max_queue(), options.flush_secs(), options.filename_suffix()},
            now());
      } catch (...) {
        open.erase(folder);
        throw;
      }
    return *file;
  }
  // The run's own file. It says from which step on older events do not count.
  EventFile& own() {
    EventFile& file = in(log_dir);
    if (const auto step = options.purge_step()) {
      constexpr int64_t start = 1;
      file.add({Message().real(1, now()).number(2, *step).text(unsigned(What::file_version),
                                                               "brain.Event:2"),
                make_event(now(), step, What::session, Message().number(1, start))});
      options.purge_step(std::nullopt);
    }
    return file;
  }
  void add(const Message& summary, Step step, WallTime walltime) {
    own().add({make_event(walltime ? *walltime : now(), step, What::summary, summary)});
  }
  // Adds to several files, or to none: files that were not there before are not there then.
  void add(const std::vector<std::pair<std::string, std::vector<Message>>>& by_folder) {
    std::vector<std::string> made;
    std::vector<EventFile*> files, done;
    made.reserve(by_folder.size());
    done.reserve(by_folder.size());
    try {
      for (const auto& [folder, events] : by_folder) {
        const bool is_there = open.contains(folder);
        files.push_back(&in(folder));
        if (!is_there) made.push_back(folder);
      }
      for (size_t i = 0; i < files.size(); ++i) {
        files[i]->add(by_folder[i].second);
        done.push_back(files[i]);
      }
    } catch (...) {
      for (EventFile* file : done) file->take_back();
      for (const std::string& folder : made) {
        open[folder]->discard();
        open.erase(folder);
      }
      throw;
    }
  }
  // Each, also after one that failed, whose error is thrown then.
  void flush() {
    std::exception_ptr first;
    for (const auto& file : open) try {
        file.second->flush();
      } catch (...) {
        if (!first) first = std::current_exception();
      }
    if (first) std::rethrow_exception(first);
  }
};

SummaryWriter::SummaryWriter(std::string log_dir, SummaryWriterOptions options)
    : files_(std::make_unique<Files>()) {
  if (options.max_queue() < 1)
    fail("summary writer: max_queue is {}, at least 1 wanted", options.max_queue());
  if (!(options.flush_secs() >= 0))
    fail("summary writer: flush_secs is {}, at least 0 wanted", options.flush_secs());
  if (options.filename_suffix().find('/') != std::string::npos)
    fail("summary writer: filename_suffix is {}, which names a folder", options.filename_suffix());
  files_->options = std::move(options);
  if (log_dir.empty())
    log_dir = "runs/" + date_of(files_->now()) + '_' + host_name() + files_->options.comment();
  files_->log_dir = std::move(log_dir);
  files_->own();
}
void SummaryWriter::resume(int64_t step) { files_->options.purge_step(step); }
SummaryWriter::SummaryWriter(SummaryWriter&&) noexcept = default;
SummaryWriter& SummaryWriter::operator=(SummaryWriter&&) noexcept = default;
SummaryWriter::~SummaryWriter() = default;

const std::string& SummaryWriter::get_logdir() const { return files_->log_dir; }
void SummaryWriter::flush() { files_->flush(); }
void SummaryWriter::close() {
  files_->flush();
  files_->open.clear();
}

void SummaryWriter::add_scalar(const std::string& tag, double value, Step global_step,
                               WallTime walltime, bool new_style, bool double_precision) {
  files_->add(scalar_summary(tag, value, new_style, double_precision), global_step, walltime);
}
void SummaryWriter::add_scalar(const std::string& tag, const Tensor& value, Step global_step,
                               WallTime walltime, bool new_style, bool double_precision) {
  add_scalar(tag, one_element("add_scalar", value), global_step, walltime, new_style,
             double_precision);
}
void SummaryWriter::add_scalars(const std::string& main_tag, const ScalarDict& values,
                                Step global_step, WallTime walltime) {
  const double time = walltime ? *walltime : files_->now();
  std::string main = main_tag;
  for (char& c : main)
    if (c == '/') c = '_';
  std::vector<std::pair<std::string, std::vector<Message>>> by_folder;
  std::map<std::string, size_t> places;
  for (const auto& [tag, value] : values) {
    const std::string folder = files_->log_dir + '/' + main + '_' + tag;
    const auto [at, is_new] = places.emplace(folder, by_folder.size());
    if (is_new) by_folder.push_back({folder, {}});
    by_folder[at->second].second.push_back(make_event(
        time, global_step, What::summary, scalar_summary(main_tag, value, false, false)));
  }
  files_->add(by_folder);
}
void SummaryWriter::add_histogram(const std::string& tag, const Tensor& values, Step global_step,
                                  const HistogramBins& bins, WallTime walltime,
                                  std::optional<int64_t> max_bins) {
  const Message content = histogram_message(make_histogram(values, bins, max_bins));
  files_->add(summary(tag, ValueKind::histogram, content), global_step, walltime);
}
void SummaryWriter::add_histogram_raw(const std::string& tag, double min, double max, int64_t num,
                                      double sum, double sum_squares,
                                      const std::vector<double>& bucket_limits,
                                      const std::vector<double>& bucket_counts, Step global_step,
                                      WallTime walltime) {
  if (bucket_limits.size() != bucket_counts.size())
    fail("add_histogram_raw: {} limits and {} counts", bucket_limits.size(), bucket_counts.size());
  const Message content =
      histogram_message({min, max, double(num), sum, sum_squares, bucket_limits, bucket_counts});
  files_->add(summary(tag, ValueKind::histogram, content), global_step, walltime);
}
void SummaryWriter::add_image(const std::string& tag, const Tensor& image, Step global_step,
                              WallTime walltime, const std::string& dataformats) {
  files_->add(image_summary(tag, image, dataformats), global_step, walltime);
}
void SummaryWriter::add_images(const std::string& tag, const Tensor& images, Step global_step,
                               WallTime walltime, const std::string& dataformats) {
  files_->add(image_summary(tag, images, dataformats), global_step, walltime);
}
void SummaryWriter::add_audio(const std::string& tag, const Tensor& sound, Step global_step,
                              int64_t sample_rate, WallTime walltime) {
  files_->add(audio_summary(tag, sound, sample_rate), global_step, walltime);
}
void SummaryWriter::add_text(const std::string& tag, const std::string& text, Step global_step,
                             WallTime walltime) {
  files_->add(text_summary(tag, text), global_step, walltime);
}
void SummaryWriter::add_tensor(const std::string& tag, const Tensor& tensor, Step global_step,
                               WallTime walltime) {
  files_->add(tensor_summary(tag, tensor), global_step, walltime);
}
void SummaryWriter::add_pr_curve(const std::string& tag, const Tensor& labels,
                                 const Tensor& predictions, Step global_step,
                                 int64_t num_thresholds, const Tensor& weights, WallTime walltime) {
  files_->add(pr_curve_summary(tag, labels, predictions, num_thresholds, weights), global_step,
              walltime);
}
void SummaryWriter::add_pr_curve_raw(const std::string& tag, const Tensor& true_positive_counts,
                                     const Tensor& false_positive_counts,
                                     const Tensor& true_negative_counts,
                                     const Tensor& false_negative_counts, const Tensor& precision,
                                     const Tensor& recall, Step global_step, int64_t num_thresholds,
                                     WallTime walltime) {
  files_->add(pr_curve_raw_summary(tag,
                                   {true_positive_counts, false_positive_counts,
                                    true_negative_counts, false_negative_counts, precision, recall},
                                   num_thresholds),
              global_step, walltime);
}
void SummaryWriter::add_hparams(const HParamDict& hparams, const ScalarDict& metrics,
                                const HParamDomains& domains, const std::string& run_name,
                                Step global_step) {
  const std::vector<Message> summaries = hparams_summaries(hparams, metrics, domains);
  const std::string run = run_name.empty() ? python_repr(files_->now()) : run_name;
  std::vector<Message> events;
  const auto add = [&](const Message& m) {
    events.push_back(make_event(files_->now(), global_step, What::summary, m));
  };
  for (const Message& m : summaries) add(m);
  for (const auto& [tag, value] : metrics) add(scalar_summary(tag, value, false, false));
  EventFile session(files_->log_dir + '/' + run, EventFileOptions(), files_->now());
  try {
    session.add(events);
    session.flush();
  } catch (...) {
    session.discard();
    throw;
  }
}
void SummaryWriter::add_graph(const nn::Module& model, WallTime walltime) {
  const auto [graph, run] = graph_messages(model);
  const double time = walltime ? *walltime : files_->now();
  files_->own().add(
      {make_event(time, {}, What::graph, graph),
       make_event(time, {}, What::run_metadata, Message().text(1, "step1").message(2, run))});
}
void SummaryWriter::add_embedding(const Tensor& mat, const EmbeddingOptions& options) {
  write_embedding(files_->log_dir, mat, options);
}
void SummaryWriter::add_custom_scalars(const CustomLayout& layout) {
  files_->add(custom_scalars_summary(layout), {}, {});
}
void SummaryWriter::add_custom_scalars_multilinechart(const std::vector<std::string>& tags,
                                                      const std::string& category,
                                                      const std::string& title) {
  add_custom_scalars({{category, {{title, "Multiline", tags}}}});
}
void SummaryWriter::add_custom_scalars_marginchart(const std::vector<std::string>& tags,
                                                   const std::string& category,
                                                   const std::string& title) {
  add_custom_scalars({{category, {{title, "Margin", tags}}}});
}
void SummaryWriter::add_mesh(const std::string& tag, const Tensor& vertices, const Tensor& colors,
                             const Tensor& faces, const std::string& config, Step global_step,
                             WallTime walltime) {
  files_->add(mesh_summary(tag, vertices, colors, faces, config), global_step, walltime);
}
void SummaryWriter::add_video(const std::string&, const Tensor&, Step, double, WallTime) {
  fail_not_implemented("add_video: moving pictures are not packed here, add_image() takes one");
}

}  // namespace gradus::monitor
