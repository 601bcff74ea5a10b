import Foundation
import ModelFile
import Testing

/// The first Python that has safetensors and numpy; `STILLWATER_PYTHON` names another than python3.
private let python: String? = {
  let named = ProcessInfo.processInfo.environment["STILLWATER_PYTHON"] ?? "python3"
  let status = try? run(named, ["-c", "import safetensors.numpy"]).status
  return status == 0 ? named : nil
}()

private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [program] + arguments
  let said = Pipe()
  process.standardOutput = said
  process.standardError = FileHandle.nullDevice
  try process.run()
  let text = try said.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: text, as: UTF8.self))
}

@Suite struct ModelFileReferenceTests {
  /// Prints each tensor's name, type, shape and elements, then one key of the metadata.
  static let script = """
    import sys
    from safetensors import safe_open
    with safe_open(sys.argv[1], "numpy") as f:
        for name in sorted(f.keys()):
            t = f.get_tensor(name)
            print(name, t.dtype, list(t.shape), t.ravel().tolist())
        print(repr(f.metadata()["config"]))
    """

  @Test(.enabled(if: python != nil, "needs python3 with safetensors and numpy"))
  func referenceReaderSeesTheSameTensors() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(ModelFileTests.sample.encoded()).write(to: url)
    let (status, text) = try run(python ?? "", ["-c", Self.script, url.path])
    #expect(status == 0)
    #expect(
      text == """
        edges float64 [2] [0.1, -1e+300]
        empty float32 [0, 4] []
        scalar float32 [] [7.0]
        weight float32 [2, 3] [1.5, -2.0, 0.0, 1.401298464324817e-45, -0.0, 3.0000000054977558e+38]
        '{"a": [1, 2]}\\n'

        """)
  }
}
