#ifndef SLUICE_CPOSTGRESQL_SHIM_H
#define SLUICE_CPOSTGRESQL_SHIM_H

#include <libpq-fe.h>

// Character constants, which Swift does not import.
static const int sluice_pq_sqlstate = PG_DIAG_SQLSTATE;
static const int sluice_pq_message = PG_DIAG_MESSAGE_PRIMARY;

#endif
