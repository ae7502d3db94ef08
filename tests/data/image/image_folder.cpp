// Folders of pictures as a dataset.
#include "data/image/image_folder.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "autograd/ops/image/resample.h"
#include "autograd/ops/pointwise/arithmetic.h"
#include "data/data_loader.h"
#include "data/transforms.h"
#include "tests/data/image/pictures.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using namespace gradus::test;
using data::datasets::ImageFolder;
using data::datasets::ImageFolderOptions;
namespace fs = std::filesystem;

namespace {

// Pictures whose first byte is their number.
struct Folder : TemporaryDirectory {
  void add(const std::string& name, uint8_t first = 0, int64_t channels = 3) const {
    fs::create_directories((path / name).parent_path());
    Tensor picture = noise(channels, 4, 5);
    picture.data_ptr<uint8_t>()[0] = first;
    const bool png = !name.ends_with("jpg") && !name.ends_with("jpeg");
    png ? vision::write_png(picture, *this / name.c_str())
        : vision::write_jpeg(picture, *this / name.c_str());
  }
  std::string root() const { return path.string(); }
  std::string why(ImageFolderOptions options = {}) const {
    return without_root(message([&] { ImageFolder(root(), options); }));
  }
  std::string without_root(std::string text) const {
    for (size_t at; (at = text.find(root())) != std::string::npos;)
      text.replace(at, root().size(), "ROOT");
    return text;
  }
};

std::vector<std::string> names_in(const Folder& folder, const ImageFolder& dataset) {
  std::vector<std::string> names;
  for (const auto& [path, number] : dataset.samples())
    names.push_back(std::to_string(number) + " " + folder.without_root(path).substr(5));
  return names;
}

}  // namespace

TEST_CASE("classes are folders, and pictures have torchvision's order") {
  const Folder folder;
  for (const char* name :
       {"dog/b.png", "dog/a.JPG", "cat/z/1.png", "cat/z-/2.png", "cat/z/y/3.jpeg", "cat/9.PNG",
        "cat/z.png", "Zebra/x.png", ".hidden/.x.png"})
    folder.add(name);
  std::ofstream(folder / "cat/notes.txt") << "no picture";
  std::ofstream(folder / "readme.png") << "in no class";
  fs::create_directory_symlink(folder.path / "dog", folder.path / "wolf");
  const ImageFolder dataset(folder.root() + "/");
  CHECK(dataset.classes() == std::vector<std::string>{".hidden", "Zebra", "cat", "dog", "wolf"});
  CHECK(dataset.class_to_idx().at("cat") == 2);
  CHECK(names_in(folder, dataset) ==
        std::vector<std::string>{"0 .hidden/.x.png", "1 Zebra/x.png", "2 cat/9.PNG", "2 cat/z.png",
                                 "2 cat/z/1.png", "2 cat/z-/2.png", "2 cat/z/y/3.jpeg",
                                 "3 dog/a.JPG", "3 dog/b.png", "4 wolf/a.JPG", "4 wolf/b.png"});
  CHECK(*dataset.size() == 11);
}

TEST_CASE("an example is a picture and its class") {
  const Folder folder;
  folder.add("a/0.png", 10);
  folder.add("b/1.png", 255, 1);
  ImageFolder dataset(folder.root());
  const auto gray = dataset.get(1);
  CHECK((gray.data.dtype() == kFloat));
  CHECK(gray.data.sizes() == IntArrayRef({3, 4, 5}));
  CHECK(gray.data.is_contiguous());
  CHECK(gray.data[2][0][0].item<float>() == 1);
  CHECK(dataset.get(0).data[0][0][0].item<float>() == 10.0f / 255);
  CHECK((gray.target.dtype() == kLong));
  CHECK(gray.target.item<int64_t>() == 1);
  CHECK(gray.target.dim() == 0);
  CHECK(message([&] { dataset.get(2); }) == "ImageFolder: index 2 is out of range for 2 pictures");

  ImageFolder bytes(folder.root(), ImageFolderOptions()
                                       .dtype(kByte)
                                       .mode(vision::ImageReadMode::UNCHANGED)
                                       .target_transform([](int64_t i) { return 7 - i; }));
  CHECK(bytes.get(1).data.sizes() == IntArrayRef({1, 4, 5}));
  CHECK((bytes.get(0).data.dtype() == kByte));
  CHECK(bytes.get(0).data[0][0][0].item<int64_t>() == 10);
  CHECK(bytes.get(1).target.item<int64_t>() == 6);
  CHECK((bytes.options().dtype() == kByte));

  ImageFolder own(folder.root(), ImageFolderOptions()
                                     .loader([](const std::string& path) {
                                       return full({1}, double(path.size()));
                                     })
                                     .transform([](Tensor t) { return t + 1; }));
  CHECK(own.get(0).data.item<float>() == float(folder.root().size() + 9));
}

TEST_CASE("workers read pictures, which a transform makes one size") {
  const Folder folder;
  for (int i = 0; i < 7; ++i)
    folder.add(std::string(i % 2 ? "a/" : "b/") + std::to_string(i) + ".png", uint8_t(i));
  vision::write_png(noise(3, 9, 6), folder / "b/large.png");
  const auto options = ImageFolderOptions().transform([](Tensor picture) {
    return upsample_bilinear2d(picture.unsqueeze(0), {4, 5}, false).squeeze(0);
  });
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
      ImageFolder(folder.root(), options).map(data::transforms::Stack<>()),
      data::DataLoaderOptions(3).workers(2));
  int64_t seen = 0, first = 0;
  for (auto& batch : *loader) {
    CHECK(batch.data[0].sizes() == IntArrayRef({3, 4, 5}));
    seen += batch.data.size(0);
    first += batch.target.eq(0).sum().item<int64_t>();
  }
  CHECK(seen == 8);
  CHECK(first == 3);
  // Without it they do not fit each other.
  auto differing = data::make_data_loader<data::samplers::SequentialSampler>(
      ImageFolder(folder.root()).map(data::transforms::Stack<>()), data::DataLoaderOptions(8));
  CHECK(message([&] { *differing->begin(); }) == "stack: sizes differ, [3, 4, 5] and [3, 9, 6]");
}

TEST_CASE("what is wrong with a folder of pictures is said") {
  const Folder folder;
  CHECK(message([] { ImageFolder("/no/such/folder"); }) ==
        "ImageFolder: cannot read /no/such/folder: No such file or directory");
  CHECK(folder.why() == "ImageFolder: there is no folder of a class in ROOT");
  fs::create_directories(folder.path / "cat");
  fs::create_directories(folder.path / "dog");
  folder.add("eel/1.png");
  CHECK(folder.why() == "ImageFolder: there is no picture (.jpg, .jpeg, .png) in cat, dog of ROOT");
  ImageFolder some(folder.root(), ImageFolderOptions().allow_empty(true));
  CHECK(*some.size() == 1);
  CHECK(some.get(0).target.item<int64_t>() == 2);
  CHECK(folder.why(ImageFolderOptions().dtype(kLong)) ==
        "ImageFolder: pictures are float32 or uint8, not int64");

  std::ofstream(folder / "dog/1.BMP") << "BM";
  std::ofstream(folder / "cat/1.data") << "P5";
  CHECK(folder.why() ==
        "ImageFolder: ROOT/dog/1.BMP: .bmp pictures cannot be read; set extensions to pass over "
        "them");
  CHECK(folder.why(ImageFolderOptions().extensions(std::vector<std::string>{".png", ".data"})) ==
        "ImageFolder: there is no picture (.png, .data) in dog of ROOT");
  ImageFolder others(folder.root(), ImageFolderOptions().extensions(
                                        std::vector<std::string>{".bmp", ".png", ".data"}));
  CHECK(*others.size() == 3);
  CHECK(folder.without_root(message([&] { others.get(0); })) ==
        "read_image: ROOT/cat/1.data: this is neither PNG nor JPEG");

  fs::create_symlink(folder.path / "nothing", folder.path / "eel/2.png");
  ImageFolder broken(folder.root(), ImageFolderOptions().extensions(
                                        std::vector<std::string>{".bmp", ".png", ".data"}));
  CHECK(folder.without_root(message([&] { broken.get(3); })) ==
        "read_image: cannot open ROOT/eel/2.png: No such file or directory");
  fs::create_directory_symlink(folder.path / "eel", folder.path / "eel/again");
  CHECK(folder.why(ImageFolderOptions().allow_empty(true).extensions(std::vector<std::string>{
            ".png"})) == "ImageFolder: ROOT/eel/again leads back to ROOT/eel");
}
