// TLS between a connected socket and hiredis's reader. Debian 12's hiredis has none of its own.
//
// A session never touches the socket: bytes from the network are given to it and bytes for the network are taken from it, so
// that every wait is the caller's. Used by one thread at a time.
#ifndef SLUICE_C_HIREDIS_TLS_SESSION_H
#define SLUICE_C_HIREDIS_TLS_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#define SLUICE_TLS_MESSAGE 256

typedef struct sluice_tls sluice_tls;

typedef struct {
  const char *host;         // the name or address that the server's certificate must have
  bool is_address;          // whether that is an address
  const char *authorities;  // a file of certificates (PEM) that are trusted; NULL for those of the system
  const char *certificate;  // a file with the certificate chain (PEM) that the server is shown; NULL for none
  const char *key;          // a file with its private key (PEM)
} sluice_tls_options;

typedef enum {
  SLUICE_TLS_DONE,
  SLUICE_TLS_WANTS_BYTES,  // from the network, after what there is for the network was taken
  SLUICE_TLS_CLOSED,
  SLUICE_TLS_FAILED,
} sluice_tls_status;

// NULL where something of the options cannot be used; the message then says what.
sluice_tls *sluice_tls_open(const sluice_tls_options *options, char message[SLUICE_TLS_MESSAGE]);
void sluice_tls_close(sluice_tls *session);

sluice_tls_status sluice_tls_handshake(sluice_tls *session, char message[SLUICE_TLS_MESSAGE]);
// Decrypts up to `*count` bytes, and says how many there were.
sluice_tls_status sluice_tls_read(
    sluice_tls *session, void *bytes, size_t *count, char message[SLUICE_TLS_MESSAGE]);
// Encrypts all bytes.
sluice_tls_status sluice_tls_write(
    sluice_tls *session, const void *bytes, size_t count, char message[SLUICE_TLS_MESSAGE]);

// Bytes from the network; false where there is no memory for them.
bool sluice_tls_give(sluice_tls *session, const void *bytes, size_t count);
// Up to `count` bytes for the network; 0 where there are none.
size_t sluice_tls_take(sluice_tls *session, void *bytes, size_t count);

#endif
