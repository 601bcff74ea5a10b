import Files
import Foundation
import ModelFile
import Testing

@Suite struct ModelFileAttackTests {
  let small: [UInt8]

  init() throws { small = try ModelFileTests.small.encoded() }

  @Test func fileCutAnywhereIsRefused() {
    for length in small.indices {
      #expect(throws: ModelFileError.self, "\(length)") {
        try TensorFile(decoding: Array(small[..<length]))
      }
    }
  }

  @Test func fileWithMoreBehindItIsRefused() {
    #expect(
      throws: ModelFileError.wrongLength(found: small.count + 1, expected: small.count)
    ) { try TensorFile(decoding: small + [0]) }
  }

  @Test func everyFlippedBitIsNoticed() {
    for index in small.indices {
      for bit in 0..<8 {
        var bytes = small
        bytes[index] ^= 1 << UInt8(bit)
        #expect(throws: ModelFileError.self, "byte \(index), bit \(bit)") {
          try TensorFile(decoding: bytes)
        }
      }
    }
  }

  /// Whatever passes all checks is a file as this program writes them.
  @Test func flippedHeaderUnderARightChecksumIsRefusedOrConsistent() throws {
    let text = String(decoding: small, as: UTF8.self)
    let key = try #require(text.firstRange(of: "\"header_sha256\""))
    let start = text.utf8.distance(from: text.startIndex, to: key.lowerBound)
    let sum = (start + 17)..<(start + 17 + 64)
    let payloadStart = small.count - 20
    var accepted = 0
    for index in 8..<payloadStart where !(start..<(sum.upperBound + 2)).contains(index) {
      for bit in 0..<8 {
        var bytes = small
        bytes[index] ^= 1 << UInt8(bit)
        var unsealed = bytes[8..<start] + bytes[(sum.upperBound + 2)..<payloadStart]
        while unsealed.last == 0x20 { unsealed.removeLast() }
        bytes.replaceSubrange(sum, with: sha256(of: Array(unsealed)).utf8)
        guard let file = try? TensorFile(decoding: bytes) else { continue }
        accepted += 1
        #expect(try file.encoded() == bytes, "byte \(index), bit \(bit)")
      }
    }
    #expect(accepted > 0)  // names and metadata can be forged, sizes cannot
  }

  @Test func headerWithTooManyKeysIsRefused() {
    let keys = (0...100_000).map { "\"\($0)\":\"\"" }.joined(separator: ",")
    #expect(throws: ModelFileError.self) {
      try TensorFile(decoding: framed(Array("{\"__metadata__\":{\(keys)}}".utf8)))
    }
  }

  @Test func flippedPayloadUnderARightChecksumIsReadOrRefusedAsNotFinite() throws {
    let entry = "\"a\":{\"data_offsets\":[0,4],\"dtype\":\"F32\",\"shape\":[1]}"
    for bit in 0..<32 {
      let pattern = Float(1).bitPattern ^ 1 << UInt32(bit)
      let payload = (0..<4).map { UInt8(truncatingIfNeeded: pattern >> UInt32(8 * $0)) }
      let bytes = sealed([entry], payload: payload)
      if Float(bitPattern: pattern).isFinite {
        #expect(try TensorFile(decoding: bytes).floats("a") == [Float(bitPattern: pattern)])
      } else {
        #expect(throws: ModelFileError.notFinite(tensor: "a", index: 0)) {
          try TensorFile(decoding: bytes)
        }
      }
    }
  }

  @Test func flippedPayloadIsNamed() {
    var bytes = small
    bytes[bytes.count - 1] ^= 1
    #expect(throws: ModelFileError.damaged(part: "payload")) { try TensorFile(decoding: bytes) }
  }

  /// One tensor `a` of two F32 and what an attacker says of it.
  @Test(arguments: [
    ("[2]", "[0,9]", "F32"), ("[3]", "[0,8]", "F32"), ("[2]", "[8,0]", "F32"),
    ("[2]", "[1,9]", "F32"), ("[2]", "[0,8]", "F16"), ("[2]", "[0,8]", "F64"),
    ("[4611686018427387904,4]", "[0,0]", "F32"), ("[9223372036854775807]", "[0,8]", "F32"),
    ("[9223372036854775808]", "[0,8]", "F32"), ("[-2]", "[0,8]", "F32"),
    ("[2]", "[0,9223372036854775807]", "F32"), ("[2.0]", "[0,8]", "F32"),
    ("[2e0]", "[0,8]", "F32"), ("[02]", "[0,8]", "F32"), ("[2,]", "[0,8]", "F32"),
    ("2", "[0,8]", "F32"), ("[2]", "[0,8,9]", "F32"), ("[2]", "[0]", "F32"),
    ("[2]", "[]", "F32"), ("null", "[0,8]", "F32"), ("[[2]]", "[0,8]", "F32"),
    ("[1152921504606846976]", "[0,4611686018427387904]", "F32"),
  ])
  func lyingSizesAreRefused(shape: String, offsets: String, type: String) {
    let entry = "{\"data_offsets\":\(offsets),\"dtype\":\"\(type)\",\"shape\":\(shape)}"
    #expect(throws: ModelFileError.self) {
      try TensorFile(decoding: sealed(["\"a\":\(entry)"], payload: [UInt8](repeating: 0, count: 8)))
    }
  }

  @Test func honestForgeryIsAccepted() throws {
    let entry = "\"a\":{\"data_offsets\":[0,8],\"dtype\":\"F32\",\"shape\":[2]}"
    let file = try TensorFile(decoding: sealed([entry], payload: [UInt8](repeating: 0, count: 8)))
    #expect(try file.floats("a", shape: [2]) == [0, 0])
  }

  @Test(arguments: [0x7FC0_0000, 0x7F80_0000, 0xFF80_0000, 0x7F80_0001] as [UInt32])
  func numbersThatAreNotFiniteAreRefusedUnderRightChecksums(pattern: UInt32) {
    let entry = "\"a\":{\"data_offsets\":[0,8],\"dtype\":\"F32\",\"shape\":[2]}"
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: pattern >> UInt32(8 * $0)) }
    #expect(throws: ModelFileError.notFinite(tensor: "a", index: 1)) {
      try TensorFile(decoding: sealed([entry], payload: [0, 0, 0, 0] + bytes))
    }
  }

  @Test func tensorsThatOverlapOrLeaveGapsAreRefused() {
    func entry(_ name: String, _ start: Int, _ end: Int) -> String {
      "\"\(name)\":{\"data_offsets\":[\(4 * start),\(4 * end)],\"dtype\":\"F32\","
        + "\"shape\":[\(end - start)]}"
    }
    let payload = [UInt8](repeating: 0, count: 32)
    for (first, second) in [((0, 4), (2, 8)), ((0, 3), (4, 8)), ((0, 4), (4, 7)), ((0, 8), (0, 8))]
    {
      let entries = [entry("a", first.0, first.1), entry("b", second.0, second.1)]
      #expect(throws: ModelFileError.self) {
        try TensorFile(decoding: sealed(entries, payload: payload))
      }
    }
  }

  @Test(arguments: [
    ("{\"a\":1}", "expected '{'"), ("[]", "expected '{'"), ("{}x", "text after the header"),
    ("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "duplicate key 'a'"),
    ("{\"__metadata__\":{\"é\":\"1\",\"e\u{301}\":\"2\"}}", "duplicate key 'e\u{301}'"),
    ("{\"__metadata__\":{},\"__metadata__\":{}}", "duplicate key '__metadata__'"),
    ("{\"__metadata__\":{\"a\":1}}", "expected '\"'"),
    ("{\"__metadata__\":{\"a\":{}}}", "expected '\"'"),
    ("{\"a\":{\"more\":1}}", "unknown key 'more' of a tensor"),
    ("{\"a\":{\"dtype\":\"BF16\"}}", "unknown dtype 'BF16'"),
    ("{\"a\":{}}", "a tensor lacks dtype, shape or data_offsets"),
    ("{\"a\\x\":{}}", "an unknown escape"), ("{\"\\ud800\":{}}", "an unknown escape"),
    ("{\"\\u0041\":{}}", "an unknown escape"), ("{\"\\n\":{}}", "an unknown escape"),
    ("{\"\\u001\":{}}", "an unknown escape"), ("{ }", "expected '\"'"),
    ("{\"\\u00g0\":{}}", "an unknown escape"),
    ("{\"a\nb\":{}}", "a control character in a string"), ("{\"a", "a string without end"),
    ("{\"a\":{\"shape\":[99999999999999999999]}}", "a number too large"),
    ("{\"a\":{\"shape\":[\(String(repeating: "1,", count: 16))1]}}", "more than 16 numbers"),
  ])
  func otherTextIsRefusedWithTheReason(text: String, reason: String) {
    do throws(ModelFileError) {
      _ = try TensorFile(decoding: framed(Array(text.utf8)))
      Issue.record("accepted \(text)")
    } catch .malformed(let found, let offset) {
      #expect(found == reason)
      #expect((8...(8 + text.utf8.count + 8)).contains(offset))
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func textThatIsNotUTF8IsRefused() {
    for bytes in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]] {
      #expect(throws: ModelFileError.self) {
        try TensorFile(decoding: framed(Array("{\"".utf8) + bytes + Array("\":{}}".utf8)))
      }
    }
  }

  @Test func deepNestingIsRefusedAtOnce() {
    for sign in ["[", "{\"a\":"] {
      let text = String(repeating: sign, count: 200_000)
      #expect(throws: ModelFileError.self) { try TensorFile(decoding: framed(Array(text.utf8))) }
    }
  }

  @Test(arguments: [0, 1, 1 << 26 + 8, 1 << 62, UInt64.max, 1 << 63, 9] as [UInt64])
  func lyingHeaderLengthsAreRefused(length: UInt64) {
    var bytes = small
    for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: length >> UInt64(8 * place)) }
    #expect(throws: ModelFileError.self) { try TensorFile(decoding: bytes) }
  }

  @Test func otherVersionsAreRefusedByName() {
    #expect(throws: ModelFileError.unknownVersion("2")) {
      try TensorFile(decoding: sealed([], payload: [], version: "2"))
    }
    #expect(throws: ModelFileError.missingMetadata(key: "format_version")) {
      try TensorFile(decoding: framed(Array("{}".utf8)))
    }
  }

  /// The same contents written another way: keys in another order.
  @Test func otherSpellingOfTheHeaderIsRefused() {
    let entry = "\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4],\"shape\":[1]}"
    let plain = "\"a\":{\"data_offsets\":[0,4],\"dtype\":\"F32\",\"shape\":[1]}"
    #expect(throws: ModelFileError.damaged(part: "header")) {
      try TensorFile(decoding: sealed([entry], payload: [0, 0, 0, 0], summedAs: [plain]))
    }
  }
}

/// The length, the text padded with blanks, then the payload.
private func framed(_ text: [UInt8], payload: [UInt8] = []) -> [UInt8] {
  let padded = text + [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
  let length = (0..<8).map { UInt8(truncatingIfNeeded: padded.count >> (8 * $0)) }
  return length + padded + payload
}

/// A file of the given header entries with right checksums, built without the code under test.
private func sealed(
  _ entries: [String], payload: [UInt8], version: String = "1", summedAs: [String]? = nil
) -> [UInt8] {
  func header(_ entries: [String], _ own: String) -> String {
    let sum = sha256(of: payload)
    let metadata =
      "\"__metadata__\":{\"format_version\":\"\(version)\",\(own)\"payload_sha256\":\"\(sum)\"}"
    return "{" + ([metadata] + entries).joined(separator: ",") + "}"
  }
  let own = "\"header_sha256\":\"\(sha256(of: Array(header(summedAs ?? entries, "").utf8)))\","
  return framed(Array(header(entries, own).utf8), payload: payload)
}
