// The zip archive around a pickle, as torch.save lays it out: the pickle, and each storage's bytes.
#pragma once

#include <string>
#include <vector>

#include "tensor/io/file.h"
#include "tensor/io/pickle_graph.h"

namespace gradus::torch_archive {

void write(const IValue& value, const std::string& where, const WriteBytes& write);

pickle::Made read(const char* op, const std::string& filename);
pickle::Made read(const char* op, const std::vector<char>& data);

}  // namespace gradus::torch_archive
