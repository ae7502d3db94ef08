# An overlay port, which builds the sources that it stands in: vcpkg install gradus --overlay-ports=packaging/vcpkg
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../../.." ABSOLUTE)

# The library is optimised in programs that are debugged too, and its headers do not depend on how they are compiled.
set(VCPKG_BUILD_TYPE release)
# gradusConfig.cmake finds library and headers from its own place, which so must stay.
set(VCPKG_POLICY_SKIP_MISPLACED_CMAKE_FILES_CHECK enabled)
set(VCPKG_POLICY_SKIP_LIB_CMAKE_MERGE_CHECK enabled)

vcpkg_configure_meson(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS -Doptimization=2 -Dtests=disabled -Dbench=disabled -Dexamples=disabled -Dimages=disabled -Dmpi=disabled)
vcpkg_install_meson()
vcpkg_fixup_pkgconfig()
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(WRITE "${CURRENT_PACKAGES_DIR}/share/${PORT}/usage" [[
find_package(gradus CONFIG REQUIRED)
target_link_libraries(main PRIVATE gradus::gradus)

Projects for libtorch, find_package(Torch), find it below share/gradus/torch: add that folder to CMAKE_PREFIX_PATH.
]])
