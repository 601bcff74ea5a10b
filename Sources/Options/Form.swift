package import Stillwater

/// How an option is given, and what its text may be.
package struct Wording: Sendable, Equatable {
  package enum Shape: Sendable { case flag, one, many, path }

  package var shape: Shape
  /// What the text must be, as in "must be a whole number from 1 to 1024".
  package var expected: String
  /// The words to choose from.
  package var choices: [String] = []
  /// What stands for the value in help texts; empty for the option's own name.
  package var valueName: String
}

/// How the text of an option becomes a value and back.
package struct Form<Value: Sendable>: Sendable {
  var wording: Wording
  private let parse: @Sendable ([String]) -> Value?
  private let texts: @Sendable (Value) -> [String]?

  init(
    _ wording: Wording, parse: @escaping @Sendable ([String]) -> Value?,
    texts: @escaping @Sendable (Value) -> [String]?
  ) {
    (self.wording, self.parse, self.texts) = (wording, parse, texts)
  }

  init(
    _ shape: Wording.Shape, _ expected: String, choices: [String] = [], valueName: String,
    parse: @escaping @Sendable ([String]) -> Value?,
    texts: @escaping @Sendable (Value) -> [String]?
  ) {
    self.init(
      Wording(shape: shape, expected: expected, choices: choices, valueName: valueName),
      parse: parse, texts: texts)
  }

  /// A form of one text, the last one that was given.
  init(
    _ expected: String, choices: [String] = [], valueName: String,
    one parse: @escaping @Sendable (String) -> Value?, text: @escaping @Sendable (Value) -> String
  ) {
    self.init(.one, expected, choices: choices, valueName: valueName) {
      $0.last.flatMap(parse)
    } texts: {
      [text($0)]
    }
  }

  /// The value of the texts that were given; nil when they are none of its texts.
  package func value(of texts: [String]) -> Value? { parse(texts) }

  /// The texts that give the value; nil when it is that of an option that is left out.
  package func texts(of value: Value) -> [String]? { texts(value) }

  /// The same form under another name of its value.
  package func named(_ valueName: String) -> Form {
    var form = self
    form.wording.valueName = valueName
    return form
  }

  /// The same form with a value that help texts do not name as the default.
  func silent(about value: Value) -> Form where Value: Equatable {
    let texts = texts
    return Form(wording, parse: parse) { $0 == value ? nil : texts($0) }
  }

  /// The same form with a word for one value.
  func or(_ word: String, for value: Value) -> Form where Value: Equatable {
    let (parse, texts) = (parse, texts)
    return Form(named(wording.valueName + "|" + word).wording) {
      $0.last == word ? value : parse($0)
    } texts: {
      $0 == value ? [word] : texts($0)
    }
  }

  /// The same form for an option that may be left out; `word` says so where it is given.
  func orNil(_ word: String?) -> Form<Value?> {
    let (parse, texts) = (parse, texts)
    let form = word.map { named(wording.valueName + "|" + $0) } ?? self
    return Form<Value?>(form.wording) {
      if let word, $0.last == word { return .some(nil) }
      return parse($0).map { .some($0) }
    } texts: {
      $0.flatMap(texts) ?? word.map { [$0] }
    }
  }
}

extension Form<Bool> {
  /// On where it is named.
  package static let flag = Form(.flag, "true or false", valueName: "") {
    ["true": true, "false": false][$0.last ?? ""]
  } texts: {
    $0 ? ["true"] : nil
  }
}

extension Form where Value: Equatable {
  /// One of two values, the second where it is named.
  package static func flag(off: Value, on: Value) -> Form {
    Form(.flag, "true or false", valueName: "") {
      Form<Bool>.flag.value(of: $0).map { $0 ? on : off }
    } texts: {
      $0 == on ? ["true"] : nil
    }
  }
}

extension Form where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the words of an enumeration; help texts name those that are `told`, or all.
  package static func choice(_ told: [Value] = Array(Value.allCases)) -> Form {
    let (words, all) = (told.map(\.rawValue), Value.allCases.map(\.rawValue))
    return Form(
      "one of " + all.joined(separator: ", "), choices: words, valueName: "",
      one: { Value(rawValue: $0) }, text: \.rawValue)
  }

  package static var choice: Form { choice() }
}

extension Form where Value: FixedWidthInteger {
  /// A whole number; a range up to the largest one has no upper bound in words.
  package static func whole(_ range: ClosedRange<Value>) -> Form {
    let bounds =
      range.upperBound >= Int.max
      ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
    return Form("a whole number \(bounds)", valueName: "n") { text in
      Value(text).flatMap { range.contains($0) ? $0 : nil }
    } text: {
      "\($0)"
    }
  }
}

extension Form<Double> {
  /// A decimal number.
  package static func number(_ range: ClosedRange<Double>, valueName: String = "x") -> Form {
    let (low, high) = (plain(range.lowerBound), plain(range.upperBound))
    return Form("a number from \(low) to \(high)", valueName: valueName) { text in
      decimal(text).flatMap { range.contains($0) ? $0 : nil }
    } text: {
      plain($0)
    }
  }
}

extension Form<Float> {
  /// Any decimal number that a score can be compared with.
  package static func score(valueName: String = "score") -> Form {
    Form("a finite number", valueName: valueName) { text in
      decimal(text).map { Float($0) }.flatMap { $0.isFinite ? $0 : nil }
    } text: {
      "\($0)"
    }
  }
}

extension Form<Int> {
  /// A number of tasks; that of the processors goes without saying.
  package static let threads = whole(TrainingSettings.threadCounts).silent(about: defaultThreads)

  /// A number of bytes, with K, M or G for powers of 1024; from 1 MiB on.
  package static let size = Form("a size from 1M on, such as 512M or 4G", valueName: "size") {
    text in
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = text.last.flatMap { units[$0] }
    guard let number = Int(unit == nil ? text : String(text.dropLast())) else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
    return overflow || bytes < 1 << 20 ? nil : bytes
  } text: {
    "\($0)"
  }
}

extension Form<String> {
  /// A text that is not empty; the value of an option that is left out may be.
  package static func text(_ valueName: String) -> Form {
    Form(.one, "a text", valueName: valueName) {
      $0.last.flatMap { $0.isEmpty ? nil : $0 }
    } texts: {
      $0.isEmpty ? nil : [$0]
    }
  }

  package static let column = Form.text("column")

  /// The name of a file or folder.
  package static let path = Form(.path, "a text", valueName: "path") {
    $0.last.flatMap { $0.isEmpty ? nil : $0 }
  } texts: {
    $0.isEmpty ? nil : [$0]
  }
}

extension Form<[String]> {
  /// Any number of texts, none of them empty.
  package static func texts(_ valueName: String) -> Form {
    Form(.many, "a text or a list of texts", valueName: valueName) {
      $0.contains("") ? nil : $0
    } texts: {
      $0.isEmpty ? nil : $0
    }
  }

  /// Names of files and folders.
  package static let paths = Form(.path, "a text or a list of texts", valueName: "path") {
    $0.contains("") ? nil : $0
  } texts: {
    $0.isEmpty ? nil : $0
  }
}

extension Form<AlarmPlan> {
  /// Rates of alarms, one of them without a name.
  package static let alarms = Form(
    .many, "N/day, N/week, N/month or N/10000rows, or that with a name, as page=1/month",
    valueName: "n/unit"
  ) {
    AlarmPlan($0)
  } texts: {
    $0.texts.isEmpty ? nil : $0.texts
  }
}

extension Form<Span> {
  /// A number of rows or a time.
  package static let span = Form(
    "a number of rows, or a time such as 90s, 30m, 12h or 7d", valueName: "rows|time",
    one: { Span($0) }, text: \.text)
}

extension Form<AlarmChoice> {
  package static let alarmChoice = Form(
    "N/day, N/week, N/month or N/10000rows, or a name that the model has",
    valueName: "n/unit|name", one: { AlarmChoice($0) }, text: \.text)
}

/// Sign, digits, point and exponent, and nothing of the other forms that Double takes.
private func decimal(_ text: String) -> Double? {
  let isPlain = text.utf8.allSatisfy {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "+-.eE".utf8.contains($0)
  }
  return isPlain ? Double(text) : nil
}

/// A number as people write it: `0.5`, `1e-9`, `0`.
private func plain(_ number: Double) -> String {
  let text = "\(number)"
  let whole = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  return whole.replacing("e-0", with: "e-")
}
