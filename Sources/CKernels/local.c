#include "clones.h"
#include "kernels.h"

enum { MOST_NEIGHBORS = 64, STRIP = 8 };
typedef double strip __attribute__((ext_vector_type(STRIP), aligned(8), may_alias));
typedef float float_strip __attribute__((ext_vector_type(STRIP), aligned(4), may_alias));
// Double precision is never contracted: the clones then agree to the last bit.
#define EXACT _Pragma("clang fp contract(off)")
#define INLINE static inline __attribute__((always_inline))

// The optimum of the denoising loss on the exemplars, cut to the k listed ones:
// D(x; sigma) = sum_i w_i x_i, w = softmax(-|x - x_i|^2 / 2 sigma^2). `weights` is scratch of k.
CLONES void kernel_empirical_denoise(const float *restrict x, const float *restrict exemplars,
                                     size_t columns, const int32_t *indices, size_t k, float sigma,
                                     float *restrict denoised, float *restrict weights) {
  RELAXED
  float nearest = __builtin_inff();
  for (size_t i = 0; i < k; i++) {
    const float *row = exemplars + (size_t)indices[i] * columns;
    float distance = 0;
    for (size_t j = 0; j < columns; j++) distance += (x[j] - row[j]) * (x[j] - row[j]);
    weights[i] = distance;
    nearest = distance < nearest ? distance : nearest;
  }
  float total = 0, scale = 1.0f / (2.0f * sigma * sigma);
  for (size_t i = 0; i < k; i++) {
    weights[i] = fast_exp((nearest - weights[i]) * scale);
    total += weights[i];
  }
  for (size_t j = 0; j < columns; j++) denoised[j] = 0;
  for (size_t i = 0; i < k; i++) {
    const float *row = exemplars + (size_t)indices[i] * columns;
    float weight = weights[i] / total;
    for (size_t j = 0; j < columns; j++) denoised[j] += weight * row[j];
  }
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

// The first numbers of a row, STRIP of them unless it is shorter.
INLINE void load(const float *row, size_t width, float_strip *numbers) {
  if (width >= STRIP) {
    *numbers = *(const float_strip *)row;
  } else {
    *numbers = 0;
    for (size_t c = 0; c < width; c++) (*numbers)[c] = row[c];
  }
}

INLINE void store(const strip *numbers, size_t width, float *row) {
  float_strip some = __builtin_convertvector(*numbers, float_strip);
  if (width >= STRIP) {
    *(float_strip *)row = some;
  } else {
    for (size_t c = 0; c < width; c++) row[c] = some[c];
  }
}

// For up to STRIP columns from `start` on: q = (r - A' w) / sigma^2 and the diagonal of
// (I - A' (A A' + sigma^2 I)^-1 A) / sigma^2, with w solved and U the factor.
INLINE void attribute_strip(const float *x, const float *workspace, size_t columns, size_t start,
                            const double *u, const double *w, size_t k, size_t stride,
                            double sigma2, float *solved, float *precision) {
  EXACT
  size_t width = columns - start;
  strip v[MOST_NEIGHBORS], diagonal = 1;
  float_strip row, mean;
  load(x + start, width, &row);
  load(workspace + start, width, &mean);
  strip sum = __builtin_convertvector(row - mean, strip);
  for (size_t i = 0; i < k; i++) {
    load(workspace + (i + 1) * columns + start, width, &row);
    v[i] = __builtin_convertvector(row, strip);
    sum -= w[i] * v[i];
  }
  for (size_t j = 0; j < k; j++) {
    v[j] /= u[j * stride + j];
    for (size_t i = j + 1; i < k; i++) v[i] -= u[j * stride + i] * v[j];
    diagonal -= v[j] * v[j];
  }
  sum /= sigma2;
  diagonal /= sigma2;
  store(&sum, width, solved + start);
  store(&diagonal, width, precision + start);
}

// workspace[0..<columns] = mean of the neighbours; then k rows (x_i - mean) / sqrt k.
CLONES static void center(const float *restrict exemplars, size_t columns, const int32_t *indices,
                          size_t k, float *restrict workspace) {
  RELAXED
  float *mean = workspace, share = 1.0f / (float)k, root = __builtin_sqrtf(share);
  for (size_t j = 0; j < columns; j++) mean[j] = 0;
  for (size_t i = 0; i < k; i++) {
    const float *row = exemplars + (size_t)indices[i] * columns;
    for (size_t j = 0; j < columns; j++) mean[j] += row[j] * share;
  }
  for (size_t i = 0; i < k; i++) {
    const float *row = exemplars + (size_t)indices[i] * columns;
    float *a = workspace + (i + 1) * columns;
    for (size_t j = 0; j < columns; j++) a[j] = (row[j] - mean[j]) * root;
  }
}

// gram = A A' + sigma^2 I (upper triangle, rows `stride` apart), ar = A r, r = x - mean.
CLONES static void products(const float *restrict x, const float *restrict workspace,
                            size_t columns, size_t k, size_t stride, double sigma2,
                            double *restrict gram, double *restrict ar, double *restrict rr) {
  RELAXED
  const float *mean = workspace;
  float square = 0;
  for (size_t j = 0; j < columns; j++) square += (x[j] - mean[j]) * (x[j] - mean[j]);
  *rr = square;
  for (size_t i = 0; i < k; i++) {
    const float *a = workspace + (i + 1) * columns;
    float sum = 0;
    for (size_t j = 0; j < columns; j++) sum += a[j] * (x[j] - mean[j]);
    ar[i] = sum;
    for (size_t l = 0; l <= i; l++) {
      const float *b = workspace + (l + 1) * columns;
      float dot = 0;
      for (size_t j = 0; j < columns; j++) dot += a[j] * b[j];
      gram[l * stride + i] = dot;
    }
    gram[i * stride + i] += sigma2;
  }
}

// m = r' (C + sigma^2 I)^-1 r for the mean and covariance C of the k listed exemplars, by Woodbury:
// one k x k Cholesky factor whatever the number of columns. When `solved` is not null it receives
// q = (C + sigma^2 I)^-1 r and `precision` the diagonal of (C + sigma^2 I)^-1.
// `workspace` holds (k + 1) * columns floats; k is at most 64.
CLONES double kernel_local_gaussian(const float *x, const float *exemplars, size_t columns,
                                    const int32_t *indices, size_t k, float sigma,
                                    float *workspace, float *solved, float *precision) {
  EXACT
  double gram[MOST_NEIGHBORS * MOST_NEIGHBORS], w[MOST_NEIGHBORS], rr;
  double sigma2 = (double)sigma * sigma;
  size_t stride = (k + STRIP - 1) / STRIP * STRIP;
  memset(gram, 0, k * stride * sizeof *gram);
  center(exemplars, columns, indices, k, workspace);
  products(x, workspace, columns, k, stride, sigma2, gram, w, &rr);
  if (!factor(gram, k, stride)) return rr / sigma2;
  solve_lower(gram, k, stride, w);
  double explained = 0;
  for (size_t i = 0; i < k; i++) explained += w[i] * w[i];
  double m = (rr - explained) / sigma2;
  if (solved) {
    solve_upper(gram, k, stride, w);
    // The last strip may overlap the one before: where it does, it writes the same once more.
    for (size_t start = 0; start < columns; start += STRIP) {
      size_t first = columns < STRIP || start + STRIP <= columns ? start : columns - STRIP;
      attribute_strip(x, workspace, columns, first, gram, w, k, stride, sigma2, solved, precision);
    }
  }
  return m > 0 ? m : 0;
}
