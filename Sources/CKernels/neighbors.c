#include "clones.h"
#include "kernels.h"

// Puts (distance, index) into an ascending list of k; equal distances keep the lower index first.
static inline void insert(float *distances, int32_t *indices, size_t k, float distance,
                          int32_t index) {
  size_t place = k - 1;
  while (place > 0 && distances[place - 1] > distance) {
    distances[place] = distances[place - 1];
    indices[place] = indices[place - 1];
    place--;
  }
  distances[place] = distance;
  indices[place] = index;
}

// Runs one block of exemplars past the k nearest so far of each query. `products` holds
// query · exemplar, `first` is the index of the block's first exemplar, `excluded[q]` (or -1) is an
// exemplar that query q must not see. Distances are squared and start at +infinity.
CLONES void kernel_nearest(const float *products, size_t stride, const float *query_squares,
                           const float *block_squares, size_t queries, size_t block, int32_t first,
                           const int32_t *excluded, size_t k, float *distances, int32_t *indices) {
  RELAXED
  enum { LANES = 32 };
  for (size_t q = 0; q < queries; q++) {
    const float *row = products + q * stride;
    float *best = distances + q * k;
    int32_t *best_index = indices + q * k;
    float square = query_squares[q];
    int32_t skip = excluded[q] - first;
    float bound = best[k - 1];
    size_t j = 0;
    for (; j + LANES <= block; j += LANES) {
      float lane[LANES];
      int hits = 0;
      for (size_t l = 0; l < LANES; l++) {
        lane[l] = square + block_squares[j + l] - 2.0f * row[j + l];
        hits |= lane[l] < bound;
      }
      if (!hits) continue;
      for (size_t l = 0; l < LANES; l++) {
        if (lane[l] < bound && (int32_t)(j + l) != skip) {
          insert(best, best_index, k, lane[l], first + (int32_t)(j + l));
          bound = best[k - 1];
        }
      }
    }
    for (; j < block; j++) {
      float distance = square + block_squares[j] - 2.0f * row[j];
      if (distance < bound && (int32_t)j != skip) {
        insert(best, best_index, k, distance, first + (int32_t)j);
        bound = best[k - 1];
      }
    }
  }
}
