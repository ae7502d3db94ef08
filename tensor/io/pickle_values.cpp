// From what a pickle says to values.
#include <algorithm>
#include <bit>
#include <unordered_map>

#include "tensor/base/fail.h"
#include "tensor/io/dict.h"
#include "tensor/io/list.h"
#include "tensor/io/pickle_graph.h"
#include "tensor/io/utf8.h"
#include "tensor/shape.h"

namespace gradus::pickle {
namespace {

constexpr size_t longest_way = 16;  // of the containers that an error names

// Depth first and without recursion: what is nested a million deep is made as well.
class Maker {
 public:
  Maker(const Graph& graph, const Surroundings& surroundings)
      : graph_(graph),
        surroundings_(surroundings),
        states_(graph.nodes.size()),
        values_(graph.nodes.size()) {}

  Made make() {
    enter(graph_.root);
    while (!open_.empty()) {
      auto& [id, next] = open_.back();
      const std::vector<Id>& all = parts(id);
      if (next < all.size()) {
        enter(all[next++]);
      } else {
        values_[id] = container(id);
        states_[id] = State::made;
        open_.pop_back();
      }
    }
    return {values_[graph_.root], std::move(requiring_grad_)};
  }

 private:
  enum class State : uint8_t { unseen, open, made };
  struct Open {
    Id id;
    size_t next;
  };
  struct Storage {
    Ref<StorageImpl> bytes;
    ScalarType dtype;
  };

  const Node& node(Id id) const { return graph_.nodes[id]; }
  const std::vector<Id>& parts(Id id) const { return graph_.parts[node(id).place]; }

  // --- Errors -----------------------------------------------------------------------------------
  std::string step(const Open& at) const {
    const size_t i = at.next - 1;
    if (node(at.id).kind != Kind::dict) return std::to_string(i);
    const Node& key = node(parts(at.id)[i - i % 2]);
    if (key.kind == Kind::text) return clipped(key.text);
    if (key.kind == Kind::integer) return std::to_string(key.number);
    return described(key.kind);
  }
  // `torch_load: model.0.weight`, with the way to the value at hand.
  std::string here() const {
    std::string way;
    const size_t first = open_.size() > longest_way ? open_.size() - longest_way : 0;
    for (size_t i = first; i < open_.size() - (is_key() ? 1 : 0); ++i)
      way += (i == 0 ? "" : i == first ? "... " : ".") + step(open_[i]);
    return surroundings_.where + (way.empty() ? "" : ": " + way);
  }
  template <class... Args>
  [[noreturn, gnu::cold]] void refuse(fmt::format_string<Args...> text, Args&&... args) const {
    gradus::fail("{}: {}", here(), fmt::vformat(text, fmt::make_format_args(args...)));
  }

  // --- Values -----------------------------------------------------------------------------------
  void enter(Id id) {
    if (states_[id] == State::made) return;
    if (states_[id] == State::open) refuse("a container that contains itself");
    if (is_key()) check_key(node(id));
    switch (node(id).kind) {
      case Kind::list:
      case Kind::integers:
      case Kind::reals:
      case Kind::tensors:
      case Kind::tuple:
      case Kind::dict:
        states_[id] = State::open;
        open_.push_back({id, 0});
        break;
      default:
        values_[id] = leaf(node(id));
        states_[id] = State::made;
    }
  }
  bool is_key() const {
    return !open_.empty() && node(open_.back().id).kind == Kind::dict && open_.back().next % 2 == 1;
  }
  void check_key(const Node& key) const {
    if (key.kind > Kind::text || key.kind == Kind::none)
      refuse("a key is {}, not a bool, a number or a string", described(key.kind));
    if (key.kind == Kind::text && key.text.size() > longest_key)
      refuse("a key of {} bytes, more than {}", key.text.size(), longest_key);
  }

  IValue leaf(const Node& n) {
    switch (n.kind) {
      case Kind::none:
        return {};
      case Kind::boolean:
        return n.number != 0;
      case Kind::integer:
        return n.number;
      case Kind::real:
        return std::bit_cast<double>(n.number);
      case Kind::text:
        if (!is_utf8(n.text)) refuse("a string that is no UTF-8");
        return std::string(n.text);
      case Kind::dtype:
        return "torch." + std::string(n.text);
      case Kind::storage: {
        const StorageNode& s = graph_.storages[n.place];
        return whole(s, s.dtype == ScalarType::Undefined ? kByte : s.dtype);
      }
      case Kind::tensor:
        return tensor(graph_.tensors[n.place]);
      case Kind::unheld:
        refuse("there is {}, which no value holds here", n.text);
      default:
        refuse("there is a class or a function, which no value holds here");
    }
  }

  IValue container(Id id) {
    const std::vector<Id>& all = parts(id);
    switch (node(id).kind) {
      case Kind::dict:
        return dict(all);
      case Kind::tuple: {
        std::vector<IValue> elements;
        elements.reserve(all.size());
        for (const Id each : all) elements.push_back(values_[each]);
        return ivalue::Tuple::create(std::move(elements));
      }
      case Kind::integers:
        return list_of<int64_t>(all, "integers");
      case Kind::reals:
        return list_of<double>(all, "floats");
      case Kind::tensors:
        return list_of<Tensor>(all, "tensors");
      default: {
        impl::GenericList list;
        list.reserve(all.size());
        for (const Id each : all) list.push_back(values_[each]);
        return list;
      }
    }
  }
  // The last of the values that a key was given, at the first one's place.
  IValue dict(const std::vector<Id>& all) const {
    impl::GenericDict made;
    for (size_t i = 0; i < all.size(); i += 2)
      made.insert_or_assign(values_[all[i]], values_[all[i + 1]]);
    return made;
  }
  template <class T>
  IValue list_of(const std::vector<Id>& all, const char* what) {
    std::vector<T> list;
    list.reserve(all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      const IValue& v = values_[all[i]];
      open_.back().next = i + 1;  // what an error names
      if (!(std::is_same_v<T, int64_t>  ? v.isInt()
            : std::is_same_v<T, double> ? v.isDouble()
                                        : v.isTensor() || v.isNone()))
        refuse("a {} in a list of {}", v.tagKind(), what);
      list.push_back(v.to<T>());
    }
    return list;
  }

  // --- Tensors ----------------------------------------------------------------------------------
  const Ref<StorageImpl>& storage(const StorageNode& s, ScalarType dtype) {
    if (!is_held(dtype)) refuse("element type {}, which no tensor has here", dtype);
    const auto [at, is_new] = storages_.try_emplace(s.key);
    Storage& held = at->second;
    if (is_new) {
      held = {surroundings_.storage(s.key), dtype};
      if (dtype == kBool) check_bools(*held.bytes);
    }
    if (held.dtype != dtype)
      refuse("types differ on storage {}, {} and {}", clipped(s.key), held.dtype, dtype);
    const ScalarType of = s.dtype == ScalarType::Undefined ? kByte : s.dtype;
    if (uint64_t(s.elements) > held.bytes->nbytes() / item_size(of))
      refuse("a storage of {} elements of type {} has {} bytes in the file", s.elements, of,
             held.bytes->nbytes());
    return held.bytes;
  }
  void check_bools(const StorageImpl& s) const {
    const auto* bytes = reinterpret_cast<const uint8_t*>(s.data());
    for (size_t i = 0; i < s.nbytes(); ++i)
      if (bytes[i] > 1) refuse("element {} is {}, no bool", i, bytes[i]);
  }
  Tensor whole(const StorageNode& s, ScalarType dtype) {
    const int64_t n = int64_t(storage(s, dtype)->nbytes() / item_size(dtype));
    return window(s, dtype, Dims{std::min(n, s.elements)}, Dims{1}, 0);
  }
  Tensor window(const StorageNode& s, ScalarType dtype, Dims sizes, Dims strides, int64_t offset) {
    return Tensor(Ref<TensorImpl>::first(
        new TensorImpl(storage(s, dtype), std::move(sizes), std::move(strides), offset, dtype)));
  }
  Dims dims(Id id) const {
    const std::vector<Id>& all = parts(id);
    if (all.size() > most_dims) refuse("{} dims, more than {}", all.size(), most_dims);
    Dims out(all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      const Node& n = node(all[i]);
      if (n.kind != Kind::integer || n.number < 0)
        refuse("a size or a stride of a tensor is no natural number");
      out[i] = n.number;
    }
    return out;
  }
  Tensor tensor(const TensorNode& t) {
    const StorageNode& s = graph_.storages[t.storage];
    const Ref<StorageImpl>& on = storage(s, t.dtype);
    const Dims sizes = dims(t.sizes);
    Dims strides = dims(t.strides);
    if (sizes.size() != strides.size())
      refuse("sizes {} and strides {} differ in length", sizes.ref(), strides.ref());
    const bool none = std::find(sizes.begin(), sizes.end(), 0) != sizes.end();
    const int64_t room = int64_t(on->nbytes() / item_size(t.dtype));
    const std::optional<int64_t> last = last_place(sizes, strides, t.offset);
    if (t.offset < 0 || t.offset > largest_stride || (!none && !(last && *last < room)))
      refuse("sizes {} with strides {} from {} do not fit a storage of {} elements", sizes.ref(),
             strides.ref(), t.offset, room);
    const std::string where = here();
    checked_numel(sizes, where.c_str());
    // A dim of one element takes no step, and a window without elements has no place.
    if (!last) strides = contiguous_strides(sizes);
    for (int64_t& each : strides) each = std::min(each, largest_stride);
    const Tensor made = window(s, t.dtype, sizes, std::move(strides), t.offset);
    if (t.requires_grad && !is_floating(t.dtype))
      refuse("a tensor of type {} is to require grad", t.dtype);
    if (t.requires_grad) requiring_grad_.push_back(made);
    return made;
  }

  const Graph& graph_;
  const Surroundings& surroundings_;
  std::vector<State> states_;
  std::vector<IValue> values_;
  std::vector<Open> open_;
  std::unordered_map<std::string_view, Storage> storages_;
  std::vector<Tensor> requiring_grad_;
};

}  // namespace

Made make_value(const Graph& graph, const Surroundings& surroundings) {
  return Maker(graph, surroundings).make();
}

}  // namespace gradus::pickle
