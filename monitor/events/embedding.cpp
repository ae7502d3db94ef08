#include <fcntl.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "autograd/modes.h"
#include "monitor/events/png.h"
#include "monitor/events/summaries.h"
#include "tensor/base/fail.h"
#include "tensor/io/file.h"
#include "tensor/io/utf8.h"

// The files of TensorBoard's projector.
namespace gradus::monitor::detail {
namespace {

constexpr const char* op = "add_embedding";

void write_file(const std::filesystem::path& name, std::string_view content) {
  Replacement file(name.string(), op);
  file.write(content.data(), content.size());
  file.commit();
}

// What a regular file has; nothing where there is none.
std::string content_of(const std::string& name) {
  if (std::error_code none; !std::filesystem::is_regular_file(name, none)) return {};
  const File file(op, name, O_RDONLY | O_NONBLOCK);
  std::string out;
  char piece[4096];
  for (size_t n; (n = file.read(piece, sizeof piece)) > 0;) out.append(piece, n);
  return out;
}

// The projector's config without the entries that have this line. An entry is what stands from a
// line `embeddings {` to the next line `}`.
std::string without_entries(std::string_view config, std::string_view line) {
  std::string out, entry;
  bool within = false, is_ours = false;
  while (!config.empty()) {
    const size_t end = std::min(config.find('\n'), config.size() - 1) + 1;
    const std::string_view now = config.substr(0, end);
    config.remove_prefix(end);
    if (now.starts_with("embeddings {")) {
      out += entry;
      entry.clear();
      within = true;
      is_ours = false;
    }
    entry += now;
    is_ours = is_ours || (within && now == line);
    if (within && now != "}\n" && now != "}") continue;
    if (!is_ours) out += entry;
    entry.clear();
    within = is_ours = false;
  }
  out += entry;  // one that does not end
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out;
}

std::string element_text(const Tensor& t) {
  if (t.scalar_type() == kBool) return t.item<bool>() ? "True" : "False";
  return t.is_floating_point() ? python_repr(t.item<double>()) : std::to_string(t.item<int64_t>());
}

using Rows = std::vector<std::vector<std::string>>;

// A line for each row, a tab between two values.
std::string tab_separated(const Rows& rows) {
  std::string out;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) (out += i == 0 ? "" : "\t") += row[i];
    out += '\n';
  }
  return out;
}

std::string matrix_text(const Tensor& mat) {
  const NoGradGuard guard;
  const Tensor m = mat.detach();
  std::string out;
  for (int64_t i = 0; i < m.size(0); ++i) {
    const Tensor row = m.select(0, i);
    for (int64_t j = 0; j < m.size(1); ++j)
      (out += j == 0 ? "" : "\t") += element_text(row.select(0, j));
    out += '\n';
  }
  return out;
}

// A name that a folder can have.
std::string encoded(const std::string& tag) {
  if (tag == ".") return "%2e";
  if (tag == "..") return "%2e%2e";
  std::string out;
  for (const char c : tag) {
    if (c == '%' || c == '/' || c == '\\')
      out += fmt::format("%{:02x}", unsigned(c));
    else
      out += c;
  }
  return out;
}

// In quotes, as protobuf's text format has strings.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\'' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (uint8_t(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\{:03o}", unsigned(c));
    else
      out += c;
  }
  return out + '"';
}

void check(const Tensor& mat, const EmbeddingOptions& o) {
  if (mat.dim() != 2) fail("{}: sizes are {}, (N, D) wanted", op, mat.sizes());
  const auto rows = size_t(mat.size(0));
  if (const size_t at = find_no_utf8(o.tag()); at != o.tag().npos)
    fail("{}: the tag is no UTF-8, at byte {} of {}", op, at, o.tag().size());
  const size_t labels =
      o.metadata_header().empty() ? o.metadata().size() : o.metadata_columns().size();
  if (labels != 0 && labels != rows) fail("{}: {} labels for {} rows", op, labels, rows);
  if (o.metadata_header().empty() != o.metadata_columns().empty())
    fail("{}: metadata_columns and metadata_header belong together", op);
  if (!o.metadata().empty() && !o.metadata_columns().empty())
    fail("{}: metadata and metadata_columns are both given", op);
  for (const auto& row : o.metadata_columns())
    if (row.size() != o.metadata_header().size())
      fail("{}: {} labels in a row, {} names of columns", op, row.size(),
           o.metadata_header().size());
  if (!o.label_img().defined()) return;
  if (o.label_img().dim() != 4 || o.label_img().size(0) != mat.size(0))
    fail("{}: label_img has the sizes {} for {} rows", op, o.label_img().sizes(), rows);
}

}  // namespace

std::string python_repr(double v) {
  std::string out = fmt::format("{}", v);
  // A number that looks whole says that it is none.
  if (out.find_first_not_of("-0123456789") == out.npos) out += ".0";
  return out;
}

void write_embedding(const std::string& log_dir, const Tensor& mat, const EmbeddingOptions& o) {
  check(mat, o);
  const int64_t step = o.global_step().value_or(0);
  const std::string number = fmt::format("{:05}", step), folder = number + '/' + encoded(o.tag());
  const bool labelled = !o.metadata().empty() || !o.metadata_columns().empty();
  std::string sprite;
  if (o.label_img().defined()) {
    const NoGradGuard guard;
    int64_t columns = int64_t(1);
    while (columns * columns < mat.size(0)) ++columns;
    const Picture p = grid_of(op, o.label_img(), columns, true);
    sprite = png(p.pixels.data(), p.height, p.width, p.channels);
  }

  const std::filesystem::path at = std::filesystem::path(log_dir) / folder;
  std::error_code error;
  std::filesystem::create_directories(at, error);
  if (error) fail("{}: cannot make the folder {}: {}", op, at.string(), error.message());
  if (!o.metadata_columns().empty())
    write_file(at / "metadata.tsv",
               tab_separated(Rows(1, o.metadata_header())) + tab_separated(o.metadata_columns()));
  else if (labelled) {
    std::string lines;
    for (const std::string& label : o.metadata()) (lines += label) += '\n';
    write_file(at / "metadata.tsv", lines);
  }
  if (!sprite.empty()) write_file(at / "sprite.png", sprite);
  write_file(at / "tensors.tsv", matrix_text(mat));

  const std::string name = fmt::format("  tensor_name: {}\n", quoted(o.tag() + ':' + number));
  std::string entry = "embeddings {\n" + name;
  const auto say = [&](const char* field, const std::string& value) {
    entry += fmt::format("  {}: {}\n", field, quoted(value));
  };
  if (labelled) say("metadata_path", folder + "/metadata.tsv");
  if (!sprite.empty()) {
    entry += fmt::format("  sprite {{\n    image_path: {}\n", quoted(folder + "/sprite.png"));
    entry += fmt::format("    single_image_dim: {}\n    single_image_dim: {}\n  }}\n",
                         o.label_img().size(3), o.label_img().size(2));
  }
  say("tensor_path", folder + "/tensors.tsv");
  const std::string config = log_dir + "/projector_config.pbtxt";
  write_file(config, without_entries(content_of(config), name) + entry + "}\n");
}

}  // namespace gradus::monitor::detail
