#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The value below which the share `q` (0...1) of the sorted values lies, linear between ranks
/// (type 7 of Hyndman and Fan 1996).
///
/// - Parameters:
///   - sorted: values in ascending order, at least one.
///   - q: the share, 0...1.
/// - Returns: a value between the least and the greatest.
package func quantile(ofSorted sorted: [Double], _ q: Double) -> Double {
  precondition(!sorted.isEmpty, "quantile of no values")
  precondition((0...1).contains(q), "quantile \(q) is not in 0...1")
  let position = q * Double(sorted.count - 1)
  let lower = Int(position)
  let upper = min(lower + 1, sorted.count - 1)
  let share = position - Double(lower)
  // Equal ends stay exact and the result never leaves them: quantiles rise with their share.
  guard sorted[upper] > sorted[lower] else { return sorted[lower] }
  let mixed = sorted[lower] * (1 - share) + sorted[upper] * share
  return min(sorted[upper], max(sorted[lower], mixed))
}

/// The quantile of a standard normal distribution, by Acklam's rational approximation and one step
/// of Halley's method; `p` strictly between 0 and 1.
package func normalQuantile(_ p: Double) -> Double {
  precondition(p > 0 && p < 1, "normal quantile of \(p)")
  let x = acklam(p)
  let residual = 0.5 * erfc(-x / 2.0.squareRoot()) - p
  let u = residual * (2 * Double.pi).squareRoot() * exp(x * x / 2)
  return x - u / (1 + x * u / 2)
}

private func acklam(_ p: Double) -> Double {
  let tail = 0.02425
  if p < tail { return acklamTail((-2 * log(p)).squareRoot()) }
  if p > 1 - tail { return -acklamTail((-2 * log(1 - p)).squareRoot()) }
  let a = [
    -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
    1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00,
  ]
  let b = [
    -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
    6.680131188771972e+01, -1.328068155288572e+01, 1,
  ]
  let q = p - 0.5
  return polynomial(a, q * q) * q / polynomial(b, q * q)
}

private func acklamTail(_ q: Double) -> Double {
  let c = [
    -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
    -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00,
  ]
  let d = [
    7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1,
  ]
  return polynomial(c, q) / polynomial(d, q)
}

private func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
  coefficients.reduce(0) { $0 * x + $1 }
}
