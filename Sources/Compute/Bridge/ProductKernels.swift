import CKernels
import COpenBLAS

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The name of the processor generation whose kernels the BLAS library has selected.
package func productKernelName() -> String {
  guard let name = unsafe openblas_get_corename() else { return "unknown" }
  return unsafe String(cString: name)
}

/// The `OPENBLAS_CORETYPE` to set when the BLAS library misjudges the processor.
///
/// A library older than the chip takes it for one of 2004, or for one without AVX-512, and multiplies
/// at a fraction of the speed.
///
/// - Parameters:
///   - detected: the name the library selected.
///   - vectorLevel: 4 with AVX-512, 3 with AVX2 and FMA, else 0.
/// - Returns: nil when the selection is right.
package func productKernelCure(detected: String, vectorLevel: Int) -> String? {
  let old = [
    "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Core2", "Penryn",
    "Dunnington", "Nehalem", "Atom", "Athlon", "Opteron", "generic",
  ]
  func isAny(of names: [String]) -> Bool {
    names.contains { detected.lowercased().hasPrefix($0.lowercased()) }
  }
  if vectorLevel >= 4 { return isAny(of: old + ["Haswell", "Zen"]) ? "SkylakeX" : nil }
  return vectorLevel >= 3 && isAny(of: old) ? "Haswell" : nil
}

/// The `OPENBLAS_CORETYPE` to set; nil when it is set already or the selected kernels are right.
package func missingProductKernels() -> String? {
  guard unsafe getenv("OPENBLAS_CORETYPE") == nil else { return nil }
  return productKernelCure(
    detected: productKernelName(), vectorLevel: Int(kernel_vector_level()))
}

/// Re-executes this program, once, when the BLAS library selected kernels for the wrong processor.
///
/// The library selects as it loads, so the environment must be right before. Call this first in
/// `main`: arguments and open files survive, everything in memory does not.
package func restartWithRightProductKernels() {
  guard let cure = missingProductKernels() else { return }
  _ = unsafe setenv("OPENBLAS_CORETYPE", cure, 1)
  #if canImport(Glibc)
    _ = unsafe execv("/proc/self/exe", CommandLine.unsafeArgv)
  #endif
}
