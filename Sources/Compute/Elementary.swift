#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// The C library's functions under full names, so that numeric targets need no platform import.

package func logarithm(_ x: Double) -> Double { log(x) }
package func logarithm(onePlus x: Double) -> Double { log1p(x) }
package func exponential(_ x: Double) -> Double { exp(x) }
package func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
package func arcTangent(_ x: Double) -> Double { atan(x) }
package func sine(_ x: Double) -> Double { sin(x) }
package func cosine(_ x: Double) -> Double { cos(x) }
package func tangent(_ x: Double) -> Double { tan(x) }
