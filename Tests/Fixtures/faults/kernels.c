// Stands in for a BLAS library that does not know the processor (LD_PRELOAD): it takes any for one of
// 2004, unless it is told. Each start of a program adds a byte to the file START_LOG.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void note_start(void) {
  const char *path = getenv("START_LOG");
  int log = path ? open(path, O_WRONLY | O_APPEND | O_CREAT, 0666) : -1;
  if (log < 0) return;
  (void)!write(log, ".", 1);
  close(log);
}

const char *openblas_get_corename(void) {
  const char *told = getenv("OPENBLAS_CORETYPE");
  return told ? told : "Prescott";
}
