/* message.c: messages of the Jupyter protocol as libzmq carries them. */
#include <string.h>

#include "notebook.h"

void message_release(Message *m) {
  for (int i = 0; i < m->count; i++) zmq.msg_close(&m->part[i]);
  m->count = 0;
}

/* A message arrives as a whole: after its first part the others are there. */
bool message_receive(Message *m, void *socket) {
  bool more = true, fits = true;
  message_release(m);
  while (more) {
    zmq_msg_t part;
    zmq.msg_init(&part);
    int flags = m->count == 0 && fits ? ZMQ_DONTWAIT : 0, got;
    do got = zmq.msg_recv(&part, socket, flags);
    while (got < 0 && flags == 0); /* a signal came */
    if (got < 0) {
      zmq.msg_close(&part);
      return false;
    }
    more = zmq.msg_more(&part) != 0;
    fits = fits && m->count < MESSAGE_PARTS;
    if (fits) m->part[m->count++] = part;
    else zmq.msg_close(&part);
  }
  if (!fits) message_release(m);
  return true;
}

void message_send(const Message *m, void *socket) {
  for (int i = 0; i < m->count; i++) {
    zmq_msg_t *part = (zmq_msg_t *)&m->part[i];
    zmq.send(socket, zmq.msg_data(part), zmq.msg_size(part), i + 1 < m->count ? ZMQ_SNDMORE : 0);
  }
}

bool message_part_is(const Message *m, int part, const char *text) {
  zmq_msg_t *p = (zmq_msg_t *)&m->part[part];
  size_t size = strlen(text);
  return part < m->count && zmq.msg_size(p) == size && memcmp(zmq.msg_data(p), text, size) == 0;
}

int message_delimiter(const Message *m) {
  for (int i = 0; i + 5 < m->count; i++)
    if (message_part_is(m, i, MESSAGE_DELIMITER)) return i;
  return -1;
}

void message_sign(const Part parts[4], const char *key, size_t key_size, char hex[HMAC_HEX]) {
  _Alignas(64) unsigned char state[512], code[HMAC_BYTES];
  hex[0] = '\0';
  if (key_size == 0 || sodium.hmac_statebytes() > sizeof state) return;
  sodium.hmac_init(state, (const unsigned char *)key, key_size);
  for (int i = 0; i < 4; i++) sodium.hmac_update(state, parts[i].data, parts[i].size);
  sodium.hmac_final(state, code);
  sodium.bin2hex(hex, HMAC_HEX, code, sizeof code);
}

bool message_is_signed(const Message *m, int delimiter, const char *key, size_t key_size) {
  char expected[HMAC_HEX];
  Part parts[4];
  if (key_size == 0) return true;
  for (int i = 0; i < 4; i++) {
    zmq_msg_t *p = (zmq_msg_t *)&m->part[delimiter + 2 + i];
    parts[i] = (Part){zmq.msg_data(p), zmq.msg_size(p)};
  }
  message_sign(parts, key, key_size, expected);
  zmq_msg_t *given = (zmq_msg_t *)&m->part[delimiter + 1];
  return zmq.msg_size(given) == HMAC_HEX - 1 && expected[0] != '\0' &&
         sodium.memcmp(expected, zmq.msg_data(given), HMAC_HEX - 1) == 0;
}
