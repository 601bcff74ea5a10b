/// Why a baseline cannot be encoded, or a table does not match the fitted encoder.
package enum EncodingError: Error, Equatable {
  case tooFewRows(found: Int, needed: Int)
  /// No gap-free segment of a series is long enough for a window; lengths in rows.
  case stretchesTooShort(longest: Int, needed: Int)
  case noFeatures
  case allMissing(column: String)
  case tooManyLevels(column: String, found: Int, most: Int)
  case missingColumn(String)
  case wrongKind(column: String, expected: String)
  case tooManyFeatures(found: Int, most: Int)
}

extension EncodingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooFewRows(let found, let needed):
      "found \(found) baseline rows, but at least \(needed) are needed to learn what is normal"
    case .stretchesTooShort(let longest, let needed):
      "the longest stretch of the series without a gap has \(longest) rows, but at least \(needed) "
        + "are needed for a window; look at the time and group columns"
    case .noFeatures:
      "no column is left to learn from: all are ignored, identifiers, labels or times"
    case .allMissing(let column):
      "column \(column): every cell is missing in the baseline; leave it out with --ignore \(column)"
    case .tooManyLevels(let column, let found, let most):
      "column \(column): found \(found) different texts, but at most \(most) are taken as a category; "
        + "leave it out with --ignore \(column)"
    case .missingColumn(let column): "column \(column) is missing"
    case .wrongKind(let column, let expected):
      "column \(column) does not hold what the model learned: expected \(expected)"
    case .tooManyFeatures(let found, let most):
      "the columns make \(found) features, but the limit is \(most); leave some out with --ignore"
    }
  }
}
