/// The sections of a command's help; raw values are their titles.
package enum HelpPart: String, Sendable, CaseIterable {
  case main = ""
  case csv = "CSV"
  case damagedRows = "Damaged rows"
  case run = "Run"
  case console = "Console"
}

/// The mappings of a pipeline file that hold options.
package enum PipelineSection: Sendable {
  case top, columns, csv, stage
}

/// One option: a command-line flag, an environment variable and a pipeline key at once.
///
/// Its entry in a table is its only definition, from which follow the flag with its help and completion,
/// validation and error messages, the key, and its part in a stage's fingerprint.
package struct Setting<Root: Sendable>: Sendable {
  /// The name in snake_case.
  package let name: String
  /// The pipeline key, in the plural for an option of several texts.
  package let key: String
  /// The short flag; nil for none.
  package let letter: Character?
  /// The description for help texts, one sentence.
  package let sentence: String
  package let wording: Wording
  /// Whether a command requires it.
  package let isRequired: Bool
  /// Whether it determines the result, as the number of threads, for one, does not.
  package let decides: Bool
  /// The section of the help.
  package private(set) var part = HelpPart.main
  /// The pipeline mapping; nil for an option of the command line only.
  package private(set) var section: PipelineSection? = .stage
  /// Whether it is a flag; input files are positional arguments instead.
  package private(set) var isFlag = true

  private let assign: @Sendable (inout Root, [String]) -> Bool
  private let read: @Sendable (Root) -> [String]?

  package init<Value>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ form: Form<Value>,
    _ sentence: String, key: String? = nil, letter: Character? = nil,
    required isRequired: Bool = false, decides: Bool = true
  ) {
    (self.name, self.key, self.letter, self.sentence) = (name, key ?? name, letter, sentence)
    (self.isRequired, self.decides) = (isRequired, decides)
    wording = form.wording
    assign = { root, texts in
      guard let value = form.value(of: texts) else { return false }
      root[keyPath: path] = value
      return true
    }
    read = { form.texts(of: $0[keyPath: path]) }
  }

  /// An option with an optional value; `none` is the text for nil.
  package init<Value>(
    _ name: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ form: Form<Value>,
    none: String? = nil, _ sentence: String, key: String? = nil, decides: Bool = true
  ) {
    self.init(name, path, form.orNil(none), sentence, key: key, decides: decides)
  }

  private init<Part>(_ other: Setting<Part>, _ path: any WritableKeyPath<Root, Part> & Sendable) {
    (name, key, letter) = (other.name, other.key, other.letter)
    (sentence, wording) = (other.sentence, other.wording)
    (isRequired, decides) = (other.isRequired, other.decides)
    (part, section, isFlag) = (other.part, other.section, other.isFlag)
    assign = { other.assign(&$0[keyPath: path], $1) }
    read = { other.read($0[keyPath: path]) }
  }

  /// The same option for a value that contains a `Root`.
  package func at<Whole>(_ path: any WritableKeyPath<Whole, Root> & Sendable) -> Setting<Whole> {
    Setting<Whole>(self, path)
  }

  /// Sets the value; false when the texts are invalid.
  package func set(_ root: inout Root, _ texts: [String]) -> Bool { assign(&root, texts) }

  /// The texts that would set the current value; nil when leaving the option out would.
  package func texts(of root: Root) -> [String]? { read(root) }

  /// An injective encoding of the current value as text.
  package func identity(of root: Root) -> String {
    read(root).map { $0.map { "\($0.utf8.count):\($0)" }.joined() } ?? "none"
  }
}

extension Setting {
  package func shown(under part: HelpPart) -> Setting { with { $0.part = part } }

  package func under(_ section: PipelineSection) -> Setting { with { $0.section = section } }

  /// The same option for the command line only.
  package var flagOnly: Setting { with { $0.section = nil } }

  /// The same option for pipelines only.
  package var keyOnly: Setting { with { $0.isFlag = false } }

  private func with(_ change: (inout Setting) -> Void) -> Setting {
    var setting = self
    change(&setting)
    return setting
  }
}

extension Array {
  /// The options of a part, as options of the whole value.
  package func at<Part, Whole>(_ path: any WritableKeyPath<Whole, Part> & Sendable) -> [Setting<
    Whole
  >]
  where Element == Setting<Part> {
    map { $0.at(path) }
  }
}

/// Concatenates options and tables of options.
@resultBuilder package enum OptionList<Root: Sendable> {
  package static func buildExpression(_ option: Setting<Root>) -> [Setting<Root>] { [option] }
  package static func buildExpression(_ part: [Setting<Root>]) -> [Setting<Root>] { part }
  package static func buildBlock(_ parts: [Setting<Root>]...) -> [Setting<Root>] {
    parts.flatMap { $0 }
  }
}

extension Configurable {
  /// A table of options.
  package static func options(@OptionList<Self> _ list: () -> [Setting<Self>]) -> [Setting<Self>] {
    list()
  }
}
