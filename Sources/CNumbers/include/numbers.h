/// Decimal text to double: one cell, or one column of cells that lie one behind another.
#ifndef NUMBERS_H
#define NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a cell turned out to be.
enum number_status {
  NUMBER_FINITE = 0,
  NUMBER_EMPTY = 1,
  NUMBER_MALFORMED = 2,
  NUMBER_OVERFLOW = 3,
};

/// Reads one whole cell: blanks, sign, digits, decimal mark, exponent, blanks; nothing else.
///
/// The nearest double is written into `value`; a number too small for any becomes a signed zero.
int number_parse(const unsigned char *text, size_t length, unsigned char decimal, double *value);

/// Reads the cell `firsts[row] + column` of each row from `start` on into `values[row]`.
///
/// Cell `i` is `bytes[offsets[i]] ..< bytes[offsets[i + 1]]`. Empty cells become NaN. Returns the
/// first row whose cell is neither a number nor empty, or `count`.
size_t number_parse_column(const unsigned char *bytes, const uint32_t *offsets,
                           const uint32_t *firsts, size_t start, size_t count, size_t column,
                           unsigned char decimal, double *values);

#ifdef __cplusplus
}
#endif

#endif
