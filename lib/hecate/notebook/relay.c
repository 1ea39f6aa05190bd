/* relay.c: the thread beside Lua's. While Lua computes it answers heartbeats, sees
** interrupt requests, and publishes what anybody writes to descriptors 1 and 2: print, C
** libraries, child processes.
**
** The order of text and of other output is kept: what Lua's thread sends through 'inside'
** is published after all that was written to the descriptors before, and Lua's thread goes
** on when that is done.
*/
#include "notebook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DELAY 0.05            /* seconds that text is gathered before it is published */
#define GATHERED (256u << 10) /* bytes, or until there are so many */
#define READ_SIZE (64u << 10) /* bytes, also what a pipe holds */
#define IDLE 1000             /* milliseconds between looks at the launcher */

/* Jupyter's server drops all output for a while when a kernel publishes more than 1e6 bytes of text or 1000
** messages a second, errors and results too, and a browser takes minutes for some megabytes. Under a server
** a cell may publish BURST bytes at once and RATE a second; of more, the end is kept. Pictures and the
** like are all published, SHOWN at once and SHOWN_RATE a second. */
#define BURST 5e5
#define RATE 1e4
#define MESSAGE_COST 1e3      /* bytes that a message counts for beside its text */
#define SHOWN 600
#define SHOWN_RATE 500
#define KEPT (16u << 10)      /* bytes */

static double clock_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void relay_make_id(char id[RELAY_ID]) {
  unsigned char bytes[16];
  sodium.random(bytes, sizeof bytes);
  sodium.bin2hex(id, RELAY_ID, bytes, sizeof bytes);
}

void relay_make_date(char date[RELAY_DATE]) {
  struct timespec t;
  struct tm tm;
  clock_gettime(CLOCK_REALTIME, &t);
  gmtime_r(&t.tv_sec, &tm);
  size_t n = strftime(date, RELAY_DATE, "%Y-%m-%dT%H:%M:%S", &tm);
  snprintf(date + n, RELAY_DATE - n, ".%06ldZ", t.tv_nsec / 1000);
}

/* ---- text as JSON ------------------------------------------------------------------- */

/* The length of the character of UTF-8 at 's', of which 'n' bytes are there: 0 when it is
** none, -1 when bytes are missing at the end. */
static int character_length(const unsigned char *s, size_t n) {
  static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
  int length = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 0;
  if (length <= 1) return length;
  unsigned code = s[0] & (0x7Fu >> length);
  for (int i = 1; i < length; i++) {
    if ((size_t)i >= n) return -1;
    if ((s[i] & 0xC0) != 0x80) return 0;
    code = code << 6 | (s[i] & 0x3Fu);
  }
  return code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0 : length;
}

/* Writes text as the inside of a JSON string to 'to', which has room for six times its
** size; what is not UTF-8 becomes U+FFFD. Returns the end. '*used' is how much of the text
** was written: all with 'last', else all but the beginning of a character at the end. */
static char *write_escaped(char *to, const char *text, size_t size, bool last, size_t *used) {
  size_t i = 0;
  while (i < size) {
    const unsigned char *s = (const unsigned char *)text + i;
    int length = character_length(s, size - i);
    if (length < 0 && !last) break;
    if (length <= 0) to += sprintf(to, "\\ufffd");
    else if (*s == '"' || *s == '\\') to += sprintf(to, "\\%c", *s);
    else if (*s == '\n') to = (char *)memcpy(to, "\\n", 2) + 2;
    else if (*s < 32) to += sprintf(to, "\\u%04x", *s);
    else to = (char *)memcpy(to, s, (size_t)length) + length;
    i += length > 0 ? (size_t)length : 1;
  }
  *used = i;
  return to;
}

/* ---- publishing ----------------------------------------------------------------------- */

static void publish(Relay *r, const char *topic, const Part parts[4]) {
  char signature[HMAC_HEX];
  message_sign(parts, r->key, r->key_size, signature);
  zmq.send(r->iopub, topic, strlen(topic), ZMQ_SNDMORE);
  zmq.send(r->iopub, MESSAGE_DELIMITER, strlen(MESSAGE_DELIMITER), ZMQ_SNDMORE);
  zmq.send(r->iopub, signature, strlen(signature), ZMQ_SNDMORE);
  for (int i = 0; i < 4; i++) zmq.send(r->iopub, parts[i].data, parts[i].size, i < 3 ? ZMQ_SNDMORE : 0);
}

/* Whether text has to wait. */
static bool is_exhausted(Relay *r) {
  double now = clock_seconds();
  r->budget += RATE * (now - r->counted);
  r->counted = now;
  if (r->budget > BURST) r->budget = BURST;
  return r->paced && r->budget <= 0;
}

/* Leaves out all but the last lines of what a stream has gathered. */
static void keep_end(Stream *s) {
  if (s->size <= KEPT) return;
  size_t cut = s->size - KEPT;
  const char *line = memchr(s->text + cut, '\n', KEPT);
  if (line != NULL && line + 1 < s->text + s->size) cut = (size_t)(line + 1 - s->text);
  s->size -= cut;
  s->left_out += cut;
  memmove(s->text, s->text + cut, s->size);
}

/* Publishes what a stream has gathered, or keeps it where it has to wait and more may come ('last' is
** false). Without memory it is lost. */
static void publish_stream(Relay *r, Stream *s, bool last) {
  static const char format[] = "{\"msg_id\":\"%s\",\"session\":\"%s\",\"username\":\"hecate\",\"date\":\"%s\","
                               "\"msg_type\":\"stream\",\"version\":\"5.3\"}";
  char id[RELAY_ID], date[RELAY_DATE], header[512];
  size_t used;
  if (s->size == 0) return;
  if (is_exhausted(r)) {
    if (last || s->size > 2 * KEPT) keep_end(s);
    s->due = clock_seconds() + DELAY;
    if (!last) return;
  }
  if (s->left_out > 0) keep_end(s);
  char *content = malloc(6 * s->size + 128);
  if (content == NULL) {
    s->size = 0;
    return;
  }
  char *to = content + sprintf(content, "{\"name\":\"%s\",\"text\":\"", s->name);
  if (s->left_out > 0) to += sprintf(to, "\\n[... %zu bytes left out ...]\\n", s->left_out);
  s->left_out = 0;
  to = write_escaped(to, s->text, s->size, last, &used);
  to += sprintf(to, "\"}");
  memmove(s->text, s->text + used, s->size - used);
  s->size -= used;
  s->due = clock_seconds() + DELAY;
  relay_make_id(id);
  relay_make_date(date);
  int n = snprintf(header, sizeof header, format, id, r->session, date);
  const char *parent = r->parent != NULL ? r->parent : "{}";
  if (used > 0) {
    publish(r, s->name,
            (Part[4]){{header, (size_t)n}, {parent, strlen(parent)}, {"{}", 2}, {content, (size_t)(to - content)}});
    r->budget -= MESSAGE_COST + (double)(to - content);
  }
  free(content);
}

/* Reads what is there, at most what a pipe holds; returns whether there may be more. */
static bool read_stream(Relay *r, Stream *s) {
  Stream *other = &r->stream[s == r->stream];
  if (s->size + READ_SIZE > s->capacity) {
    size_t capacity = s->size + 4 * READ_SIZE;
    char *text = realloc(s->text, capacity);
    if (text == NULL) return false;
    s->text = text;
    s->capacity = capacity;
  }
  ssize_t n = read(s->fd, s->text + s->size, READ_SIZE);
  if (n <= 0) return n < 0 && errno == EINTR;
  publish_stream(r, other, false); /* it was written earlier */
  if (s->size == 0) s->due = clock_seconds() + DELAY;
  s->size += (size_t)n;
  if (s->size >= GATHERED) publish_stream(r, s, false);
  return true;
}

/* Publishes all that was written until now. */
static void drain(Relay *r) {
  for (int i = 0; i < 2; i++) {
    Stream *s = &r->stream[i];
    for (int round = 0; s->fd >= 0 && round < 4 && read_stream(r, s); round++) continue;
    publish_stream(r, s, true);
  }
}

/* ---- the sockets ------------------------------------------------------------------------ */

/* Whether a header says that its message is of 'type'. A quote inside a JSON string has a
** backslash, so the key is found nowhere else. */
static bool header_has_type(const char *header, size_t size, const char *type) {
  static const char key[] = "\"msg_type\"";
  const char *at = memmem(header, size, key, sizeof key - 1), *end = header + size;
  if (at == NULL) return false;
  for (at += sizeof key - 1; at < end && strchr(" \t\r\n:\"", *at) != NULL; at++) continue;
  size_t n = strlen(type);
  return (size_t)(end - at) > n && memcmp(at, type, n) == 0 && at[n] == '"';
}

/* A cell that runs is stopped by SIGINT, as a frontend that sends signals does it: to the
** whole group if that is ours, for a child process must end as well. */
static void stop_cell(void) { kill(getpgrp() == getpid() ? 0 : getpid(), SIGINT); }

static void take_control(Relay *r, const Message *m) {
  int at = message_delimiter(m);
  if (at >= 0 && message_is_signed(m, at, r->key, r->key_size)) {
    zmq_msg_t *header = (zmq_msg_t *)&m->part[at + 2];
    const char *text = zmq.msg_data(header);
    size_t size = zmq.msg_size(header);
    if (header_has_type(text, size, "interrupt_request") || header_has_type(text, size, "shutdown_request"))
      stop_cell();
  }
  message_send(m, r->inside);
}

static void set_parent(Relay *r, const Message *m) {
  zmq_msg_t *part = (zmq_msg_t *)&m->part[1];
  free(r->parent);
  r->parent = m->count > 1 ? strndup(zmq.msg_data(part), zmq.msg_size(part)) : NULL;
  r->budget = BURST;
  r->shown = 0;
}

/* Sends all parts but the first. */
static void pass_on(const Message *m, void *socket) {
  for (int i = 1; i < m->count; i++) {
    zmq_msg_t *part = (zmq_msg_t *)&m->part[i];
    zmq.send(socket, zmq.msg_data(part), zmq.msg_size(part), i + 1 < m->count ? ZMQ_SNDMORE : 0);
  }
}

/* Keeps the line that standard output has begun, not yet published, for the thread of Lua. */
static void take_prompt(Relay *r) {
  Stream *s = &r->stream[0];
  for (int round = 0; s->fd >= 0 && round < 4 && read_stream(r, s); round++) continue;
  size_t start = s->size;
  while (start > 0 && (unsigned char)s->text[start - 1] >= 32) start--;
  size_t length = s->size - start;
  bool whole = start == 0 || s->text[start - 1] == '\n';
  if (!whole || length >= sizeof r->prompt) length = 0;
  if (length > 0) memcpy(r->prompt, s->text + start, length);
  r->prompt[length] = '\0';
  s->size -= length;
}

/* Waits, some milliseconds at most, until one more message of Lua's thread may be published. */
static void wait_for_turn(Relay *r) {
  double now = clock_seconds();
  r->shown -= SHOWN_RATE * (now - r->shown_at);
  r->shown_at = now;
  if (r->shown < 0) r->shown = 0;
  double wait = (++r->shown - SHOWN) / SHOWN_RATE;
  if (!r->paced || wait <= 0) return;
  nanosleep(&(struct timespec){.tv_nsec = (long)(1e9 * (wait < 0.1 ? wait : 0.1))}, NULL);
}

/* Does what the thread of Lua wants; false: stop. */
static bool take_inside(Relay *r, const Message *m) {
  if (message_part_is(m, 0, RELAY_PROMPT)) take_prompt(r);
  drain(r);
  if (message_part_is(m, 0, RELAY_STOP)) return false;
  if (message_part_is(m, 0, RELAY_IOPUB)) {
    wait_for_turn(r);
    pass_on(m, r->iopub);
  }
  if (message_part_is(m, 0, RELAY_CONTROL)) pass_on(m, r->control);
  if (message_part_is(m, 0, RELAY_PARENT)) set_parent(r, m);
  return true;
}

/* Publishes streams that are due; returns the milliseconds until the next one is. */
static long publish_due(Relay *r) {
  double now = clock_seconds();
  long wait = IDLE;
  for (int i = 0; i < 2; i++) {
    Stream *s = &r->stream[i];
    if (s->size > 0 && now >= s->due) publish_stream(r, s, false);
    if (s->size == 0) continue;
    long left = (long)((s->due - now) * 1000) + 1;
    if (left < wait) wait = left;
  }
  return wait;
}

static void *run(void *context) {
  Relay *r = context;
  Message m = {.count = 0};
  bool stay = true;
  while (stay) {
    zmq_pollitem_t items[] = {{r->heartbeat, 0, ZMQ_POLLIN, 0}, {r->control, 0, ZMQ_POLLIN, 0},
                              {r->inside, 0, ZMQ_POLLIN, 0},    {NULL, r->stream[0].fd, ZMQ_POLLIN, 0},
                              {NULL, r->stream[1].fd, ZMQ_POLLIN, 0}};
    int count = r->stream[0].fd >= 0 ? 5 : 3;
    int ready = zmq.poll(items, count, publish_due(r));
    if (r->launcher != 0 && getppid() != r->launcher) _exit(1);
    if (ready <= 0) continue;
    if (items[0].revents != 0 && message_receive(&m, r->heartbeat)) message_send(&m, r->heartbeat);
    if (items[1].revents != 0 && message_receive(&m, r->control)) take_control(r, &m);
    for (int i = 0; i < count - 3; i++)
      if (items[3 + i].revents != 0) read_stream(r, &r->stream[i]);
    if (items[2].revents == 0 || !message_receive(&m, r->inside)) continue;
    stay = take_inside(r, &m);
    sem_post(&r->done);
  }
  message_release(&m);
  return NULL;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

bool relay_start(Relay *r) {
  sigset_t all, old;
  const char *launcher = getenv("JPY_PARENT_PID");
  if (launcher != NULL && atol(launcher) == (long)getppid()) r->launcher = getppid();
  r->paced = getenv("JPY_SESSION_NAME") != NULL; /* a server started us */
  r->budget = BURST;
  r->counted = clock_seconds();
  sem_init(&r->done, 0, 0);
  sigfillset(&all); /* signals are for the thread of Lua */
  pthread_sigmask(SIG_SETMASK, &all, &old);
  int failure = pthread_create(&r->thread, NULL, run, r);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  r->running = failure == 0;
  errno = failure;
  return r->running;
}

void relay_wait(Relay *r) {
  while (r->running && sem_wait(&r->done) != 0) continue; /* a signal came */
}

void relay_stop(Relay *r, void *inside) {
  if (r->running) {
    fflush(stdout);
    fflush(stderr);
    zmq.send(inside, RELAY_STOP, strlen(RELAY_STOP), 0);
    pthread_join(r->thread, NULL);
    sem_destroy(&r->done);
    r->running = false;
  }
  relay_release(r);
  for (int i = 0; i < 2; i++) free(r->stream[i].text);
  free(r->parent);
  r->parent = NULL;
}

/* Nobody types at descriptor 0: a child that reads it is at the end at once. */
static void close_input(void) {
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0) return;
  dup2(nothing, STDIN_FILENO);
  if (nothing != STDIN_FILENO) close(nothing);
}

/* The writing end takes the place of 'target'; ours is read without waiting. */
static bool capture(Stream *s, int target) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  s->original = fcntl(target, F_DUPFD_CLOEXEC, 3);
  bool good = dup2(ends[1], target) >= 0;
  close(ends[1]);
  s->fd = ends[0];
  fcntl(s->fd, F_SETFL, O_NONBLOCK);
  return good;
}

bool relay_capture(Relay *r) {
  fflush(stdout);
  fflush(stderr);
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* a line is to be seen when it is written */
  close_input();
  return capture(&r->stream[0], STDOUT_FILENO) && capture(&r->stream[1], STDERR_FILENO);
}

void relay_release(Relay *r) {
  fflush(stdout);
  fflush(stderr);
  for (int i = 0; i < 2; i++) {
    Stream *s = &r->stream[i];
    if (s->fd < 0) continue;
    if (s->original >= 0) {
      dup2(s->original, STDOUT_FILENO + i);
      close(s->original);
    }
    close(s->fd);
    s->fd = s->original = -1;
  }
}
