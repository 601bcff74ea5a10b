// Fused loops on rows of floats: pointers and counts in, numbers out.
// No allocation, no state, no threads. Matrices are row-major; NaN passes through.
#pragma once
#include <stddef.h>
#include <stdint.h>

// activation.c
void kernel_bias_silu(float *z, const float *bias, float *y, size_t rows, size_t columns);
void kernel_slope_backward(const float *slope, float *dy, float *dbias, size_t rows,
                           size_t columns);
void kernel_add_bias(float *y, const float *bias, size_t rows, size_t columns);
double kernel_weighted_loss(const float *output, const float *target, const float *weight,
                            float *gradient, size_t count, float scale);

// normalization.c
void kernel_residual_layer_norm(const float *before, const float *offset, float *h,
                                const float *gain, const float *bias, float *y, float *mean,
                                float *rstd, size_t rows, size_t columns);
void kernel_layer_norm_backward(const float *x, const float *gain, const float *mean,
                                const float *rstd, const float *dy, float *dx, int first,
                                float *dgain, float *dbias, float *doffset, size_t rows,
                                size_t columns);

// reduction.c
float kernel_sum_of_squares(const float *x, size_t count);

void kernel_column_sums(const float *x, float *sums, size_t rows, size_t columns);
void kernel_add_to_rows(float *x, const float *offset, float scale, size_t rows, size_t columns);
void kernel_center_rows(float *x, size_t rows, size_t columns, size_t count);
void kernel_row_squares(const float *x, float *squares, size_t rows, size_t columns);

// Neighbours that one row is measured against, at most.
enum { MOST_NEIGHBORS = 64 };

// neighbors.c
void kernel_nearest(const float *queries, const float *query_squares, size_t query_count,
                    const float *panels, const float *panel_squares, size_t columns, size_t count,
                    const int32_t *excluded, size_t k, float *row, uint64_t *keys, size_t room,
                    float *distances, int32_t *indices);
void kernel_nearest_first(const float *x, const float *rows, size_t stride, size_t k,
                          int32_t *indices, float *distances);

// local.c
float kernel_weighted_mean(const float *x, const float *rows, size_t stride,
                           const int32_t *indices, const float *distances, size_t k, float width,
                           float *mean);
double kernel_gaussian_distance(const float *x, const float *rows, size_t columns, size_t stride,
                                const int32_t *indices, size_t k, float ridge, float *workspace,
                                float *solved, float *precision);

// gaussian.c
void kernel_gaussian(uint64_t seed, uint64_t stream, uint64_t first, float *noise, size_t count);

// leftout.c
void kernel_distances_without(const float *query, const float *panels, size_t columns, size_t rows,
                              const int32_t *group, size_t groups, float *distances);
void kernel_smallest(const float *values, size_t count, size_t k, float *smallest, int32_t *indices);

// optimizer.c
void kernel_adamw(float *parameters, float *average, float *m, float *v, const float *gradient,
                  size_t count, float scale, float rate, float beta1, float beta2, float epsilon,
                  float decay, float correction1, float correction2, float averaging);
double kernel_sum_shards(float *shards, size_t rows, size_t stride, size_t count);

// posterior.c
void kernel_posterior_weights(float *products, const float *center_squares, const float *scales,
                              size_t rows, size_t columns);

// processor.c
int kernel_vector_level(void);
