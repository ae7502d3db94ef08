#include "tensor/io/ivalue.h"

#include <variant>

#include "tensor/base/fail.h"
#include "tensor/io/dict.h"
#include "tensor/io/list.h"

namespace gradus {

// The kinds, None first.
struct IValue::Held {
  using Kinds =
      std::variant<std::monostate, Tensor, bool, int64_t, double, std::string, List<int64_t>,
                   List<double>, List<Tensor>, std::shared_ptr<const ivalue::Tuple>,
                   impl::GenericList, impl::GenericDict>;
  Kinds kinds;

  Held() = default;
  template <class T>
  explicit Held(T v) : kinds(std::move(v)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  // A container's elements are let go of one after the other, not each within the one that holds
  // it: they may be nested deeper than the stack is.
  ~Held() {
    if (!has<std::shared_ptr<const ivalue::Tuple>>() && !has<impl::GenericList>() &&
        !has<impl::GenericDict>())
      return;
    if (let_go) {
      try {
        let_go->push_back(std::move(kinds));
      } catch (const std::bad_alloc&) {
      }
      return;
    }
    std::vector<Kinds> all;
    let_go = &all;
    kinds = std::monostate();
    while (!all.empty()) {
      const Kinds next = std::move(all.back());
      all.pop_back();
    }
    let_go = nullptr;
  }

 private:
  template <class T>
  bool has() const {
    return std::holds_alternative<T>(kinds);
  }
  // What waits, on a thread that is about to let go of a container.
  static inline constinit thread_local std::vector<Kinds>* let_go = nullptr;
};

constexpr const char* kind_names[] = {"None",       "Tensor", "Bool",        "Int",
                                      "Double",     "String", "IntList",     "DoubleList",
                                      "TensorList", "Tuple",  "GenericList", "GenericDict"};

template <class T>
std::shared_ptr<const IValue::Held> IValue::hold(T v) {
  return std::make_shared<const Held>(std::move(v));
}

std::shared_ptr<const ivalue::Tuple> ivalue::Tuple::create(std::vector<IValue> elements) {
  Tuple made;
  made.elements_ = std::move(elements);
  return std::make_shared<const Tuple>(std::move(made));
}
size_t ivalue::Tuple::size() const { return elements_.size(); }

IValue::IValue(Tensor t) : value_(t.defined() ? hold(std::move(t)) : nullptr) {}
IValue::IValue(bool v) : value_(hold(v)) {}
IValue::IValue(int64_t v) : value_(hold(v)) {}
IValue::IValue(double v) : value_(hold(v)) {}
IValue::IValue(std::string v) : value_(hold(std::move(v))) {}
IValue::IValue(std::vector<int64_t> v) : IValue(List<int64_t>(std::move(v))) {}
IValue::IValue(std::vector<double> v) : IValue(List<double>(std::move(v))) {}
IValue::IValue(std::vector<Tensor> v) : IValue(List<Tensor>(std::move(v))) {}
IValue::IValue(List<int64_t> v) : value_(hold(std::move(v))) {}
IValue::IValue(List<double> v) : value_(hold(std::move(v))) {}
IValue::IValue(List<Tensor> v) : value_(hold(std::move(v))) {}
IValue::IValue(const std::tuple<double, double>& v)
    : IValue(std::vector<double>{std::get<0>(v), std::get<1>(v)}) {}
IValue::IValue(std::shared_ptr<const ivalue::Tuple> v) : value_(v ? hold(std::move(v)) : nullptr) {}
IValue::IValue(impl::GenericList v) : value_(hold(std::move(v))) {}
IValue::IValue(impl::GenericDict v) : value_(hold(std::move(v))) {}
IValue::IValue(const Scalar& v) {
  if (v.isBoolean())
    value_ = hold(v.toBool());
  else if (v.isFloatingPoint())
    value_ = hold(v.toDouble());
  else
    value_ = hold(v.toLong());
}

const IValue::Held& IValue::held() const {
  static_assert(std::size(kind_names) == std::variant_size_v<decltype(Held::kinds)>);
  static const Held none;
  return value_ ? *value_ : none;
}

template <class T>
bool IValue::is() const {
  return std::holds_alternative<T>(held().kinds);
}
template <class T>
const T& IValue::get() const {
  if (!is<T>())
    fail("ivalue: kinds differ, {} wanted and {} held",
         kind_names[decltype(Held::kinds)(T()).index()], tagKind());
  return *std::get_if<T>(&held().kinds);
}
// An empty list is a list of anything.
template <class T>
List<T> IValue::list() const {
  if (const auto* any = std::get_if<impl::GenericList>(&held().kinds)) {
    List<T> out;
    for (const IValue& e : *any) out.push_back(e.to<T>());
    return out;
  }
  const auto is_empty_list = [](const auto& v) {
    if constexpr (
        requires { v.pop_back(); } && !requires { v.c_str(); })
      return v.empty();
    else
      return false;
  };
  if (!is<List<T>>() && std::visit(is_empty_list, held().kinds)) return {};
  return get<List<T>>();
}

bool IValue::isTensor() const { return is<Tensor>(); }
bool IValue::isBool() const { return is<bool>(); }
bool IValue::isInt() const { return is<int64_t>(); }
bool IValue::isDouble() const { return is<double>(); }
bool IValue::isString() const { return is<std::string>(); }
bool IValue::isIntList() const { return is<List<int64_t>>(); }
bool IValue::isDoubleList() const { return is<List<double>>(); }
bool IValue::isTensorList() const { return is<List<Tensor>>(); }
bool IValue::isTuple() const { return is<std::shared_ptr<const ivalue::Tuple>>(); }

Tensor IValue::toTensor() const { return isNone() ? Tensor() : get<Tensor>(); }
bool IValue::toBool() const { return get<bool>(); }
int64_t IValue::toInt() const { return get<int64_t>(); }
double IValue::toDouble() const { return isInt() ? double(toInt()) : get<double>(); }
const std::string& IValue::toStringRef() const { return get<std::string>(); }
bool IValue::isList() const {
  return isIntList() || isDoubleList() || isTensorList() || is<impl::GenericList>();
}
bool IValue::isGenericDict() const { return is<impl::GenericDict>(); }

List<int64_t> IValue::toIntList() const { return list<int64_t>(); }
List<Tensor> IValue::toTensorList() const { return list<Tensor>(); }
std::vector<int64_t> IValue::toIntVector() const { return toIntList().vec(); }
std::vector<double> IValue::toDoubleVector() const { return toDoubleList().vec(); }
std::vector<Tensor> IValue::toTensorVector() const { return toTensorList().vec(); }
std::shared_ptr<const ivalue::Tuple> IValue::toTuple() const {
  return get<std::shared_ptr<const ivalue::Tuple>>();
}
impl::GenericDict IValue::toGenericDict() const { return get<impl::GenericDict>(); }
impl::GenericList IValue::toList() const {
  const auto listed = [](const auto& elements) {
    impl::GenericList out;
    for (const auto& e : elements) out.push_back(e);
    return out;
  };
  if (isIntList()) return listed(get<List<int64_t>>());
  if (isDoubleList()) return listed(get<List<double>>());
  if (isTensorList()) return listed(get<List<Tensor>>());
  if (isTuple()) return listed(toTupleRef().elements());
  return get<impl::GenericList>();
}
Scalar IValue::toScalar() const {
  if (isBool()) return toBool();
  if (isInt()) return toInt();
  return get<double>();
}
List<double> IValue::toDoubleList() const {
  if (!isIntList()) return list<double>();
  List<double> out;
  for (const int64_t v : get<List<int64_t>>()) out.push_back(double(v));
  return out;
}
std::tuple<double, double> IValue::toDoublePair() const {
  const std::vector<double> v = toDoubleVector();
  if (v.size() != 2) fail("ivalue: a pair has 2 elements, not {}", v.size());
  return {v[0], v[1]};
}

std::string IValue::tagKind() const { return kind_names[held().kinds.index()]; }

bool operator==(const IValue& a, const IValue& b) {
  if (a.isScalar() && b.isScalar()) return a.toScalar().equal(b.toScalar());
  return a.isString() && b.isString() && a.toStringRef() == b.toStringRef();
}

size_t hash_value(const IValue& key) {
  if (key.isString()) return std::hash<std::string>()(key.toStringRef());
  // Numbers that are equal are one key, of whatever kind they are.
  return std::hash<double>()(key.toScalar().toDouble());
}

void detail::fail_no_key(const IValue& key) {
  if (key.isString()) fail_index("Dict: there is no key {}", key.toStringRef().substr(0, 100));
  if (key.isInt()) fail_index("Dict: there is no key {}", key.toInt());
  fail_index("Dict: the key is not there");
}

template class Dict<IValue, IValue>;
template class List<IValue>;

}  // namespace gradus
