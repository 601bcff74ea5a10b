#include <math.h>

#include "kernels.h"
#include "lanes.h"

// Exemplars stand in panels of 32: for each column their 32 values side by side.
enum { PANEL = 32, TILE = 4, GROUPS = 256, MOST_QUERIES = 16, STRETCH = 64, KEYS = 8 };
// Exemplars that are met at a time take up to 128 KiB.
enum { BLOCK_FLOATS = 1 << 15 };
typedef uint64_t key_lanes __attribute__((ext_vector_type(KEYS), aligned(8), may_alias));

// Bits that order as the numbers do.
INLINE uint32_t ordered(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits ^ (bits >> 31 ? 0xffffffffu : 0x80000000u);
}

INLINE float number(uint32_t ordered) {
  uint32_t bits = ordered ^ (ordered >> 31 ? 0x80000000u : 0xffffffffu);
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// A candidate is one number that orders by distance, then by index: with ties broken, the k nearest are
// the same in whatever order rows are visited.
INLINE uint64_t key_of(float distance, int32_t index) {
  return (uint64_t)ordered(distance) << 32 | (uint32_t)index;
}

static inline void swap_keys(uint64_t *a, uint64_t *b) {
  uint64_t kept = *a;
  *a = *b;
  *b = kept;
}

// Moves the k smallest of n different keys to the front, the largest of them last (Hoare 1961).
static void keep_smallest(uint64_t *keys, size_t n, size_t k) {
  size_t low = 0, high = n - 1, wanted = k - 1;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (keys[middle] < keys[low]) swap_keys(keys + middle, keys + low);
    if (keys[high] < keys[low]) swap_keys(keys + high, keys + low);
    if (keys[high] < keys[middle]) swap_keys(keys + high, keys + middle);
    uint64_t pivot = keys[middle];
    size_t i = low, j = high;
    for (;;) {
      while (keys[i] < pivot) i++;
      while (keys[j] > pivot) j--;
      if (i >= j) break;
      swap_keys(keys + i++, keys + j--);
    }
    if (wanted <= j) {
      high = j;
    } else {
      low = j + 1;
    }
  }
}

// Squared distances less |q|^2 of TILE queries to one panel; `queries` holds -2 q.
INLINE void panel_distances(const float *queries, const float *panel, const float *squares,
                            size_t columns, lanes sums[TILE][2]) {
  for (int q = 0; q < TILE; q++)
    for (int half = 0; half < 2; half++) sums[q][half] = *(const lanes *)(squares + half * LANES);
  for (size_t c = 0; c < columns; c++) {
    lanes left = *(const lanes *)(panel + c * PANEL);
    lanes right = *(const lanes *)(panel + c * PANEL + LANES);
    for (int q = 0; q < TILE; q++) {
      sums[q][0] += left * queries[q * columns + c];
      sums[q][1] += right * queries[q * columns + c];
    }
  }
}

// The same to `count` exemplars, and the least of each group so far. Panels are taken in the order of
// their groups, whose least numbers then stay in registers.
INLINE void block_distances(const float *queries, const float *panels, const float *squares,
                            size_t columns, size_t count, float *distances, size_t stride,
                            float *least) {
  for (size_t group = 0; group < GROUPS && group < count; group += PANEL) {
    lanes lows[TILE][2], sums[TILE][2];
    for (int q = 0; q < TILE; q++)
      for (int half = 0; half < 2; half++)
        lows[q][half] = *(const lanes *)(least + q * GROUPS + group + half * LANES);
    for (size_t start = group; start < count; start += GROUPS) {
      panel_distances(queries, panels + start * columns, squares + start, columns, sums);
      for (int q = 0; q < TILE; q++)
        for (int half = 0; half < 2; half++) {
          *(lanes *)(distances + q * stride + start + half * LANES) = sums[q][half];
          lows[q][half] = sums[q][half] < lows[q][half] ? sums[q][half] : lows[q][half];
        }
    }
    for (int q = 0; q < TILE; q++)
      for (int half = 0; half < 2; half++)
        *(lanes *)(least + q * GROUPS + group + half * LANES) = lows[q][half];
  }
}

// A number above at least k of the distances: of the least of each group, the k-th or a little more.
INLINE float bound_of(const float *least, size_t k) {
  if (k > GROUPS) return INFINITY;
  uint32_t keys[GROUPS];
  for (int j = 0; j < GROUPS; j++) keys[j] = ordered(least[j]);
  uint32_t low = 0, high = ordered(INFINITY);
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    uint32_t count = 0;
    for (int j = 0; j < GROUPS; j++) count += keys[j] <= middle;
    if (count >= k) {
      high = middle;
      if (count <= k + k / 16) break;
    } else {
      low = middle + 1;
    }
  }
  return high < ordered(INFINITY) ? number(high + 1) : INFINITY;
}

// Gathers what lies below the bound; when the room is full the k nearest stay. Returns their number.
// Few do: they are found without a branch, a stretch of vectors at a time.
INLINE size_t gather(const float *distances, size_t count, float bound, size_t k, uint64_t *keys,
                     size_t room) {
  size_t taken = 0;
  for (size_t start = 0; start < count; start += STRETCH * LANES) {
    uint32_t found[STRETCH], vectors = 0;
    size_t end = count - start < STRETCH * LANES ? count : start + STRETCH * LANES;
    for (size_t j = start; j < end; j += LANES) {
      uint32_t hits = below(distances + j, bound);
      found[vectors] = (uint32_t)(j - start) << 16 | hits;
      vectors += hits != 0;
    }
    for (uint32_t v = 0; v < vectors; v++) {
      for (uint32_t hits = found[v] & 0xffff; hits; hits &= hits - 1) {
        size_t j = start + (found[v] >> 16) + (size_t)__builtin_ctz(hits);
        if (!(distances[j] < bound)) continue;
        keys[taken++] = key_of(distances[j], (int32_t)j);
        if (taken < room) continue;
        keep_smallest(keys, taken, k);
        taken = k;
        bound = number((uint32_t)(keys[k - 1] >> 32));
      }
    }
  }
  return taken;
}

// Writes the k smallest keys in order: the rank of each is the number of smaller ones. Where there
// are fewer, exemplar 0 at infinity.
INLINE void write_ascending(uint64_t *keys, size_t taken, size_t k, float square, float *distances,
                            int32_t *indices) {
  if (taken > k + k / 2) {
    keep_smallest(keys, taken, k);
    taken = k;
  }
  for (size_t i = 0; i < taken; i += KEYS) {
    key_lanes some = *(const key_lanes *)(keys + i), smaller = 0;
    for (size_t j = 0; j < taken; j++) smaller -= (key_lanes)(keys[j] < some);
    for (size_t lane = 0; lane < KEYS && i + lane < taken; lane++) {
      uint64_t key = keys[i + lane], rank = smaller[lane];
      if (rank >= k) continue;
      distances[rank] = square + number((uint32_t)(key >> 32));
      indices[rank] = (int32_t)(uint32_t)key;
    }
  }
  for (size_t i = taken; i < k; i++) {
    distances[i] = INFINITY;
    indices[i] = 0;
  }
}

// The k nearest exemplars of each query by |x|^2 - 2 q·x + |q|^2, ascending, `[query_count, k]`.
// `queries` holds -2 q, a multiple of TILE of them, at most MOST_QUERIES; `panels` and
// `panel_squares` `count` exemplars in full panels, the squares of those that fill up the last one at
// infinity. `excluded[q]` (or -1) is not seen. `row` has room for query_count * count numbers, `keys`
// for `room` > k + k / 2 + KEYS.
//
// All queries meet a block of exemplars before the next one is fetched: a block stays near.
CLONES void kernel_nearest(const float *restrict queries, const float *restrict query_squares,
                           size_t query_count, const float *restrict panels,
                           const float *restrict panel_squares, size_t columns, size_t count,
                           const int32_t *restrict excluded, size_t k, float *restrict row,
                           uint64_t *restrict keys, size_t room, float *restrict distances,
                           int32_t *restrict indices) {
  RELAXED
  float least[MOST_QUERIES * GROUPS];
  for (size_t j = 0; j < query_count * GROUPS; j++) least[j] = INFINITY;
  size_t block = (BLOCK_FLOATS / columns + GROUPS) / GROUPS * GROUPS;
  for (size_t start = 0; start < count; start += block)
    for (size_t q = 0; q < query_count; q += TILE)
      block_distances(queries + q * columns, panels + start * columns, panel_squares + start, columns,
                      count - start < block ? count - start : block, row + q * count + start, count,
                      least + q * GROUPS);
  for (size_t q = 0; q < query_count; q++) {
    float *found = row + q * count;
    int skips = excluded[q] >= 0;
    if (skips) found[excluded[q]] = INFINITY;
    float bound = bound_of(least + q * GROUPS, k + (size_t)skips);
    size_t taken = gather(found, count, bound, k, keys, room);
    write_ascending(keys, taken, k, query_squares[q], distances + q * k, indices + q * k);
  }
}

// Puts the k listed rows in the order of their distance to x, with these squared distances. Rows stand
// `stride` floats apart, a multiple of LANES, and are zero beyond their columns; k is at most
// MOST_NEIGHBORS.
CLONES void kernel_nearest_first(const float *restrict x, const float *restrict rows, size_t stride,
                                 size_t k, int32_t *restrict indices, float *restrict distances) {
  uint64_t keys[MOST_NEIGHBORS + KEYS];
  // The rows lie anywhere: all are asked for before the first one is waited for.
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < stride; j += LANES)
      __builtin_prefetch(rows + (size_t)indices[i] * stride + j);
  for (size_t i = 0; i < k; i++) {
    const float *row = rows + (size_t)indices[i] * stride;
    lanes squares = 0;
    for (size_t j = 0; j < stride; j += LANES) {
      lanes difference = *(const lanes *)(x + j) - *(const lanes *)(row + j);
      squares += difference * difference;
    }
    keys[i] = key_of(sum_of(&squares), indices[i]);
  }
  write_ascending(keys, k, k, 0, distances, indices);
}
