/* launch.h: what the emulated driver uses of the emulated threads. */
#ifndef HECATE_EMULATOR_LAUNCH_H
#define HECATE_EMULATOR_LAUNCH_H

struct EmulatedEntry;
EmulatedEntry *emulated_find(const char *name); /* NULL: there is no kernel of the name */
void emulated_launch(EmulatedEntry *entry, const unsigned grid[3], const unsigned block[3], void **parameters);
/* Where kernels note faults from now on. */
void emulated_set_fault(unsigned *word);

#endif
