#include "nn/modules.h"
#include "tests/monitor/events/event_bytes.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::SummaryWriter;

TEST_CASE("summary writer: the graph has each module with its parameters, in boxes") {
  const TemporaryDirectory folder;
  SummaryWriter w(folder / "run", at_one_time());
  nn::Sequential net({{"fc", nn::Linear(3, 4)}, {"act", nn::ReLU()}, {"norm", nn::BatchNorm1d(4)}});
  w.add_graph(*net);
  w.close();
  const std::vector<std::string> all = events(only_file(folder / "run"));
  REQUIRE(all.size() == 2);
  std::string graph = field(all[0], 4), text;
  while (graph.size() > 2 && graph[0] == 10) {
    const std::string node = field(graph, 1);
    text += field(node, 1) + " " + field(node, 2) + " < " + field(node, 3) + "\n";
    graph.erase(0, node.size() + 2 + (node.size() > 127));
  }
  CHECK(text ==
        "Sequential/Linear[fc]/weight Parameter < \n"
        "Sequential/Linear[fc]/bias Parameter < \n"
        "Sequential/Linear[fc]/Linear Linear < Sequential/Linear[fc]/weight\n"
        "Sequential/ReLU[act]/ReLU ReLU < Sequential/Linear[fc]/Linear\n"
        "Sequential/BatchNorm1d[norm]/weight Parameter < \n"
        "Sequential/BatchNorm1d[norm]/bias Parameter < \n"
        "Sequential/BatchNorm1d[norm]/running_mean Buffer < \n"
        "Sequential/BatchNorm1d[norm]/running_var Buffer < \n"
        "Sequential/BatchNorm1d[norm]/num_batches_tracked Buffer < \n"
        "Sequential/BatchNorm1d[norm]/BatchNorm1d BatchNorm1d < Sequential/ReLU[act]/ReLU\n");
  CHECK(field(field(all[1], 8), 1) == "step1");
}
