#include "kernels.h"
#include "lanes.h"

#define PANEL 32
#define MOST_GROUPS 32

// Squared distances of a query to rows in panels of 32, once without each group of columns and last of
// all with every column: `distances` is [groups + 1, rows]. `group` is the group of each column, or
// `groups` for none. Groups are added from both ends, so that no large sum is subtracted again.
CLONES void kernel_distances_without(const float *restrict query, const float *restrict panels,
                                     size_t columns, size_t rows, const int32_t *restrict group,
                                     size_t groups, float *restrict distances) {
  float part[MOST_GROUPS + 1][PANEL], behind[PANEL], before[PANEL];
  for (size_t first = 0; first < rows; first += PANEL) {
    memset(part, 0, (groups + 1) * sizeof part[0]);
    for (size_t j = 0; j < columns; j++) {
      const float *x = panels + first * columns + j * PANEL;
      float *sum = part[group[j]];
      for (size_t lane = 0; lane < PANEL; lane++) {
        float difference = query[j] - x[lane];
        sum[lane] += difference * difference;
      }
    }
    memcpy(before, part[groups], sizeof before);
    for (size_t g = 0; g < groups; g++) {
      memcpy(distances + g * rows + first, before, sizeof before);
      for (size_t lane = 0; lane < PANEL; lane++) before[lane] += part[g][lane];
    }
    memcpy(distances + groups * rows + first, before, sizeof before);
    memset(behind, 0, sizeof behind);
    for (size_t g = groups; g-- > 0;) {
      float *target = distances + g * rows + first;
      for (size_t lane = 0; lane < PANEL; lane++) {
        target[lane] += behind[lane];
        behind[lane] += part[g][lane];
      }
    }
  }
}

// The `k` smallest of `count` values with their indices, smallest first; of equal ones the earlier.
// Values behind them up to a multiple of LANES are read but ignored.
CLONES void kernel_smallest(const float *restrict values, size_t count, size_t k,
                            float *restrict smallest, int32_t *restrict indices) {
  for (size_t i = 0; i < k; i++) {
    smallest[i] = __builtin_inff();
    indices[i] = (int32_t)i;
  }
  for (size_t start = 0; start < count; start += LANES) {
    uint32_t counted = count - start < LANES ? (1u << (count - start)) - 1 : 0xffff;
    uint32_t hits = below(values + start, smallest[k - 1]) & counted;
    for (; hits; hits &= hits - 1) {
      size_t index = start + (size_t)__builtin_ctz(hits), at = k - 1;
      float value = values[index];
      if (!(value < smallest[k - 1])) continue;
      for (; at > 0 && value < smallest[at - 1]; at--) {
        smallest[at] = smallest[at - 1];
        indices[at] = indices[at - 1];
      }
      smallest[at] = value;
      indices[at] = (int32_t)index;
    }
  }
}
