// Vectors of 16 floats, which each clone cuts into the registers it has.
#pragma once
#include "clones.h"

#define INLINE static inline __attribute__((always_inline))
enum { LANES = 16 };
typedef float lanes __attribute__((ext_vector_type(LANES), aligned(4), may_alias));
typedef _Bool lane_mask __attribute__((ext_vector_type(LANES)));

INLINE float sum_of(const lanes *x) {
  typedef float eight __attribute__((ext_vector_type(8)));
  typedef float four __attribute__((ext_vector_type(4)));
  eight half = x->lo + x->hi;
  four quarter = half.lo + half.hi;
  return (quarter.x + quarter.y) + (quarter.z + quarter.w);
}

// Which of 16 numbers lie below the bound, one bit each; NaN does not.
INLINE uint16_t below(const float *x, float bound) {
  lane_mask mask = __builtin_convertvector(*(const lanes *)x < bound, lane_mask);
  uint16_t bits;
  memcpy(&bits, &mask, sizeof bits);
  return bits;
}
