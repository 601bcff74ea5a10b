import Foundation

let usage = "usage: generate OUTPUT_FOLDER [--seed N] | generate --check FOLDER\n"

/// Runs one of the two forms of the command; false when the arguments are neither.
func run(_ arguments: [String]) throws -> Bool {
  switch arguments.count {
  case 2 where arguments[0] == "--check":
    try check(arguments[1])
  case 1 where !arguments[0].hasPrefix("-"):
    try generate(into: arguments[0], seed: 1)
  case 3 where arguments[1] == "--seed":
    guard let seed = UInt64(arguments[2]) else { return false }
    try generate(into: arguments[0], seed: seed)
  default: return false
  }
  return true
}

/// Writes the three sets.
func generate(into folder: String, seed: UInt64) throws {
  let spreads = try writeSensors(to: folder, seed: seed)
  try writeFleet(to: folder, seed: seed, spreads: spreads)
  try writePayments(to: folder, seed: seed)
}

do {
  if try !run(Array(CommandLine.arguments.dropFirst())) {
    FileHandle.standardError.write(Data(usage.utf8))
    exit(64)
  }
} catch {
  FileHandle.standardError.write(Data("generate: \(error.localizedDescription)\n".utf8))
  exit(1)
}
