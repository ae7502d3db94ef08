// Values as pickles of protocol 2, of the opcodes that torch.load(weights_only=True) takes.
#include <cstring>
#include <limits>
#include <unordered_map>

#include "tensor/base/fail.h"
#include "tensor/io/dict.h"
#include "tensor/io/elements.h"
#include "tensor/io/list.h"
#include "tensor/io/pickle_graph.h"
#include "tensor/io/utf8.h"

namespace gradus::pickle {
namespace {

// Items that are added to a container by one opcode, as many as Python's own.
constexpr size_t batch = 1000;

class Writer {
 public:
  Writer(const std::string& where, size_t most_bytes) : where_(where), most_bytes_(most_bytes) {}

  Pickled write(const IValue& root) {
    put_bytes("\x80\x02");
    enter(root);
    while (!open_.empty()) {
      if (open_.back().at < open_.back().size)
        step();
      else
        close();
      check_length();
    }
    put_bytes(".");
    check_length();
    return std::move(out_);
  }

 private:
  // A container of which some elements are written, held by a value of its own.
  struct Open {
    IValue value;
    const void* id;
    size_t at = 0, size = 0;
    impl::GenericDict::iterator entry{};
  };
  struct Kept {
    uint32_t place;
    bool open;
  };

  // --- Errors -----------------------------------------------------------------------------------
  std::string here() const {
    std::string way;
    constexpr size_t most = 16;
    const size_t first = open_.size() > most ? open_.size() - most : 0;
    for (size_t i = first; i < open_.size(); ++i)
      way += (i == 0 ? "" : i == first ? "... " : ".") + open_step(open_[i]);
    return where_ + (way.empty() ? "" : ": " + way);
  }
  static std::string open_step(const Open& o) {
    if (!o.value.isGenericDict()) return std::to_string(o.at - 1);
    const IValue& key = std::prev(o.entry)->key();
    if (key.isString()) return clipped(key.toStringRef());
    return key.isInt() ? std::to_string(key.toInt()) : key.tagKind();
  }
  template <class... Args>
  [[noreturn, gnu::cold]] void refuse(fmt::format_string<Args...> text, Args&&... args) const {
    gradus::fail("{}: {}", here(), fmt::vformat(text, fmt::make_format_args(args...)));
  }

  void check_length() const {
    if (out_.bytes.size() > most_bytes_)
      refuse("a pickle of {} bytes, more than {}", out_.bytes.size(), most_bytes_);
  }

  // --- Opcodes ----------------------------------------------------------------------------------
  void put_bytes(std::string_view bytes) { out_.bytes += bytes; }
  template <class T>
  void put(char opcode, T v) {
    out_.bytes += opcode;
    out_.bytes.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  // Keeps what was written last, to be taken again by get().
  uint32_t keep() {
    if (kept_ == std::numeric_limits<uint32_t>::max()) refuse("more values than a pickle keeps");
    if (kept_ < 256)
      put('q', uint8_t(kept_));
    else
      put('r', kept_);
    return kept_++;
  }
  void get(uint32_t place) {
    if (place < 256)
      put('h', uint8_t(place));
    else
      put('j', place);
  }
  // False if it was written before, and is only named now.
  bool is_new(const void* id, bool open) {
    const auto found = places_.find(id);
    if (found == places_.end()) return true;
    if (open && found->second.open) refuse("a container that contains itself");
    get(found->second.place);
    return false;
  }
  void put_bool(bool v) { put_bytes(v ? "\x88" : "\x89"); }
  void put_integer(int64_t v) {
    if (v >= 0 && v <= 0xff) {
      put('K', uint8_t(v));
    } else if (v >= 0 && v <= 0xffff) {
      put('M', uint16_t(v));
    } else if (v >= INT32_MIN && v <= INT32_MAX) {
      put('J', int32_t(v));
    } else {
      put('\x8a', uint8_t(sizeof v));
      out_.bytes.append(reinterpret_cast<const char*>(&v), sizeof v);
    }
  }
  void put_double(double v) {
    uint64_t bits;
    std::memcpy(&bits, &v, sizeof bits);
    put('G', __builtin_bswap64(bits));
  }
  void put_text(const std::string& text) {
    if (!is_utf8(text)) refuse("a string that is no UTF-8");
    if (text.size() > most_bytes_)
      refuse("a string of {} bytes, more than {}", text.size(), most_bytes_);
    if (const auto found = texts_.find(text); found != texts_.end()) return get(found->second);
    put('X', uint32_t(text.size()));
    put_bytes(text);
    texts_.emplace(text, keep());
  }
  // A class or function, as `module\nname\n`.
  void put_name(const char* name) {
    if (const auto found = names_.find(name); found != names_.end()) return get(found->second);
    put_bytes("c");
    put_bytes(name);
    names_.emplace(name, keep());
  }
  template <class T, class Put>
  void put_list(const List<T>& list, Put put_element) {
    if (!is_new(list.id(), false)) return;
    put_bytes("]");
    places_.emplace(list.id(), Kept{keep(), false});
    for (size_t i = 0; i < list.size(); ++i) {
      if (i % batch == 0) put_bytes(i == 0 ? "(" : "e(");
      put_element(list[i]);
    }
    if (!list.empty()) put_bytes("e");
  }
  void put_dims(IntArrayRef dims) {
    if (dims.size() > most_dims) refuse("{} dims, more than {}", dims.size(), most_dims);
    put_bytes("(");
    for (const int64_t d : dims) put_integer(d);
    put_bytes("t");
  }

  // --- Tensors ----------------------------------------------------------------------------------
  void put_storage(const TensorImpl& t) {
    StorageImpl* const s = t.storage.get();
    if (!is_new(s, false)) {
      if (const ScalarType first = types_.at(s); first != t.dtype)
        refuse("types differ on a storage that tensors share, {} and {}", first, t.dtype);
      return;
    }
    if (t.dtype == kBool) check_bools(here(), s->data(), s->nbytes());
    const std::string key = std::to_string(out_.storages.size());
    put_bytes("(");
    put_text("storage");
    put_name(("torch\n" + std::string(toString(t.dtype)) + "Storage\n").c_str());
    put_text(key);
    put_text("cpu");
    put_integer(int64_t(s->nbytes() / item_size(t.dtype)));
    put_bytes("tQ");
    places_.emplace(s, Kept{keep(), false});
    types_.emplace(s, t.dtype);
    out_.storages.push_back(t.storage);
  }
  void put_tensor(const Tensor& tensor) {
    if (!tensor.defined()) return put_bytes("N");
    const TensorImpl& t = *tensor.impl();
    if (!is_new(&t, false)) return;
    put_name("torch._utils\n_rebuild_tensor_v2\n");
    put_bytes("(");
    put_storage(t);
    put_integer(t.offset);
    put_dims(t.sizes);
    put_dims(t.strides);
    put_bool(t.requires_grad());
    put_name("collections\nOrderedDict\n");  // of hooks
    put_bytes(")RtR");
    places_.emplace(&t, Kept{keep(), false});
  }

  // --- Containers -------------------------------------------------------------------------------
  void enter(const IValue& v) {
    if (v.isNone()) return put_bytes("N");
    if (v.isTensor()) return put_tensor(v.toTensor());
    if (v.isBool()) return put_bool(v.toBool());
    if (v.isInt()) return put_integer(v.toInt());
    if (v.isDouble()) return put_double(v.toDouble());
    if (v.isString()) return put_text(v.toStringRef());
    if (v.isIntList()) return put_list(v.toIntList(), [&](int64_t e) { put_integer(e); });
    if (v.isDoubleList()) return put_list(v.toDoubleList(), [&](double e) { put_double(e); });
    if (v.isTensorList())
      return put_list(v.toTensorList(), [&](const Tensor& e) { put_tensor(e); });
    if (v.isGenericDict()) {
      const impl::GenericDict dict = v.toGenericDict();
      if (!is_new(dict.id(), true)) return;
      put_bytes("}");
      places_.emplace(dict.id(), Kept{keep(), true});
      open_.push_back({v, dict.id(), 0, dict.size(), dict.begin()});
    } else if (v.isTuple()) {
      const auto tuple = v.toTuple();
      if (!is_new(tuple.get(), true)) return;
      put_bytes("(");
      open_.push_back({v, tuple.get(), 0, tuple->size(), {}});
    } else {
      const impl::GenericList list = v.toList();
      if (!is_new(list.id(), true)) return;
      put_bytes("]");
      places_.emplace(list.id(), Kept{keep(), true});
      open_.push_back({v, list.id(), 0, list.size(), {}});
    }
  }
  // The next element of the container that was opened last.
  void step() {
    Open& o = open_.back();
    const size_t i = o.at++;
    if (o.value.isTuple()) return enter(IValue(o.value.toTupleRef().elements()[i]));
    const bool is_dict = o.value.isGenericDict();
    if (i % batch == 0) put_bytes(i == 0 ? "(" : is_dict ? "u(" : "e(");
    if (!is_dict) return enter(o.value.toList().get(i));
    const auto& entry = *o.entry++;
    if (entry.key().isString() && entry.key().toStringRef().size() > longest_key)
      refuse("a key of {} bytes, more than {}", entry.key().toStringRef().size(), longest_key);
    enter(entry.key());
    enter(entry.value());
  }
  void close() {
    const Open o = std::move(open_.back());
    open_.pop_back();
    if (o.value.isTuple()) {
      put_bytes("t");
      places_.emplace(o.id, Kept{keep(), false});
      return;
    }
    if (o.size > 0) put_bytes(o.value.isGenericDict() ? "u" : "e");
    places_.at(o.id).open = false;
  }

  const std::string& where_;
  size_t most_bytes_;
  Pickled out_;
  std::vector<Open> open_;
  uint32_t kept_ = 0;
  // By the addresses of what the value holds: containers, tensors and storages.
  std::unordered_map<const void*, Kept> places_;
  std::unordered_map<const StorageImpl*, ScalarType> types_;
  std::unordered_map<std::string, uint32_t> texts_, names_;
};

}  // namespace

Pickled write_pickle(const IValue& value, const std::string& where, size_t most_bytes) {
  return Writer(where, most_bytes).write(value);
}

}  // namespace gradus::pickle
