/* clones.h: for the few loops outside of the kernels that are worth more than the oldest processor's instructions: the
** compiler makes a clone of the function for processors with AVX2, and the linker picks one.
*/
#ifndef HECATE_CLONES_H
#define HECATE_CLONES_H

/* The resolvers of clones run before a sanitizer is ready. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(HECATE_SANITIZE)
#define CLONES __attribute__((target_clones("arch=haswell", "default")))
#else
#define CLONES
#endif

#endif
