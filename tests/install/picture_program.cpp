#include <data/image/vision.h>
#include <gradus.h>

int main() {
  using namespace gradus;
  const Tensor picture = arange(12, kByte).reshape({3, 2, 2});
  const bool same = vision::decode_image(vision::encode_png(picture)).equal(picture);
  const Tensor jpeg = vision::encode_jpeg(picture);
  return same && vision::decode_image(jpeg).sizes() == picture.sizes() ? 0 : 1;
}
