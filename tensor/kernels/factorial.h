// n! for whole n >= 0, infinite above 170. Kernels call it for one element after the other.
#pragma once

namespace gradus::kernels {

double factorial(double n);

}  // namespace gradus::kernels
