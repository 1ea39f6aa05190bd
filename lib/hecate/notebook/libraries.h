/* libraries.h: the two libraries that the kernel needs, opened at its start so that
** nothing else pays for them: libzmq for the transport, libsodium (which libzmq brings
** along) for the signatures. What is declared here is their stable binary interface; no
** header of theirs is needed to build.
*/
#ifndef HECATE_NOTEBOOK_LIBRARIES_H
#define HECATE_NOTEBOOK_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>

/* ---- libzmq, zmq(7) --------------------------------------------------------------- */

typedef struct {
  _Alignas(void *) unsigned char opaque[64];
} zmq_msg_t;

typedef struct {
  void *socket; /* or NULL and a descriptor: */
  int fd;
  short events, revents;
} zmq_pollitem_t;

enum { ZMQ_PAIR = 0, ZMQ_PUB = 1, ZMQ_ROUTER = 6 };
enum { ZMQ_LINGER = 17, ZMQ_SNDHWM = 23, ZMQ_ROUTER_HANDOVER = 56 };
enum { ZMQ_DONTWAIT = 1, ZMQ_SNDMORE = 2, ZMQ_POLLIN = 1 };

typedef struct {
  void *(*ctx_new)(void);
  int (*ctx_term)(void *context);
  void *(*socket)(void *context, int type);
  int (*close)(void *socket);
  int (*setsockopt)(void *socket, int option, const void *value, size_t size);
  int (*bind)(void *socket, const char *endpoint);
  int (*connect)(void *socket, const char *endpoint);
  int (*send)(void *socket, const void *data, size_t size, int flags);
  int (*poll)(zmq_pollitem_t *items, int count, long milliseconds);
  int (*msg_init)(zmq_msg_t *message);
  int (*msg_recv)(zmq_msg_t *message, void *socket, int flags);
  int (*msg_close)(zmq_msg_t *message);
  void *(*msg_data)(zmq_msg_t *message);
  size_t (*msg_size)(const zmq_msg_t *message);
  int (*msg_more)(const zmq_msg_t *message);
  int (*error)(void);
  const char *(*strerror)(int number);
} Zmq;

/* ---- libsodium -------------------------------------------------------------------- */

enum { HMAC_BYTES = 32, HMAC_HEX = 2 * HMAC_BYTES + 1 };

typedef struct {
  int (*init)(void);
  size_t (*hmac_statebytes)(void);
  int (*hmac_init)(void *state, const unsigned char *key, size_t size);
  int (*hmac_update)(void *state, const unsigned char *text, unsigned long long size);
  int (*hmac_final)(void *state, unsigned char *out);
  int (*memcmp)(const void *a, const void *b, size_t size); /* in constant time */
  char *(*bin2hex)(char *hex, size_t room, const unsigned char *bytes, size_t size);
  char *(*bin2base64)(char *text, size_t room, const unsigned char *bytes, size_t size, int variant);
  void (*random)(void *buffer, size_t size);
} Sodium;

extern Zmq zmq;
extern Sodium sodium;

/* Opens both, once. False: 'reason' (of at least 256 bytes) says what is missing. */
bool libraries_open(char *reason, size_t size);

#endif
