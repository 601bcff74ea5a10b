#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Natural logarithm.
func logarithm(_ x: Double) -> Double { log(x) }

/// Natural logarithm of 1 + x, exact to rounding near 0.
func logarithm(onePlus x: Double) -> Double { log1p(x) }

/// Exponential.
func exponential(_ x: Double) -> Double { exp(x) }

/// Exponential minus 1, exact to rounding near 0.
func exponentialMinusOne(_ x: Double) -> Double { expm1(x) }

/// Logarithm of the gamma function for x > 0.
///
/// Stirling's series from 10 on, shifted up to there below; relative error about 1e-15 away from
/// its zeros at 1 and 2.
func logGamma(_ x: Double) -> Double {
  precondition(x > 0, "logGamma needs x above 0, got \(x)")
  var (shifted, product) = (x, 1.0)
  while shifted < 10 {
    product *= shifted
    shifted += 1
  }
  let square = 1 / (shifted * shifted)
  let series =
    (1.0 / 12 - square
      * (1.0 / 360 - square
        * (1.0 / 1260 - square
          * (1.0 / 1680
            - square * (1.0 / 1188 - square * 691.0 / 360_360)))))
    / shifted
  return (shifted - 0.5) * log(shifted) - shifted + 0.5 * log(2 * Double.pi) + series - log(product)
}
