// The parts of hiredis that Sluice uses: connecting, writing commands and reading replies in Redis's protocol.
//
// A reply comes from a place that others write to, so it is read within bounds: the caller bounds the bytes that it feeds, and
// this reader bounds what it allocates for an array before the array's elements are there.
#ifndef SLUICE_C_HIREDIS_H
#define SLUICE_C_HIREDIS_H

#include <hiredis/hiredis.h>

#include "tls_session.h"

// The elements that are kept of one array; the others are read and dropped.
#define SLUICE_REDIS_MAX_ELEMENTS 65536

// A reader of replies whose arrays are bounded; freed with redisReaderFree. NULL where there is no memory.
redisReader *sluice_redis_reader(void);

// What has been read of a reply that is not complete: elements that have not arrived are NULL. NULL before anything is there.
// It belongs to the reader.
const redisReply *sluice_redis_partial_reply(const redisReader *reader);

#endif
