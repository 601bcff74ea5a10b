import Foundation
import Ingestion
import ModelFile
import Stillwater
import TestSupport
import Testing

/// Whole models as training writes them, tampered with.
@Suite(.slow) struct WholeModelAttackTests {
  enum Kind: String, CaseIterable {
    case table, network, series, seriesNetwork, oneChannel

    /// Every so many of the forgeries: the larger files take longer and show as much.
    var stride: Int {
      switch self {
      case .table: 1
      case .series: 2
      case .network: 5
      case .seriesNetwork, .oneChannel: 10
      }
    }
  }

  /// The bytes of a model.
  private static func model(_ kind: Kind) async throws -> [UInt8] { try await models(kind).get() }

  private static let models = Shared<Kind, Result<[UInt8], any Error>> { kind in
    do { return .success(try await trained(kind)) } catch { return .failure(error) }
  }

  private static func trained(_ kind: Kind) async throws -> [UInt8] {
    let folder = try Workdir()
    let rows = (0..<30).map { row in
      "\(row * 60),\(Double((row * 37) % 29) / 10),\(Double((row * 11) % 7)),\(row % 3 > 0 ? "up" : "down")"
    }
    let path = try folder.write("b.csv", (["t,a,b,side"] + rows).joined(separator: "\n") + "\n")
    var settings = TrainingSettings()
    settings.quality = kind == .table || kind == .series ? .fast : .balanced
    settings.contamination = kind == .table ? 0.1 : 0
    if kind == .table || kind == .network {
      settings.columns.ignored = ["t"]
    } else {
      settings.columns.time = "t"
    }
    if kind == .oneChannel { settings.columns.ignored = ["b", "side"] }
    return try await Detector.train(on: [path], settings).detector.encoded()
  }

  /// The model in these bytes, or nil when it is refused with a reason.
  private static func decoded(_ file: [UInt8]) -> Detector? {
    do throws(ModelFileError) { return try Detector(decoding: file) } catch {
      #expect(!error.description.isEmpty)
      return nil
    }
  }

  private static func isRefused(_ file: [UInt8]) -> Bool { decoded(file) == nil }

  @Test(arguments: Kind.allCases)
  func modelCutAnywhereInItsHeaderIsRefused(kind: Kind) async throws {
    let model = try await Self.model(kind)
    let header = 8 + ForgedModel.headerLength(model)
    let payload = stride(from: header, to: model.count, by: max(1, model.count / 300))
    for length in Array(0...header) + Array(payload) {
      #expect(Self.isRefused(Array(model[..<length])), "\(length) bytes")
    }
  }

  @Test func everyFlippedBitOfAHeaderIsRefused() async throws {
    let model = try await Self.model(.table)
    for index in 0..<8 + ForgedModel.headerLength(model) {
      for bit in 0..<8 {
        var file = model
        file[index] ^= 1 << UInt8(bit)
        #expect(Self.isRefused(file), "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test(arguments: Kind.allCases)
  func flippedBitsOfThePayloadAreRefused(kind: Kind) async throws {
    let model = try await Self.model(kind)
    let start = 8 + ForgedModel.headerLength(model)
    for attack in 0..<200 {
      var file = model
      file[start + (attack * 7_919) % (model.count - start)] ^= 1 << UInt8(attack % 8)
      #expect(Self.isRefused(file), "\(attack)")
    }
  }

  @Test func takenApartAndSealedAgainItIsTheSame() async throws {
    for kind in Kind.allCases {
      let model = try await Self.model(kind)
      #expect(try ForgedModel(model).sealed() == model)
    }
  }

  /// What a forgery that was accepted must still do: score plain, huge, missing and unknown cells.
  private static let rows = "t,a,b,side\n1,1,2,up\n2,-2.5,1e9,down\n3,1e300,-1e300,\n4,,NA,x\n"

  private static func attacks(_ kind: Kind) async throws -> [ModelAttack] {
    let model = try ForgedModel(await model(kind))
    // What networks and more views add to a table; the rest of it was attacked with the other one.
    let parts: [String]? =
      switch kind {
      case .table, .series: nil
      case .network: ["scorer", "network", "noise_level", "prototypes", "view.1", "filter"]
      case .seriesNetwork: ["scorer", "window.0"]
      case .oneChannel: ["scorer", "network", "forecast.0"]
      }
    return ModelAttacks(model: model, parts: parts).all
  }

  /// Eight tests, so that they share the processors; each takes every eighth of the forgeries.
  @Test(arguments: 0..<8)
  func forgeriesUnderRightChecksumsAreRefusedOrScoreSoundly(part: Int) async throws {
    let folder = try Workdir()
    let path = try folder.write("rows.csv", Self.rows)
    var (refused, accepted) = (0, 0)
    for kind in Kind.allCases {
      let attacks = try await Self.attacks(kind)
      for number in stride(from: part * kind.stride, to: attacks.count, by: 8 * kind.stride) {
        let (attack, file) = (attacks[number], attacks[number].file())
        let start = ContinuousClock.now
        let detector = Self.decoded(file)
        // Only what waits for no other test is timed.
        #expect(ContinuousClock.now - start < .seconds(5), "\(kind) \(attack.what())")
        guard let detector else {
          refused += 1
          continue
        }
        accepted += 1
        let isSound = await Self.scoresSoundly(detector, path)
        #expect(isSound, "\(kind) \(attack.what())")
      }
    }
    #expect(refused >= 600 && accepted >= 60, "\(refused) refused, \(accepted) accepted")
  }

  /// Neighbours found in the first view are looked up in the others.
  @Test(arguments: [-1, 1])
  func viewsOfDifferentRowsAreRefused(change: Int) async throws {
    var model = try ForgedModel(await Self.model(.network))
    for index in model.entries.indices where model.entries[index].name.hasPrefix("view.1.") {
      let sides = model.entries[index].shape.dropFirst().dropLast().split(separator: ",")
      let shape = sides.compactMap { Int($0) }
      let row = 4 * shape.dropFirst().reduce(1, *)
      let bytes = Array(model.payload[model.entries[index].range])
      model.replace(
        index, with: change < 0 ? Array(bytes.dropLast(row)) : bytes + bytes.prefix(row))
      model.entries[index].shape = ForgedModel.list([shape[0] + change] + shape.dropFirst())
    }
    #expect(Self.isRefused(model.sealed()))
  }

  /// A forecast of nothing has no last point.
  @Test func forecastsThatHideNothingAreRefused() async throws {
    var model = try ForgedModel(await Self.model(.series))
    let scorer = try #require(model.metadata["scorer"])
    let forged = scorer.replacingOccurrences(of: #""hidden":1"#, with: #""hidden":0"#)
    #expect(forged != scorer)
    model.metadata["scorer"] = forged
    var widened = 0
    for index in model.entries.indices where model.entries[index].name.hasSuffix(".estimator") {
      let shape = model.entries[index].shape.dropFirst().dropLast().split(separator: ",")
        .compactMap { Int($0) }
      guard shape[0] == shape[1] - 1 else { continue }
      let bytes = Array(model.payload[model.entries[index].range])
      model.replace(index, with: bytes + [UInt8](repeating: 0, count: 4 * shape[1]))
      model.entries[index].shape = ForgedModel.list([shape[1], shape[1]])
      widened += 1
    }
    #expect(widened == 2 && Self.isRefused(model.sealed()))
  }

  /// Whether all rows get a finite score and a p-value, or the file is refused.
  private static func scoresSoundly(_ detector: Detector, _ path: String) async -> Bool {
    var options = ScoringOptions()
    (options.threads, options.explains, options.badRows) = (1, true, .quarantine(maximum: nil))
    var isSound = true
    _ = try? await detector.scoreRows(of: .file(path), options) { scored in
      isSound =
        isSound
        && scored.rows.allSatisfy { row in
          row.score.isFinite && row.pValue > 0 && row.pValue <= 1
            && !row.expected.contains { $0 == "nan" || $0.hasSuffix("inf") }
        }
    }
    return isSound
  }

  @Test func programTellsWhyItRefuses() async throws {
    let folder = try Workdir()
    try folder.write("rows.csv", Self.rows)
    var told = 0
    for kind in Kind.allCases {
      let attacks = try await Self.attacks(kind)
      for number in stride(from: 0, to: attacks.count, by: attacks.count / 20) {
        let (attack, file) = (attacks[number], attacks[number].file())
        guard Self.isRefused(file) else { continue }
        try folder.writeBytes("forged", file)
        let run = try folder.run("score", "rows.csv", "--model", "forged", "--output", "out.csv")
        #expect(run.code == 65, "\(kind) \(attack.what()): \(run)")
        #expect(run.errors.hasPrefix("stillwater: error: forged: "), "\(attack.what()): \(run)")
        #expect(!folder.exists("out.csv"))
        told += 1
      }
    }
    #expect(told >= 20, "\(told)")
  }
}
