import Files
import Foundation
import Ingestion
import ModelFile
import Stillwater

/// A model is refused, or it scores rows without a fault and without NaN.
///
/// The case is read as it stands, and again as the text of a header, a NUL and a payload, out of
/// which a file with true lengths and checksums is made: the checks behind those must hold alone.
func checkModel(_ bytes: [UInt8]) {
  check(file: bytes)
  if let end = bytes.firstIndex(of: 0) {
    check(file: sealedModel(header: bytes[..<end], payload: bytes[(end + 1)...]))
  }
}

private func check(file: [UInt8]) {
  do throws(ModelFileError) {
    let detector = try Detector(decoding: file)
    score(with: detector)
    _ = detector.encoded()
  } catch {
    guard !error.description.isEmpty else { broken("an error without words") }
  }
}

/// Plain, huge, missing and unknown cells under the columns that the cases have.
private let rows = """
  t,a,b,side
  1,1,2,up
  2,-2.5,1e9,down
  3,1e300,-1e300,
  4,,NA,sideways

  """

/// Scores some rows.
private func score(with detector: Detector) {
  CaseFile.write(Array(rows.utf8)[...])
  let done = DispatchSemaphore(value: 0)
  Task {
    var options = ScoringOptions()
    (options.threads, options.explains) = (1, true)
    options.badRows = .quarantine(maximum: nil)
    _ = try? await detector.scoreRows(of: .file(CaseFile.path), options) { scored in
      guard scored.rows.allSatisfy({ $0.score.isFinite && $0.pValue > 0 && $0.pValue <= 1 }) else {
        broken("NaN or no p-value among \(scored.rows.map { ($0.score, $0.pValue) })")
      }
    }
    done.signal()
  }
  done.wait()
}

/// A model file with this header and payload, its lengths and checksums put right.
private func sealedModel(header: ArraySlice<UInt8>, payload: ArraySlice<UInt8>) -> [UInt8] {
  var text = Array(header)
  let length = min(payloadLength(text), 1 << 19)
  // What is missing is filled up with the Float 1: a network's seed need not hold its weights.
  let one: [UInt8] = [0, 0, 0x80, 0x3F]
  let filler = (min(length, payload.count)..<length).map { one[$0 & 3] }
  let payload = Array(payload.prefix(length)) + filler
  replaceSum("\"payload_sha256\":\"", in: &text, with: sha256(of: payload))
  let key = Array("\"header_sha256\":\"".utf8)
  if let place = place(of: key, in: text), place.upperBound + 66 <= text.count {
    // The header's checksum is taken without its own entry and the comma behind that.
    let unsealed = Array(text[..<place.lowerBound] + text[(place.upperBound + 66)...])
    replaceSum("\"header_sha256\":\"", in: &text, with: sha256(of: unsealed))
  }
  while text.count % 8 != 0 { text.append(0x20) }
  let size = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
  return size + text + payload
}

/// The largest end among the tensors' offsets.
private func payloadLength(_ header: [UInt8]) -> Int {
  let text = String(decoding: header, as: UTF8.self)
  let ends = text.components(separatedBy: "\"data_offsets\":[").dropFirst().map { part in
    part.prefix { $0 != "]" }.split(separator: ",").last.flatMap { Int($0) } ?? 0
  }
  return max(0, ends.max() ?? 0)
}

private func replaceSum(_ key: String, in text: inout [UInt8], with sum: String) {
  guard let place = place(of: Array(key.utf8), in: text), place.upperBound + 64 <= text.count
  else { return }
  text.replaceSubrange(place.upperBound..<place.upperBound + 64, with: Array(sum.utf8))
}

private func place(of key: [UInt8], in text: [UInt8]) -> Range<Int>? {
  text.firstRange(of: key)
}
