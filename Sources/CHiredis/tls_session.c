#include "tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

struct sluice_tls {
  SSL_CTX *context;
  SSL *connection;
  BIO *arrived;   // from the network; belongs to the connection, like the next one
  BIO *departing; // for the network
};

// Says why something failed, in OpenSSL's words where it has any.
static void explain(char message[SLUICE_TLS_MESSAGE], const char *what) {
  const char *reason = ERR_reason_error_string(ERR_peek_last_error());
  if (reason != NULL) {
    snprintf(message, SLUICE_TLS_MESSAGE, "%s: %s", what, reason);
  } else {
    snprintf(message, SLUICE_TLS_MESSAGE, "%s", what);
  }
  ERR_clear_error();
}

// Without this, the passphrase of a key would be asked for on the terminal.
static int no_passphrase(char *buffer, int size, int is_writing, void *data) {
  (void)buffer, (void)size, (void)is_writing, (void)data;
  return 0;
}

static bool trust(SSL_CTX *context, const sluice_tls_options *options, char message[SLUICE_TLS_MESSAGE]) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  bool is_loaded = options->authorities != NULL
                       ? SSL_CTX_load_verify_locations(context, options->authorities, NULL) == 1
                       : SSL_CTX_set_default_verify_paths(context) == 1;
  if (!is_loaded) explain(message, "the trusted certificates cannot be read");
  return is_loaded;
}

static bool identify(SSL_CTX *context, const sluice_tls_options *options, char message[SLUICE_TLS_MESSAGE]) {
  if (options->certificate == NULL || options->key == NULL) return true;
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context, options->certificate) != 1) {
    explain(message, "the certificate cannot be read");
    return false;
  }
  if (SSL_CTX_use_PrivateKey_file(context, options->key, SSL_FILETYPE_PEM) != 1) {
    explain(message, "the key of the certificate cannot be read or belongs to another one");
    return false;
  }
  return true;
}

// The server must be who it was asked to be.
static bool expect(SSL *connection, const sluice_tls_options *options) {
  X509_VERIFY_PARAM *parameters = SSL_get0_param(connection);
  if (options->is_address) return X509_VERIFY_PARAM_set1_ip_asc(parameters, options->host) == 1;
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(parameters, options->host, 0) == 1 &&
         SSL_set_tlsext_host_name(connection, options->host) == 1;
}

static bool connect_to_memory(sluice_tls *session) {
  session->arrived = BIO_new(BIO_s_mem());
  session->departing = BIO_new(BIO_s_mem());
  if (session->arrived == NULL || session->departing == NULL) {
    BIO_free(session->arrived);
    BIO_free(session->departing);
    return false;
  }
  SSL_set_bio(session->connection, session->arrived, session->departing);
  SSL_set_connect_state(session->connection);
  return true;
}

sluice_tls *sluice_tls_open(const sluice_tls_options *options, char message[SLUICE_TLS_MESSAGE]) {
  ERR_clear_error();
  sluice_tls *session = calloc(1, sizeof *session);
  if (session == NULL) {
    explain(message, "there is no memory for TLS");
    return NULL;
  }
  session->context = SSL_CTX_new(TLS_client_method());
  if (session->context == NULL || SSL_CTX_set_min_proto_version(session->context, TLS1_2_VERSION) != 1) {
    explain(message, "TLS cannot be used");
    goto failed;
  }
  if (!trust(session->context, options, message) || !identify(session->context, options, message)) goto failed;
  session->connection = SSL_new(session->context);
  if (session->connection == NULL || !expect(session->connection, options) || !connect_to_memory(session)) {
    explain(message, "TLS cannot be used with this host");
    goto failed;
  }
  return session;
failed:
  sluice_tls_close(session);
  return NULL;
}

void sluice_tls_close(sluice_tls *session) {
  if (session == NULL) return;
  SSL_free(session->connection);
  SSL_CTX_free(session->context);
  free(session);
}

static sluice_tls_status status(sluice_tls *session, int result, char message[SLUICE_TLS_MESSAGE]) {
  switch (SSL_get_error(session->connection, result)) {
    case SSL_ERROR_WANT_READ: return SLUICE_TLS_WANTS_BYTES;
    case SSL_ERROR_ZERO_RETURN: return SLUICE_TLS_CLOSED;
    default: break;
  }
  long verification = SSL_get_verify_result(session->connection);
  if (verification != X509_V_OK) {
    explain(message, X509_verify_cert_error_string(verification));
  } else {
    explain(message, "TLS failed");
  }
  return SLUICE_TLS_FAILED;
}

sluice_tls_status sluice_tls_handshake(sluice_tls *session, char message[SLUICE_TLS_MESSAGE]) {
  ERR_clear_error();
  int result = SSL_do_handshake(session->connection);
  return result == 1 ? SLUICE_TLS_DONE : status(session, result, message);
}

sluice_tls_status sluice_tls_read(
    sluice_tls *session, void *bytes, size_t *count, char message[SLUICE_TLS_MESSAGE]) {
  ERR_clear_error();
  int result = SSL_read_ex(session->connection, bytes, *count, count);
  return result == 1 ? SLUICE_TLS_DONE : status(session, result, message);
}

sluice_tls_status sluice_tls_write(
    sluice_tls *session, const void *bytes, size_t count, char message[SLUICE_TLS_MESSAGE]) {
  if (count == 0) return SLUICE_TLS_DONE;
  ERR_clear_error();
  size_t written = 0;
  int result = SSL_write_ex(session->connection, bytes, count, &written);
  return result == 1 ? SLUICE_TLS_DONE : status(session, result, message);
}

bool sluice_tls_give(sluice_tls *session, const void *bytes, size_t count) {
  size_t written = 0;
  return count == 0 || (BIO_write_ex(session->arrived, bytes, count, &written) == 1 && written == count);
}

size_t sluice_tls_take(sluice_tls *session, void *bytes, size_t count) {
  size_t taken = 0;
  return BIO_read_ex(session->departing, bytes, count, &taken) == 1 ? taken : 0;
}
