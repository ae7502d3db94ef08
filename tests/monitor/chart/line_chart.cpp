#include "monitor/chart/line_chart.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <locale>
#include <sstream>

#include "gradus.h"
#include "monitor/chart/chart_axis.h"
#include "monitor/log/logger.h"
#include "tests/named_pipe.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::ChartAxis, monitor::LineChart, monitor::LineChartOptions;

namespace {

// What stands between `before` and `after`, each time.
std::vector<std::string> between(const std::string& text, const std::string& before,
                                 const std::string& after) {
  std::vector<std::string> out;
  for (size_t at = 0; (at = text.find(before, at)) != text.npos;) {
    at += before.size();
    out.push_back(text.substr(at, text.find(after, at) - at));
  }
  return out;
}
// The texts of a picture, and the paths of its lines.
std::vector<std::string> texts(const std::string& svg) {
  std::vector<std::string> out;
  for (const std::string& t : between(svg, "<text ", "</text>"))
    out.push_back(t.substr(t.find('>') + 1));
  return out;
}
std::vector<std::string> paths(const std::string& svg) {
  std::vector<std::string> out;
  for (const std::string& t : between(svg, "stroke-linecap='round'", "/>"))
    out.push_back(between(t, " d='", "'")[0]);
  return out;
}
// The marks of an axis, with their places in thousandths.
std::string marks(double low, double high, bool logarithmic = false, bool whole = false,
                  int most = 6, double least_step = 0) {
  std::string out;
  const ChartAxis axis(low, high, logarithmic, whole, most, least_step);
  for (const auto& m : axis.marks())
    out += m.text + '@' + std::to_string(std::lround(1000 * m.part)) + ' ';
  return out;
}

struct Comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("a line chart is the same text in any locale") {
  const auto draw = [] {
    return LineChart(LineChartOptions().title("A < B").x_label("step").y_label("loss"))
        .line("a", tensor({1., 2., 4.5}))
        .line("b & c", tensor({0, 10}), tensor({2.5f, 1.25f}))
        .svg();
  };
  const std::string svg = draw();
  CHECK(texts(svg) == std::vector<std::string>{"1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0",
                                               "4.5", "0", "2", "4", "6", "8", "10", "A &lt; B",
                                               "step", "loss", "a", "b &amp; c"});
  CHECK(paths(svg) == std::vector<std::string>{"M54.4 402L121 298L187.5 38", "M732 48h18",
                                               "M54.4 246L720 376", "M732 66h18"});
  CHECK(svg.substr(0, 4) == "<svg");
  CHECK(svg.find("prefers-color-scheme:dark") != svg.npos);
  const std::locale before = std::locale::global(std::locale(std::locale(), new Comma));
  const std::string again = draw();
  std::locale::global(before);
  CHECK(svg == again);
}

TEST_CASE("a line chart takes vectors of any numbers") {
  const std::vector<int64_t> steps = {0, 10};
  const std::vector<float> values = {2.5f, 1.25f};
  const std::vector<double> x = {0, 10}, y = {2.5, 1.25};
  const std::string svg = LineChart().line("a", x, y).svg();
  CHECK(LineChart().line("a", steps, values).svg() == svg);
  CHECK(LineChart().line("a", steps, y).svg() == svg);
  CHECK(LineChart().line("a", {0, 10}, {2.5, 1.25}).svg() == svg);
  CHECK(LineChart().line("a", values).svg() == LineChart().line("a", y).svg());
  CHECK(LineChart().line("a", {2.5, 1.25}).svg() == LineChart().line("a", y).svg());
}

TEST_CASE("a line chart has gaps where a value is nan, infinite, or not above 0 on a log axis") {
  const Tensor y = tensor({1., NAN, 1., 1., INFINITY, -1., 1.});
  const auto moves = [&](LineChartOptions options) {
    const std::string path = paths(LineChart(options).line("", y).svg())[0];
    return std::count(path.begin(), path.end(), 'M');
  };
  CHECK(moves({}) == 3);
  CHECK(moves(LineChartOptions().log_y(true)) == 3);
  CHECK(paths(LineChart().line("", y).svg())[0].find("h0") != std::string::npos);  // one point
  CHECK(paths(LineChart(LineChartOptions().log_y(true)).line("", -y.abs()).svg())[0] == "");
  CHECK(texts(LineChart().svg()).size() > 4);
  CHECK(paths(LineChart().line("", vec({1e301, -1e301})).svg())[0] == "");
}

TEST_CASE("a line chart of many points keeps their extremes and is small") {
  const int64_t count = 100000;
  Tensor y = rand({count}, kDouble);
  y[12345].fill_(7);
  y[76543].fill_(-5);
  const std::string svg = LineChart().line("", y).svg();
  CHECK(svg.size() < 50000);
  double least = 1e9, most = -1e9;
  std::istringstream path(paths(svg)[0]);
  char command = 0;
  size_t points = 0;
  for (double px = 0, py = 0; path >> command >> px >> py; ++points) {
    least = std::min(least, py);
    most = std::max(most, py);
  }
  CHECK(points > 2000);
  CHECK(points < 3300);
  // The axis goes from -6 to 8, over 408 pixels.
  CHECK(least == doctest::Approx(14 + 408 * 1 / 14.).epsilon(1e-3));
  CHECK(most == doctest::Approx(14 + 408 * 13 / 14.).epsilon(1e-3));
}

TEST_CASE("a line chart stays small, whatever its points") {
  const size_t count = 200000;
  std::vector<double> x(count), y(count), gaps(count);
  for (size_t i = 0; i < count; ++i) {
    x[i] = double(i * 7919 % 1000003);
    y[i] = double(i * 31 % 1000);
    gaps[i] = i % 2 == 0 ? y[i] : NAN;
  }
  CHECK(LineChart().line("", gaps).svg().size() < 40000);
  CHECK(LineChart().line("", x, y).svg().size() < 1300000);
  CHECK(LineChart().line("", x, gaps).svg().size() < 1600000);
  // Few gaps in a column are all seen.
  const std::vector<double> some = {1, NAN, 2, NAN, 3};
  CHECK(paths(LineChart().line("", std::vector<double>{0, 0, 0, 0, 0}, some).svg())[0] ==
        "M409.2 422h0M409.2 218h0M409.2 14h0");
  std::vector<double> many(40, NAN);
  for (size_t i = 0; i < many.size(); i += 2) many[i] = double(i);
  CHECK(paths(LineChart().line("", std::vector<double>(40, 0.), many).svg())[0] ==
        "M405.8 34.4L405.8 422");
}

TEST_CASE("the legend of a line chart stays within the picture") {
  LineChart chart;
  const std::string name = "a long name of a line, which has more letters than there is room for";
  for (int i = 0; i < 100; ++i)
    chart.line(std::to_string(i) + ' ' + name, std::vector<double>{1, 2});
  const std::string svg = chart.svg();
  const auto all = texts(svg);
  CHECK(all.back() == "and 79 more");
  CHECK(all[all.size() - 2] == "20 a long name of a line, which has more\u2026");
  CHECK(paths(svg).size() == 121);
}

TEST_CASE("a line chart's labels are text of XML") {
  const auto label = [](const std::string& title) {
    return texts(LineChart(LineChartOptions().title(title)).svg()).back();
  };
  CHECK(label("<&\">'") == "&lt;&amp;\"&gt;'");
  CHECK(label("a\nb\x1b\x7f\u0085") == "a b   ");
  CHECK(label("\xff \ufffe\uffff \u6f22") == "\ufffd \ufffd\ufffd \u6f22");
}

TEST_CASE("an axis has marks at round numbers") {
  CHECK(marks(0, 10) == "0@0 2@200 4@400 6@600 8@800 10@1000 ");
  CHECK(marks(0.013, 0.052) == "0.02@179 0.03@436 0.04@692 0.05@949 ");
  CHECK(marks(0.013, 0.052, false, true) ==
        "0.01@0 0.02@200 0.03@400 0.04@600 0.05@800 0.06@1000 ");
  CHECK(marks(-3, 3, false, true, 3) == "-4@0 -2@250 0@500 2@750 4@1000 ");
  CHECK(marks(0, 3, false, false, 6, 1) == "0@0 1@333 2@667 3@1000 ");
  CHECK(marks(0, 2e6) == "0@0 5e+05@250 1e+06@500 1.5e+06@750 2e+06@1000 ");
  CHECK(marks(5, 5) == "3@100 4@300 5@500 6@700 7@900 ");
  CHECK(marks(0, 0) == "-0.4@100 -0.2@300 0.0@500 0.2@700 0.4@900 ");
  CHECK(marks(0.3, 40, true, true) ==
        "0.1@0 0.2@100 0.5@233 1@333 2@434 5@566 10@667 20@767 "
        "50@900 100@1000 ");
  CHECK(marks(1e-8, 1e8, true, true) ==
        "1e-09@0 1e-06@167 0.001@333 1@500 1000@667 1e+06@833 "
        "1e+09@1000 ");
  CHECK(marks(1e16, 1e16 + 2).size() < 200);
  CHECK(marks(-1e300, 1e300).size() < 200);
  // The ends are beyond what a double holds.
  CHECK(marks(1e-300, 1e300, true, true, 5) ==
        "1e-360@0 1e-240@167 1e-120@333 1@500 1e+120@667 1e+240@833 1e+360@1000 ");
  CHECK(marks(1e300, 1e300, true, true) ==
        "1e+299@0 2e+299@151 5e+299@349 1e+300@500 2e+300@651 5e+300@849 1e+301@1000 ");
  CHECK(marks(1000, 1000, true, true) ==
        "100@0 200@151 500@349 1000@500 2000@651 5000@849 10000@1000 ");
}

TEST_CASE("a line chart of a log leaves out rows without the column") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  monitor::CSVLogger log(path, monitor::CSVLoggerOptions().columns({"loss", "test"}));
  log.log(0, {{"loss", 4}});
  log.log(1, {{"loss", 2}, {"test", 3}});
  log.log(2, {{"loss", NAN}});
  log.log(3, {{"loss", 1}, {"test", 2}});
  const std::string chart = LineChart().csv(path).svg();
  CHECK(chart == LineChart()
                     .line("loss", tensor({0, 1, 2, 3}), tensor({4., 2., NAN, 1.}))
                     .line("test", tensor({1, 3}), tensor({3, 2}))
                     .svg());
  CHECK(LineChart().csv(path, {"test"}).svg() ==
        LineChart().line("test", tensor({1, 3}), tensor({3, 2})).svg());
  CHECK_THROWS_WITH_AS(LineChart().csv(path, {"acc"}),
                       ("line chart: " + path + " has no column acc").c_str(), Error);
  LineChart().csv(path).save(folder / "chart.svg");
  std::ifstream file(folder / "chart.svg");
  std::ostringstream saved;
  saved << file.rdbuf();
  CHECK(saved.str() == chart);
  CHECK_THROWS_AS(LineChart().save(folder / "no/chart.svg"), Error);
}

TEST_CASE("a line chart of a table leaves out columns of text, unless they are asked for") {
  const TemporaryDirectory folder;
  const std::string path = folder / "table.csv";
  std::ofstream(path) << "step,phase,loss\n0,warm up,2\n1,main,1\n";
  CHECK(LineChart().csv(path).svg() ==
        LineChart().line("loss", tensor({0, 1}), tensor({2, 1})).svg());
  const std::string text = "line chart: the column phase of " + path + " holds text: warm up";
  CHECK(message([&] { LineChart().csv(path, {"phase"}); }) == text);
  CHECK(message([&] { LineChart().csv(path, {}, "phase"); }) == text);
}

TEST_CASE("a line chart refuses what is no line") {
  CHECK_THROWS_WITH_AS(LineChart().line("a", zeros({2, 2})),
                       "line chart: y has shape [2, 2], [n] wanted", Error);
  CHECK_THROWS_WITH_AS(LineChart().line("a", zeros({2}), zeros({3})),
                       "line chart: x has 2 numbers and y 3", Error);
  CHECK_THROWS_WITH_AS(LineChart().line("a", Tensor()), "line chart: y is an undefined tensor",
                       Error);
  CHECK_THROWS_WITH_AS(LineChart(LineChartOptions().width(10)),
                       "line chart: width is 10, 200 to 10000 wanted", Error);
  CHECK_THROWS_WITH_AS(LineChart(LineChartOptions().height(100000)),
                       "line chart: height is 100000, 150 to 10000 wanted", Error);
}

TEST_CASE("a chart goes to a pipe, which stays one") {
  const TemporaryDirectory folder;
  const NamedPipe pipe(folder / "pipe");
  const LineChart chart;
  chart.save(pipe.path);
  CHECK(pipe.stands());
  CHECK(pipe.content() == chart.svg());
  CHECK(message([&] { chart.save(folder / "no/x.svg"); }) ==
        "line chart: cannot open " + (folder / "no/x.svg") + ": No such file or directory");
}
