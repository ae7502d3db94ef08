#include "autograd/stacktrace.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#if __has_include(<elfutils/libdwfl.h>)
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#define GRADUS_HAS_LIBDW 1
#endif

namespace gradus::autograd {
namespace {

using Owned = std::unique_ptr<char, decltype(&std::free)>;

std::string demangled(const char* symbol) {
  Owned name(abi::__cxa_demangle(symbol, nullptr, nullptr, nullptr), &std::free);
  std::string text = name ? name.get() : symbol;
  for (const std::string_view tag = "[abi:cxx11]"; text.find(tag) != text.npos;)
    text.erase(text.find(tag), tag.size());
  return text;
}

// Whether a function belongs to Gradus or to the standard library, from its mangled name (the
// demangled one may start with a return type). What stands inside another function, such as a
// lambda, goes with that function.
bool internal(std::string_view symbol) {
  if (!symbol.starts_with("_Z")) return false;
  symbol.remove_prefix(2);
  while (symbol.starts_with('Z')) symbol.remove_prefix(1);
  if (symbol.starts_with('N')) symbol.remove_prefix(1);
  symbol.remove_prefix(std::min(symbol.find_first_not_of("rVKRO"), symbol.size()));
  for (std::string_view outer : {"6gradus", "S", "9__gnu_cxx"}) {
    if (symbol.starts_with(outer)) return true;
  }
  return false;
}

// Shared objects in which no user's code stands.
bool internal_library(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  for (std::string_view name : {"libgradus.so", "libgomp.so", "libomp.so", "libiomp5.so", "libc.so",
                                "libstdc++.so", "libc++.so", "libgcc_s.so", "ld-linux"}) {
    if (path.starts_with(name)) return true;
  }
  return false;
}

#ifdef GRADUS_HAS_LIBDW
// elfutils' libdw, loaded when first needed: no program pays for it at start-up, or must have it.
class DebugInfo {
 public:
  DebugInfo() : library_(dlopen("libdw.so.1", RTLD_LAZY | RTLD_LOCAL)) {
    if (!library_ || !load()) return;
    callbacks_.find_elf = find_elf_;
    callbacks_.find_debuginfo = find_debuginfo_;
    session_ = begin_(&callbacks_);
    if (session_ &&
        (report_(session_, getpid()) != 0 || report_end_(session_, nullptr, nullptr) != 0)) {
      end_(session_);
      session_ = nullptr;
    }
  }
  ~DebugInfo() {
    if (session_) end_(session_);
    if (library_) dlclose(library_);
  }
  DebugInfo(const DebugInfo&) = delete;
  DebugInfo& operator=(const DebugInfo&) = delete;

  // The innermost of the functions at pc (some are inlined into others) that is not internal, as
  // user_frame gives it.
  std::string user_function(std::uintptr_t pc) const {
    Dwfl_Module* module = session_ ? addrmodule_(session_, pc) : nullptr;
    if (!module) return {};
    const char* symbol = addrname_(module, pc);
    Dwarf_Addr bias = 0;
    Dwarf_Die* unit = addrdie_(module, pc, &bias);
    Dwfl_Line* line = unit ? getsrc_(module, pc) : nullptr;
    if (!line) return symbol && !internal(symbol) ? demangled(symbol) : std::string();

    int number = 0;
    const char* file = lineinfo_(line, nullptr, &number, nullptr, nullptr, nullptr);
    std::string place = place_name(*unit, file, std::uint64_t(number));
    for (Dwarf_Die& scope : nest(unit, pc - bias)) {
      const int tag = tag_(&scope);
      if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) continue;
      const std::string function = qualified_name(scope);
      if (!function.starts_with("gradus::") && !function.starts_with("std::"))
        return place + " (" + function + ")";
      if (tag == DW_TAG_subprogram) break;
      place = call_place(*unit, scope);
    }
    return {};
  }

 private:
  // The blocks and functions around an address, innermost first.
  struct Scopes {
    std::unique_ptr<Dwarf_Die, decltype(&std::free)> dies{nullptr, &std::free};
    int count = 0;
    Dwarf_Die* begin() { return dies.get(); }
    Dwarf_Die* end() { return dies.get() + count; }
  };

  template <class F>
  bool load(F*& function, const char* name) {
    return (function = reinterpret_cast<F*>(dlsym(library_, name))) != nullptr;
  }
  bool load() {
    return load(begin_, "dwfl_begin") && load(end_, "dwfl_end") &&
           load(report_, "dwfl_linux_proc_report") && load(report_end_, "dwfl_report_end") &&
           load(find_elf_, "dwfl_linux_proc_find_elf") &&
           load(find_debuginfo_, "dwfl_standard_find_debuginfo") &&
           load(addrmodule_, "dwfl_addrmodule") && load(addrname_, "dwfl_module_addrname") &&
           load(addrdie_, "dwfl_module_addrdie") && load(getsrc_, "dwfl_module_getsrc") &&
           load(lineinfo_, "dwfl_lineinfo") && load(getscopes_, "dwarf_getscopes") &&
           load(getscopes_die_, "dwarf_getscopes_die") && load(tag_, "dwarf_tag") &&
           load(attr_, "dwarf_attr") && load(formref_, "dwarf_formref_die") &&
           load(formstring_, "dwarf_formstring") && load(formudata_, "dwarf_formudata") &&
           load(getsrcfiles_, "dwarf_getsrcfiles") && load(filesrc_, "dwarf_filesrc") &&
           load(diename_, "dwarf_diename");
  }

  std::string place_name(Dwarf_Die& unit, const char* file, std::uint64_t line) const {
    if (!file) return "?";
    const char* directory = string(unit, DW_AT_comp_dir);
    const auto path = std::filesystem::path(directory ? directory : "") / file;
    return path.lexically_normal().string() + ":" + std::to_string(line);
  }

  Scopes nest(Dwarf_Die* unit, Dwarf_Addr pc) const {
    Scopes at_pc, nest;
    Dwarf_Die* dies = nullptr;
    at_pc.count = unit ? getscopes_(unit, pc, &dies) : 0;
    at_pc.dies.reset(dies);
    if (at_pc.count <= 0) return nest;
    // dwarf_getscopes goes on with what surrounds the definition of an inlined function; wanted is
    // its caller.
    nest.count = std::max(0, getscopes_die_(at_pc.dies.get(), &dies));
    if (nest.count > 0) nest.dies.reset(dies);
    return nest;
  }

  const char* string(Dwarf_Die& die, unsigned name) const {
    Dwarf_Attribute attribute;
    return attr_(&die, name, &attribute) ? formstring_(&attribute) : nullptr;
  }

  std::optional<Dwarf_Word> number(Dwarf_Die& die, unsigned name) const {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (!attr_(&die, name, &attribute) || formudata_(&attribute, &value) != 0) return std::nullopt;
    return value;
  }

  std::string call_place(Dwarf_Die& unit, Dwarf_Die& inlined) const {
    Dwarf_Files* files = nullptr;
    size_t count = 0;
    const auto index = number(inlined, DW_AT_call_file);
    if (!index || getsrcfiles_(&unit, &files, &count) != 0) return "?";
    return place_name(unit, filesrc_(files, *index, nullptr, nullptr),
                      number(inlined, DW_AT_call_line).value_or(0));
  }

  // The function's name with the namespaces, classes and functions around it.
  std::string qualified_name(Dwarf_Die die) const {
    Dwarf_Attribute attribute;
    while (attr_(&die, DW_AT_abstract_origin, &attribute) ||
           attr_(&die, DW_AT_specification, &attribute)) {
      if (!formref_(&attribute, &die)) break;
    }
    const char* name = diename_(&die);
    std::string own = name ? name : "(anonymous)";
    Dwarf_Die* dies = nullptr;
    Scopes around;
    around.count = std::max(0, getscopes_die_(&die, &dies));
    if (around.count > 0) around.dies.reset(dies);
    for (Dwarf_Die* outer = dies ? dies + 1 : around.end(); outer < around.end(); ++outer) {
      switch (tag_(outer)) {
        case DW_TAG_namespace:
        case DW_TAG_class_type:
        case DW_TAG_structure_type:
        case DW_TAG_union_type:
        case DW_TAG_subprogram:
          return qualified_name(*outer) + "::" + own;
        default:
          break;
      }
    }
    return own;
  }

  void* library_;
  Dwfl_Callbacks callbacks_{};
  Dwfl* session_ = nullptr;
  decltype(&dwfl_begin) begin_ = nullptr;
  decltype(&dwfl_end) end_ = nullptr;
  decltype(&dwfl_linux_proc_report) report_ = nullptr;
  decltype(&dwfl_report_end) report_end_ = nullptr;
  decltype(&dwfl_linux_proc_find_elf) find_elf_ = nullptr;
  decltype(&dwfl_standard_find_debuginfo) find_debuginfo_ = nullptr;
  decltype(&dwfl_addrmodule) addrmodule_ = nullptr;
  decltype(&dwfl_module_addrname) addrname_ = nullptr;
  decltype(&dwfl_module_addrdie) addrdie_ = nullptr;
  decltype(&dwfl_module_getsrc) getsrc_ = nullptr;
  decltype(&dwfl_lineinfo) lineinfo_ = nullptr;
  decltype(&dwarf_getscopes) getscopes_ = nullptr;
  decltype(&dwarf_getscopes_die) getscopes_die_ = nullptr;
  decltype(&dwarf_tag) tag_ = nullptr;
  decltype(&dwarf_attr) attr_ = nullptr;
  decltype(&dwarf_formref_die) formref_ = nullptr;
  decltype(&dwarf_formstring) formstring_ = nullptr;
  decltype(&dwarf_formudata) formudata_ = nullptr;
  decltype(&dwarf_getsrcfiles) getsrcfiles_ = nullptr;
  decltype(&dwarf_filesrc) filesrc_ = nullptr;
  decltype(&dwarf_diename) diename_ = nullptr;
};
#else
struct DebugInfo {
  std::string user_function(std::uintptr_t) const { return {}; }
};
#endif

_Unwind_Reason_Code push_frame(_Unwind_Context* context, void* argument) {
  auto& trace = *static_cast<StackTrace*>(argument);
  int before = 0;
  auto pc = _Unwind_GetIPInfo(context, &before);
  if (pc == 0 || trace.depth == StackTrace::max_depth) return _URC_END_OF_STACK;
  if (!before) --pc;  // a return address may already belong to the next line
  trace.frames[size_t(trace.depth++)] = reinterpret_cast<void*>(pc);
  return _URC_NO_REASON;
}

}  // namespace

StackTrace capture_stack() {
  StackTrace trace;
  _Unwind_Backtrace(push_frame, &trace);
  return trace;
}

std::string user_frame(const StackTrace& trace) {
  const DebugInfo debug_info;
  for (int i = 0; i < trace.depth; ++i) {
    void* pc = trace.frames[size_t(i)];
    Dl_info symbol{};
    dladdr(pc, &symbol);
    if (symbol.dli_fname && internal_library(symbol.dli_fname)) continue;
    std::string frame = debug_info.user_function(reinterpret_cast<std::uintptr_t>(pc));
    if (!frame.empty()) return frame;
    if (symbol.dli_sname && !internal(symbol.dli_sname)) return demangled(symbol.dli_sname);
  }
  return {};
}

}  // namespace gradus::autograd
