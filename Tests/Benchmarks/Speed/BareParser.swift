import CLibCSV
import Foundation

/// Passes a file through libcsv with callbacks that only count.
func parseBare(_ path: String) throws {
  let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
  defer { try? file.close() }
  var parser = unsafe csv_parser()
  var cells = 0
  guard unsafe csv_init(&parser, UInt8(CSV_STRICT)) == 0 else { return }
  defer { unsafe csv_free(&parser) }
  while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
    unsafe chunk.withUnsafeBytes { bytes in
      _ = unsafe csv_parse(
        &parser, bytes.baseAddress, bytes.count,
        { _, _, count in
          unsafe count?.assumingMemoryBound(to: Int.self).pointee += 1
        }, { _, _ in }, &cells)
    }
  }
  precondition(cells > 0, "no cell in \(path)")
}
