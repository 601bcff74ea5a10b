import Foundation

/// Feeds bytes to the readers of everything that comes from outside and stops at the first fault.
///
/// `stillwater-fuzz TARGET PATH...` replays files and folders of cases; with `--mutations N` each
/// is followed by N seeded changes of it (`--seed S`). Built with `-DFUZZING` and the sanitizer it
/// is a libFuzzer program: `stillwater-fuzz TARGET [libFuzzer options]`.
@main struct FuzzCommand {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    guard let name = arguments.first, let target = FuzzTarget(rawValue: name) else {
      let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")
      print("usage: stillwater-fuzz \(names) [--mutations N] [--seed S] PATH...")
      exit(64)
    }
    #if FUZZING
      exit(runFuzzer(target))
    #else
      replay(target, Array(arguments.dropFirst()))
    #endif
  }

  private static func replay(_ target: FuzzTarget, _ arguments: [String]) {
    var (paths, mutations, seed, rest) = ([String](), 0, UInt64(1), arguments[...])
    while let argument = rest.popFirst() {
      switch argument {
      case "--mutations": mutations = rest.popFirst().flatMap { Int($0) } ?? 0
      case "--seed": seed = rest.popFirst().flatMap { UInt64($0) } ?? 1
      default: paths.append(argument)
      }
    }
    let cases = paths.flatMap(files).compactMap {
      FileManager.default.contents(atPath: $0).map { Array($0) }
    }
    guard !cases.isEmpty else {
      print("\(paths.joined(separator: ", ")): no cases")
      exit(66)
    }
    for bytes in cases { target.run(bytes) }
    var mutator = Mutator(cases: cases, seed: seed)
    for _ in 0..<mutations { target.run(mutator.next(longest: target.longest)) }
    print("\(target.rawValue): \(cases.count) cases, \(mutations) changes of them, no fault")
  }

  private static func files(_ path: String) -> [String] {
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard exists, isFolder.boolValue else { return [path] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().map { path + "/" + $0 }
  }
}

/// A law that an input has broken: told, then the process stops so that a fuzzer keeps the input.
func broken(_ law: String) -> Never {
  FileHandle.standardError.write(Data("broken law: \(law)\n".utf8))
  abort()
}
