#pragma once
#include <cblas.h>

// LAPACK comes inside OpenBLAS, but Debian ships no header for it. Fortran calling convention:
// everything by pointer, matrices column by column.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info);
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
void dtrtri_(const char *uplo, const char *diag, const int *n, double *a, const int *lda, int *info);

// Which set of kernels the library chose for this processor.
char *openblas_get_corename(void);
