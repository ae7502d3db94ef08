// Pictures as files, as the guide shows them. The argument is a folder for them.
#include <data/image/vision.h>
#include <gradus.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

using namespace gradus;

int main(int argc, char** argv) {
  const std::string folder = (argc > 1 ? argv[1] : ".") + std::string("/pictures");
  manual_seed(0);
  bool right = true;

  for (const char* name : {"/bright", "/dark"}) std::filesystem::create_directories(folder + name);
  for (int i = 0; i < 6; ++i) {
    const Tensor picture = rand({3, 20 + i, 30}) * 0.5 + (i % 2 ? 0.5 : 0);
    vision::save_image(picture,
                       folder + (i % 2 ? "/bright/" : "/dark/") + std::to_string(i) + ".png");
  }

  const Tensor picture = vision::read_image(folder + "/dark/0.png", vision::ImageReadMode::RGB);
  const Tensor numbers = picture.to(kFloat) / 255;
  vision::write_jpeg(picture, folder + "/dark.jpg", 90);
  right =
      right && picture.sizes() == IntArrayRef({3, 20, 30}) && numbers.max().item<float>() <= 0.5f;
  right = right && vision::read_image(folder + "/dark.jpg").sizes() == picture.sizes();

  namespace F = nn::functional;
  // The shorter side becomes 16; then the middle.
  const auto prepare = [](Tensor x) {
    const double scale = 16.0 / double(std::min(x.size(1), x.size(2)));
    const std::vector<int64_t> size = {
        std::max<int64_t>(16, std::lround(double(x.size(1)) * scale)),
        std::max<int64_t>(16, std::lround(double(x.size(2)) * scale))};
    x = F::interpolate(
        x.unsqueeze(0),
        F::InterpolateFuncOptions().size(size).mode(kBilinear).align_corners(false).antialias(
            true));
    const int64_t top = (size[0] - 16) / 2, left = (size[1] - 16) / 2;
    return x[0].slice(1, top, top + 16).slice(2, left, left + 16);
  };
  data::datasets::ImageFolder dataset(folder,
                                      data::datasets::ImageFolderOptions().transform(prepare));
  right = right && dataset.classes() == std::vector<std::string>{"bright", "dark"};
  auto loader = data::make_data_loader<data::samplers::RandomSampler>(
      dataset.map(data::transforms::Stack<>()), data::DataLoaderOptions(4).workers(2));
  for (auto& batch : *loader) {
    right = right && batch.data.size(2) == 16 && batch.data.size(3) == 16;
    for (int64_t i = 0; i < batch.data.size(0); ++i)
      right = right &&
              (batch.data[i].mean().item<float>() < 0.5f) == (batch.target[i].item<int64_t>() == 1);
    vision::save_image(batch.data, folder + "/batch.png", /*nrow=*/2);
  }
  right = right && vision::read_image(folder + "/batch.png").size(0) == 3;

  std::puts(right ? "the guide's pictures are right" : "the guide's pictures are wrong");
  return right ? 0 : 1;
}
