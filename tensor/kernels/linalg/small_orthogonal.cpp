// QR of small matrices.
#include "tensor/kernels/linalg/reflections.h"

namespace gradus::kernels::GRADUS_ISA {

namespace small {

namespace {

template <class T>
void qr(const Matrices<const T>& from, const Matrices<T>& to, T* taus, const SmallShape& s,
        void* work) {
  const int64_t m = s.rows, n = s.columns, k = m < n ? m : n;
  Room<T> room(work);
  const Block<T> a = room.block(m, n), tau = room.block(k, 1);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, m, n, a);
    factor_qr(a, m, n, tau);
    unpack(a, first, lanes, m, n, to);
    unpack(tau, first, lanes, k, 1, Matrices<T>{taus, k, 1, 1});
  });
}

template <class T>
void product(const Matrices<const T>& qr, const T* taus, int64_t k, const Matrices<T>& to,
             const SmallShape& s, void* work) {
  const int64_t m = s.rows, n = s.columns;
  Room<T> room(work);
  const Block<T> a = room.block(m, k), tau = room.block(k, 1), q = room.block(m, n);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(qr, first, lanes, m, k, a);
    pack(Matrices<const T>{taus, k, 1, 1}, first, lanes, k, 1, tau);
    form_q(a, tau, k, m, n, q);
    unpack(q, first, lanes, m, n, to);
  });
}

template <class T>
void decompose(const Matrices<const T>& from, const Matrices<T>& to_q, const Matrices<T>& to_r,
               int64_t rows, const SmallShape& s, void* work) {
  const int64_t m = s.rows, n = s.columns, k = m < n ? m : n;
  Room<T> room(work);
  const Block<T> a = room.block(m, n), tau = room.block(k, 1), q = room.block(m, rows);
  for_groups<T>(s.count, [&](int64_t first, int64_t lanes) {
    pack(from, first, lanes, m, n, a);
    factor_qr(a, m, n, tau);
    if (to_q.data) {
      form_q(a, tau, k, m, rows, q);
      unpack(q, first, lanes, m, rows, to_q);
    }
    for (int64_t i = 1; i < rows; ++i)
      for (int64_t j = 0; j < (i < n ? i : n); ++j) a.set(i, j, batch<T>(T(0)));
    unpack(a, first, lanes, rows, n, to_r);
  });
}

template <class T>
constexpr OrthogonalKernels<T> kernels_of = {
    .qr = &qr<T>, .form_q = &product<T>, .decompose = &decompose<T>};

}  // namespace

}  // namespace small

constinit const ByFloating<OrthogonalKernels> orthogonal_table = {small::kernels_of<float>,
                                                                  small::kernels_of<double>};

}  // namespace gradus::kernels::GRADUS_ISA
