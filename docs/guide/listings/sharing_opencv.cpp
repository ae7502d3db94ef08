// Pictures of OpenCV and tensors in one memory, as the guide shows them.
#include <gradus.h>

#include <cstdio>
#include <opencv2/core.hpp>

using namespace gradus;

// A cv::Mat [height, width] of pixels as a tensor [channels, height, width] in the same memory,
// which it keeps. Rows may have gaps between them, as those of a part of a picture.
Tensor tensor_of(const cv::Mat& mat) {
  const ScalarType type = mat.depth() == CV_8U ? kByte : mat.depth() == CV_32F ? kFloat : kDouble;
  if (mat.dims != 2 || (mat.depth() != CV_8U && mat.depth() != CV_32F && mat.depth() != CV_64F))
    throw Error("tensor_of: expected a picture of bytes or floating numbers");
  const int64_t channels = mat.channels();
  const Tensor pixels = from_blob(
      mat.data, {mat.rows, mat.cols, channels}, {int64_t(mat.step1()), channels, 1},
      [mat](void*) {}, type);
  return pixels.permute({2, 0, 1});
}

// A uint8 picture [channels, height, width] as a cv::Mat. Where its pixels lie in memory one after
// the other, as those that read_image() gives, it is the same memory, and the tensor must outlive
// the Mat; any other is copied.
cv::Mat mat_of(const Tensor& picture) {
  const Tensor pixels = picture.permute({1, 2, 0});
  const int64_t height = pixels.size(0), width = pixels.size(1), channels = pixels.size(2);
  const bool in_place = pixels.stride(2) == 1 && pixels.stride(1) == channels;
  const Tensor dense = in_place ? pixels : pixels.contiguous();
  const cv::Mat mat(int(height), int(width), CV_8UC(int(channels)), dense.data_ptr(),
                    size_t(dense.stride(0)));
  return in_place ? mat : mat.clone();
}

int main() {
  bool right = true;

  cv::Mat whole(4, 6, CV_8UC3, cv::Scalar(1, 2, 3));
  const cv::Mat part = whole(cv::Rect(1, 1, 4, 2));  // rows with gaps
  const Tensor t = tensor_of(part);
  right = right && t.sizes() == IntArrayRef({3, 2, 4}) && t.strides() == IntArrayRef({1, 18, 3});
  right = right && t[2].eq(3).all().item<bool>();
  t[0][0][0].fill_(9);  // OpenCV sees it
  right = right && whole.at<cv::Vec3b>(1, 1)[0] == 9;
  // OpenCV's colours are blue, green, red; this copies.
  right = right && t.flip({0})[0].equal(t[2]);

  // The tensor keeps the memory of a Mat that is gone.
  const Tensor kept = tensor_of(cv::Mat(2, 2, CV_32FC1, cv::Scalar(0.5)));
  right = right && kept.equal(full({1, 2, 2}, 0.5));

  const Tensor pixels = arange(24, kByte).reshape({2, 4, 3}).permute({2, 0, 1});
  const cv::Mat same = mat_of(pixels), copy = mat_of(pixels.contiguous());
  right = right && same.data == pixels.data_ptr<uint8_t>() && same.at<cv::Vec3b>(1, 3)[2] == 23;
  right = right && copy.data != same.data && cv::norm(same, copy) == 0;
  const cv::Mat window = mat_of(pixels.slice(2, 1, 3));  // columns 1 and 2, the same memory
  right =
      right && window.cols == 2 && window.at<cv::Vec3b>(1, 1)[0] == 18 && !window.isContinuous();

  std::puts(right ? "the guide's pictures of OpenCV are right"
                  : "the guide's pictures of OpenCV are wrong");
  return right ? 0 : 1;
}
