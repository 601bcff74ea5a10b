#include "clones.h"
#include "kernels.h"

enum { MOST_NEIGHBORS = 64 };

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

// Cholesky factor of the k x k matrix `a` in place (lower triangle); false when not positive.
static int factor(double *a, size_t k) {
  for (size_t i = 0; i < k; i++) {
    for (size_t j = 0; j <= i; j++) {
      double sum = a[i * k + j];
      for (size_t l = 0; l < j; l++) sum -= a[i * k + l] * a[j * k + l];
      if (i != j) {
        a[i * k + j] = sum / a[j * k + j];
      } else {
        if (!(sum > 0)) return 0;
        a[i * k + i] = __builtin_sqrt(sum);
      }
    }
  }
  return 1;
}

// b = L^-1 b for the lower triangle L.
static void solve_lower(const double *l, size_t k, double *b) {
  for (size_t i = 0; i < k; i++) {
    double sum = b[i];
    for (size_t j = 0; j < i; j++) sum -= l[i * k + j] * b[j];
    b[i] = sum / l[i * k + i];
  }
}

// b = L^-T b for the lower triangle L.
static void solve_upper(const double *l, size_t k, double *b) {
  for (size_t i = k; i-- > 0;) {
    double sum = b[i];
    for (size_t j = i + 1; j < k; j++) sum -= l[j * k + i] * b[j];
    b[i] = sum / l[i * k + i];
  }
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

// gram = A A' + sigma^2 I (lower triangle), ar = A r, r = x - mean.
CLONES static void products(const float *restrict x, const float *restrict workspace,
                            size_t columns, size_t k, double sigma2, double *restrict gram,
                            double *restrict ar, double *restrict rr) {
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
      gram[i * k + l] = dot;
    }
    gram[i * k + i] += sigma2;
  }
}

// m = r' (C + sigma^2 I)^-1 r for the mean and covariance C of the k listed exemplars, by Woodbury:
// one k x k Cholesky factor whatever the number of columns. When `solved` is not null it receives
// q = (C + sigma^2 I)^-1 r and `precision` the diagonal of (C + sigma^2 I)^-1.
// `workspace` holds (k + 1) * columns floats; k is at most 64.
double kernel_local_gaussian(const float *x, const float *exemplars, size_t columns,
                             const int32_t *indices, size_t k, float sigma, float *workspace,
                             float *solved, float *precision) {
  double gram[MOST_NEIGHBORS * MOST_NEIGHBORS], ar[MOST_NEIGHBORS], v[MOST_NEIGHBORS], rr;
  double sigma2 = (double)sigma * sigma;
  center(exemplars, columns, indices, k, workspace);
  products(x, workspace, columns, k, sigma2, gram, ar, &rr);
  if (!factor(gram, k)) return rr / sigma2;
  solve_lower(gram, k, ar);
  double explained = 0;
  for (size_t i = 0; i < k; i++) explained += ar[i] * ar[i];
  double m = (rr - explained) / sigma2;
  if (solved) {
    solve_upper(gram, k, ar);
    for (size_t j = 0; j < columns; j++) {
      double sum = x[j] - workspace[j], diagonal = 1;
      for (size_t i = 0; i < k; i++) {
        v[i] = workspace[(i + 1) * columns + j];
        sum -= ar[i] * v[i];
      }
      solve_lower(gram, k, v);
      for (size_t i = 0; i < k; i++) diagonal -= v[i] * v[i];
      solved[j] = (float)(sum / sigma2);
      precision[j] = (float)(diagonal / sigma2);
    }
  }
  return m > 0 ? m : 0;
}
