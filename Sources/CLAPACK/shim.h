// Linear algebra: LAPACK through its C interface, and the BLAS below it. Either may be the reference implementation or
// another one, as Debian's alternatives choose.
#ifndef SLUICE_CLAPACK_SHIM_H
#define SLUICE_CLAPACK_SHIM_H

#include <cblas.h>
#include <lapacke.h>

#endif
