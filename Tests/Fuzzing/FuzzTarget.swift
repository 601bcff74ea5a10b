import Ingestion
import Pipelines

/// What is fed with bytes.
enum FuzzTarget: String, CaseIterable {
  case number, time, csv, model, pipeline

  /// The longest case that makes sense, in bytes.
  var longest: Int {
    switch self {
    case .number, .time: 64
    case .csv: 512
    case .model: 16_384
    case .pipeline: 2_048
    }
  }

  /// Runs one case; a broken law stops the process.
  func run(_ bytes: [UInt8]) {
    switch self {
    case .number: checkNumber(bytes)
    case .time: checkTime(bytes)
    case .csv: checkTable(bytes)
    case .model: checkModel(bytes)
    case .pipeline: checkPipeline(bytes)
    }
  }
}

/// A number is what the grammar of rule R8 says, with the value that the standard library gives it.
func checkNumber(_ bytes: [UInt8]) {
  for decimal in CSVDialect.Decimal.allCases {
    let found = NumberReader(decimal: decimal.byte).read(bytes[...])
    let expected = plainReading(bytes, decimal: decimal.byte)
    guard same(found, expected) else { broken("\(bytes) reads as \(found), expected \(expected)") }
  }
}

private func same(_ a: NumberReader.Reading, _ b: NumberReader.Reading) -> Bool {
  if case (.number(let a), .number(let b)) = (a, b) { return a.bitPattern == b.bitPattern }
  return a == b
}

/// The slow twin of the number reader.
private func plainReading(_ cell: [UInt8], decimal: UInt8) -> NumberReader.Reading {
  let blanks: [UInt8] = [0x20, 0x09]
  var text = cell.drop { blanks.contains($0) }
  while let last = text.last, blanks.contains(last) { text.removeLast() }
  guard !text.isEmpty else { return .empty }
  func digits() -> [UInt8] {
    let run = text.prefix { (0x30...0x39).contains($0) }
    text = text[run.endIndex...]
    return Array(run)
  }
  func take(_ signs: [UInt8]) -> [UInt8] {
    guard let first = text.first, signs.contains(first) else { return [] }
    text = text.dropFirst()
    return [first]
  }
  let sign = take([0x2B, 0x2D])
  let whole = digits()
  let fraction = take([decimal]).isEmpty ? [] : digits()
  guard !(whole + fraction).isEmpty else { return .malformed }
  var exponent: [UInt8] = []
  if !take([0x65, 0x45]).isEmpty {
    exponent = [0x65] + take([0x2B, 0x2D])
    let power = digits()
    guard !power.isEmpty else { return .malformed }
    exponent += power
  }
  guard text.isEmpty else { return .malformed }
  let plain = sign + [0x30] + whole + [0x2E] + fraction + [0x30] + exponent
  guard let value = Double(String(decoding: plain, as: UTF8.self)) else { return .malformed }
  return value.isFinite ? .number(value) : .tooLarge
}

/// A time does not change with blanks round it, and whole seconds are scaled exactly.
func checkTime(_ bytes: [UInt8]) {
  for unit in TimeUnit.allCases {
    let reader = TimeReader(unit: unit)
    let found = reader.read(bytes[...])
    guard reader.read(([0x20] + bytes + [0x09])[...]) == found else {
      broken("\(bytes) reads otherwise with blanks round it")
    }
    guard bytes.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int64(String(decoding: bytes, as: UTF8.self))
    else { continue }
    let (time, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
    guard found == (overflow ? .outOfRange : .time(time, hasZone: true)) else {
      broken("\(bytes) in \(unit) reads as \(found)")
    }
  }
}

/// A pipeline file is taken or refused with a place.
func checkPipeline(_ bytes: [UInt8]) {
  guard let text = String(validating: bytes, as: UTF8.self) else { return }
  do throws(PipelineError) {
    let pipeline = try Pipeline(parsing: text, path: "/nowhere/p.yaml")
    _ = PipelineRun(pipeline).plan()
  } catch {
    guard error.description.hasPrefix("/nowhere/p.yaml:") else { broken(error.description) }
  }
}
