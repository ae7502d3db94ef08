// Checkpoints that survive a kill, a full disk and a loss of power, from which a run goes on to the
// same bits.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "monitor/checkpoint/early_stopping.h"
#include "tensor/base/arg.h"
#include "tensor/io/dict.h"
#include "tensor/random/generator.h"

namespace gradus::monitor {

namespace detail {
class FolderLock;
}

/// The options of a Checkpoint.
struct CheckpointOptions {
  /// How many of the last checkpoints are kept, the best one not counted. At least 1.
  GRADUS_ARG(int64_t, keep) = 3;
  /// The metric by which the best one is told, among those that save() is given; none: there is no
  /// best one.
  GRADUS_ARG(std::string, best);
  /// Whether a smaller or a larger value of it is better.
  GRADUS_ARG(Mode, mode) = Mode::min;
};

/// Where a run stands.
struct Position {
  int64_t epoch = 0, step = 0;
};

/// Saves everything that a run is made of into a folder, and goes on from there:
///
///   monitor::Checkpoint checkpoint("runs/digits", monitor::CheckpointOptions().best("loss"));
///   checkpoint.add("model", *net);
///   checkpoint.add("optimizer", optimizer);
///   checkpoint.add("loader", *loader);
///   const auto from = checkpoint.resume();
///   for (int64_t epoch = from.epoch, step = from.step; epoch < epochs; ++epoch) {
///     for (auto& batch : *loader) {
///       ...
///       if (++step % 1000 == 0) checkpoint.save({epoch, step});
///     }
///     checkpoint.save({epoch + 1, step}, {{"loss", validation_loss}});
///   }
///
/// A file, `step_000000001000.pt`, is what torch_save() writes: Python's torch.load() reads it. It
/// holds what was added under its name, the default generator's state, epoch, step, metrics and the
/// user's values, and a checksum of each tensor. `best.pt` is the best one. A file has its name
/// when it is whole and on the disk: whatever happens at any moment, what was saved before is
/// there.
///
/// One process at a time saves into a folder: from its first save() on until its last Checkpoint of
/// it ends, or the process does, a lock on the file `.lock` there keeps others from it. Any number
/// of others may read. A child made by fork() is another process. Where the file system has no
/// locks a warning says so once.
class Checkpoint {
 public:
  /// Makes the folder, if it is not there. Throws Error when that fails, and for options out of
  /// range.
  explicit Checkpoint(std::string folder, CheckpointOptions options = {});

  /// Adds what has state_dict() and load_state_dict(): a module, an optimiser, a scheduler, a
  /// GradScaler, a sampler, a data loader, an early stopping. It must outlive the checkpoint.
  /// Throws Error for a name that is taken.
  template <class T>
  void add(const std::string& name, T& object) {
    if constexpr (requires { object->state_dict(); })
      add_part(
          name, [&object] { return IValue(object->state_dict()); },
          [&object](const IValue& state) { load(*object, state); });
    else
      add_part(
          name, [&object] { return IValue(object.state_dict()); },
          [&object](const IValue& state) { load(object, state); });
  }
  /// Adds a generator beside the default one, which is always saved.
  void add(const std::string& name, Generator& generator);
  /// Adds anything else: `save` gives its state, and `load` takes it.
  void add(const std::string& name, std::function<IValue()> save,
           std::function<void(const IValue&)> load);
  /// Values of the program's own, which are saved with the others: `values().insert("seen", 7)`.
  impl::GenericDict values() const { return values_; }

  /// Writes a checkpoint, then removes what is beyond those to keep. One of the same step is
  /// replaced. Those of later steps are of another run: load_from() went back to an earlier file,
  /// or the folder is of a former run; where nothing of it was loaded, so are all that are there.
  /// They get the ending `.stale`, as a best one that this run does not know of gets it before it
  /// is replaced, what resume() passed over gets `.damaged`, and a warning names them. A metric
  /// that the options name as the best one's may be missing. Throws Error when it cannot be
  /// written, as on a full disk, and when another process saves into the folder, which it names;
  /// what was saved before is there, and the program may go on. Where only `best.pt` could not be
  /// written, the best one remains that which stands there.
  void save(Position position, const std::map<std::string, double>& metrics = {});
  /// Keeps other processes from saving from now on, not only from the first save() on. Throws Error
  /// when another does, and when the folder cannot be written.
  void lock();
  /// Loads the newest checkpoint that is whole, and says where it stood; the start, where there is
  /// none. Those that are damaged are passed over, with a warning. Throws Error, and then changes
  /// nothing, when there are some and none is whole, and when a part does not fit. Where that one
  /// is the best one, and a kill came before it got its second name, it gets it now. Of a folder
  /// into which another process saves it only reads, and a warning says so.
  Position resume();
  /// Loads one file, of any folder, as resume() does, and writes nothing.
  Position load_from(const std::string& filename);

  /// The checkpoints in the folder, the oldest first.
  std::vector<std::string> files() const;
  /// Where the best one is, or would be.
  std::string best_file() const;
  /// The best value so far, if there is one.
  std::optional<double> best_value() const { return best_value_; }

 private:
  struct Part {
    std::function<IValue()> save;
    std::function<void(const IValue&)> load;
  };
  template <class T>
  static void load(T& object, const IValue& state) {
    if constexpr (requires { object.load_state_dict(state); })
      object.load_state_dict(state);
    else
      object.load_state_dict(state.toGenericDict());
  }
  void add_part(const std::string& name, std::function<IValue()> save,
                std::function<void(const IValue&)> load);
  Position take(const std::string& filename, const IValue& content);
  void load_parts(const impl::GenericDict& parts);
  void remove_old(int64_t step) const;
  void put_others_aside(int64_t step);
  bool is_our_best() const;
  void link_best(const std::string& filename) const;
  void mend_best(const std::string& filename) const;

  std::string folder_;
  CheckpointOptions options_;
  std::vector<std::pair<std::string, Part>> parts_;
  impl::GenericDict values_;
  std::optional<double> best_value_;
  std::vector<std::string> damaged_;  // what resume() passed over
  std::shared_ptr<detail::FolderLock> lock_;
  bool knows_folder_ = false;  // what is there is of this run
  bool knows_best_ = false;
};

}  // namespace gradus::monitor
