import Foundation
package import Testing

extension Trait where Self == ConditionTrait {
  /// For tests that train models or start the program often: a unit run (`test.sh --unit`) leaves
  /// them out.
  ///
  /// A tag would say the same, but SwiftPM filters by tags only from Swift 6.4 on.
  package static var slow: Self {
    .disabled(
      if: ProcessInfo.processInfo.environment["STILLWATER_UNIT_TESTS"] != nil,
      "slow, so no part of a unit run")
  }
}
