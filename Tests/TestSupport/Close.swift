package import Testing

/// Expects two lists of numbers to agree: |actual - expected| <= tolerance · max(1, |expected|).
package func expectClose(
  _ actual: [Float], _ expected: [Float], tolerance: Float,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, sourceLocation: sourceLocation)
  for (index, (a, e)) in zip(actual, expected).enumerated()
  where !(abs(a - e) <= tolerance * max(1, abs(e))) {
    Issue.record(
      "at \(index): \(a), expected \(e) within \(tolerance)", sourceLocation: sourceLocation)
    return
  }
}

/// The same for double precision.
package func expectClose(
  _ actual: [Double], _ expected: [Double], tolerance: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, sourceLocation: sourceLocation)
  for (index, (a, e)) in zip(actual, expected).enumerated()
  where !(abs(a - e) <= tolerance * max(1, abs(e))) {
    Issue.record(
      "at \(index): \(a), expected \(e) within \(tolerance)", sourceLocation: sourceLocation)
    return
  }
}

/// Compares a gradient with central differences of `loss` at some of the parameters.
///
/// Single precision leaves about 1e-3 of relative error in a difference of step 1e-2, so the bound is
/// relative to the size of the whole gradient.
package func checkGradient(
  _ gradient: [Float], at parameters: [Float], every stride: Int = 1, step: Float = 1e-2,
  tolerance: Float = 5e-3, sourceLocation: SourceLocation = #_sourceLocation,
  loss: ([Float]) -> Double
) {
  let size = gradient.reduce(0) { max($0, abs($1)) }
  for index in Swift.stride(from: 0, to: parameters.count, by: stride) {
    var moved = parameters
    moved[index] = parameters[index] + step
    let above = loss(moved)
    moved[index] = parameters[index] - step
    let difference = Float((above - loss(moved)) / (2 * Double(step)))
    guard abs(difference - gradient[index]) > tolerance * max(size, 1e-3) else { continue }
    Issue.record(
      "parameter \(index): gradient \(gradient[index]), difference \(difference)",
      sourceLocation: sourceLocation)
    return
  }
}
