"""conan create packaging/conan: builds the sources that this file stands in."""
import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.gnu import PkgConfigDeps
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson, MesonToolchain


class Gradus(ConanFile):
    name = "gradus"
    description = "Neural networks in C++, trained on the CPU, in the words of PyTorch"
    license = "MIT"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    implements = ["auto_shared_fpic"]

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        self.version = re.search(r"version: '([\d.]+)'", load(self, os.path.join(self._root, "meson.build")))[1]

    def export_sources(self):
        for part in ("*.build", "meson_options.txt", "gradus.h", "gradus.map", "LICENSE", "autograd/*", "compat/*",
                     "data/*", "distributed/*", "monitor/*", "nn/*", "optim/*", "packaging/*.py",
                     "tensor/*"):
            copy(self, part, self._root, self.export_sources_folder, excludes="build*/*")

    def layout(self):
        basic_layout(self)

    def requirements(self):
        self.requires("fmt/[>=9 <13]")
        self.requires("zlib/[>=1.2.11 <2]")
        # Headers alone, which no header of Gradus includes.
        self.requires("nlohmann_json/[>=3.11 <4]", visible=False)
        self.requires("xsimd/[>=8.1 <14]", visible=False)

    def build_requirements(self):
        self.tool_requires("meson/[>=1.0 <2]")
        if not self.conf.get("tools.gnu:pkg_config", check_type=str):
            self.tool_requires("pkgconf/[>=2.1 <3]")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux" or self.settings.arch not in ("x86_64", "armv8"):
            raise ConanInvalidConfiguration("gradus is for Linux on x86-64 and 64-bit Arm")

    def generate(self):
        PkgConfigDeps(self).generate()
        toolchain = MesonToolchain(self)
        toolchain.project_options.update({"tests": "disabled", "bench": "disabled", "examples": "disabled", "images": "disabled",
                                          "mpi": "disabled"})
        if self.settings.build_type == "Release":
            toolchain.project_options["optimization"] = "2"  # the kernels ask for more themselves
        for name in ("nlohmann_json", "xsimd"):  # meson asks no package where headers alone lie
            toolchain.extra_cxxflags += [f"-isystem{path}" for path in self.dependencies[name].cpp_info.aggregated_components().includedirs]
        toolchain.generate()

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self):
        Meson(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        info = self.cpp_info
        info.libs = ["gradus"]
        info.includedirs = ["include/gradus/compat", "include/gradus"]
        info.set_property("cmake_file_name", "gradus")
        info.set_property("cmake_target_name", "gradus::gradus")
        info.set_property("pkg_config_name", "gradus")
        info.builddirs = ["share/gradus/torch"]  # of find_package(Torch)
        if not self.options.shared:
            info.system_libs = ["m", "pthread", "dl"]
            info.sharedlinkflags = info.exelinkflags = ["-fopenmp"]
