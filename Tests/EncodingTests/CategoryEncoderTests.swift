import Encoding
import TestSupport
import Testing

@Suite struct CategoryEncoderTests {
  private func fit(_ codes: [Int32], _ levels: [String]) throws -> CategoryEncoder {
    try CategoryEncoder.fit(column: "c", codes: codes, levels: levels)
  }

  @Test func levelsKeepTheOrderOfTheirAppearance() throws {
    let encoder = try fit([2, 2, 0, -1, 0, 0], ["b", "unused", "a"])
    #expect(encoder.levels == ["b", "a"] && encoder.rareLevels == [])
    #expect(encoder.featureCount == 4)
    #expect(encoder.features(of: ["a", "b", "c", ""]) == [1, 0, 3, 3])
  }

  /// Frequent levels have a feature of their own, the others share one; ties go by appearance.
  @Test func rareLevelsShareAFeature() throws {
    let levels = (0..<70).map { "l\($0)" }
    // Every third level appears twice.
    let codes = (0..<70).flatMap { (code: Int32) -> [Int32] in
      code % 3 == 0 ? [code, code] : [code]
    }
    let encoder = try fit(codes, levels)
    #expect(encoder.levels.count == CategoryEncoder.mostFeatures)
    #expect(encoder.rareLevels == ["l61", "l62", "l64", "l65", "l67", "l68"])
    #expect(encoder.featureCount == 66)
    #expect(encoder.features(of: ["l61", "l68", "l69", "new"]) == [64, 64, 63, 65])
  }

  @Test func anUnseenLevelLiesFurtherOutThanAnySeenOne() throws {
    let encoder = try fit([0, 1], ["a", "b"])
    let amplitudes = (0..<encoder.featureCount).map { encoder.amplitude(of: $0) }
    #expect(amplitudes == [1, 1, 1, 4])
  }

  /// Swift takes both spellings of the letter for equal; files and models do not.
  @Test func levelsAreComparedByteByByte() throws {
    let encoder = try fit([0, 1, 0], ["\u{E9}", "e\u{301}"])
    #expect(encoder.levels.count == 2)
    #expect(encoder.features(of: ["e\u{301}", "\u{E9}"]) == [1, 0])
    #expect(encoder.features(of: ["\u{C9}"]) == [3])
  }

  @Test func theStrongestFeatureNamesTheLevel() throws {
    let encoder = try fit([0, 1, 2], ["a", "b", "c"])
    #expect(encoder.decode([0.2, 0.9, 0.1, 5, 5]) == "b")
    for (level, name) in encoder.levels.enumerated() {
      var features = [Float](repeating: 0, count: encoder.featureCount)
      features[encoder.features(of: [name])[0]] = encoder.amplitude(of: level)
      #expect(encoder.decode(features[...]) == name)
    }
  }

  @Test func aColumnThatCannotBeOneIsRefused() throws {
    #expect(throws: EncodingError.allMissing(column: "c")) { try fit([-1, -1], ["a"]) }
    #expect(throws: EncodingError.allMissing(column: "c")) { try fit([], []) }
    let many = (0..<1_001).map { "\($0)" }
    #expect(throws: EncodingError.tooManyLevels(column: "c", found: 1_001, most: 1_000)) {
      try fit((0..<1_001).map { Int32($0) }, many)
    }
    #expect(try fit((0..<1_000).map { Int32($0) }, many).rareLevels.count == 936)
  }

  @Test(arguments: [
    (
      EncodingError.tooFewRows(found: 3, needed: 20),
      "found 3 baseline rows, but at least 20 are needed to learn what is normal"
    ),
    (
      .stretchesTooShort(longest: 2, needed: 4),
      "the longest stretch of the series without a gap has 2 rows, but at least 4 are needed for a "
        + "window; look at the time and group columns"
    ),
    (
      .noFeatures,
      "no column is left to learn from: all are ignored, identifiers, labels or times"
    ),
    (
      .allMissing(column: "c"),
      "column c: every cell is missing in the baseline; leave it out with --ignore c"
    ),
    (
      .tooManyLevels(column: "c", found: 1_001, most: 1_000),
      "column c: found 1001 different texts, but at most 1000 are taken as a category; leave it out "
        + "with --ignore c"
    ),
    (.missingColumn("c"), "column c is missing"),
    (
      .wrongKind(column: "c", expected: "numbers"),
      "column c does not hold what the model learned: expected numbers"
    ),
    (
      .tooManyFeatures(found: 20_001, most: 20_000),
      "the columns make 20001 features, but the limit is 20000; leave some out with --ignore"
    ),
  ])
  func refusalsSayWhatToDo(error: EncodingError, sentence: String) {
    #expect("\(error)" == sentence)
  }
}
