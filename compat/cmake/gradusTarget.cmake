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

# gradus_part_target(PART KIND LIBRARY NEEDED...) makes gradus::PART of a library that needs gradus::gradus, which it
# brings, and as a static one the targets NEEDED.
function(gradus_part_target part kind library)
  set(links gradus::gradus)
  if(kind STREQUAL "STATIC")
    foreach(needed IN LISTS ARGN)
      list(APPEND links "$<LINK_ONLY:${needed}>")
    endforeach()
  endif()
  add_library(gradus::${part} ${kind} IMPORTED GLOBAL)
  set_target_properties(gradus::${part} PROPERTIES
    IMPORTED_LOCATION "${library}"
    INTERFACE_LINK_LIBRARIES "${links}")
endfunction()
