#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The quantile at the fraction `q`, interpolated linearly between ranks (type 7 of Hyndman and Fan
/// 1996).
///
/// - Parameters:
///   - sorted: values in ascending order, at least one, none NaN.
///   - q: 0 (the minimum) to 1 (the maximum).
/// - Returns: a value in the range of `sorted` that never falls as `q` rises.
package func quantile(ofSorted sorted: [Double], _ q: Double) -> Double {
  precondition(!sorted.isEmpty, "quantile of no values")
  precondition((0...1).contains(q), "quantile \(q) is not in 0...1")
  let position = q * Double(sorted.count - 1)
  let lower = Int(position)
  let upper = min(lower + 1, sorted.count - 1)
  let weight = position - Double(lower)
  // Equal neighbours are returned exactly and rounding cannot leave their range: monotonic in q.
  guard sorted[upper] > sorted[lower] else { return sorted[lower] }
  let mixed = sorted[lower] * (1 - weight) + sorted[upper] * weight
  return min(sorted[upper], max(sorted[lower], mixed))
}

/// The quantile of the standard normal distribution; `p` is strictly between 0 and 1.
///
/// Rational approximations of Wichura (1988, algorithm AS 241, PPND16), to about 16 digits.
package func normalQuantile(_ p: Double) -> Double {
  precondition(p > 0 && p < 1, "normal quantile of \(p)")
  let q = p - 0.5
  if abs(q) <= 0.425 { return q * middle(0.180625 - q * q) }
  let root = (-log(q < 0 ? p : 1 - p)).squareRoot()
  let x = root <= 5 ? tail(root - 1.6) : farTail(root - 5)
  return q < 0 ? -x : x
}

private func middle(_ r: Double) -> Double {
  ratio(
    [
      2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987,
      13731.69376550946, 1971.5909503065513, 133.14166789178438, 3.3871328727963665,
    ],
    [
      5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597,
      5394.196021424751, 687.1870074920579, 42.31333070160091, 1,
    ], r)
}

private func tail(_ r: Double) -> Double {
  ratio(
    [
      0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
      3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
    ],
    [
      1.0507500716444169e-09, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
      0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
    ], r)
}

private func farTail(_ r: Double) -> Double {
  ratio(
    [
      2.0103343992922881e-07, 2.7115555687434876e-05, 0.0012426609473880784, 0.026532189526576124,
      0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
    ],
    [
      2.0442631033899397e-15, 1.421511758316446e-07, 1.8463183175100548e-05,
      0.0007868691311456133, 0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
    ], r)
}

/// The ratio of two polynomials in `r` by Horner's rule, coefficients of the highest powers first.
private func ratio(_ above: [Double], _ below: [Double], _ r: Double) -> Double {
  var (numerator, denominator) = (0.0, 0.0)
  for index in above.indices {
    numerator = numerator * r + above[index]
    denominator = denominator * r + below[index]
  }
  return numerator / denominator
}
