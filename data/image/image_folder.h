// A dataset of picture files, one folder for each class, in the words of torchvision.datasets.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "data/image/image.h"
#include "tensor/base/arg.h"

namespace gradus::data::datasets {

/// How an ImageFolder looks for pictures and reads them.
struct ImageFolderOptions {
  /// The channels.
  GRADUS_ARG(vision::ImageReadMode, mode) = vision::ImageReadMode::RGB;
  /// kFloat: from 0 to 1; kByte: from 0 to 255, as in the file.
  GRADUS_ARG(ScalarType, dtype) = kFloat;
  /// Whether pictures are turned the way that they were taken.
  GRADUS_ARG(bool, apply_exif_orientation) = false;
  /// What a file may ask for.
  GRADUS_ARG(vision::ImageLimits, limits);
  /// What is done to each picture [C, H, W] after it is read. Workers call it at the same time.
  GRADUS_ARG(std::function<Tensor(Tensor)>, transform);
  /// What is done to each class's number.
  GRADUS_ARG(std::function<int64_t(int64_t)>, target_transform);
  /// Reads a file in place of vision::read_image(); `mode`, `dtype` and what stands below them then
  /// have no effect. Workers call it at the same time.
  GRADUS_ARG(std::function<Tensor(const std::string&)>, loader);
  /// The ends of the names of pictures, in small letters; capitals count as these.
  GRADUS_ARG(std::optional<std::vector<std::string>>, extensions);
  /// Whether a class may have no pictures.
  GRADUS_ARG(bool, allow_empty) = false;
};

/// Pictures that lie in folders by what they show: ROOT/cat/1.png, ROOT/cat/more/2.jpg,
/// ROOT/dog/a.png. Classes are the folders of ROOT in the order of their names, as bytes; within a
/// class, folders and then names are in that order too: numbers and order are those of torchvision.
/// An example is a picture, float32 [3, H, W] from 0 to 1 unless the options say otherwise, and the
/// int64 number of its class.
///
/// Pictures are read when they are asked for, by each of a loader's workers. They may have
/// different sizes: let `transform` make them one size before Stack.
class ImageFolder : public Dataset<ImageFolder> {
 public:
  /// Looks for the pictures and reads none of them. Names that begin with a dot count as all
  /// others. Throws Error when a folder cannot be read, leads back to itself by a link, or there
  /// are no classes; when a class has no pictures, unless that is allowed; and when there are
  /// pictures of kinds that torchvision reads and read_image() does not, unless `extensions` or a
  /// `loader` was given.
  explicit ImageFolder(const std::string& root, ImageFolderOptions options = {});

  /// Picture `index` and its class. Throws IndexError past the end, and what read_image() throws,
  /// which names the file.
  Example<> get(size_t index) override;
  /// How many pictures there are.
  std::optional<size_t> size() const override { return found_->samples.size(); }

  /// The names of the classes, by their numbers.
  const std::vector<std::string>& classes() const { return found_->classes; }
  /// The numbers of the classes, by their names.
  const std::map<std::string, int64_t>& class_to_idx() const { return found_->class_to_idx; }
  /// The files and their classes.
  const std::vector<std::pair<std::string, int64_t>>& samples() const { return found_->samples; }
  /// The options.
  const ImageFolderOptions& options() const { return options_; }

 private:
  // Shared by the workers' copies.
  struct Found {
    std::vector<std::string> classes;
    std::map<std::string, int64_t> class_to_idx;
    std::vector<std::pair<std::string, int64_t>> samples;
  };

  ImageFolderOptions options_;
  std::shared_ptr<const Found> found_;
};

}  // namespace gradus::data::datasets
