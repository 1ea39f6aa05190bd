/* notebook.h: what the C files of the kernel share. wire.c is what Lua sees and runs in
** the thread of Lua; relay.c is a thread beside it, which beats the heart, watches for
** interrupts and publishes what is written to descriptors 1 and 2.
*/
#ifndef HECATE_NOTEBOOK_H
#define HECATE_NOTEBOOK_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "libraries.h"

/* ---- message.c: messages of several parts ------------------------------------------- */

enum { MESSAGE_PARTS = 64 };

/* What came in. Invariant: part[0, count) are initialised. All zero is empty. */
typedef struct {
  int count;
  zmq_msg_t part[MESSAGE_PARTS];
} Message;

/* Takes the next message of 'socket' if there is one; what 'm' held is released. A message
** of too many parts comes out as one without any. */
bool message_receive(Message *m, void *socket);
void message_release(Message *m);
/* Sends a copy of it. */
void message_send(const Message *m, void *socket);
/* Where the delimiter stands, after which come signature, header, parent header,
** metadata, content; -1 when one of these is missing. */
int message_delimiter(const Message *m);
bool message_part_is(const Message *m, int part, const char *text);
/* Whether the signature after 'delimiter' is that of the four parts after it. */
bool message_is_signed(const Message *m, int delimiter, const char *key, size_t key_size);

typedef struct {
  const void *data;
  size_t size;
} Part;

#define MESSAGE_DELIMITER "<IDS|MSG>"
/* HMAC-SHA256 of header, parent header, metadata and content in hexadecimal digits; ""
** for an empty key, as the protocol has it. */
void message_sign(const Part parts[4], const char *key, size_t key_size, char hex[HMAC_HEX]);

/* ---- relay.c: the thread beside Lua's ----------------------------------------------- */

/* Standard output or error: what was written to it and is not yet published. */
typedef struct {
  const char *name;
  int fd;         /* we read what is written to descriptor 1 or 2; -1: not captured */
  int original;   /* what that descriptor was before */
  char *text;     /* of malloc */
  size_t size, capacity;
  size_t left_out; /* bytes before 'text' that are not published */
  double due;     /* when 'text' is to be published, by the monotonic clock; if size > 0 */
} Stream;

/* The sockets belong to the thread while it runs. */
typedef struct {
  void *heartbeat, *control, *iopub, *inside;
  const char *key, *session; /* borrowed; they outlive the thread */
  size_t key_size;
  char *parent;              /* JSON of the header of what is executed; of malloc */
  Stream stream[2];
  char prompt[200];          /* what RELAY_PROMPT found; "": nothing */
  bool paced;                /* whether text waits while 'budget' is overdrawn, and messages their turn */
  double budget, counted;    /* bytes that may be published, at the time 'counted' */
  double shown, shown_at;    /* messages of Lua's thread, less those that time has paid for until 'shown_at' */
  pid_t launcher;            /* whose end ends us; 0: nobody's */
  sem_t done;                /* posted for each message through 'inside' */
  pthread_t thread;
  bool running;
} Relay;

/* What the thread of Lua sends through 'inside': one of these as first part. Then it waits
** (relay_wait) until that is done, so that what it prints next is published after it. The
** relay sends the messages of the control channel the other way. */
#define RELAY_IOPUB "i"   /* publish the parts that follow */
#define RELAY_CONTROL "c" /* send them on the control channel */
#define RELAY_PARENT "p"  /* one part: the parent header of the streams from now on */
#define RELAY_PROMPT "q"  /* take the line that is begun on standard output into 'prompt' */
#define RELAY_STOP "s"

void relay_wait(Relay *r);
/* False: it could not be started, errno says why. */
bool relay_start(Relay *r);
/* Ends the thread after it has published all that was written. */
void relay_stop(Relay *r, void *inside);
/* From now on descriptors 1 and 2 are ours; false: errno says why not. */
bool relay_capture(Relay *r);
/* Gives them back. */
void relay_release(Relay *r);

/* Writes a new random identifier, and the time as ISO 8601 in UTC. */
enum { RELAY_ID = 33, RELAY_DATE = 32 };
void relay_make_id(char id[RELAY_ID]);
void relay_make_date(char date[RELAY_DATE]);

#endif
