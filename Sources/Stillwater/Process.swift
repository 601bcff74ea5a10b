import Compute

/// Re-executes the program when the BLAS library mistakes the processor for an older one; call it first.
package func restartWithRightKernels() { restartWithRightProductKernels() }

/// The processor generation whose kernels the BLAS library uses, for `--verbose`.
package func productKernels() -> String { productKernelName() }
