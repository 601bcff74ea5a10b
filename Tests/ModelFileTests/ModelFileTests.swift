import Files
import Foundation
import ModelFile
import Testing

@Suite struct ModelFileTests {
  static let weight: [Float] = [1.5, -2, 0, .leastNonzeroMagnitude, -0.0, 3e38]

  /// A file of all types, with an empty tensor and a scalar.
  static let sample = TensorFile(
    metadata: ["config": "{\"a\": [1, 2]}\n", "naïve \"key\"": "\u{1}\u{7F}\u{1F600}\\"],
    tensors: [
      "weight": Tensor(weight, shape: [2, 3]),
      "edges": Tensor([0.1, -1e300] as [Double]), "empty": Tensor([] as [Float], shape: [0, 4]),
      "scalar": Tensor([7] as [Float], shape: []),
    ])

  /// Small enough to attack every bit.
  static let small = TensorFile(
    metadata: ["kind": "test"],
    tensors: ["a": Tensor([1, 2, 3] as [Float]), "b": Tensor([4] as [Double])])

  @Test func decodingWhatWasEncodedIsTheSame() throws {
    #expect(try TensorFile(decoding: Self.sample.encoded()) == Self.sample)
    #expect(try TensorFile(decoding: Self.small.encoded()) == Self.small)
    #expect(try TensorFile(decoding: TensorFile().encoded()) == TensorFile())
  }

  @Test func elementsComeBackBitForBit() throws {
    let file = try TensorFile(decoding: Self.sample.encoded())
    let floats = try file.floats("weight", shape: [2, 3])
    #expect(floats.map(\.bitPattern) == Self.weight.map(\.bitPattern))
    #expect(try file.doubles("edges") == [0.1, -1e300])
    #expect(try file.floats("empty", shape: [0, 4]).isEmpty)
    #expect(try file.floats("scalar", shape: []) == [7])
    #expect(try file.text("config") == "{\"a\": [1, 2]}\n")
  }

  @Test func headerIsAlignedAndStandsAsTheFormatWants() throws {
    let bytes = try Self.small.encoded()
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length.isMultiple(of: 8))
    let object = try JSONSerialization.jsonObject(with: Data(bytes[8..<(8 + length)]))
    let header = try #require(object as? [String: [String: Any]])
    #expect(header.keys.sorted() == ["__metadata__", "a", "b"])
    #expect(header["__metadata__"]?["format_version"] as? String == "1")
    let sum = header["__metadata__"]?["payload_sha256"] as? String
    #expect(sum == sha256(of: bytes[(8 + length)...]))
    #expect(header["b"]?["data_offsets"] as? [Int] == [12, 20])
    #expect(header["b"]?["dtype"] as? String == "F64")
    #expect(bytes.count == 8 + length + 20)
  }

  @Test func wrongNamesTypesAndShapesAreReported() {
    let file = Self.small
    #expect(throws: ModelFileError.missingTensor(name: "c")) { try file.floats("c") }
    #expect(throws: ModelFileError.missingMetadata(key: "c")) { try file.text("c") }
    #expect(
      throws: ModelFileError.unfit(tensor: "a", found: "F32 [3]", expected: "F32 [1, 3]")
    ) { try file.floats("a", shape: [1, 3]) }
    #expect(
      throws: ModelFileError.unfit(tensor: "a", found: "F32 [3]", expected: "F64 of any shape")
    ) { try file.doubles("a") }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
  func numbersThatAreNotFiniteAreNotWritten(number: Float) {
    let floats = TensorFile(tensors: ["a": Tensor([1, number])])
    #expect(throws: ModelFileError.notFinite(tensor: "a", index: 1)) { try floats.encoded() }
    let doubles = TensorFile(tensors: ["a": Tensor([1, 2, Double(number)])])
    #expect(throws: ModelFileError.notFinite(tensor: "a", index: 2)) { try doubles.encoded() }
  }

  @Test func messagesSayWhatToDo() {
    let table: [(ModelFileError, String)] = [
      (
        .malformed(reason: "expected ':'", offset: 9),
        "not a model file: expected ':' at byte 9; give a file written by stillwater train"
      ),
      (
        .wrongLength(found: 1, expected: 8),
        "the model file has 1 bytes, expected 8; copy it again or train anew"
      ),
      (
        .damaged(part: "payload"),
        "the payload of the model file does not match its checksum; copy it again or train anew"
      ),
      (
        .unknownVersion("2"),
        "the model file has format version 2, expected 1; use the program that wrote it or train anew"
      ),
      (.missingMetadata(key: "a"), "the model file lacks the metadata a; train anew"),
      (.missingTensor(name: "a"), "the model file lacks the tensor a; train anew"),
      (
        .unfit(tensor: "a", found: "F32 [3]", expected: "F32 [4]"),
        "the tensor a is F32 [3], expected F32 [4]; train anew"
      ),
      (
        .notFinite(tensor: "a", index: 3),
        "the tensor a holds a number that is not finite at index 3; train anew"
      ),
    ]
    for (error, text) in table { #expect(error.description == text) }
  }
}
