/// A value that is configured by options: a stage, or a part of one.
package protocol Configurable: Sendable {
  /// The value with the default of every option.
  static var blank: Self { get }
  /// The table of its options.
  static var table: [Setting<Self>] { get }
  /// The contradictions between options that are each valid.
  ///
  /// * `given`: the options that were set, to name them as they were written.
  func conflicts(_ given: Given) -> [Conflict]
}

extension Configurable {
  package func conflicts(_ given: Given) -> [Conflict] { [] }

  /// The value of every option that determines the result, by name; the key of a stage's fingerprint.
  package var identity: [String: String] {
    let deciding = Self.table.filter { $0.decides && $0.wording.shape != .path }
    return Dictionary(uniqueKeysWithValues: deciding.map { ($0.name, $0.identity(of: self)) })
  }
}

/// An option that contradicts others.
package struct Conflict: Sendable, Equatable {
  /// The name of the option to report.
  package let name: String
  /// The index of the offending text, if the option has several.
  package let index: Int?
  package let reason: String

  init(_ name: String, at index: Int? = nil, _ reason: String) {
    (self.name, self.index, self.reason) = (name, index, reason)
  }
}
