import CKernels
import COpenBLAS

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The name of the processor whose kernels the BLAS library picked.
package func productKernelName() -> String {
  guard let name = unsafe openblas_get_corename() else { return "unknown" }
  return unsafe String(cString: name)
}

/// What the BLAS library should be told when it does not know the processor: an old library takes a
/// new chip for one of 2004, or for one without AVX-512, and multiplies at a fraction of the speed.
///
/// - Parameters:
///   - detected: the name the library picked.
///   - vectorLevel: 4 with AVX-512, 3 with AVX2 and FMA, else 0.
/// - Returns: the value for `OPENBLAS_CORETYPE`; nil to leave it be.
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

/// What `OPENBLAS_CORETYPE` lacks for the right kernels; nil when it is set already or the library
/// knows the processor.
package func missingProductKernels() -> String? {
  guard unsafe getenv("OPENBLAS_CORETYPE") == nil else { return nil }
  return productKernelCure(
    detected: productKernelName(), vectorLevel: Int(kernel_vector_level()))
}

/// Starts this program anew, once, when the BLAS library picked kernels for the wrong processor; the
/// choice is made as the library loads, so it cannot be changed later.
package func restartWithRightProductKernels() {
  guard let cure = missingProductKernels() else { return }
  _ = unsafe setenv("OPENBLAS_CORETYPE", cure, 1)
  #if canImport(Glibc)
    _ = unsafe execv("/proc/self/exe", CommandLine.unsafeArgv)
  #endif
}
