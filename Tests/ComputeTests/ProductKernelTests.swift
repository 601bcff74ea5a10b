import Compute
import Testing

@Suite struct ProductKernelTests {
  @Test(arguments: [
    ("Prescott", 4, "SkylakeX"), ("prescott", 3, "Haswell"), ("Nehalem", 3, "Haswell"),
    ("Core2", 4, "SkylakeX"), ("Prescott", 0, nil), ("SkylakeX", 4, nil), ("Cooperlake", 4, nil),
    ("Zen", 3, nil), ("Haswell", 4, nil),
  ])
  func onlyKernelsOfAnOldProcessorAreReplaced(detected: String, level: Int, expected: String?) {
    #expect(productKernelCure(detected: detected, vectorLevel: level) == expected)
  }

  @Test func theLibraryNamesItsKernels() {
    #expect(!productKernelName().isEmpty && productKernelName() != "unknown")
  }
}
