#include "kernels.h"
#include "lanes.h"

// Rows stand `stride` floats apart, a multiple of LANES, and are zero beyond their columns: no loop over
// one leaves a rest.
enum { STRIP = 8, USUAL = 16 };
typedef double strip __attribute__((ext_vector_type(STRIP), aligned(8), may_alias));
typedef float float_strip __attribute__((ext_vector_type(STRIP), aligned(4), may_alias));
// Double precision is never contracted: the clones then agree to the last bit.
#define EXACT _Pragma("clang fp contract(off)")

// The mean of the k listed rows, nearest first, weighted by a Gaussian kernel:
// mean = sum_i w_i x_i, w = softmax(-|x - x_i|^2 / 2 width^2). Returns |x - mean|^2.
CLONES float kernel_weighted_mean(const float *restrict x, const float *restrict rows,
                                  size_t stride, const int32_t *indices, const float *distances,
                                  size_t k, float width, float *restrict mean) {
  RELAXED
  float weights[MOST_NEIGHBORS], total = 0, scale = 1.0f / (2.0f * width * width);
  for (size_t i = 0; i < k; i++) weights[i] = fast_exp((distances[0] - distances[i]) * scale);
  // What weighs less than the rounding of the first does not count.
  while (k > 1 && weights[k - 1] < 1e-9f) k--;
  for (size_t i = 0; i < k; i++) total += weights[i];
  lanes squares = 0;
  for (size_t j = 0; j < stride; j += LANES) {
    lanes sum = 0;
    for (size_t i = 0; i < k; i++)
      sum += weights[i] * *(const lanes *)(rows + (size_t)indices[i] * stride + j);
    sum /= total;
    *(lanes *)(mean + j) = sum;
    lanes error = *(const lanes *)(x + j) - sum;
    squares += error * error;
  }
  return sum_of(&squares);
}

// Cholesky factor U of the k x k matrix `a` = U'U in place (upper triangle, rows `stride` apart, a
// multiple of STRIP); false when not positive. What lies below the diagonal is overwritten.
INLINE int factor(double *a, size_t k, size_t stride) {
  EXACT
  for (size_t l = 0; l < k; l++) {
    double *row = a + l * stride;
    if (!(row[l] > 0)) return 0;
    double root = __builtin_sqrt(row[l]);
    for (size_t j = l / STRIP * STRIP; j < stride; j += STRIP) *(strip *)(row + j) /= root;
    row[l] = root;
    for (size_t i = l + 1; i < k; i++)
      for (size_t j = i / STRIP * STRIP; j < stride; j += STRIP)
        *(strip *)(a + i * stride + j) -= row[i] * *(const strip *)(row + j);
  }
  return 1;
}

// b = U^-T b.
INLINE void solve_lower(const double *restrict u, size_t k, size_t stride, double *restrict b) {
  EXACT
  for (size_t j = 0; j < k; j++) {
    b[j] /= u[j * stride + j];
    for (size_t i = j + 1; i < k; i++) b[i] -= u[j * stride + i] * b[j];
  }
}

// b = U^-1 b.
INLINE void solve_upper(const double *restrict u, size_t k, size_t stride, double *restrict b) {
  EXACT
  for (size_t i = k; i-- > 0;) {
    double sum = b[i];
    for (size_t j = i + 1; j < k; j++) sum -= u[i * stride + j] * b[j];
    b[i] = sum / u[i * stride + i];
  }
}

INLINE void load(const float *row, strip *numbers) {
  *numbers = __builtin_convertvector(*(const float_strip *)row, strip);
}

INLINE void store(const strip *numbers, size_t width, float *row) {
  float_strip some = __builtin_convertvector(*numbers, float_strip);
  if (width >= STRIP) {
    *(float_strip *)row = some;
  } else {
    for (size_t c = 0; c < width; c++) row[c] = some[c];
  }
}

// For STRIP columns of r and A in `workspace`, `width` of them wanted: q = (r - A' w) / ridge^2 and the
// diagonal of (I - A' (A A' + ridge^2 I)^-1 A) / ridge^2, with w solved and U the factor.
INLINE void attribute_strip(const float *workspace, size_t stride, size_t width,
                            const double *u, const double *w, size_t k, size_t rank, double ridge2,
                            float *solved, float *precision) {
  EXACT
  strip v[MOST_NEIGHBORS], diagonal = 1, sum;
  load(workspace, &sum);
  for (size_t i = 0; i < k; i++) {
    load(workspace + (i + 1) * stride, v + i);
    sum -= w[i] * v[i];
  }
  for (size_t j = 0; j < k; j++) {
    v[j] /= u[j * rank + j];
    for (size_t i = j + 1; i < k; i++) v[i] -= u[j * rank + i] * v[j];
    diagonal -= v[j] * v[j];
  }
  sum /= ridge2;
  diagonal /= ridge2;
  store(&sum, width, solved);
  store(&diagonal, width, precision);
}

// workspace[0..<stride] = mean of the neighbours; then k rows (x_i - mean) / sqrt k.
INLINE void center(const float *restrict rows, size_t stride, const int32_t *indices, size_t k,
                   float *restrict workspace) {
  float weight = 1.0f / (float)k, root = __builtin_sqrtf(weight);
  for (size_t j = 0; j < stride; j += LANES) {
    lanes mean = 0;
    for (size_t i = 0; i < k; i++)
      mean += weight * *(const lanes *)(rows + (size_t)indices[i] * stride + j);
    *(lanes *)(workspace + j) = mean;
    for (size_t i = 0; i < k; i++)
      *(lanes *)(workspace + (i + 1) * stride + j) =
          root * (*(const lanes *)(rows + (size_t)indices[i] * stride + j) - mean);
  }
}

INLINE float dot(const float *a, const float *b, size_t stride) {
  lanes sums = 0;
  for (size_t j = 0; j < stride; j += LANES)
    sums += *(const lanes *)(a + j) * *(const lanes *)(b + j);
  return sum_of(&sums);
}

// gram = A A' + ridge^2 I (upper triangle, rows `rank` apart), ar = A r, and |r|^2 is returned;
// r = x - mean replaces the mean.
INLINE double products(const float *restrict x, float *restrict workspace, size_t stride, size_t k,
                       size_t rank, double ridge2, double *restrict gram, double *restrict ar) {
  float *r = workspace;
  for (size_t j = 0; j < stride; j += LANES)
    *(lanes *)(r + j) = *(const lanes *)(x + j) - *(const lanes *)(r + j);
  for (size_t i = 0; i < k; i++) {
    const float *a = workspace + (i + 1) * stride;
    ar[i] = dot(a, r, stride);
    for (size_t l = 0; l <= i; l++) gram[l * rank + i] = dot(a, workspace + (l + 1) * stride, stride);
    gram[i * rank + i] += ridge2;
  }
  return dot(r, r, stride);
}

// m = r' (C + ridge^2 I)^-1 r for the mean and covariance C of the k listed rows, by Woodbury:
// one k x k Cholesky factor whatever the number of columns. When `solved` is not null it receives
// q = (C + ridge^2 I)^-1 r and `precision` the diagonal of (C + ridge^2 I)^-1, `columns` of each.
// `workspace` holds (k + 1) * stride floats; k is at most 64.
INLINE double gaussian_distance(const float *x, const float *rows, size_t columns, size_t stride,
                                const int32_t *indices, size_t k, float ridge, float *workspace,
                                float *solved, float *precision) {
  EXACT
  double gram[MOST_NEIGHBORS * MOST_NEIGHBORS], w[MOST_NEIGHBORS];
  double ridge2 = (double)ridge * ridge;
  size_t rank = (k + STRIP - 1) / STRIP * STRIP;
  memset(gram, 0, k * rank * sizeof *gram);
  center(rows, stride, indices, k, workspace);
  double rr = products(x, workspace, stride, k, rank, ridge2, gram, w);
  if (!factor(gram, k, rank)) {
    // Neighbours so far out that rounding ate the ridge: as if they were all alike.
    for (size_t j = 0; solved && j < columns; j++) {
      solved[j] = (float)(workspace[j] / ridge2);
      precision[j] = (float)(1 / ridge2);
    }
    return rr / ridge2;
  }
  solve_lower(gram, k, rank, w);
  double explained = 0;
  for (size_t i = 0; i < k; i++) explained += w[i] * w[i];
  double m = (rr - explained) / ridge2;
  if (solved) {
    solve_upper(gram, k, rank, w);
    for (size_t j = 0; j < columns; j += STRIP)
      attribute_strip(workspace + j, stride, columns - j, gram, w, k, rank, ridge2, solved + j,
                      precision + j);
  }
  return m > 0 ? m : 0;
}

// The usual k is known to the compiler, which then unrolls the factor.
CLONES double kernel_gaussian_distance(const float *x, const float *rows, size_t columns,
                                       size_t stride, const int32_t *indices, size_t k, float ridge,
                                       float *workspace, float *solved, float *precision) {
  return k == USUAL ? gaussian_distance(x, rows, columns, stride, indices, USUAL, ridge, workspace,
                                        solved, precision)
                    : gaussian_distance(x, rows, columns, stride, indices, k, ridge, workspace,
                                        solved, precision);
}
