# gradus_target(KIND LIBRARY INCLUDE...) makes gradus::gradus of a library, SHARED or STATIC, and the folders of its
# headers. An installed gradusConfig.cmake reads it, and CMakeLists.txt in the sources.
function(gradus_target kind library)
  add_library(gradus::gradus ${kind} IMPORTED GLOBAL)
  set_target_properties(gradus::gradus PROPERTIES
    IMPORTED_LOCATION "${library}"
    INTERFACE_INCLUDE_DIRECTORIES "${ARGN}"
    INTERFACE_COMPILE_FEATURES cxx_std_20)
  if(kind STREQUAL "STATIC")  # the shared library names these itself
    set_property(TARGET gradus::gradus PROPERTY
      INTERFACE_LINK_LIBRARIES "$<LINK_ONLY:fmt::fmt>;$<LINK_ONLY:ZLIB::ZLIB>;-fopenmp")
  endif()
endfunction()
