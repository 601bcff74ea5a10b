#include "clones.h"
#include "kernels.h"

CLONES float kernel_sum_of_squares(const float *x, size_t count) {
  RELAXED
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += x[i] * x[i];
  return sum;
}

// sums[j] += sum over rows of x[row, j]: the gradient of a bias.
CLONES void kernel_column_sums(const float *restrict x, float *restrict sums, size_t rows,
                               size_t columns) {
  for (size_t row = 0; row < rows; row++)
    for (size_t j = 0; j < columns; j++) sums[j] += x[row * columns + j];
}

// Adds scale * offset to each row.
CLONES void kernel_add_to_rows(float *restrict x, const float *restrict offset, float scale,
                               size_t rows, size_t columns) {
  RELAXED
  for (size_t row = 0; row < rows; row++)
    for (size_t j = 0; j < columns; j++) x[row * columns + j] += scale * offset[j];
}

// Takes the mean of its first `count` values from each row.
CLONES void kernel_center_rows(float *x, size_t rows, size_t columns, size_t count) {
  RELAXED
  for (size_t row = 0; row < rows; row++) {
    float *values = x + row * columns;
    float sum = 0;
    for (size_t j = 0; j < count; j++) sum += values[j];
    float mean = sum / (float)count;
    for (size_t j = 0; j < columns; j++) values[j] -= mean;
  }
}

// squares[row] = |x[row]|^2.
CLONES void kernel_row_squares(const float *restrict x, float *restrict squares, size_t rows,
                               size_t columns) {
  RELAXED
  for (size_t row = 0; row < rows; row++) {
    float sum = 0;
    for (size_t j = 0; j < columns; j++) sum += x[row * columns + j] * x[row * columns + j];
    squares[row] = sum;
  }
}
