#include "clones.h"
#include "kernels.h"

#define LAYER_NORM_EPSILON 1e-5f

// h += before + offset, then y = gain * (h - mean) * rstd + bias per row (Ba et al. 2016); keeps mean
// and rstd for the backward pass. `before` may be NULL: the first block has none.
CLONES void kernel_residual_layer_norm(const float *before, const float *restrict offset,
                                       float *restrict h, const float *restrict gain,
                                       const float *restrict bias, float *restrict y,
                                       float *restrict mean, float *restrict rstd, size_t rows,
                                       size_t columns) {
  RELAXED
  for (size_t row = 0; row < rows; row++) {
    float *hr = h + row * columns;
    float *yr = y + row * columns;
    float sum = 0, squares = 0;
    if (before) {
      const float *br = before + row * columns;
      for (size_t j = 0; j < columns; j++) sum += hr[j] += br[j] + offset[j];
    } else {
      for (size_t j = 0; j < columns; j++) sum += hr[j] += offset[j];
    }
    float center = sum / (float)columns;
    for (size_t j = 0; j < columns; j++) squares += (hr[j] - center) * (hr[j] - center);
    float scale = 1.0f / __builtin_sqrtf(squares / (float)columns + LAYER_NORM_EPSILON);
    for (size_t j = 0; j < columns; j++) yr[j] = (hr[j] - center) * scale * gain[j] + bias[j];
    mean[row] = center;
    rstd[row] = scale;
  }
}

// dx += gradient through the normalization, or = it when `first`; dgain, dbias and the column sums of
// dx (the gradient of the offset added before) add up over rows.
CLONES void kernel_layer_norm_backward(const float *restrict x, const float *restrict gain,
                                       const float *restrict mean, const float *restrict rstd,
                                       const float *restrict dy, float *restrict dx, int first,
                                       float *restrict dgain, float *restrict dbias,
                                       float *restrict doffset, size_t rows, size_t columns) {
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
    if (first) memset(dxr, 0, columns * sizeof *dxr);
    for (size_t j = 0; j < columns; j++) {
      float normalized = (xr[j] - center) * scale;
      float d = dxr[j] + scale * (dyr[j] * gain[j] - mean_g - normalized * mean_product);
      dxr[j] = d;
      doffset[j] += d;
    }
  }
}
