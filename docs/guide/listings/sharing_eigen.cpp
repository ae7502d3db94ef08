// Matrices of Eigen and tensors in one memory, as the guide shows them.
#include <gradus.h>

#include <Eigen/Core>
#include <cstdio>
#include <memory>

using namespace gradus;

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using AnyStride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;

// A matrix of Eigen as a tensor [rows, cols] in the same memory; it must outlive the tensor.
template <class Matrix>
Tensor tensor_of(Matrix& m) {
  const int64_t inner = m.innerStride(), outer = m.outerStride();
  const bool by_rows = Matrix::IsRowMajor;
  return from_blob(m.data(), {m.rows(), m.cols()},
                   {by_rows ? outer : inner, by_rows ? inner : outer}, kFloat);
}

// The same of a matrix that the tensor keeps.
Tensor tensor_with(Eigen::MatrixXf&& m) {
  const auto kept = std::make_shared<Eigen::MatrixXf>(std::move(m));
  return from_blob(
      kept->data(), {kept->rows(), kept->cols()}, {1, kept->rows()}, [kept](void*) {}, kFloat);
}

// A float32 tensor [rows, cols], whatever its strides, as a matrix of Eigen in the same memory.
Eigen::Map<Eigen::MatrixXf, 0, AnyStride> matrix_of(const Tensor& t) {
  return {t.data_ptr<float>(), t.size(0), t.size(1), AnyStride(t.stride(1), t.stride(0))};
}

int main() {
  bool right = true;

  Eigen::MatrixXf columns(2, 3);
  columns << 1, 2, 3, 4, 5, 6;
  const Tensor of_columns = tensor_of(columns);
  RowMatrix rows = columns;
  const Tensor of_rows = tensor_of(rows);
  right = right && of_columns.equal(of_rows) && of_columns.stride(0) == 1 && of_rows.stride(1) == 1;
  of_columns.mul_(2);  // Eigen sees it
  right = right && columns(1, 2) == 12 && of_columns.data_ptr() == columns.data();
  auto block = columns.block(0, 1, 2, 2);
  right = right && tensor_of(block).equal(of_columns.slice(1, 1, 3));

  const Tensor kept = tensor_with(Eigen::MatrixXf::Identity(3, 3));
  right = right && kept.equal(eye(3));

  const Tensor t = arange(12, kFloat).reshape({3, 4});
  matrix_of(t).row(0).setZero();  // the tensor sees it
  right = right && t[0].sum().item<float>() == 0 && matrix_of(t.t())(3, 2) == 11;
  const Eigen::MatrixXf product = matrix_of(t) * matrix_of(t.t());
  Eigen::MatrixXf copy = product;
  right = right && tensor_of(copy).allclose(t.matmul(t.t()));

  // A row-major tensor without gaps needs no strides.
  Eigen::Map<RowMatrix> dense(t.data_ptr<float>(), t.size(0), t.size(1));
  right = right && dense(1, 3) == 7;

  std::puts(right ? "the guide's matrices of Eigen are right"
                  : "the guide's matrices of Eigen are wrong");
  return right ? 0 : 1;
}
