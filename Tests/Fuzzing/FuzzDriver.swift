#if FUZZING
  /// libFuzzer's entry for programs with a main of their own.
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32

  /// What libFuzzer's callback, which can capture nothing, feeds.
  nonisolated(unsafe) private var current = FuzzTarget.number

  /// Fuzzes until libFuzzer has enough; the name of the target is taken off the arguments.
  func runFuzzer(_ target: FuzzTarget) -> Int32 {
    unsafe current = target
    var arguments = unsafe CommandLine.unsafeArgv
    unsafe arguments[1] = arguments[0]
    unsafe arguments = arguments.advanced(by: 1)
    var count = CommandLine.argc - 1
    return unsafe runDriver(&count, &arguments) { bytes, size in
      unsafe current.run(Array(UnsafeBufferPointer(start: bytes, count: size)))
      return 0
    }
  }
#endif
