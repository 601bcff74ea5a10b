#include "clones.h"
#include "kernels.h"

// One step of AdamW (Loshchilov and Hutter 2019) and of the running average of the parameters.
// `scale` clips the gradient, `correction1/2` are 1 / (1 - beta^step), `decay` is already multiplied
// by the rate.
CLONES void kernel_adamw(float *restrict parameters, float *restrict average, float *restrict m,
                         float *restrict v, const float *restrict gradient, size_t count,
                         float scale, float rate, float beta1, float beta2, float epsilon, float decay,
                         float correction1, float correction2, float averaging) {
  RELAXED
  for (size_t i = 0; i < count; i++) {
    float g = scale * gradient[i];
    m[i] = beta1 * m[i] + (1.0f - beta1) * g;
    v[i] = beta2 * v[i] + (1.0f - beta2) * g * g;
    float update = m[i] * correction1 / (__builtin_elementwise_sqrt(v[i] * correction2) + epsilon);
    parameters[i] -= rate * update + decay * parameters[i];
    average[i] = averaging * average[i] + (1.0f - averaging) * parameters[i];
  }
}

// Adds rows 1... of `shards`, `stride` floats apart, to row 0 in their order; the sum of squares of
// the result.
CLONES double kernel_sum_shards(float *shards, size_t rows, size_t stride, size_t count) {
  RELAXED
  for (size_t row = 1; row < rows; row++)
    for (size_t i = 0; i < count; i++) shards[i] += shards[row * stride + i];
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += shards[i] * shards[i];
  return sum;
}
