#include <math.h>

#include "kernels.h"

// The finalizer of SplitMix64 (Steele et al. 2014): a bijection that scatters counters.
static uint64_t scatter(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

// Standard normal numbers by Box and Muller at the addresses (seed, stream, first ...): any part of
// a stream can be computed alone. `first` must be even.
void kernel_gaussian(uint64_t seed, uint64_t stream, uint64_t first, float *noise, size_t count) {
  uint64_t key = scatter(seed + 0x9e3779b97f4a7c15ull * (scatter(stream) | 1));
  for (size_t i = 0; i < count; i += 2) {
    uint64_t bits = scatter(key + 0x9e3779b97f4a7c15ull * (first + i + 1));
    float u = ((float)(bits >> 40) + 0.5f) * 0x1p-24f;
    float angle = (float)((bits >> 16) & 0xffffff) * (float)(2 * M_PI * 0x1p-24);
    float radius = sqrtf(-2.0f * logf(u));
    noise[i] = radius * cosf(angle);
    if (i + 1 < count) noise[i + 1] = radius * sinf(angle);
  }
}
