import Foundation
import TestSupport
import Testing

/// The start as users have it: without what `Workdir` sets so that the program need not start itself
/// anew in every test.
@Suite(.slow) struct BareStartTests {
  private static let oldLibrary = DisturbedCalls.compiled("kernels.c")

  /// The kernels that a training names, and how it was started before.
  private func kernels(_ environment: [String: String]) throws -> (name: String, starts: Int) {
    let folder = try Workdir()
    let rows = (0..<60).map { "\($0 * 37 % 10)\n" }.joined()
    try folder.write("b.csv", "x\n" + rows)
    var environment = environment
    environment["START_LOG"] = folder.file("starts")
    let run = try folder.runBare(
      ["train", "b.csv", "--model", "m", "--quality", "fast", "--verbose"], environment)
    #expect(run.code == 0, "\(run.errors)")
    let lines = run.errors.split(separator: "\n")
    let name = try #require(lines.first { $0.hasPrefix("BLAS kernels: ") })
    let starts = folder.exists("starts") ? try folder.read("starts").count : 0
    return (String(name.dropFirst("BLAS kernels: ".count)), starts)
  }

  @Test func isAsFastAsOneThatIsToldTheKernels() throws {
    let told = try kernels(Workdir.environment).name
    #expect(try kernels([:]).name == told)
  }

  @Test(
    .enabled(if: oldLibrary != nil, "needs Linux and a C compiler"),
    .enabled(if: Processor.hasAVX2, "needs AVX2"))
  func kernelsOfAnOlderProcessorAreReplacedByOneStartMore() throws {
    let preload = ["LD_PRELOAD": try #require(Self.oldLibrary)]
    let (name, starts) = try kernels(preload)
    #expect(["Haswell", "SkylakeX"].contains(name) && starts == 2, "\(name), \(starts) starts")
    // Whoever knows better is believed.
    let told = try kernels(preload.merging(["OPENBLAS_CORETYPE": "Nehalem"]) { $1 })
    #expect(told.name == "Nehalem" && told.starts == 1)
  }
}

/// What the processor can do, as the system tells it.
private enum Processor {
  static let hasAVX2: Bool = {
    let data = FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data()
    return String(decoding: data, as: UTF8.self).contains(" avx2 ")
  }()
}
