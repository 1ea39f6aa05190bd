/* temporary.h: what is put in order when a signal ends the process: SIGTERM, or SIGHUP where nobody ignores it. */
#ifndef HECATE_TEMPORARY_H
#define HECATE_TEMPORARY_H

/* A file that is only there for a while: the signal removes it. What cannot be noted stays behind. */
void temporary_note(const char *path);
/* Makes the file of a template (as mkstemp's) and notes it, so that no signal falls between the two. Its descriptor, or
** -1: errno says why not. */
int temporary_create(char *path);
void temporary_forget(const char *path);
/* Called by the signal, once; it must be safe in a handler. */
void temporary_at_signal(void (*function)(void));

#endif
