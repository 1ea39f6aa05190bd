/* launch.c: how many threads a kernel gets. */
#include "cuda.h"

#define LAUNCH_BLOCK 256
#define LAUNCH_BLOCKS 16 /* blocks of a multiprocessor: 8 are there at once, the others follow */

/* For n units of work, each of one thread: full blocks, not more than the device holds at once. */
static CudaShape launch_shape(const CudaState *state, int64_t n) {
  const int64_t blocks = (n + LAUNCH_BLOCK - 1) / LAUNCH_BLOCK, most = (int64_t)state->processors * LAUNCH_BLOCKS;
  return (CudaShape){{(unsigned)(blocks < 1 ? 1 : blocks < most ? blocks : most), 1, 1}, {LAUNCH_BLOCK, 1, 1}};
}

CudaShape launch_lines(int64_t lines, int64_t length, bool across, int most) {
  int x = across ? 32 : 1, y = 1;
  while (y < length && x * y < most && y < 256) y *= 2;
  while (!across && x * y < 64 && x < lines) x *= 2; /* short lines: several in a block */
  return (CudaShape){{(unsigned)((lines + x - 1) / x), 1, 1}, {(unsigned)x, (unsigned)y, 1}};
}

Status launch_named(Device device, DType dtype, const char *piece, const char *name, const CudaShape *shape, int64_t n,
                    void **parameters) {
  CudaState *state;
  CudaFunction kernel;
  TRY(devices_use(device.index, &state));
  TRY(module_kernel(device.index, dtype, piece, name, &kernel));
  const CudaShape s = shape != NULL ? *shape : launch_shape(state, n);
  return driver_check(driver.launch(kernel, s.grid[0], s.grid[1], s.grid[2], s.block[0], s.block[1], s.block[2], 0,
                                    state->stream, parameters, NULL),
                      "a kernel");
}
