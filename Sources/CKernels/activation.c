#include "clones.h"
#include "kernels.h"

// z += bias; y = SiLU(z) = z / (1 + exp(-z)). Keeps z for the way back.
CLONES void kernel_bias_silu(float *restrict z, const float *restrict bias, float *restrict y,
                             size_t rows, size_t columns) {
  RELAXED
  for (size_t row = 0; row < rows; row++) {
    float *zr = z + row * columns;
    float *yr = y + row * columns;
    for (size_t j = 0; j < columns; j++) {
      float value = zr[j] + bias[j];
      zr[j] = value;
      yr[j] = value / (1.0f + fast_exp(-value));
    }
  }
}

// dz = dy * SiLU'(z), SiLU'(z) = g (1 + z (1 - g)) with g = sigmoid(z). dz may be dy.
CLONES void kernel_silu_backward(const float *z, const float *dy, float *dz, size_t count) {
  RELAXED
  for (size_t i = 0; i < count; i++) {
    float g = 1.0f / (1.0f + fast_exp(-z[i]));
    dz[i] = dy[i] * g * (1.0f + z[i] * (1.0f - g));
  }
}

// y += bias, row by row.
CLONES void kernel_add_bias(float *restrict y, const float *restrict bias, size_t rows,
                            size_t columns) {
  for (size_t row = 0; row < rows; row++)
    for (size_t j = 0; j < columns; j++) y[row * columns + j] += bias[j];
}

// h += dh + bias, row by row: the end of a residual block.
CLONES void kernel_add_residual(float *restrict h, const float *restrict dh,
                                const float *restrict bias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++)
    for (size_t j = 0; j < columns; j++) h[row * columns + j] += dh[row * columns + j] + bias[j];
}
