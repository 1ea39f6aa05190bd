/* libraries.c: opens libzmq and libsodium. */
#include "libraries.h"

#include <stdio.h>

#include "shared_library.h"

Zmq zmq;
Sodium sodium;

#define ZMQ_SYMBOL(name) {"zmq_" #name, &zmq.name}
static const LibrarySymbol zmq_symbols[] = {
  ZMQ_SYMBOL(ctx_new),  ZMQ_SYMBOL(ctx_term), ZMQ_SYMBOL(socket),    ZMQ_SYMBOL(close),
  ZMQ_SYMBOL(setsockopt), ZMQ_SYMBOL(bind),   ZMQ_SYMBOL(connect),   ZMQ_SYMBOL(send),
  ZMQ_SYMBOL(poll),     ZMQ_SYMBOL(msg_init), ZMQ_SYMBOL(msg_recv),  ZMQ_SYMBOL(msg_close),
  ZMQ_SYMBOL(msg_data), ZMQ_SYMBOL(msg_size), ZMQ_SYMBOL(msg_more),  ZMQ_SYMBOL(strerror),
  {"zmq_errno", &zmq.error}, {NULL, NULL}};

static const LibrarySymbol sodium_symbols[] = {
  {"sodium_init", &sodium.init},
  {"crypto_auth_hmacsha256_statebytes", &sodium.hmac_statebytes},
  {"crypto_auth_hmacsha256_init", &sodium.hmac_init},
  {"crypto_auth_hmacsha256_update", &sodium.hmac_update},
  {"crypto_auth_hmacsha256_final", &sodium.hmac_final},
  {"sodium_memcmp", &sodium.memcmp},
  {"sodium_bin2hex", &sodium.bin2hex},
  {"sodium_bin2base64", &sodium.bin2base64},
  {"randombytes_buf", &sodium.random},
  {NULL, NULL}};

bool libraries_open(char *reason, size_t size) {
  static const char *const zmq_files[] = {"libzmq.so.5", "libzmq.5.dylib", "libzmq.so", NULL};
  static const char *const sodium_files[] = {"libsodium.so.23", "libsodium.so.26", "libsodium.dylib", "libsodium.so",
                                             NULL};
  static bool opened;
  if (opened) return true;
  if (!shared_library_open(zmq_files, "libzmq5", zmq_symbols, reason, size)) return false;
  if (!shared_library_open(sodium_files, "libsodium23", sodium_symbols, reason, size)) return false;
  if (sodium.init() < 0) {
    snprintf(reason, size, "libsodium finds no random numbers");
    return false;
  }
  return opened = true;
}
