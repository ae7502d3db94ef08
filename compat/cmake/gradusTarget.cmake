# gradus_target(KIND LIBRARY TORCH_INCLUDES INCLUDE...) makes gradus::gradus of a library, SHARED or STATIC, and the folders
# of its headers; those that <torch/torch.h> needs are a list. An installed gradusConfig.cmake reads it, and CMakeLists.txt
# in the sources.
function(gradus_target kind library torch_includes)
  set(includes ${torch_includes} ${ARGN})
  add_library(gradus::gradus ${kind} IMPORTED GLOBAL)
  set_target_properties(gradus::gradus PROPERTIES
    IMPORTED_LOCATION "${library}"
    GRADUS_TORCH_INCLUDES "${torch_includes}"
    INTERFACE_INCLUDE_DIRECTORIES "${includes}"
    INTERFACE_COMPILE_FEATURES cxx_std_20)
  if(kind STREQUAL "STATIC")  # the shared library names these itself
    set_property(TARGET gradus::gradus PROPERTY
      INTERFACE_LINK_LIBRARIES "$<LINK_ONLY:fmt::fmt>;$<LINK_ONLY:ZLIB::ZLIB>;-fopenmp")
  endif()
endfunction()
