/* version.c: the one file that libhecate.so has beside the tensor library. */
const char *hecate_version(void);

__attribute__((visibility("default"))) const char *hecate_version(void) { return HECATE_VERSION; }
