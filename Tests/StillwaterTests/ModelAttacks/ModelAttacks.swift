import Foundation

/// A model file that somebody has tampered with.
struct ModelAttack {
  /// Says what was done.
  let what: () -> String
  /// Makes the file; thousands of them would not fit into memory.
  let file: () -> [UInt8]
}

/// Lies about a model under right checksums.
struct ModelAttacks {
  let model: ForgedModel
  /// The keys and tensors that are attacked; nil for all.
  var parts: [String]?

  var all: [ModelAttack] {
    var attacks = layouts
    for (key, text) in model.metadata.sorted(by: { $0.key < $1.key }) where isAttacked(key) {
      attacks += JSONChanges(of: text).changes.map { change in
        forged("\(key): \(change.what)") { $0.metadata[key] = change.text }
      }
      attacks.append(forged("\(key) is missing") { $0.metadata[key] = nil })
    }
    for (index, entry) in model.entries.enumerated() where isAttacked(entry.name) {
      attacks += lies(about: index) + contents(of: index)
    }
    return attacks
  }

  private func isAttacked(_ name: String) -> Bool {
    parts?.contains { name == $0 || name.hasPrefix($0 + ".") } ?? true
  }

  private func forged(
    _ what: @autoclosure @escaping () -> String, _ change: @escaping (inout ForgedModel) -> Void
  ) -> ModelAttack {
    ModelAttack(what: what) {
      var forged = model
      change(&forged)
      return forged.sealed()
    }
  }

  /// Types, shapes and places that are not those of the tensor.
  private func lies(about index: Int) -> [ModelAttack] {
    let entry = model.entries[index]
    let sides = entry.shape.dropFirst().dropLast().split(separator: ",").compactMap { Int($0) }
    let count = sides.reduce(1, *)
    let shapes =
      [
        [count], [1, count], [count, 1], [count, 1, 1], [], [0], [count + 1], [count - 1],
        [Int.max],
        [1 << 62, 4], sides.reversed(), sides + [1], [1] + sides,
      ].map(ForgedModel.list) + ["[-1]", "[1e3]", "[\"\(count)\"]", "null", "\(count)"]
    let size = model.payload.count
    let offsets = [
      [0, size], [entry.range.lowerBound, entry.range.upperBound + 1], [0, Int.max],
      [entry.range.lowerBound + 4, entry.range.upperBound + 4],
      [entry.range.upperBound, entry.range.lowerBound], [size, 2 * size],
    ].map(ForgedModel.list)
    var attacks: [ModelAttack] = []
    for shape in shapes where shape != entry.shape {
      attacks.append(
        forged("\(entry.name) is of shape \(shape)") { $0.entries[index].shape = shape })
    }
    for place in offsets where place != entry.offsets {
      attacks.append(forged("\(entry.name) is at \(place)") { $0.entries[index].offsets = place })
    }
    for type in ["F32", "F64", "I32", "I64", "U8", "BF16", "F16", ""] where type != entry.type {
      attacks.append(forged("\(entry.name) is \(type)") { $0.entries[index].type = type })
    }
    attacks.append(forged("\(entry.name) is gone") { $0.remove(index) })
    attacks.append(forged("\(entry.name) is named twice") { $0.entries.insert(entry, at: index) })
    attacks.append(forged("\(entry.name) has another name") { $0.entries[index].name += "z" })
    return attacks
  }

  /// Other numbers in the tensor: none of them finite, all huge, tiny, negative or turned round.
  private func contents(of index: Int) -> [ModelAttack] {
    let (entry, size) = (model.entries[index], model.entries[index].range.count)
    let isDouble = entry.type == "F64"
    let patterns: [UInt64] =
      isDouble
      ? [
        0, 0x7FF8 << 48, 0x7FF0 << 48, 0xFFF0 << 48, 0x7FEF_FFFF_FFFF_FFFF, 0xFFEF_FFFF_FFFF_FFFF,
        1,
        0xBFF0 << 48,
      ]
      : [0, 0x7FC0_0000, 0x7F80_0000, 0xFF80_0000, 0x7F7F_FFFF, 0xFF7F_FFFF, 1, 0xBF80_0000]
    let width = isDouble ? 8 : 4
    var attacks = patterns.map { pattern in
      let number = (0..<width).map { UInt8(truncatingIfNeeded: pattern >> UInt64(8 * $0)) }
      let bytes = (0..<size / width).flatMap { _ in number }
      return forged("\(entry.name) holds \(String(pattern, radix: 16))") {
        $0.replace(index, with: bytes)
      }
    }
    for bit in [0, 7, 8 * width - 9, 8 * width - 2, 8 * width - 1] where size >= width {
      attacks.append(
        forged("\(entry.name) has bit \(bit) flipped") {
          $0.payload[entry.range.lowerBound + bit / 8] ^= 1 << UInt8(bit % 8)
        })
    }
    attacks.append(
      forged("\(entry.name) is turned round") {
        $0.replace(index, with: Array(model.payload[entry.range].reversed()))
      })
    return attacks
  }

  /// Payloads that are not covered as they must be, versions, names.
  private var layouts: [ModelAttack] {
    [
      forged("no tensors") { ($0.entries, $0.payload) = ([], []) },
      forged("more payload") { $0.payload += [0, 0, 0, 0] },
      forged("less payload") { $0.payload.removeLast(4) },
      forged("no payload") { $0.payload = [] },
      forged("version 0") { $0.metadata["format_version"] = "0" },
      forged("version 2") { $0.metadata["format_version"] = "2" },
      forged("a version of many digits") {
        $0.metadata["format_version"] = String(repeating: "1", count: 100_000)
      },
      forged("no version") { $0.metadata["format_version"] = nil },
      forged("another program") { $0.metadata["format"] = "other" },
      forged("nothing at all") { ($0.metadata, $0.entries, $0.payload) = ([:], [], []) },
    ]
  }
}
