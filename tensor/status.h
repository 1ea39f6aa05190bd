/* status.h: how functions fail. A part of tensor.h, which states the rules; it knows no tensors.
*/
#ifndef HECATE_STATUS_H
#define HECATE_STATUS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(default) /* for plug-ins: see tensor.h */

typedef enum {
  OK = 0,
  ERROR_ARGUMENT,  /* the caller's mistake: shapes, dtypes, values */
  ERROR_MEMORY,    /* an allocation failed */
  ERROR_INTERRUPT, /* interrupt_request was called; see interrupt_clear */
  ERROR_IO,        /* a file is missing, damaged or cannot be written */
  ERROR_CALLBACK   /* a hook of the host failed; it holds the reason */
} Status;

#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* A number for a message: printf writes a NaN whose sign is set, as that of 0 / 0 is on x86, "-nan". */
static inline double shown(double number) { return number != number ? (double)NAN : number; }

/* Sets the message and returns 'code'. Messages start with the name of the
** function: "matmul: ...". */
Status fail(Status code, const char *format, ...) PRINTF(2, 3);
Status fail_memory(size_t bytes);
/* 'status'; where that is a failed allocation whose message names no function, it now names 'who'. */
Status fail_memory_of(const char *who, Status status);
const char *status_message(void);

/* Tells the user of a call that is allowed, but most likely not what was meant. The host shows it; without a host it
** is lost. */
void warn_user(const char *format, ...) PRINTF(1, 2);
void warn_host(void (*show)(const char *text));

/* Returns from the enclosing function when 'call' fails. */
#define TRY(call)                              \
  do {                                         \
    Status try_status_ = (call);               \
    if (try_status_ != OK) return try_status_; \
  } while (0)

/* Long work looks at this flag at each strip; safe to set in a signal
** handler. Work that sees it stops with ERROR_INTERRUPT. */
void interrupt_request(void);
bool interrupt_requested(void);
void interrupt_clear(void);

#pragma GCC visibility pop
#endif
