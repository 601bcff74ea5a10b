#include "numbers.h"

#include <charconv>
#include <limits>
#include <string>

namespace {

// Powers of ten that a double holds exactly: with a significand below 2^53, one product or
// quotient is then the correctly rounded number (Clinger 1990, "How to read floating point
// numbers accurately").
constexpr double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr long largest_exponent = 100000;

bool is_blank(unsigned char c) { return c == ' ' || c == '\t'; }
bool is_digit(unsigned char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// The parts of a well-formed number.
struct Parts {
  const unsigned char *begin;      // after the sign
  const unsigned char *end;        // without trailing blanks
  const unsigned char *mark;       // the decimal mark, or null
  uint64_t significand = 0;        // of the first 19 significant digits
  long digits = 0;                 // significant digits, leading zeros not counted
  long exponent = 0;               // of the significand, were all digits kept
  bool negative = false;
};

/// Takes a run of digits; returns how many there were.
long take_digits(const unsigned char *&at, const unsigned char *end, Parts &parts) {
  const unsigned char *first = at;
  for (; at < end && is_digit(*at); at++) {
    const unsigned digit = *at - '0';
    if (parts.digits == 0 && digit == 0) continue;
    if (parts.digits < 19) parts.significand = parts.significand * 10 + digit;
    parts.digits++;
  }
  return at - first;
}

/// Takes `e`, a sign and digits; false when the exponent is malformed.
bool take_exponent(const unsigned char *&at, const unsigned char *end, Parts &parts) {
  at++;
  bool negative = false;
  if (at < end && (*at == '+' || *at == '-')) negative = *at++ == '-';
  if (at == end || !is_digit(*at)) return false;
  long exponent = 0;
  for (; at < end && is_digit(*at); at++)
    if (exponent < largest_exponent) exponent = exponent * 10 + (*at - '0');
  parts.exponent += negative ? -exponent : exponent;
  return true;
}

/// Checks the whole syntax; false when it is not a number.
bool split(const unsigned char *at, const unsigned char *end, unsigned char decimal, Parts &parts) {
  if (*at == '+' || *at == '-') parts.negative = *at++ == '-';
  parts.begin = at;
  parts.end = end;
  parts.mark = nullptr;
  long count = take_digits(at, end, parts);
  if (at < end && *at == decimal) {
    parts.mark = at++;
    const long fraction = take_digits(at, end, parts);
    parts.exponent -= fraction;
    count += fraction;
  }
  if (count == 0) return false;
  if (at < end && (*at == 'e' || *at == 'E') && !take_exponent(at, end, parts)) return false;
  return at == end;
}

/// The slow but always exact way, for many digits or large exponents.
int convert(const Parts &parts, unsigned char decimal, double *value) {
  const char *begin = reinterpret_cast<const char *>(parts.begin);
  const char *end = reinterpret_cast<const char *>(parts.end);
  std::string copy;
  if (parts.mark && decimal != '.') {
    copy.assign(begin, end);
    copy[parts.mark - parts.begin] = '.';
    begin = copy.data();
    end = begin + copy.size();
  }
  double magnitude = 0;
  const auto result = std::from_chars(begin, end, magnitude);
  if (result.ec == std::errc::result_out_of_range) {
    if (parts.digits + parts.exponent > 0) return NUMBER_OVERFLOW;
    magnitude = 0;
  } else if (result.ec != std::errc() || result.ptr != end) {
    return NUMBER_MALFORMED;
  }
  *value = parts.negative ? -magnitude : magnitude;
  return NUMBER_FINITE;
}

/// Reads what most cells hold: a sign, at most 18 digits and a decimal mark, with nothing round it.
bool parse_plain(const unsigned char *at, size_t length, unsigned char decimal, double *value) {
  if (length > 19) return false;
  const unsigned char *end = at + length;
  const bool negative = *at == '-';
  at += negative;
  const unsigned char *first = at;
  uint64_t significand = 0;
  for (; at < end && is_digit(*at); at++) significand = significand * 10 + (*at - '0');
  long digits = at - first, fraction = 0;
  if (at < end && *at == decimal) {
    const unsigned char *mark = at++;
    for (; at < end && is_digit(*at); at++) significand = significand * 10 + (*at - '0');
    fraction = at - mark - 1;
    digits += fraction;
  }
  if (at != end || digits == 0 || digits > 18 || significand > (uint64_t{1} << 53)) return false;
  const double magnitude = static_cast<double>(significand) / exact_powers[fraction];
  *value = negative ? -magnitude : magnitude;
  return true;
}

}  // namespace

int number_parse(const unsigned char *text, size_t length, unsigned char decimal, double *value) {
  if (length > 0 && parse_plain(text, length, decimal, value)) return NUMBER_FINITE;
  const unsigned char *begin = text;
  const unsigned char *end = text + length;
  while (begin < end && is_blank(*begin)) begin++;
  while (begin < end && is_blank(end[-1])) end--;
  if (begin == end) return NUMBER_EMPTY;
  Parts parts;
  if (!split(begin, end, decimal, parts)) return NUMBER_MALFORMED;
  if (parts.digits == 0) {
    *value = parts.negative ? -0.0 : 0.0;
    return NUMBER_FINITE;
  }
  if (parts.significand > (uint64_t{1} << 53) || parts.digits > 19 || parts.exponent > 22 ||
      parts.exponent < -22)
    return convert(parts, decimal, value);
  const double significand = static_cast<double>(parts.significand);
  const double magnitude = parts.exponent < 0 ? significand / exact_powers[-parts.exponent]
                                              : significand * exact_powers[parts.exponent];
  *value = parts.negative ? -magnitude : magnitude;
  return NUMBER_FINITE;
}

size_t number_parse_column(const unsigned char *bytes, const uint32_t *offsets,
                           const uint32_t *firsts, size_t start, size_t count, size_t column,
                           unsigned char decimal, double *values) {
  for (size_t row = start; row < count; row++) {
    const size_t cell = firsts[row] + column;
    const uint32_t begin = offsets[cell];
    const int status = number_parse(bytes + begin, offsets[cell + 1] - begin, decimal, &values[row]);
    if (status == NUMBER_EMPTY)
      values[row] = std::numeric_limits<double>::quiet_NaN();
    else if (status != NUMBER_FINITE)
      return row;
  }
  return count;
}
