import Stillwater
import TestSupport
import Testing

/// Models of baselines that may hold anomalies.
@Suite struct ContaminatedBaselineTests {
  private static func baseline(in folder: Workdir) throws -> String {
    let rows = (0..<200).map { row in
      row % 40 == 7 ? "9,-9" : "\(Double((row * 37) % 29) / 10),\(Double((row * 11) % 17) / 5)"
    }
    return try folder.write("b.csv", (["a,b"] + rows).joined(separator: "\n") + "\n")
  }

  @Test(arguments: [10_000, 0])
  func aModelThatWasReadAgainScoresTheSame(exemplars: Int) async throws {
    let folder = try Workdir()
    let path = try Self.baseline(in: folder)
    var settings = TrainingSettings()
    (settings.quality, settings.exemplars, settings.contamination) = (.fast, exemplars, 0.03)
    settings.threads = 1
    let detector = try await Detector.train(on: [path], settings).detector
    let again = try Detector(decoding: detector.encoded())
    let scores = try await detector.labelledScores(of: .file(path), ScoringOptions()).scores
    #expect(try await again.labelledScores(of: .file(path), ScoringOptions()).scores == scores)
    settings.threads = 2
    #expect(try await Detector.train(on: [path], settings).detector.encoded() == detector.encoded())
    let strays = scores.indices.filter { $0 % 40 == 7 }.map { scores[$0] }
    let others = scores.indices.filter { $0 % 40 != 7 }.map { scores[$0] }
    #expect((strays.min() ?? 0) > (others.max() ?? 0))
  }

  @Test(arguments: [-0.1, 0.21, .nan])
  func aShareThatMakesNoSenseIsRefused(share: Double) async throws {
    let folder = try Workdir()
    let path = try Self.baseline(in: folder)
    var settings = TrainingSettings()
    settings.contamination = share
    let error = await #expect(throws: StillwaterError.self) {
      try await Detector.train(on: [path], settings).detector
    }
    #expect(error?.kind == .usage)
    #expect(error?.description == "contamination must be 0 to 0.2, got \(share)")
  }
}
