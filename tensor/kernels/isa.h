// Kernel code is compiled once per instruction set, each time in a namespace of that set's name, so
// that no archive can hand another one a function with instructions it may not use. Elsewhere (in
// autograd, in tests) the same formulas live in `base`.
#pragma once

#ifndef GRADUS_ISA
#define GRADUS_ISA base
#endif
