/* replacement.h: a file that takes the place of another in one step, when it is whole: who reads the other meanwhile
** sees the old one or the new one. Until then it lies beside its target under a name of its own, which a signal that
** ends the process removes. */
#ifndef HECATE_REPLACEMENT_H
#define HECATE_REPLACEMENT_H
#include "vm.h"

typedef struct {
  int fd;          /* of the new file, or -1 */
  char *temporary; /* its path; NULL: there is none */
  char *target;    /* what is replaced: the path behind its symbolic links */
  bool pours;      /* the target is a pipe or a device, which gets the bytes of the new file */
  bool dry;        /* a dry run (hecate check): the new file lies elsewhere, and is dropped */
  bool unsynced;   /* placed without waiting for the disk: what is made anew in a moment */
} Replacement;

/* Makes the new file with the permissions of the target. False: errno says why, and there is nothing to drop. */
bool replacement_open(Replacement *r, const char *path);
/* Syncs the new file, unless it is unsynced, and puts it in its place. False: errno says why; replacement_drop is still
** to be called. */
bool replacement_place(Replacement *r);
/* Removes what has not taken its place; harmless after replacement_place. */
void replacement_drop(Replacement *r);
/* The path behind the symbolic links of 'path', also where they lead to no file; that of a device or a pipe stays.
** To be freed. NULL: errno says why. */
char *replacement_target(const char *path);

/* torch._C.replacement(path, who, unsynced): an object for libraries that write files themselves, by name. path() is
** where they write, place() puts it in its place, pours() is whether that is a pipe or a device. Errors begin with
** 'who' and the path. It goes with its variable (<close>). */
int replacement_new(lua_State *L);
/* torch._C.file_target(path) → the path behind its symbolic links; nil, why not. */
int replacement_find(lua_State *L);
#endif
