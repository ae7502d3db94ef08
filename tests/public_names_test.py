#!/usr/bin/env python3
"""The search for silent names sees every public declaration, and no other."""
from public_names import LISTS, public_names

CASES = [  # a header, its names, the silent ones with a `-` in front
    ("/// Text.\nint f(int x);\nint g();\n", "f -g"),
    ("// No documentation.\nint f();\n\n/// Apart.\n\nint g();\n///\nint h();\n", "-f -g -h"),
    ("int f();  ///< Behind.\nint g(int a,\n      int b);  ///< Behind too.\nint h();\n", "f g -h"),
    ("/// Text.\nint f(int);\nint f(double);\nint g();\nint f(bool);\n", "f f -g -f"),
    ("int f(int);\n/// Text.\nint f(double);\n", "-f f"),
    ("int f(int);\nint f(double);\n", "-f -f"),
    ("template <class T>\nrequires(a<T>) int f(T t);\n", "-f"),
    ("/// Text.\ntemplate <class T, size_t N = (1 > 0)>\n[[nodiscard]] T\nf(std::function<void(int)> x = {}) { return x; }\n", "f"),
    ("constexpr int n = f(3);\nextern int m;\nint k{4};\nclass C;\nusing namespace x;\nusing A = int;\n", "-A"),
    ("/// Text.\nclass C {\n  int a();\n public:\n  C() : x_{1}, y_(2) {}\n  C(const C&) = default;\n  ~C() { f(); }\n"
     "  C& operator=(const C&);\n  int b() const;\n  friend int c();\n  int d() = delete;\n protected:\n  int e();\n private:\n"
     "  int x_ = 1;\n};\nint g();\n", "C -b -g"),
    ("struct S {\n  int a;\n  enum class E : int { x, y };\n  struct Inner { void deep(); };\n private:\n  struct P { void no(); };\n"
     "} s;\n", "-S -E -Inner -deep"),
    ("struct S {\n  explicit operator bool() const;\n  S operator-() const;\n  int operator()(int) const;\n"
     "  bool operator==(const S&) const = default;\n  int operator[](int) const;\n};\n",
     "-S -operator bool -operator- -operator() -operator== -operator[]"),
    ("struct S {\n  template <class T>\n  requires(!a<T>) S(T t) : x(t) {}\n  template <class T>\n"
     "  requires a<T> auto f(T t) -> int;\n};\ntemplate <class T>\nS(T) -> S<T>;\n", "-S -f"),
    ("template <class T>\nstruct S {\n  T f();\n};\ntemplate <class T>\nT S<T>::f() { return {}; }\ntemplate <>\nstruct S<int> {\n"
     "  int g();\n};\nextern template struct S<bool>;\n", "-S -f"),
    ("namespace detail {\nint f();\n}\nnamespace a::raw {\nint f();\n}\nnamespace {\nint f();\n}\nnamespace b {\nint g();\n}\n", "-g"),
    ("class MNIST : public Base<MNIST> {\n public:\n  MNIST(int x) {}\n  using value_type = int;\n  int get();\n};\n", "-MNIST -get"),
    ("#define USED(x) x\n#define INNER(x) int x();\nINNER(f)\n/// Text.\nINNER(g)\n#undef INNER\n", "-USED -INNER(f) INNER(g)"),
    ("#define ARG(T, n) \\\n public: \\\n  T n(); \\\n private: \\\n  T n##_\n/// Text.\nstruct S {\n  ARG(int, a) = 1;\n"
     "  /// Text.\n  ARG(int, b){2};\n  int c();\n};\n", "-ARG S -ARG(int , a) ARG(int , b)"),
    ("#define MAKE(T) \\\n  template class A<T>; \\\n  extern template class B<T>\nMAKE(int);\n#undef MAKE\n", ""),
    ("#define GRADUS_UNARY_OPS(X) \\\n  X(abs) /* |x| */ \\\n  X(neg)\n#define DO(n) int n();\nGRADUS_UNARY_OPS(DO)\n#undef DO\n", "abs -neg"),
    ('/* int f(); */\nconst char* text = "int g(); {";\n#if 1\nint h(char c = \'{\', char d = \'"\');\n#endif\n', "-h"),
]

for text, expected in CASES:
    # What a list's names stand for is found in the file of lists only.
    path = LISTS if "_OPS(X)" in text else "a.h"
    found = public_names({"gradus.h": f'#include "{path}"\n', path: text, "unreached.h": "int f();\n"})
    names = [("" if spoken else "-") + name for _, name, spoken in found.get(path, [])]
    assert found.keys() <= {path} and " ".join(names) == expected, (text, names)
print(f"{len(CASES)} cases")
