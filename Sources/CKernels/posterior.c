#include "clones.h"
#include "kernels.h"

// Turns y · c into softmax(-|y - c|^2 scale) over the centers of each row, in place;
// scales[row] = 1 / (2 variance).
CLONES void kernel_posterior_weights(float *restrict products, const float *restrict center_squares,
                                     const float *restrict scales, size_t rows, size_t columns) {
  RELAXED
  for (size_t row = 0; row < rows; row++) {
    float *weights = products + row * columns;
    float scale = scales[row], most = -__builtin_inff(), total = 0;
    for (size_t j = 0; j < columns; j++) {
      float logit = (2.0f * weights[j] - center_squares[j]) * scale;
      weights[j] = logit;
      most = logit > most ? logit : most;
    }
    for (size_t j = 0; j < columns; j++) {
      float weight = fast_exp(weights[j] - most);
      weights[j] = weight;
      total += weight;
    }
    float normalizer = 1.0f / total;
    for (size_t j = 0; j < columns; j++) weights[j] *= normalizer;
  }
}
