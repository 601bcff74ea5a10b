// One portable binary: each hot loop is compiled for plain x86-64, for AVX2 and for AVX-512, and the
// loader picks. Clones may round differently in the last bit.
#pragma once
#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif
#define RELAXED _Pragma("clang fp reassociate(on) contract(fast)")

#include <stdint.h>
#include <string.h>

// exp(x) to about 2 ulp by range reduction and a degree-6 polynomial; saturates, keeps NaN.
static inline float fast_exp(float x) {
  // So asked, NaN is bounded too: it has no integer.
  float bounded = x > -87.0f ? (x < 88.0f ? x : 88.0f) : -87.0f;
  float scaled = bounded * 1.44269504088896341f;
  float rounded = __builtin_rintf(scaled);
  float r = (bounded - rounded * 0.693359375f) + rounded * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t bits = ((int32_t)rounded + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return x == x ? p * power : x;
}
