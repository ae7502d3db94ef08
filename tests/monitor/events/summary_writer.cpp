#include "monitor/events/summary_writer.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "autograd/ops/view/join.h"
#include "monitor/events/event_reader.h"
#include "tests/monitor/events/event_bytes.h"
#include "tests/monitor/events/event_calls.h"
#include "tests/support.h"
#include "tests/table.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::SummaryWriter;
using monitor::SummaryWriterOptions;
namespace fs = std::filesystem;

TEST_CASE("summary writer: what it writes is what PyTorch writes, byte for byte") {
  const TemporaryDirectory temporary;
  // For events.py --check, which reads them with TensorBoard.
  const char* kept = std::getenv("GRADUS_KEEP_EVENTS");
  const std::string folder = kept ? kept : temporary / "run";
  SummaryWriter writer(folder, at_one_time().purge_step(100));
  write_events(writer);
  writer.close();

  std::ifstream in = test::open_reference("events.txt");
  std::string comment, expected;
  std::getline(in, comment);
  for (const std::string& line : lines(folder)) {
    REQUIRE(std::getline(in, expected));
    CHECK(line == expected);
  }
  CHECK(!std::getline(in, expected));
}

TEST_CASE("summary writer: events are whole records, which are there after a flush") {
  const TemporaryDirectory folder;
  SummaryWriter writer(folder / "run", at_one_time().max_queue(3));
  const fs::path file = only_file(folder / "run");
  CHECK(events(file).empty());
  writer.add_scalar("x", 1, 1);
  writer.add_scalar("x", 2, 2);
  CHECK(events(file).empty());
  writer.add_scalar("x", 3, 3);
  CHECK(events(file).size() == 3);
  writer.add_scalar("x", 4, 4);
  CHECK(events(file).size() == 3);
  writer.flush();
  CHECK(events(file).size() == 4);
  writer.add_scalar("x", 5, 5);
  {
    const SummaryWriter moved = std::move(writer);
    CHECK(moved.get_logdir() == folder / "run");
  }
  CHECK(events(file).size() == 5);

  SummaryWriter prompt(folder / "prompt", at_one_time().flush_secs(0).filename_suffix(".x"));
  prompt.add_scalar("x", 1, 1);
  CHECK(events(only_file(folder / "prompt")).size() == 1);
  CHECK(only_file(folder / "prompt").extension() == ".x");
  CHECK(only_file(folder / "prompt")
            .filename()
            .string()
            .starts_with("events.out.tfevents.1700000000."));
}

TEST_CASE("summary writer: after close() it goes on in a new file") {
  const TemporaryDirectory folder;
  SummaryWriter writer(folder / "run", at_one_time().purge_step(5));
  writer.add_scalar("x", 1, 5);
  writer.close();
  writer.close();
  writer.add_scalar("x", 2, 6);
  writer.close();
  CHECK(std::distance(fs::directory_iterator(folder / "run"), {}) == 2);
  CHECK(monitor::read_scalars(folder / "run").at("x").values == Values{1, 2});
}

TEST_CASE("summary writer: the folder of a run without a name says when and where") {
  const TemporaryDirectory folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  {
    const SummaryWriter writer("", at_one_time().comment("_lr_0.1"));
    CHECK(writer.get_logdir().starts_with("runs/Nov1"));
    CHECK(writer.get_logdir().ends_with("_lr_0.1"));
    CHECK(fs::is_directory(writer.get_logdir()));
  }
  fs::current_path(before);
}

TEST_CASE("summary writer: what it does not take is told, and no event is written") {
  const TemporaryDirectory folder;
  SummaryWriter w(folder / "run", at_one_time());
  const Tensor x = zeros({2, 3});
  const std::string bad = "a\xff";
  const auto options = [](const SummaryWriterOptions& o) {
    return message([&] { SummaryWriter("unused", o); });
  };
  CHECK(options(at_one_time().max_queue(0)) == "summary writer: max_queue is 0, at least 1 wanted");
  CHECK(options(at_one_time().flush_secs(-1)) ==
        "summary writer: flush_secs is -1, at least 0 wanted");
  CHECK(options(at_one_time().filename_suffix("/x")) ==
        "summary writer: filename_suffix is /x, which names a folder");
  std::ofstream(folder / "file") << "x";
  CHECK(message([&] { SummaryWriter(folder / "file"); }).starts_with("summary writer: cannot "));

  CHECK(message([&] { w.add_scalar(bad, 1); }) ==
        "summary writer: a text is no UTF-8, at byte 1 of 2");
  CHECK(message([&] { w.add_text("t", "\xed\xa0\x80"); }) ==
        "add_text: the text is no UTF-8, at byte 0 of 3");
  CHECK(message([&] { w.add_scalar("x", x); }) ==
        "add_scalar: a tensor of sizes [2, 3], one element wanted");
  CHECK(message([&] { w.add_histogram("x", zeros({0})); }) ==
        "add_histogram: no values, sizes [0]");
  CHECK(message([&] { w.add_histogram("x", x, 1, "stone"); }) ==
        "add_histogram: bins are 'stone', not tensorflow, auto, fd, doane, scott, rice, sturges or "
        "sqrt");
  CHECK(message([&] { w.add_histogram("x", full({2}, NAN), 1, "auto"); }) ==
        "add_histogram: the values are between nan and nan, which makes no bins");
  CHECK(message([&] {
          w.add_histogram("x", full({2}, NAN));
        }).starts_with("add_histogram: none of 2 values is in the bins, -9"));
  CHECK(message([&] {
          w.add_histogram("x", x, 1, std::vector<double>{1, 0});
        }) == "add_histogram: the edges of bins fall, 1 and then 0");
  CHECK(message([&] { w.add_histogram("x", x, 1, std::vector<double>{1}); }) ==
        "add_histogram: 1 edge of bins, at least 2 wanted");
  CHECK(message([&] { w.add_histogram("x", x, 1, -3); }) ==
        "add_histogram: -3 bins, at least 1 and at most 16777216 wanted");
  CHECK(message([&] { w.add_histogram("x", x, 1, "auto", {}, 0); }) ==
        "add_histogram: max_bins is 0, at least 1 wanted");
  // Most are within 1e-9, one is far away.
  const Tensor far = cat({arange(1000, kDouble) * 1e-12, tensor({1e9}, kDouble)});
  CHECK(message([&] {
          w.add_histogram("x", far, 1, "fd");
        }).starts_with("add_histogram: 'fd' makes "));
  CHECK(message([&] {
          w.add_histogram_raw("x", 0, 1, 1, 1, 1, {1}, {1, 2});
        }) == "add_histogram_raw: 1 limits and 2 counts");
  CHECK(message([&] { w.add_image("x", x); }) == "add_image: sizes are [2, 3] and dataformats CHW");
  CHECK(message([&] { w.add_image("x", x, 1, {}, "HH"); }) ==
        "add_image: dataformats is HH, not HW, CHW or NCHW in some order");
  CHECK(message([&] {
          w.add_image("x", zeros({5, 2, 2}));
        }) == "add_image: 5 channels with dataformats CHW, 1 to 4 wanted");
  CHECK(message([&] {
          w.add_image("x", zeros({3, 0, 2}));
        }) == "add_image: no image has the sizes [0, 2, 3]");
  CHECK(message([&] {
          w.add_images("x", zeros({2, 2, 2, 2}));
        }) == "add_images: 2 channels of images, 1 or 3 wanted");
  CHECK(message([&] { w.add_audio("x", x); }) == "add_audio: sizes are [2, 3], one dim wanted");
  CHECK(message([&] { w.add_audio("x", zeros({9}), 1, 0); }) ==
        "add_audio: sample_rate is 0, 1 to 1073741823 wanted");
  CHECK(message([&] { w.add_pr_curve("x", x, zeros({3})); }) ==
        "add_pr_curve: sizes differ, [2, 3] of labels and [3] of predictions");
  CHECK(message([&] { w.add_pr_curve("x", x, x, 1, 127, zeros({3})); }) ==
        "add_pr_curve: sizes differ, [2, 3] of labels and [3] of weights");
  CHECK(message([&] { w.add_pr_curve("x", x, x, 1, 1); }) ==
        "add_pr_curve: num_thresholds is 1, at least 2 wanted");
  CHECK(message([&] {
          w.add_pr_curve_raw("x", zeros({3}), zeros({3}), zeros({3}), zeros({3}), zeros({3}),
                             zeros({2}));
        }) == "add_pr_curve_raw: sizes differ, [3] and [2]");
  CHECK(message([&] {
          w.add_custom_scalars({{"c", {{"t", "Pie", {}}}}});
        }) == "add_custom_scalars: a chart of type Pie, not Multiline or Margin");
  CHECK(message([&] { w.add_custom_scalars_marginchart({"a"}); }) ==
        "add_custom_scalars: a Margin chart has 1 tags, 3 wanted");
  CHECK(message([&] { w.add_mesh("x", x); }) ==
        "add_mesh: sizes of VERTEX are [2, 3], (B, N, 3) wanted");
  CHECK(message([&] {
          w.add_hparams({{"a", x}}, {});
        }) == "add_hparams: a is a tensor of sizes [2, 3], one element wanted");
  CHECK(message([&] {
          w.add_hparams({{"a", std::vector<int64_t>{1}}}, {});
        }) == "add_hparams: a is IntList, not a number, bool, string, tensor or None");
  CHECK(message([&] {
          w.add_hparams({{"a", 1}, {"a", 2}}, {});
        }) == "add_hparams: a is given twice");
  CHECK(message([&] {
          w.add_hparams({{"a", 1}}, {}, {{"a", {1, 2.5}}});
        }) == "add_hparams: a is Int, and its domain has Double");
  CHECK(message([&] {
          w.add_hparams({{"a", 1}}, {}, {{"b", {1}}});
        }) == "add_hparams: b has a domain and no value");
  CHECK(message([&] { w.add_embedding(zeros({3})); }) ==
        "add_embedding: sizes are [3], (N, D) wanted");
  CHECK(message([&] { w.add_embedding(x, monitor::EmbeddingOptions().metadata({"a"})); }) ==
        "add_embedding: 1 labels for 2 rows");
  CHECK(message([&] {
          w.add_embedding(x, monitor::EmbeddingOptions().label_img(zeros({3, 1, 2, 2})));
        }) == "add_embedding: label_img has the sizes [3, 1, 2, 2] for 2 rows");
  CHECK(message([&] {
          w.add_embedding(x, monitor::EmbeddingOptions().label_img(zeros({2, 1, 5, 2})));
        }) == "add_embedding: images in 1 rows are 5 high and 4 wide, and no part of a square");
  CHECK_THROWS_AS(w.add_video("x", x), NotImplementedError);
  w.close();
  CHECK(events(only_file(folder / "run")).empty());
  CHECK(std::distance(fs::directory_iterator(folder / "run"), {}) == 1);
}

TEST_CASE("summary writer: the projector's config keeps what earlier runs wrote") {
  const TemporaryDirectory folder;
  const std::string config = folder / "run/projector_config.pbtxt";
  const auto add = [&](const char* tag, int64_t step) {
    SummaryWriter(folder / "run")
        .add_embedding(eye(2), monitor::EmbeddingOptions().tag(tag).global_step(step));
    return content(config);
  };
  const auto entry = [](const std::string& tag, const std::string& place) {
    return "embeddings {\n  tensor_name: \"" + tag + "\"\n  tensor_path: \"" + place +
           "/tensors.tsv\"\n}\n";
  };
  const std::string a = entry("a:00001", "00001/a"), b = entry("b:00001", "00001/b"),
                    c = entry("a:00002", "00002/a");
  CHECK(add("a", 1) == a);
  CHECK(add("b", 1) == a + b);
  CHECK(add("a", 2) == a + b + c);
  CHECK(add("b", 1) == a + c + b);  // the same again
  const std::string other = "model_checkpoint_path: \"x\"\nembeddings {\n  tensor_name: \"t\"\n}";
  std::ofstream(config) << other;
  CHECK(add("a", 1) == other + '\n' + a);
  CHECK(add("a", 1) == other + '\n' + a);
  CHECK(add("..", 3) == other + '\n' + a + entry("..:00003", "00003/%2e%2e"));
  CHECK(message([&] { add("\xff", 1); }) == "add_embedding: the tag is no UTF-8, at byte 0 of 1");
}
