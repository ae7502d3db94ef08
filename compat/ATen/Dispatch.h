// A function for each element type, chosen as the program runs: `scalar_t` is the type inside it.
//
// A function is never called for a type that no tensor has: what stands for the type inside, where
// a program names it, is a larger one.
#pragma once

#include <c10/core/ScalarType.h>

#include "tensor/type_properties.h"

namespace gradus::detail {

inline ScalarType scalar_type(ScalarType t) { return t; }
inline ScalarType scalar_type(TypeMeta t) { return t; }
inline ScalarType scalar_type(const DeprecatedTypeProperties& t) { return t.scalarType(); }

// The type that stands in the function for an element type; another where no tensor has it.
template <ScalarType t>
struct DispatchType : impl::ScalarTypeToCPPType<t> {};
template <ScalarType t>
requires(!is_held(t)) struct DispatchType<t> {
  using type = std::conditional_t<isIntegralType(t, true) || isQIntType(t), int64_t, double>;
};

}  // namespace gradus::detail

#define AT_DISPATCH_SWITCH(TYPE, NAME, ...)                                           \
  [&] {                                                                               \
    const auto& the_type = TYPE;                                                      \
    const ::gradus::ScalarType gradus_type = ::gradus::detail::scalar_type(the_type); \
    [[maybe_unused]] const char* const gradus_name = NAME;                            \
    switch (gradus_type) {                                                            \
      __VA_ARGS__                                                                     \
      default:                                                                        \
        ::gradus::detail::throw_no_dtype(gradus_name, gradus_type);                   \
    }                                                                                 \
  }()

// A type that tensors have: the function is compiled where it stands.
#define GRADUS_DISPATCH_CASE(NAME, T, ...) \
  case ::gradus::ScalarType::NAME: {       \
    using scalar_t [[maybe_unused]] = T;   \
    return __VA_ARGS__();                  \
  }
// Any other or a given type.
#define AT_DISPATCH_CASE(TYPE, ...)                                                        \
  case TYPE: {                                                                             \
    using scalar_t [[maybe_unused]] = typename ::gradus::detail::DispatchType<TYPE>::type; \
    if (!::gradus::is_held(TYPE)) ::gradus::detail::throw_no_dtype(gradus_name, TYPE);     \
    return __VA_ARGS__();                                                                  \
  }
#define AT_DISPATCH_CASE_FLOATING_TYPES(...)        \
  GRADUS_DISPATCH_CASE(Double, double, __VA_ARGS__) \
  GRADUS_DISPATCH_CASE(Float, float, __VA_ARGS__)
#define AT_DISPATCH_CASE_INTEGRAL_TYPES(...)       \
  GRADUS_DISPATCH_CASE(Byte, uint8_t, __VA_ARGS__) \
  GRADUS_DISPATCH_CASE(Int, int32_t, __VA_ARGS__)  \
  GRADUS_DISPATCH_CASE(Long, int64_t, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES(...)        \
  AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__) \
  AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__)

// Half and the complex types fall away.
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND_HALF AT_DISPATCH_CASE_FLOATING_TYPES
#define AT_DISPATCH_CASE_REDUCED_FLOATING_TYPES(...)
#define AT_DISPATCH_CASE_COMPLEX_TYPES(...)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES AT_DISPATCH_CASE_FLOATING_TYPES
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX AT_DISPATCH_CASE_ALL_TYPES

#define GRADUS_DISPATCH_AND1(CASES, A, ...) CASES(__VA_ARGS__) AT_DISPATCH_CASE(A, __VA_ARGS__)
#define GRADUS_DISPATCH_AND2(CASES, A, B, ...) \
  GRADUS_DISPATCH_AND1(CASES, A, __VA_ARGS__) AT_DISPATCH_CASE(B, __VA_ARGS__)
#define GRADUS_DISPATCH_AND3(CASES, A, B, C, ...) \
  GRADUS_DISPATCH_AND2(CASES, A, B, __VA_ARGS__) AT_DISPATCH_CASE(C, __VA_ARGS__)
#define GRADUS_DISPATCH_AND4(CASES, A, B, C, D, ...) \
  GRADUS_DISPATCH_AND3(CASES, A, B, C, __VA_ARGS__) AT_DISPATCH_CASE(D, __VA_ARGS__)
#define GRADUS_DISPATCH_AND5(CASES, A, B, C, D, E, ...) \
  GRADUS_DISPATCH_AND4(CASES, A, B, C, D, __VA_ARGS__) AT_DISPATCH_CASE(E, __VA_ARGS__)
#define GRADUS_DISPATCH_AND6(CASES, A, B, C, D, E, F, ...) \
  GRADUS_DISPATCH_AND5(CASES, A, B, C, D, E, __VA_ARGS__) AT_DISPATCH_CASE(F, __VA_ARGS__)

// CASE_..._AND and so on take the further types before the function.
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND(...) \
  GRADUS_DISPATCH_AND1(AT_DISPATCH_CASE_FLOATING_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND2(...) \
  GRADUS_DISPATCH_AND2(AT_DISPATCH_CASE_FLOATING_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND3(...) \
  GRADUS_DISPATCH_AND3(AT_DISPATCH_CASE_FLOATING_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND4(...) \
  GRADUS_DISPATCH_AND4(AT_DISPATCH_CASE_FLOATING_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND5(...) \
  GRADUS_DISPATCH_AND5(AT_DISPATCH_CASE_FLOATING_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_TYPES_AND6(...) \
  GRADUS_DISPATCH_AND6(AT_DISPATCH_CASE_FLOATING_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND(...) \
  GRADUS_DISPATCH_AND1(AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND2(...) \
  GRADUS_DISPATCH_AND2(AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND3(...) \
  GRADUS_DISPATCH_AND3(AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND4(...) \
  GRADUS_DISPATCH_AND4(AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND5(...) \
  GRADUS_DISPATCH_AND5(AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND6(...) \
  GRADUS_DISPATCH_AND6(AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND(...) \
  GRADUS_DISPATCH_AND1(AT_DISPATCH_CASE_ALL_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND2(...) \
  GRADUS_DISPATCH_AND2(AT_DISPATCH_CASE_ALL_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND3(...) \
  GRADUS_DISPATCH_AND3(AT_DISPATCH_CASE_ALL_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND4(...) \
  GRADUS_DISPATCH_AND4(AT_DISPATCH_CASE_ALL_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND5(...) \
  GRADUS_DISPATCH_AND5(AT_DISPATCH_CASE_ALL_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND6(...) \
  GRADUS_DISPATCH_AND6(AT_DISPATCH_CASE_ALL_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND(...) \
  GRADUS_DISPATCH_AND1(AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND2(...) \
  GRADUS_DISPATCH_AND2(AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND3(...) \
  GRADUS_DISPATCH_AND3(AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND4(...) \
  GRADUS_DISPATCH_AND4(AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND5(...) \
  GRADUS_DISPATCH_AND5(AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND6(...) \
  GRADUS_DISPATCH_AND6(AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX, __VA_ARGS__)
#define AT_DISPATCH_CASE_INTEGRAL_TYPES_AND(...) \
  GRADUS_DISPATCH_AND1(AT_DISPATCH_CASE_INTEGRAL_TYPES, __VA_ARGS__)
#define AT_DISPATCH_CASE_COMPLEX_TYPES_AND(...) \
  GRADUS_DISPATCH_AND1(AT_DISPATCH_CASE_COMPLEX_TYPES, __VA_ARGS__)

// The same by one word, a switch with one function.
#define AT_DISPATCH_FLOATING_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND_HALF(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND_HALF(__VA_ARGS__))
#define AT_DISPATCH_REDUCED_FLOATING_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_REDUCED_FLOATING_TYPES(__VA_ARGS__))
#define AT_DISPATCH_COMPLEX_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_COMPLEX_TYPES(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX(__VA_ARGS__))
#define AT_DISPATCH_INTEGRAL_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND(A, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND(A, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND2(A, B, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND2(A, B, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND3(A, B, C, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND3(A, B, C, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND4(A, B, C, D, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND4(A, B, C, D, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND5(A, B, C, D, E, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_TYPES_AND5(A, B, C, D, E, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND6(A, B, C, D, E, F, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                           \
                     AT_DISPATCH_CASE_FLOATING_TYPES_AND6(A, B, C, D, E, F, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND(A, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND(A, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND2(A, B, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                           \
                     AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND2(A, B, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND3(A, B, C, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                              \
                     AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND3(A, B, C, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND4(A, B, C, D, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                                 \
                     AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND4(A, B, C, D, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND5(A, B, C, D, E, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                                    \
                     AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND5(A, B, C, D, E, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND6(A, B, C, D, E, F, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(                                                                  \
      TYPE, NAME, AT_DISPATCH_CASE_FLOATING_AND_COMPLEX_TYPES_AND6(A, B, C, D, E, F, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND(A, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND(A, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND2(A, B, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND2(A, B, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND3(A, B, C, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND3(A, B, C, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND4(A, B, C, D, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND4(A, B, C, D, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND5(A, B, C, D, E, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND5(A, B, C, D, E, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND6(A, B, C, D, E, F, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND6(A, B, C, D, E, F, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND(A, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND(A, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND2(A, B, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND2(A, B, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND3(A, B, C, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND3(A, B, C, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND4(A, B, C, D, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                            \
                     AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND4(A, B, C, D, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND5(A, B, C, D, E, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                               \
                     AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND5(A, B, C, D, E, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND6(A, B, C, D, E, F, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME,                                                  \
                     AT_DISPATCH_CASE_ALL_TYPES_AND_COMPLEX_AND6(A, B, C, D, E, F, __VA_ARGS__))
#define AT_DISPATCH_INTEGRAL_TYPES_AND(A, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_INTEGRAL_TYPES_AND(A, __VA_ARGS__))
#define AT_DISPATCH_COMPLEX_TYPES_AND(A, TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, AT_DISPATCH_CASE_COMPLEX_TYPES_AND(A, __VA_ARGS__))

// `index_t` is the type inside.
#define AT_DISPATCH_INDEX_TYPES(TYPE, NAME, ...) \
  AT_DISPATCH_SWITCH(TYPE, NAME, case ::gradus::kInt: {                                         \
    using index_t [[maybe_unused]] = int32_t;                                                  \
    return __VA_ARGS__();                                                                      \
  } case ::gradus::kLong: {                                                                     \
    using index_t [[maybe_unused]] = int64_t;                                                  \
    return __VA_ARGS__();                                                                      \
  })
