#include "monitor/chart/line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "monitor/chart/chart_axis.h"
#include "monitor/chart/chart_path.h"
#include "monitor/log/csv_log.h"
#include "monitor/utf8.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/io/file.h"

namespace gradus::monitor {
namespace {

// Of medium lightness, so that they stand out from white and from black.
constexpr const char* colours[] = {"#3f7fd0", "#e0752d", "#2f9e62", "#d1495b",
                                   "#8e6bbf", "#a67c35", "#1f9aa8", "#c75a9e"};
constexpr const char* dashes[] = {"", " stroke-dasharray='6 3'", " stroke-dasharray='2 3'",
                                  " stroke-dasharray='9 3 2 3'"};
// What ignores it shows the colours of a light page, which are attributes.
constexpr const char* style =
    "<style>.paper{fill:#ffffff}.text{fill:#24292f}.grid{stroke:#d8dee4}.frame{stroke:#6e7781}"
    "@media(prefers-color-scheme:dark){.paper{fill:#1c2128}.text{fill:#d0d7de}"
    ".grid{stroke:#373e47}.frame{stroke:#8b949e}}</style>\n";
constexpr double letter = 6.8;  // pixels of a letter of the usual width, at 12 pixels high

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = next_character(text);
    switch (c) {
      case U'<':
        out += "&lt;";
        break;
      case U'>':
        out += "&gt;";
        break;
      case U'&':
        out += "&amp;";
        break;
      case 0xFFFD:
      case 0xFFFE:  // no characters of XML
      case 0xFFFF:
        out += "\xEF\xBF\xBD";
        break;
      default:
        if (c < 0x20 || (c >= 0x7F && c < 0xA0))
          out += ' ';
        else
          out += before.substr(0, before.size() - text.size());
    }
  }
  return out;
}

// The beginning of a text that has room, with `…` where the rest has not.
std::string fitting(std::string_view text, int columns) {
  if (columns_of(text) <= columns) return std::string(text);
  return std::string(cropped(text, columns - 1)) + "\u2026";
}

std::vector<double> numbers(const Tensor& t, const char* what) {
  if (!t.defined()) fail("line chart: {} is an undefined tensor", what);
  if (t.dim() != 1) fail("line chart: {} has shape {}, [n] wanted", what, t.sizes());
  if (t.is_complex()) fail("line chart: {} is of complex numbers", what);
  const Tensor c = t.detach().to(kDouble).contiguous();
  return {c.data_ptr<double>(), c.data_ptr<double>() + c.numel()};
}

}  // namespace

LineChart::LineChart(LineChartOptions options) : options_(std::move(options)) {
  if (options_.width() < 200 || options_.width() > 10000)
    fail("line chart: width is {}, 200 to 10000 wanted", options_.width());
  if (options_.height() < 150 || options_.height() > 10000)
    fail("line chart: height is {}, 150 to 10000 wanted", options_.height());
}

LineChart& LineChart::line(const std::string& name, const Tensor& y) {
  return line(name, numbers(y, "y"));
}
LineChart& LineChart::line(const std::string& name, const Tensor& x, const Tensor& y) {
  return line(name, numbers(x, "x"), numbers(y, "y"));
}
LineChart& LineChart::line(const std::string& name, const std::vector<double>& y) {
  std::vector<double> x(y.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = double(i);
  return line(name, std::move(x), y);
}
LineChart& LineChart::line(const std::string& name, std::vector<double> x, std::vector<double> y) {
  if (x.size() != y.size()) fail("line chart: x has {} numbers and y {}", x.size(), y.size());
  lines_.push_back({name, std::move(x), std::move(y)});
  return *this;
}

LineChart& LineChart::csv(const std::string& filename, const std::vector<std::string>& columns,
                          const std::string& x) {
  const std::vector<CSVLogColumn> log = read_csv_log(filename);
  const auto column = [&](const std::string& name) -> const CSVLogColumn& {
    const auto found =
        std::find_if(log.begin(), log.end(), [&](auto& c) { return c.name == name; });
    if (found == log.end()) fail("line chart: {} has no column {}", filename, name);
    if (!found->text.empty())
      fail("line chart: the column {} of {} holds text: {}", name, filename, one_line(found->text));
    return *found;
  };
  const CSVLogColumn& over = column(x);
  std::vector<const CSVLogColumn*> wanted;
  for (const std::string& name : columns) wanted.push_back(&column(name));
  for (const CSVLogColumn& c : log)
    if (columns.empty() && &c != &over && c.text.empty()) wanted.push_back(&c);
  std::vector<Line> lines;
  for (const CSVLogColumn* c : wanted) {
    Line line = {c->name, {}, {}};
    for (size_t row = 0; row < c->values.size(); ++row) {
      if (!c->values[row]) continue;
      line.x.push_back(over.values[row].value_or(std::numeric_limits<double>::quiet_NaN()));
      line.y.push_back(*c->values[row]);
    }
    lines.push_back(std::move(line));
  }
  std::move(lines.begin(), lines.end(), std::back_inserter(lines_));
  return *this;
}

std::string LineChart::svg() const {
  double x_low = 1e301, x_high = -1e301, y_low = 1e301, y_high = -1e301;
  const auto shown = [&](const Line& l, size_t i) {
    return can_show(l.x[i], false) && can_show(l.y[i], options_.log_y());
  };
  int longest = 0, named = 0;
  bool whole_steps = true;
  for (const Line& l : lines_) {
    longest = std::max(longest, columns_of(l.name));
    named += !l.name.empty();
    for (size_t i = 0; i < l.x.size(); ++i) {
      if (!shown(l, i)) continue;
      whole_steps = whole_steps && l.x[i] == std::floor(l.x[i]);
      x_low = std::min(x_low, l.x[i]);
      x_high = std::max(x_high, l.x[i]);
      y_low = std::min(y_low, l.y[i]);
      y_high = std::max(y_high, l.y[i]);
    }
  }
  if (x_low > x_high) {  // nothing to show
    x_low = 0;
    x_high = 1;
    y_low = options_.log_y() ? 0.1 : 0;
    y_high = 1;
  }
  const auto width = double(options_.width()), height = double(options_.height());
  const ChartAxis y_axis(y_low, y_high, options_.log_y(), true, std::max(2, int(height) / 60), 0);
  const ChartAxis x_axis(x_low, x_high, false, false, std::max(2, int(width) / 100),
                         whole_steps ? 1 : 0);
  size_t widest = 1;
  for (const auto& m : y_axis.marks()) widest = std::max(widest, m.text.size());
  const double left = 14 + letter * double(widest) + (options_.y_label().empty() ? 0 : 20);
  const double legend = named == 0 ? 0 : std::min(46 + letter * longest, width * 0.4);
  const double right = width - std::max(legend, 16.), top = options_.title().empty() ? 14 : 38;
  const double bottom = height - (options_.x_label().empty() ? 28 : 48);

  std::string out = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{1}' viewBox='0 0 {0} {1}' "
      "font-family='sans-serif' font-size='12'>\n",
      options_.width(), options_.height());
  out += style;
  out += "<rect class='paper' fill='#ffffff' width='100%' height='100%'/>\n";
  const auto text = [&](double x, double y, const char* rest, std::string_view what) {
    out += fmt::format("<text class='text' x='{}' y='{}'{}>{}</text>\n", pixels(x), pixels(y), rest,
                       escaped(what));
  };
  std::string grid;
  for (const auto& m : y_axis.marks()) {
    const double y = bottom - m.part * (bottom - top);
    grid += fmt::format("M{0} {1}H{2}", pixels(left), pixels(y), pixels(right));
    text(left - 6, y + 4, " text-anchor='end'", m.text);
  }
  for (const auto& m : x_axis.marks()) {
    const double x = left + m.part * (right - left);
    grid += fmt::format("M{0} {1}V{2}", pixels(x), pixels(top), pixels(bottom));
    text(x, bottom + 17, " text-anchor='middle'", m.text);
  }
  out += fmt::format("<path class='grid' stroke='#d8dee4' fill='none' d='{}'/>\n", grid);
  out += fmt::format("<path class='frame' stroke='#6e7781' fill='none' d='M{} {}V{}H{}'/>\n",
                     pixels(left), pixels(top), pixels(bottom), pixels(right));
  if (!options_.title().empty())
    text(width / 2, 24, " text-anchor='middle' font-size='16'", options_.title());
  if (!options_.x_label().empty())
    text((left + right) / 2, height - 10, " text-anchor='middle'", options_.x_label());
  if (!options_.y_label().empty()) {
    const std::string turned = fmt::format(" text-anchor='middle' transform='rotate(-90 16 {})'",
                                           pixels((top + bottom) / 2));
    text(16, (top + bottom) / 2, turned.c_str(), options_.y_label());
  }

  // As many lines of the legend as there is room for.
  const int room = std::max(1, int((bottom - top) / 18)),
            entries = named <= room ? named : room - 1;
  int entry = 0;
  for (size_t k = 0; k < lines_.size(); ++k) {
    const Line& l = lines_[k];
    const std::string look = fmt::format(
        "fill='none' stroke='{}' stroke-width='2' stroke-linejoin='round' stroke-linecap='round'{}",
        colours[k % 8], dashes[k / 8 % 4]);
    std::vector<ChartRun> runs(1);
    for (size_t i = 0; i < l.x.size(); ++i) {
      if (shown(l, i))
        runs.back().push_back({left + x_axis.part(l.x[i]) * (right - left),
                               bottom - y_axis.part(l.y[i]) * (bottom - top)});
      else if (!runs.back().empty())
        runs.emplace_back();
    }
    out += fmt::format("<path {} d='{}'/>\n", look, path_of(thinned(runs)));
    if (l.name.empty() || entry >= entries) continue;
    const double y = top + 10 + 18 * entry++;
    out += fmt::format("<path {} d='M{} {}h18'/>\n", look, pixels(right + 12), pixels(y));
    text(right + 36, y + 4, "", fitting(l.name, int((width - right - 36) / letter)));
  }
  if (entries < named)
    text(right + 36, top + 14 + 18 * entries, "", fmt::format("and {} more", named - entries));
  return out + "</svg>\n";
}

void LineChart::save(const std::string& filename) const {
  const std::string picture = svg();
  Replacement file(filename, "line chart");
  file.write(picture.data(), picture.size());
  file.commit();
}

}  // namespace gradus::monitor
