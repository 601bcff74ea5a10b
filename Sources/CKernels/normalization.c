#include "clones.h"
#include "kernels.h"

#define LAYER_NORM_EPSILON 1e-5f

// y = gain * (x - mean) * rstd + bias per row (Ba et al. 2016); keeps mean and rstd for the way back.
CLONES void kernel_layer_norm(const float *restrict x, const float *restrict gain,
                              const float *restrict bias, float *restrict y, float *restrict mean,
                              float *restrict rstd, size_t rows, size_t columns) {
  RELAXED
  for (size_t row = 0; row < rows; row++) {
    const float *xr = x + row * columns;
    float *yr = y + row * columns;
    float sum = 0;
    for (size_t j = 0; j < columns; j++) sum += xr[j];
    float center = sum / (float)columns;
    float squares = 0;
    for (size_t j = 0; j < columns; j++) squares += (xr[j] - center) * (xr[j] - center);
    float scale = 1.0f / __builtin_sqrtf(squares / (float)columns + LAYER_NORM_EPSILON);
    for (size_t j = 0; j < columns; j++) yr[j] = (xr[j] - center) * scale * gain[j] + bias[j];
    mean[row] = center;
    rstd[row] = scale;
  }
}

// dx += gradient through the normalization; dgain and dbias add up over rows.
CLONES void kernel_layer_norm_backward(const float *restrict x, const float *restrict gain,
                                       const float *restrict mean, const float *restrict rstd,
                                       const float *restrict dy, float *restrict dx,
                                       float *restrict dgain, float *restrict dbias, size_t rows,
                                       size_t columns) {
  RELAXED
  for (size_t row = 0; row < rows; row++) {
    const float *xr = x + row * columns;
    const float *dyr = dy + row * columns;
    float *dxr = dx + row * columns;
    float center = mean[row], scale = rstd[row], sum = 0, product = 0;
    for (size_t j = 0; j < columns; j++) {
      float normalized = (xr[j] - center) * scale;
      float g = dyr[j] * gain[j];
      sum += g;
      product += g * normalized;
      dgain[j] += dyr[j] * normalized;
      dbias[j] += dyr[j];
    }
    float mean_g = sum / (float)columns, mean_product = product / (float)columns;
    for (size_t j = 0; j < columns; j++) {
      float normalized = (xr[j] - center) * scale;
      dxr[j] += scale * (dyr[j] * gain[j] - mean_g - normalized * mean_product);
    }
  }
}
