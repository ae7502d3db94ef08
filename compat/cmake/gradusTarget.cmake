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

# gradus_image_target(KIND LIBRARY) makes gradus::image of the library for pictures; it brings gradus::gradus.
function(gradus_image_target kind library)
  set(links gradus::gradus)
  if(kind STREQUAL "STATIC")
    list(APPEND links "$<LINK_ONLY:PNG::PNG>" "$<LINK_ONLY:JPEG::JPEG>")
  endif()
  add_library(gradus::image ${kind} IMPORTED GLOBAL)
  set_target_properties(gradus::image PROPERTIES
    IMPORTED_LOCATION "${library}"
    INTERFACE_LINK_LIBRARIES "${links}")
endfunction()
