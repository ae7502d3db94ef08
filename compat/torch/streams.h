// `<<` for the containers that libtorch's header prints, and in its form: elements with spaces
// between them, the first hundred; pairs in parentheses.
#pragma once

#include <map>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

namespace gradus::detail {
template <class Container>
std::ostream& print_elements(std::ostream& out, const Container& c);
}

// Programs print from any namespace, so these are found only where the containers themselves are.
namespace std {
template <class A, class B>
ostream& operator<<(ostream& out, const pair<A, B>& p);
template <class... T>
ostream& operator<<(ostream& out, const vector<T...>& c) {
  return gradus::detail::print_elements(out, c);
}
template <class... T>
ostream& operator<<(ostream& out, const map<T...>& c) {
  return gradus::detail::print_elements(out, c);
}
template <class... T>
ostream& operator<<(ostream& out, const set<T...>& c) {
  return gradus::detail::print_elements(out, c);
}
template <class A, class B>
ostream& operator<<(ostream& out, const pair<A, B>& p) {
  return out << '(' << p.first << ", " << p.second << ')';
}
}  // namespace std

template <class Container>
std::ostream& gradus::detail::print_elements(std::ostream& out, const Container& c) {
  int printed = 0;
  for (const auto& element : c) {
    if (printed > 0) out << ' ';
    if (printed++ == 100) return out << "...";
    out << element;
  }
  return out;
}
