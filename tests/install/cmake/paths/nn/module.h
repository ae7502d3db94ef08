#pragma once
#include <data/data.h>

inline int modules() { return data(); }
