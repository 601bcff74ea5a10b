/// What is made from options: a stage, or a part of one.
package protocol Configurable: Sendable {
  /// With the default of every option.
  static var blank: Self { get }
  /// The table of its options.
  static var table: [Setting<Self>] { get }
  /// What contradicts itself among options that are sound each for itself.
  func conflicts(_ given: Given) -> [Conflict]
}

extension Configurable {
  package func conflicts(_ given: Given) -> [Conflict] { [] }

  /// Every option that decides the result, by name.
  package var identity: [String: String] {
    let deciding = Self.table.filter { $0.decides && $0.wording.shape != .path }
    return Dictionary(uniqueKeysWithValues: deciding.map { ($0.name, $0.identity(of: self)) })
  }
}

/// An option that does not go with the others.
package struct Conflict: Sendable, Equatable {
  /// The name of the option that is to blame.
  package let name: String
  /// Which of its texts, if it has several.
  package let index: Int?
  package let reason: String

  init(_ name: String, at index: Int? = nil, _ reason: String) {
    (self.name, self.index, self.reason) = (name, index, reason)
  }
}
