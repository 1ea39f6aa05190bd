/* temporary.h: what is put in order when a signal ends the process: SIGTERM, or SIGHUP where nobody ignores it. */
#ifndef HECATE_TEMPORARY_H
#define HECATE_TEMPORARY_H

#include <signal.h>
#include <stddef.h>

/* A file that is only there for a while: the signal removes it. What cannot be noted stays behind. */
void temporary_note(const char *path);
/* The template of a file that is there for a while, in the folder that $TMPDIR names or in /tmp. */
void temporary_template(char *path, size_t size);
/* Makes the file of a template (as mkstemp's) and notes it, so that no signal falls between the two. Its descriptor, or
** -1: errno says why not. */
int temporary_create(char *path);
void temporary_forget(const char *path);
/* Called by the signal, once; it must be safe in a handler. */
void temporary_at_signal(void (*function)(void));
/* In a copy of the process (fork), which has these signals blocked since before: what was noted is the maker's. The
** copy removes its own files, whatever the maker did with the signals. */
void temporary_begin_copy(void);
/* The signals, for a mask: what is made and noted between is in order. */
void temporary_signals(sigset_t *set);

#endif
