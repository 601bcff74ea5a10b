/// Where an option stands in the help of a command.
package enum HelpPart: String, Sendable, CaseIterable {
  case main = ""
  case csv = "CSV"
  case damagedRows = "Damaged rows"
  case run = "Run"
  case console = "Console"
}

/// Which mapping of a pipeline file holds a key.
package enum PipelineSection: Sendable {
  case top, columns, csv, stage
}

/// One option: a flag of the command line, a variable of the environment and a key of a pipeline.
///
/// The entry in a table of options is all there is of it: from it come the flag with its help, what its
/// text may be and how it is refused, the key, and its part in the fingerprint of a stage.
package struct Setting<Root: Sendable>: Sendable {
  /// In snake_case, as keys of pipelines are.
  package let name: String
  /// The key of pipelines, where several texts make it a plural.
  package let key: String
  /// One letter for the command line.
  package let letter: Character?
  /// What it does, in one sentence.
  package let sentence: String
  package let wording: Wording
  /// Whether a command cannot do without.
  package let isRequired: Bool
  /// Whether it decides the result, and not only how it is come by.
  package let decides: Bool
  package private(set) var part = HelpPart.main
  /// nil for an option of the command line alone.
  package private(set) var section: PipelineSection? = .stage
  /// Whether the command line has it; a command takes its files by place.
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

  /// An option that may be left out; `none` is the word that says so where it is given.
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

  /// The same option of a value that has `Root` as one of its parts.
  package func at<Whole>(_ path: any WritableKeyPath<Whole, Root> & Sendable) -> Setting<Whole> {
    Setting<Whole>(self, path)
  }

  /// Sets the value; false when the texts are none of its.
  package func set(_ root: inout Root, _ texts: [String]) -> Bool { assign(&root, texts) }

  /// The texts that give the value it has; nil when it has none.
  package func texts(of root: Root) -> [String]? { read(root) }

  /// Its value as one text that no other value has.
  package func identity(of root: Root) -> String {
    read(root).map { $0.map { "\($0.utf8.count):\($0)" }.joined() } ?? "none"
  }
}

extension Setting {
  package func shown(under part: HelpPart) -> Setting { with { $0.part = part } }

  package func under(_ section: PipelineSection) -> Setting { with { $0.section = section } }

  /// An option of the command line alone.
  package var flagOnly: Setting { with { $0.section = nil } }

  /// A key of pipelines alone.
  package var keyOnly: Setting { with { $0.isFlag = false } }

  private func with(_ change: (inout Setting) -> Void) -> Setting {
    var setting = self
    change(&setting)
    return setting
  }
}

extension Array {
  /// The options of a part, as options of the whole.
  package func at<Part, Whole>(_ path: any WritableKeyPath<Whole, Part> & Sendable) -> [Setting<
    Whole
  >]
  where Element == Setting<Part> {
    map { $0.at(path) }
  }
}

/// Lists options, and those of whole parts, one after the other.
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
