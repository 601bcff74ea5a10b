import ArgumentParser
import Options

/// The options of one section of a table as command-line flags, with the texts given for them.
///
/// The argument parser discovers a type's arguments by reflecting on its property wrappers. The custom
/// mirror shows it one for each option of the table.
struct Flags<Root: Configurable, Part: HelpTitle>: ParsableArguments, CustomReflectable {
  /// The texts of each option that was given, by name.
  private(set) var texts: [String: [String]] = [:]

  private static var options: [Setting<Root>] {
    Root.table.filter { $0.isFlag && $0.part == Part.part }
  }

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: OptionKey.self)
    for option in Self.options {
      texts[option.name] = try container.texts(of: option)
    }
  }

  var customMirror: Mirror {
    Mirror(self, children: Self.options.map { ("_" + $0.name, $0.argument) })
  }
}

/// A section of a command's help as a type, so that it can be a generic parameter.
protocol HelpTitle {
  static var part: HelpPart { get }
}

enum MainPart: HelpTitle { static let part = HelpPart.main }
enum CSVPart: HelpTitle { static let part = HelpPart.csv }
enum DamagedRowsPart: HelpTitle { static let part = HelpPart.damagedRows }
enum RunPart: HelpTitle { static let part = HelpPart.run }
enum ConsolePart: HelpTitle { static let part = HelpPart.console }

/// The name of an option as a decoding key.
struct OptionKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<OptionKey> {
  /// The texts given for an option; nil without any.
  fileprivate func texts<Root>(of option: Setting<Root>) throws -> [String]? {
    let key = OptionKey(stringValue: option.name)
    switch option.wording.shape {
    case .flag: return try decode(Flag<Bool>.self, forKey: key).wrappedValue ? ["true"] : nil
    case .many:
      let texts = try decode(Option<[String]>.self, forKey: key).wrappedValue
      return texts.isEmpty ? nil : texts
    case .one, .path:
      guard !option.isRequired else {
        return [try decode(Option<String>.self, forKey: key).wrappedValue]
      }
      return try decode(Option<String?>.self, forKey: key).wrappedValue.map { [$0] }
    }
  }
}

extension Setting where Root: Configurable {
  /// The option as a property wrapper of the argument parser.
  ///
  /// Parsed unconditionally, so that a value may begin with a dash, such as -9999.
  fileprivate var argument: Any {
    let long = NameSpecification.Element.customLong(name.replacing("_", with: "-"))
    let names = NameSpecification([long] + (letter.map { [.customShort($0)] } ?? []))
    switch wording.shape {
    case .flag: return Flag(wrappedValue: false, name: names, help: help)
    case .many:
      return Option<[String]>(
        wrappedValue: [], name: names, parsing: .unconditionalSingleValue, help: help,
        completion: completion,
        transform: checked)
    case .one, .path:
      guard isRequired else {
        return Option<String?>(
          name: names, parsing: .unconditional, help: help, completion: completion,
          transform: checked)
      }
      guard let standard = textsOfEnvironment?.first else {
        return Option<String>(
          name: names, parsing: .unconditional, help: help, completion: completion,
          transform: checked)
      }
      return Option<String>(
        wrappedValue: standard, name: names, parsing: .unconditional, help: help,
        completion: completion, transform: checked)
    }
  }

  private var help: ArgumentHelp {
    let standard = wording.shape == .flag ? nil : texts(of: .blank)
    let facts = [
      wording.choices.isEmpty ? nil : "values: " + wording.choices.joined(separator: ", "),
      standard.map { "default: " + $0.joined(separator: ", ") },
    ].compactMap { $0 }
    let added = facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))"
    return ArgumentHelp(stringLiteral: sentence + added).naming(wording.valueName)
  }

  private var completion: CompletionKind? {
    if wording.shape == .path { return .file() }
    return wording.choices.isEmpty ? nil : .list(wording.choices)
  }

  /// Validates a text; refuses invalid values, and another flag where a value was expected.
  private var checked: @Sendable (String) throws -> String {
    { text in
      var root = Root.blank
      let isOption = Root.table.contains { OptionSource.flag.spelled($0.name) == text }
      guard !isOption, set(&root, [text]) else { throw fault([text], .flag) }
      return text
    }
  }
}

extension ArgumentHelp {
  fileprivate func naming(_ value: String) -> ArgumentHelp {
    var help = self
    help.valueName = value.isEmpty ? nil : value
    return help
  }
}
