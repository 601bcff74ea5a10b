import Stillwater

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where an option is given; in case of doubt the first counts.
package enum OptionSource: Sendable, Equatable {
  case flag, variable, key

  /// The option, with a value if there is one, as it is written there.
  package func spelled(_ name: String, _ value: String? = nil) -> String {
    switch self {
    case .flag: "--" + name.replacing("_", with: "-") + (value.map { " " + $0 } ?? "")
    case .variable: "STILLWATER_" + name.uppercased() + (value.map { "=" + $0 } ?? "")
    case .key: name + (value.map { ": " + $0 } ?? "")
    }
  }
}

/// Which options were given, and where.
package struct Given: Sendable {
  private let front: OptionSource
  private var sources: [String: OptionSource] = [:]

  /// * `front`: how an option is spelled that was not given.
  package init(front: OptionSource) { self.front = front }

  package func has(_ name: String) -> Bool { sources[name] != nil }

  /// An option, with a value if there is one, as it was given or could be.
  package func spelled(_ name: String, _ value: String? = nil) -> String {
    (sources[name] ?? front).spelled(name, value)
  }

  /// A column whose option is given twice, in words.
  func role(_ name: String) -> String {
    isKey(name) ? "under " + spelled(name) : "by " + spelled(name)
  }

  func isKey(_ name: String) -> Bool { (sources[name] ?? front) == .key }

  /// A conflict for an option that has nothing to decide beside another one.
  func idle(_ name: String, beside other: String) -> Conflict? {
    guard has(name) else { return nil }
    return Conflict(
      name, "\(spelled(name)) has no effect beside \(spelled(other)); remove one of them")
  }

  /// Notes that an option is given.
  package mutating func add(_ name: String, _ source: OptionSource) { sources[name] = source }
}

/// Why the texts of an option are none of its.
package struct OptionFault: Error, Equatable, CustomStringConvertible {
  package let description: String
}

extension Setting {
  /// What is wrong with texts; nil when they are sound.
  ///
  /// * `found`: what stands there in words; nil leaves that out.
  package func fault(
    _ texts: [String], _ source: OptionSource, found: String? = nil
  ) -> OptionFault {
    let option = source == .key ? key : source.spelled(name)
    let found = found.map { ", found " + $0 } ?? ""
    let advice = suggestion(for: texts.last ?? "", among: wording.choices)
    return OptionFault(
      description: "\(option) must be \(wording.expected)\(found)\(advice)")
  }

  /// The texts that the environment holds; those of an option that takes several stand between commas.
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
