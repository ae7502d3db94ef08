// Saving and loading, as the guide shows them: saving DIRECTORY
#include <gradus.h>
#include <monitor/monitor.h>
#include <tensor/io/npy.h>
#include <tensor/io/safetensors_file.h>

#include <cstdio>
#include <filesystem>
#include <string>

using namespace gradus;

nn::Sequential make_network() {
  return nn::Sequential(nn::Linear(4, 8), nn::BatchNorm1d(8), nn::ReLU(), nn::Linear(8, 2));
}

void train_step(nn::Sequential& net, optim::Optimizer& optimizer, const Tensor& x) {
  optimizer.zero_grad();
  net->forward(x).square().mean().backward();
  optimizer.step();
}

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : ".";
  manual_seed(0);
  bool right = true;

  // A model's state: its parameters and buffers under their names.
  nn::Sequential net = make_network();
  const std::string weights = folder + "/guide_weights.pt";
  torch_save(net->state_dict(), weights);
  nn::Sequential other = make_network();
  other->load_state_dict(torch_load(weights));
  right = right && other->parameters()[0].equal(net->parameters()[0]);

  // All that a run needs to go on as if it had not stopped.
  const Tensor x = randn({16, 4});
  optim::Adam optimizer(net->parameters(), optim::AdamOptions(0.01));
  optim::Adam other_optimizer(other->parameters(), optim::AdamOptions(0.01));
  train_step(net, optimizer, x);
  const std::string python_file = folder + "/guide_checkpoint.pt";
  {
    Dict<std::string, IValue> saved;
    saved.insert("epoch", 3);
    saved.insert("model_state_dict", net->state_dict());
    saved.insert("optimizer_state_dict", optimizer.state_dict());
    torch_save(saved, python_file);
  }
  {
    const auto loaded = torch_load(python_file).toGenericDict();
    other->load_state_dict(loaded.at("model_state_dict"));
    other_optimizer.load_state_dict(loaded.at("optimizer_state_dict").toGenericDict());
    const int64_t next_epoch = loaded.at("epoch").toInt() + 1;
    right = right && next_epoch == 4;
  }
  train_step(net, optimizer, x);
  train_step(other, other_optimizer, x);
  right = right && other->parameters()[0].equal(net->parameters()[0]);  // the same bits

  // The same with the care that a long run needs.
  const std::string run_folder = folder + "/guide_run";
  {
    monitor::Checkpoint checkpoint(run_folder);
    checkpoint.add("model", *net);
    checkpoint.add("optimizer", optimizer);
    checkpoint.save({/*epoch=*/3, /*step=*/1200});
  }
  {
    monitor::Checkpoint checkpoint(run_folder);
    checkpoint.add("model", *other);
    checkpoint.add("optimizer", other_optimizer);
    const monitor::Position from = checkpoint.resume();
    right = right && from.epoch == 3 && from.step == 1200;
  }

  // A model as safetensors.
  const std::string model = folder + "/guide_model.safetensors";
  save(net, model);
  load(other, model);
  right = right && other->parameters()[0].equal(net->parameters()[0]);

  // Archives of archives, as libtorch has them.
  const std::string checkpoint = folder + "/guide_checkpoint.safetensors";
  {
    serialize::OutputArchive archive, net_part, optimizer_part;
    net->save(net_part);
    optimizer.save(optimizer_part);
    archive.write("net", net_part);
    archive.write("optimizer", optimizer_part);
    archive.write("epoch", IValue(int64_t(1)));
    archive.save_to(checkpoint);
  }
  {
    serialize::InputArchive archive, net_part, optimizer_part;
    archive.load_from(checkpoint);
    IValue epoch;
    archive.read("net", net_part);
    archive.read("optimizer", optimizer_part);
    archive.read("epoch", epoch);
    other->load(net_part);
    other_optimizer.load(optimizer_part);
    right = right && epoch.toInt() == 1;
  }
  train_step(net, optimizer, x);
  train_step(other, other_optimizer, x);
  right = right && other->parameters()[0].equal(net->parameters()[0]);  // the same bits

  // A file that does not fit changes nothing.
  nn::Sequential wider(nn::Linear(5, 8));
  const Tensor before = wider->parameters()[0].clone();
  try {
    load(wider, model);
    right = false;
  } catch (const Error& e) {
    std::printf("%s\n", e.what());
  }
  right = right && wider->parameters()[0].equal(before);

  // A file of anybody's: its tensors are made when they are asked for.
  safe_open file(model);
  for (const std::string& name : file.keys()) {
    const SafeSlice entry = file.get_slice(name);
    std::printf("%s: %s, %zu dims\n", name.c_str(), entry.get_dtype().c_str(),
                entry.get_shape().size());
  }
  const Tensor weight = file.get_tensor("0.weight");                              // mapped
  const Tensor rows = file.get_slice("0.weight").index({indexing::Slice(2, 4)});  // these alone
  const Tensor doubles = file.get_tensor("0.weight", kDouble);                    // converted
  right = right && rows.equal(weight.slice(0, 2, 4)) && doubles.equal(weight.to(kDouble));

  // NumPy's files.
  const std::string arrays = folder + "/guide_arrays.npz";
  save_npz({{"x", x}, {"y", arange(16)}}, arrays);
  const NpzFile archive(arrays);
  const Tensor same_x = archive["x"];
  right = right && same_x.equal(x);

  std::filesystem::remove_all(run_folder);
  std::remove(weights.c_str());
  std::remove(python_file.c_str());
  std::remove(arrays.c_str());
  std::remove(model.c_str());
  std::remove(checkpoint.c_str());
  return right ? 0 : 1;
}
