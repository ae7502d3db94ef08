#include "data/image/image_folder.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "data/image/name.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/raw.h"

namespace gradus::data::datasets {

namespace {

using vision::detail::has_end;

const std::vector<std::string> readable = {".jpg", ".jpeg", ".png"};
// What torchvision takes for pictures beside those.
constexpr const char* unreadable[] = {".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"};

std::string joined(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + '/' + name;
}

struct Entry {
  std::string name;
  bool folder;
};

// What stands in a folder, by name. What a link leads to counts, and one that leads nowhere is a
// file.
std::vector<Entry> entries_of(const std::string& path) {
  DIR* const folder = opendir(path.c_str());
  if (!folder) fail("ImageFolder: cannot read {}: {}", path, std::strerror(errno));
  const std::unique_ptr<DIR, int (*)(DIR*)> owner(folder, closedir);
  std::vector<Entry> entries;
  for (;;) {
    errno = 0;
    const dirent* const e = readdir(folder);
    if (!e && errno != 0) fail("ImageFolder: cannot read {}: {}", path, std::strerror(errno));
    if (!e) break;
    const std::string name = e->d_name;
    if (name == "." || name == "..") continue;
    struct stat status;
    const bool is_folder =
        stat(joined(path, name).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    entries.push_back({name, is_folder});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

// A folder below a class's, and the one that it was found in.
struct Folder {
  std::string path;
  size_t parent;
  dev_t device;
  ino_t number;
  std::vector<std::string> files;
};

Folder folder_at(std::string path, size_t parent) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0)
    fail("ImageFolder: cannot read {}: {}", path, std::strerror(errno));
  return {std::move(path), parent, status.st_dev, status.st_ino, {}};
}

// The folder and all below it, in the order of their paths.
std::vector<Folder> folders_below(const std::string& path) {
  std::vector<Folder> folders{folder_at(path, 0)};
  for (size_t i = 0; i < folders.size(); ++i) {
    const std::string here = folders[i].path;
    for (size_t up = i; up != 0;) {
      up = folders[up].parent;
      if (folders[up].device == folders[i].device && folders[up].number == folders[i].number)
        fail("ImageFolder: {} leads back to {}", here, folders[up].path);
    }
    for (const Entry& e : entries_of(here))
      if (e.folder)
        folders.push_back(folder_at(joined(here, e.name), i));
      else
        folders[i].files.push_back(e.name);
  }
  std::sort(folders.begin(), folders.end(),
            [](const Folder& a, const Folder& b) { return a.path < b.path; });
  return folders;
}

bool has_end_of(const std::string& name, const std::vector<std::string>& ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](const std::string& end) { return has_end(name, end); });
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : ", ") + w;
  return text;
}

// A dense float32 picture from 0 to 1.
Tensor as_float(const Tensor& picture) {
  const Tensor from = raw::contiguous(picture), to = raw::empty(from.sizes(), kFloat);
  const uint8_t* x = from.data_ptr<uint8_t>();
  float* y = to.data_ptr<float>();
  for (int64_t i = 0; i < from.numel(); ++i) y[i] = float(x[i]) / 255;
  return to;
}

}  // namespace

ImageFolder::ImageFolder(const std::string& root, ImageFolderOptions options) try
    : options_(std::move(options)) {
  if (options_.dtype() != kFloat && options_.dtype() != kByte)
    fail("ImageFolder: pictures are float32 or uint8, not {}", options_.dtype());
  auto found = std::make_shared<Found>();
  for (const Entry& e : entries_of(root))
    if (e.folder) {
      found->class_to_idx.emplace(e.name, int64_t(found->classes.size()));
      found->classes.push_back(e.name);
    }
  if (found->classes.empty()) fail("ImageFolder: there is no folder of a class in {}", root);
  const bool refuses = !options_.extensions() && !options_.loader();
  const std::vector<std::string>& ends = options_.extensions() ? *options_.extensions() : readable;
  std::vector<std::string> empty;
  for (size_t i = 0; i < found->classes.size(); ++i) {
    const size_t before = found->samples.size();
    for (const Folder& folder : folders_below(joined(root, found->classes[i])))
      for (const std::string& name : folder.files) {
        const std::string path = joined(folder.path, name);
        if (has_end_of(name, ends)) found->samples.emplace_back(path, int64_t(i));
        for (const char* end : unreadable)
          if (refuses && has_end(name, end))
            fail("ImageFolder: {}: {} pictures cannot be read; set extensions to pass over them",
                 path, end);
      }
    if (found->samples.size() == before) empty.push_back(found->classes[i]);
  }
  if (!empty.empty() && !options_.allow_empty())
    fail("ImageFolder: there is no picture ({}) in {} of {}", listed(ends), listed(empty), root);
  found_ = std::move(found);
} catch (...) {
  gradus::detail::rethrow_as_error("ImageFolder");
}

Example<> ImageFolder::get(size_t index) {
  const auto& samples = found_->samples;
  if (index >= samples.size())
    fail_index("ImageFolder: index {} is out of range for {} pictures", index, samples.size());
  const auto& [path, number] = samples[index];
  Tensor picture;
  if (options_.loader()) {
    picture = options_.loader()(path);
  } else {
    picture = vision::read_image(path, options_.mode(), options_.apply_exif_orientation(),
                                 options_.limits());
    picture = options_.dtype() == kFloat ? as_float(picture) : raw::contiguous(picture);
  }
  if (options_.transform()) picture = options_.transform()(std::move(picture));
  const Tensor target = raw::empty({}, kLong);
  *target.data_ptr<int64_t>() =
      options_.target_transform() ? options_.target_transform()(number) : number;
  return {std::move(picture), target};
}

}  // namespace gradus::data::datasets
