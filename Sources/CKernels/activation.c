#include "clones.h"
#include "kernels.h"

// y = SiLU(z + bias), SiLU(z) = z g with g = sigmoid(z); z is replaced by the slope
// SiLU'(z) = g (1 + z (1 - g)), all that the backward pass needs.
CLONES void kernel_bias_silu(float *restrict z, const float *restrict bias, float *restrict y,
                             size_t rows, size_t columns) {
  RELAXED
  for (size_t row = 0; row < rows; row++) {
    float *zr = z + row * columns;
    float *yr = y + row * columns;
    for (size_t j = 0; j < columns; j++) {
      float value = zr[j] + bias[j];
      float g = 1.0f / (1.0f + fast_exp(-value));
      yr[j] = value * g;
      zr[j] = g * (1.0f + value * (1.0f - g));
    }
  }
}

// dy *= slope; dbias += column sums of the result.
CLONES void kernel_slope_backward(const float *restrict slope, float *restrict dy,
                                  float *restrict dbias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) {
    const float *sr = slope + row * columns;
    float *dyr = dy + row * columns;
    for (size_t j = 0; j < columns; j++) {
      float d = dyr[j] * sr[j];
      dyr[j] = d;
      dbias[j] += d;
    }
  }
}

// y += bias for each row.
CLONES void kernel_add_bias(float *restrict y, const float *restrict bias, size_t rows,
                            size_t columns) {
  for (size_t row = 0; row < rows; row++)
    for (size_t j = 0; j < columns; j++) y[row * columns + j] += bias[j];
}

// The sum of weight (output - target)^2 and its gradient, both times scale.
CLONES double kernel_weighted_loss(const float *restrict output, const float *restrict target,
                                   const float *restrict weight, float *restrict gradient,
                                   size_t count, float scale) {
  RELAXED
  double total = 0;
  for (size_t i = 0; i < count; i++) {
    float residual = output[i] - target[i];
    float weighted = weight[i] * residual;
    total += (double)(weighted * residual);
    gradient[i] = 2 * scale * weighted;
  }
  return total * (double)scale;
}
