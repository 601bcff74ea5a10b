import Stillwater

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where an option was given, in the order of precedence.
package enum OptionSource: Sendable, Equatable {
  case flag, variable, key

  /// The option as spelled there, with a value if one is given.
  package func spelled(_ name: String, _ value: String? = nil) -> String {
    switch self {
    case .flag: "--" + name.replacing("_", with: "-") + (value.map { " " + $0 } ?? "")
    case .variable: "STILLWATER_" + name.uppercased() + (value.map { "=" + $0 } ?? "")
    case .key: name + (value.map { ": " + $0 } ?? "")
    }
  }
}

/// The options that were given, and where.
package struct Given: Sendable {
  private let front: OptionSource
  private var sources: [String: OptionSource] = [:]

  /// * `front`: the spelling of options that were not given.
  package init(front: OptionSource) { self.front = front }

  package func has(_ name: String) -> Bool { sources[name] != nil }

  /// An option as it was given, or could be, with a value if one is passed.
  package func spelled(_ name: String, _ value: String? = nil) -> String {
    (sources[name] ?? front).spelled(name, value)
  }

  /// The phrase for how a column got a role: `by --time`, `under time`.
  func role(_ name: String) -> String {
    isKey(name) ? "under " + spelled(name) : "by " + spelled(name)
  }

  func isKey(_ name: String) -> Bool { (sources[name] ?? front) == .key }

  /// The conflict of an option that has no effect beside another one; nil when it was not given.
  func idle(_ name: String, beside other: String) -> Conflict? {
    guard has(name) else { return nil }
    return Conflict(
      name, "\(spelled(name)) has no effect beside \(spelled(other)); remove one of them")
  }

  /// Records that an option was given.
  package mutating func add(_ name: String, _ source: OptionSource) { sources[name] = source }
}

/// The message for invalid texts of an option.
package struct OptionFault: Error, Equatable, CustomStringConvertible {
  package let description: String
}

extension Setting {
  /// The message for invalid texts, with the nearest choice if there is one.
  ///
  /// * `found`: a description of what was found; nil leaves it out.
  package func fault(
    _ texts: [String], _ source: OptionSource, found: String? = nil
  ) -> OptionFault {
    let option = source == .key ? key : source.spelled(name)
    let found = found.map { ", found " + $0 } ?? ""
    let advice = suggestion(for: texts.last ?? "", among: wording.choices)
    return OptionFault(
      description: "\(option) must be \(wording.expected)\(found)\(advice)")
  }

  /// The texts in the environment, separated by commas for an option that takes several; nil if unset.
  package var textsOfEnvironment: [String]? {
    guard let text = ProcessInfo.processInfo.environment[OptionSource.variable.spelled(name)],
      !text.isEmpty
    else { return nil }
    switch wording.shape {
    case .many: return text.split(separator: ",").map { String($0) }
    case .flag: return [["1": "true", "0": "false"][text] ?? text]
    case .one, .path: return [text]
    }
  }
}
