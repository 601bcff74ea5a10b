import Compute

/// Starts the program anew when the BLAS library took the processor for an old one; call it first.
package func restartWithRightKernels() { restartWithRightProductKernels() }

/// The processor whose kernels the BLAS library uses.
package func productKernels() -> String { productKernelName() }
