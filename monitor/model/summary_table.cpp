#include <algorithm>
#include <ostream>
#include <string_view>

#include "monitor/model/summary.h"
#include "monitor/utf8.h"
#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

using Cells = std::vector<std::string>;

// `1,234,567`
std::string with_commas(int64_t v) {
  std::string out = std::to_string(v);
  const size_t first = v < 0 ? 1 : 0;
  for (size_t at = out.size(); at > first + 3;) out.insert(at -= 3, ",");
  return out;
}

// In millions, or larger units where that is more.
std::string readable(int64_t v) {
  const double n = double(v);
  const auto [unit, one] = n >= 1e12  ? std::pair('T', 1e12)
                           : n >= 1e9 ? std::pair('G', 1e9)
                                      : std::pair('M', 1e6);
  return fmt::format(" ({}): {:.2f}", unit, n / one);
}

std::string sizes_text(const std::vector<int64_t>& sizes, bool known) {
  return known ? '[' + joined(sizes) + ']' : "--";
}

size_t width(std::string_view text) { return size_t(columns_of(text)); }

std::string branch(int64_t depth) {
  if (depth == 0) return {};
  std::string out;
  for (int64_t i = 1; i < depth; ++i) out += "│    ";
  return out + (depth == 1 ? "├─" : "└─");
}

const char* title(SummaryColumn column) {
  switch (column) {
    case SummaryColumn::input_size:
      return "Input Shape";
    case SummaryColumn::output_size:
      return "Output Shape";
    case SummaryColumn::num_params:
      return "Param #";
    case SummaryColumn::params_percent:
      return "Param %";
    case SummaryColumn::mult_adds:
      return "Mult-Adds";
    case SummaryColumn::trainable:
      return "Trainable";
  }
  return "";
}

std::string cell(SummaryColumn column, const LayerSummary& row, bool stands_for_all,
                 int64_t mult_adds, int64_t total) {
  const int64_t params = stands_for_all || row.is_leaf ? row.num_params : row.own_params;
  switch (column) {
    case SummaryColumn::input_size:
      return sizes_text(row.input_size, !row.input_size.empty());
    case SummaryColumn::output_size:
      // A result without a tensor has neither sizes nor bytes.
      return sizes_text(row.output_size, !row.output_size.empty() || row.output_bytes > 0);
    case SummaryColumn::num_params:
      if (row.num_params == 0) return "--";
      if (row.recursive) return "(recursive)";
      if (params == 0) return "--";
      return row.trainable_params > 0 ? with_commas(params) : '(' + with_commas(params) + ')';
    case SummaryColumn::params_percent:
      if (row.recursive && row.num_params > 0) return "(recursive)";
      return params == 0 || total == 0
                 ? "--"
                 : fmt::format("{:.2f}%", 100 * double(params) / double(total));
    case SummaryColumn::mult_adds:
      return mult_adds == 0 ? "--" : with_commas(mult_adds);
    case SummaryColumn::trainable:
      if (row.num_params == 0) return "--";
      if (row.trainable_params == 0) return "False";
      return row.trainable_params == row.num_params ? "True" : "Partial";
  }
  return "";
}

}  // namespace

std::string ModelSummary::str() const {
  std::vector<Cells> table;
  Cells head = {options_.names() ? "Layer (name)" : "Layer"};
  for (const SummaryColumn c : options_.columns()) head.push_back(title(c));
  table.push_back(std::move(head));
  for (size_t i = 0; i < layers_.size(); ++i) {
    const LayerSummary& row = layers_[i];
    if (row.depth > options_.depth()) continue;
    const bool stands_for_all = row.depth == options_.depth();
    int64_t mult_adds = row.mult_adds;
    for (size_t k = i + 1; stands_for_all && k < layers_.size() && layers_[k].depth > row.depth;
         ++k)
      mult_adds += layers_[k].mult_adds;
    Cells cells = {branch(row.depth) + row.kind};
    if (options_.names() && !row.name.empty()) cells[0] += " (" + row.name + ')';
    for (const SummaryColumn c : options_.columns())
      cells.push_back(cell(c, row, stands_for_all, mult_adds, total_params_));
    table.push_back(std::move(cells));
  }

  std::vector<size_t> widths(table[0].size());
  for (const Cells& cells : table)
    for (size_t c = 0; c < cells.size(); ++c) widths[c] = std::max(widths[c], width(cells[c]));
  size_t whole = 2 * (widths.size() - 1);
  for (const size_t w : widths) whole += w;
  const std::string rule = std::string(std::max<size_t>(whole, 40), '=') + '\n';

  std::string out = rule;
  for (size_t r = 0; r < table.size(); ++r) {
    std::string line;
    for (size_t c = 0; c < widths.size(); ++c)
      (line += table[r][c]).append(widths[c] - width(table[r][c]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    (out += line) += '\n';
    if (r == 0) out += rule;
  }
  out += rule;
  out += "Total params: " + with_commas(total_params_) + '\n';
  out += "Trainable params: " + with_commas(trainable_params_) + '\n';
  out += "Non-trainable params: " + with_commas(total_params_ - trainable_params_) + '\n';
  if (has_input_) {
    const auto megabytes = [](int64_t bytes) {
      return fmt::format("{:.2f}\n", double(bytes) / 1e6);
    };
    out += "Total mult-adds" + readable(total_mult_adds_) + '\n' + rule;
    out += "Input size (MB): " + megabytes(input_bytes_);
    out += "Forward/backward pass size (MB): " + megabytes(forward_backward_bytes_);
    out += "Params size (MB): " + megabytes(param_bytes_);
    out += "Estimated Total Size (MB): " + megabytes(total_bytes());
  }
  return out + rule.substr(0, rule.size() - 1);
}

std::ostream& operator<<(std::ostream& out, const ModelSummary& summary) {
  return out << summary.str();
}

}  // namespace gradus::monitor
