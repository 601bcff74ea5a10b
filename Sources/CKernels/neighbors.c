#include "clones.h"
#include "kernels.h"

// The k nearest so far of a query lie in a heap with the farthest on top; equal distances are told
// apart by index, so that the k nearest are the same in whatever order rows are seen.
static inline int farther(float a, int32_t i, float b, int32_t j) {
  return a > b || (a == b && i > j);
}

// Puts (distance, index) on top of a heap of n in place of what was there, and lets it sink.
static inline void sink(float *distances, int32_t *indices, size_t n, float distance,
                        int32_t index) {
  size_t place = 0;
  for (;;) {
    size_t child = 2 * place + 1;
    if (child >= n) break;
    if (child + 1 < n &&
        farther(distances[child + 1], indices[child + 1], distances[child], indices[child]))
      child++;
    if (!farther(distances[child], indices[child], distance, index)) break;
    distances[place] = distances[child];
    indices[place] = indices[child];
    place = child;
  }
  distances[place] = distance;
  indices[place] = index;
}

// Runs one block of exemplars past the k nearest so far of each query. `products` holds
// query · exemplar and is overwritten, `first` is the index of the block's first exemplar,
// `excluded[q]` (or -1) is an exemplar that query q must not see. Distances are squared and start at
// +infinity; `kernel_sort_neighbors` puts them in order at the end.
CLONES void kernel_nearest(float *restrict products, const float *restrict query_squares,
                           const float *restrict block_squares, size_t queries, size_t block,
                           int32_t first, const int32_t *restrict excluded, size_t k,
                           float *restrict distances, int32_t *restrict indices) {
  RELAXED
  enum { LANES = 64 };
  for (size_t q = 0; q < queries; q++) {
    float *row = products + q * block;
    float *best = distances + q * k;
    int32_t *best_index = indices + q * k;
    float square = query_squares[q];
    for (size_t j = 0; j < block; j++) row[j] = square + block_squares[j] - 2.0f * row[j];
    int32_t skip = excluded[q] - first;
    if (skip >= 0 && (size_t)skip < block) row[skip] = __builtin_inff();
    float bound = best[0];
    for (size_t start = 0; start < block; start += LANES) {
      size_t end = start + LANES < block ? start + LANES : block;
      int hits = 0;
      for (size_t j = start; j < end; j++) hits += row[j] < bound;
      if (!hits) continue;
      for (size_t j = start; j < end; j++) {
        if (row[j] < bound) {
          sink(best, best_index, k, row[j], first + (int32_t)j);
          bound = best[0];
        }
      }
    }
  }
}

// Turns each query's heap into an ascending list.
void kernel_sort_neighbors(size_t queries, size_t k, float *distances, int32_t *indices) {
  for (size_t q = 0; q < queries; q++) {
    float *best = distances + q * k;
    int32_t *best_index = indices + q * k;
    for (size_t n = k; n > 1; n--) {
      float distance = best[n - 1];
      int32_t index = best_index[n - 1];
      best[n - 1] = best[0];
      best_index[n - 1] = best_index[0];
      sink(best, best_index, n - 1, distance, index);
    }
  }
}
