// The vector types of this instruction set.
#pragma once

#include <cstdint>
#include <cstring>
#include <xsimd/xsimd.hpp>

#include "tensor/kernels/isa.h"

namespace gradus::kernels::GRADUS_ISA {

template <class T>
using batch = xsimd::batch<T, xsimd::default_arch>;
template <class T>
using mask = xsimd::batch_bool<T, xsimd::default_arch>;

}  // namespace gradus::kernels::GRADUS_ISA
