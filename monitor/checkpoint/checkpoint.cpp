#include "monitor/checkpoint/checkpoint.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "autograd/factories.h"
#include "monitor/checkpoint/checkpoint_folder.h"
#include "monitor/checkpoint/folder_lock.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"
#include "tensor/io/file.h"
#include "tensor/io/list.h"
#include "tensor/io/pickle.h"
#include "tensor/random/generator_impl.h"
#include "tensor/tensor.h"

namespace gradus::monitor {
namespace {

namespace fs = std::filesystem;

constexpr int64_t format_version = 1;

// What shares no tensor with the value.
IValue copy_of(const IValue& value) {
  if (value.isTensor()) return value.toTensor().detach().clone();
  if (value.isGenericDict()) {
    impl::GenericDict out;
    for (const auto& e : value.toGenericDict()) out.insert(e.key(), copy_of(e.value()));
    return out;
  }
  if (value.tagKind() == "GenericList" || value.isTensorList()) {
    impl::GenericList out;
    for (const IValue& e : value.toList()) out.push_back(copy_of(e));
    return out;
  }
  return value;
}

impl::GenericDict dict_at(const impl::GenericDict& dict, const char* key) {
  const auto entry = dict.find(key);
  if (entry == dict.end() || !entry->value().isGenericDict())
    fail("checkpoint: it has no dict {}", key);
  return entry->value().toGenericDict();
}

}  // namespace

Checkpoint::Checkpoint(std::string folder, CheckpointOptions options)
    : folder_(std::move(folder)),
      options_(std::move(options)),
      lock_(std::make_shared<detail::FolderLock>(folder_)) {
  if (options_.keep() < 1) fail("checkpoint: keep is {}, at least 1 wanted", options_.keep());
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) fail("checkpoint: cannot make the folder {}: {}", folder_, error.message());
}

void Checkpoint::add(const std::string& name, Generator& generator) {
  add_part(
      name, [&generator] { return IValue(generator.get_state()); },
      [&generator](const IValue& state) { generator.set_state(state.toTensor()); });
}
void Checkpoint::add(const std::string& name, std::function<IValue()> save,
                     std::function<void(const IValue&)> load) {
  if (!save || !load) fail("checkpoint: a function for '{}' is empty", name);
  add_part(name, std::move(save), std::move(load));
}
void Checkpoint::add_part(const std::string& name, std::function<IValue()> save,
                          std::function<void(const IValue&)> load) {
  for (const auto& [taken, part] : parts_)
    if (taken == name) fail("checkpoint: the name '{}' is taken", name);
  parts_.emplace_back(name, Part{std::move(save), std::move(load)});
}

std::vector<std::string> Checkpoint::files() const {
  std::vector<std::string> out;
  for (auto& [step, name] : detail::checkpoint_files(folder_)) out.push_back(std::move(name));
  return out;
}

std::string Checkpoint::best_file() const { return (fs::path(folder_) / "best.pt").string(); }

void Checkpoint::lock() { lock_->take(); }

void Checkpoint::save(Position position, const std::map<std::string, double>& metrics) {
  if (position.step < 0 || position.step >= int64_t(1e18))
    fail("checkpoint: the step is {}, not in 0 .. 10^18", position.step);
  bool is_best = false;
  std::optional<double> best_value = best_value_;
  if (const auto metric = metrics.find(options_.best()); metric != metrics.end()) {
    const double v = metric->second;
    is_best = !std::isnan(v) &&
              (!best_value || (options_.mode() == Mode::min ? v < *best_value : v > *best_value));
    if (is_best) best_value = v;
  }
  impl::GenericDict content, parts, numbers;
  for (const auto& [name, part] : parts_) parts.insert(name, part.save());
  for (const auto& [name, value] : metrics) numbers.insert(name, value);
  content.insert("gradus_checkpoint", format_version);
  content.insert("epoch", position.epoch);
  content.insert("step", position.step);
  content.insert("metrics", numbers);
  content.insert("best_value", best_value ? IValue(*best_value) : IValue());
  content.insert("is_best", is_best);
  content.insert("generator", get_rng_state());
  content.insert("values", values_);
  content.insert("state", parts);

  knows_folder_ = knows_folder_ || lock_->was_ours();
  lock();
  put_others_aside(position.step);
  detail::remove_left(folder_);
  remove_old(position.step);  // a kill may have come before it was done
  const std::string name = detail::checkpoint_file(folder_, position.step);
  torch_save(content, name);
  knows_folder_ = true;
  if (is_best) {
    if (!knows_best_ && !is_our_best())
      detail::put_aside({best_file()}, ".stale", "the best one of another run");
    knows_best_ = true;
    link_best(name);
    best_value_ = best_value;  // not if that failed: what comes next may be the best one there
  }

  remove_old(position.step);
}

// Steps only grow in a run, so that what is above this one's was saved by another: by one that this
// run does not go on from. It would be taken for the newest.
void Checkpoint::put_others_aside(int64_t step) {
  detail::put_aside(damaged_, ".damaged", "what is damaged");
  damaged_.clear();
  std::vector<std::string> stale;
  for (auto& [other_step, other] : detail::checkpoint_files(folder_))
    if (other_step > step || !knows_folder_) stale.push_back(std::move(other));
  detail::put_aside(stale, ".stale",
                    knows_folder_
                        ? fmt::format("the checkpoints of another run, above step {}", step)
                        : "the checkpoints of another run, which this one did not resume");
}

// Whether the best one there, if there is one, has the value that this run knows.
bool Checkpoint::is_our_best() const {
  struct stat info;
  if (stat(best_file().c_str(), &info) != 0) return true;
  try {
    const IValue content = torch_load(best_file());
    return content.isGenericDict() &&
           content.toGenericDict().at("best_value").toOptional<double>() == best_value_;
  } catch (const Error&) {
    return false;
  }
}

// Removes all but the last ones; that of the step stays.
void Checkpoint::remove_old(int64_t step) const {
  const auto all = detail::checkpoint_files(folder_);
  const size_t keep = size_t(options_.keep());
  for (size_t i = 0; i + keep < all.size(); ++i) {
    const auto& [other, name] = all[i];
    if (other != step && unlink(name.c_str()) != 0 && errno != ENOENT)
      fail("checkpoint: cannot remove {}: {}", name, std::generic_category().message(errno));
  }
}

// A second name of the file, put in the place of the former best one in one move; a copy where the
// file system has no such names.
void Checkpoint::link_best(const std::string& filename) const {
  const std::string next = best_file() + ".next";
  unlink(next.c_str());
  if (link(filename.c_str(), next.c_str()) == 0) {
    if (rename(next.c_str(), best_file().c_str()) == 0) return;
    const int error = errno;
    unlink(next.c_str());
    fail("checkpoint: cannot write {}: {}", best_file(), std::generic_category().message(error));
  }
  torch_save(torch_load(filename), best_file());
}

// A kill may have come between the best one's file and its second name, or a failure.
void Checkpoint::mend_best(const std::string& filename) const {
  struct stat file, best;
  if (stat(filename.c_str(), &file) != 0) return;
  if (stat(best_file().c_str(), &best) == 0) {
    const auto age = [](const struct stat& s) {
      return std::pair(s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
    };
    const bool same = file.st_dev == best.st_dev && file.st_ino == best.st_ino;
    if (same || age(best) > age(file)) return;
  }
  try {
    link_best(filename);
  } catch (const Error& e) {
    warn("checkpoint: best.pt is not {}, which is the best one: {}", filename, e.what());
  }
}

Position Checkpoint::resume() {
  const std::vector<std::string> all = files();
  std::string reasons;
  damaged_.clear();
  for (size_t i = all.size(); i-- > 0;) {
    IValue content;
    try {
      content = torch_load(all[i]);
    } catch (const Error& e) {
      reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", all[i], e.what());
      damaged_.push_back(all[i]);
      continue;
    }
    const Position at = take(all[i], content);
    knows_folder_ = true;
    const impl::GenericDict dict = content.toGenericDict();
    const std::string other = lock_->other();
    if (!other.empty())
      warn("checkpoint: {} saves into {}, and this is process {}, whose save() will fail", other,
           folder_, getpid());
    else if (dict.contains("is_best") && dict.at("is_best").toBool())
      mend_best(all[i]);
    if (!reasons.empty()) warn("checkpoint: passed over what is damaged: {}", reasons);
    return at;
  }
  if (!reasons.empty()) fail("checkpoint: none in {} is whole: {}", folder_, reasons);
  return {};
}

Position Checkpoint::load_from(const std::string& filename) {
  const Position at = take(filename, torch_load(filename));
  std::error_code error;
  if (fs::equivalent(fs::path(filename).parent_path() / ".", folder_, error)) knows_folder_ = true;
  return at;
}

Position Checkpoint::take(const std::string& filename, const IValue& content) try {
  if (!content.isGenericDict() || !content.toGenericDict().contains("gradus_checkpoint"))
    fail("checkpoint: it is none, but another file of tensors");
  const impl::GenericDict dict = content.toGenericDict();
  if (const int64_t version = dict.at("gradus_checkpoint").toInt(); version != format_version)
    fail("checkpoint: its format is {}, {} wanted", version, format_version);
  const Position position{dict.at("epoch").toInt(), dict.at("step").toInt()};
  const std::optional<double> best_value = dict.at("best_value").toOptional<double>();
  const impl::GenericDict values = dict_at(dict, "values"), parts = dict_at(dict, "state");
  const Tensor generator = dict.at("generator").toTensor(), former = get_rng_state();

  for (const auto& [name, part] : parts_)
    if (!parts.contains(name)) fail("checkpoint: it has no {}", name);
  for (const auto& entry : parts)
    if (std::none_of(parts_.begin(), parts_.end(),
                     [&](const auto& p) { return IValue(p.first) == entry.key(); }))
      fail("checkpoint: it has a {}, which was not added", entry.key().toStringRef());

  // First what can be told by itself, then one part after the other; all go back if one fails.
  set_rng_state(generator);
  try {
    load_parts(parts);
  } catch (...) {
    set_rng_state(former);
    throw;
  }
  set_rng_state(generator);  // parts may draw
  values_.clear();
  for (const auto& entry : values) values_.insert(entry.key(), entry.value());
  best_value_ = best_value;
  return position;
} catch (const Error& e) {
  fail("{}: {}", filename, e.what());
}

void Checkpoint::load_parts(const impl::GenericDict& parts) {
  std::vector<IValue> former;
  try {
    for (const auto& [name, part] : parts_) {
      former.push_back(copy_of(part.save()));
      try {
        part.load(parts.at(name));
      } catch (const Error& e) {
        fail("{}: {}", name, e.what());
      }
    }
  } catch (...) {
    for (size_t i = former.size(); i-- > 0;) parts_[i].second.load(former[i]);
    throw;
  }
}

}  // namespace gradus::monitor
