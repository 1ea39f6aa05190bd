/* driver.h: the functions of NVIDIA's driver that are used, found when the plug-in is opened: the plug-in loads where
** there is no driver. Names and types are those of cuda.h, which is not needed to build.
*/
#ifndef HECATE_CUDA_DRIVER_H
#define HECATE_CUDA_DRIVER_H

#include "device/host_api.h"

typedef int CudaResult; /* 0: no error */
typedef int CudaDevice;
typedef uint64_t CudaAddress; /* of memory of a device */
typedef struct CudaContextBox *CudaContext;
typedef struct CudaModuleBox *CudaModule;
typedef struct CudaFunctionBox *CudaFunction;
typedef struct CudaStreamBox *CudaStream; /* NULL: the default stream */
typedef struct CudaEventBox *CudaEvent;

/* X(field, symbol, parameters) */
#define DRIVER_FUNCTIONS(X)                                                                                        \
  X(init, cuInit, (unsigned flags))                                                                                \
  X(count, cuDeviceGetCount, (int *count))                                                                         \
  X(device, cuDeviceGet, (CudaDevice *device, int index))                                                          \
  X(device_name, cuDeviceGetName, (char *name, int length, CudaDevice device))                                     \
  X(attribute, cuDeviceGetAttribute, (int *value, int attribute, CudaDevice device))                               \
  X(total_memory, cuDeviceTotalMem_v2, (size_t *bytes, CudaDevice device))                                         \
  X(retain_context, cuDevicePrimaryCtxRetain, (CudaContext *context, CudaDevice device))                           \
  X(set_context, cuCtxSetCurrent, (CudaContext context))                                                           \
  X(synchronize, cuCtxSynchronize, (void))                                                                         \
  X(allocate, cuMemAlloc_v2, (CudaAddress *address, size_t bytes))                                                 \
  X(free, cuMemFree_v2, (CudaAddress address))                                                                     \
  X(memory_info, cuMemGetInfo_v2, (size_t *available, size_t *total))                                              \
  X(host_allocate, cuMemHostAlloc, (void **block, size_t bytes, unsigned flags))                                   \
  X(to_device, cuMemcpyHtoDAsync_v2, (CudaAddress to, const void *from, size_t bytes, CudaStream stream))          \
  X(to_host, cuMemcpyDtoHAsync_v2, (void *to, CudaAddress from, size_t bytes, CudaStream stream))                  \
  X(on_device, cuMemcpyDtoDAsync_v2, (CudaAddress to, CudaAddress from, size_t bytes, CudaStream stream))          \
  X(peer, cuMemcpyPeerAsync, (CudaAddress to, CudaContext to_context, CudaAddress from, CudaContext from_context,  \
                              size_t bytes, CudaStream stream))                                                    \
  X(set_bytes, cuMemsetD8Async, (CudaAddress to, unsigned char byte, size_t n, CudaStream stream))                 \
  X(stream_create, cuStreamCreate, (CudaStream *stream, unsigned flags))                                           \
  X(stream_destroy, cuStreamDestroy_v2, (CudaStream stream))                                                       \
  X(stream_query, cuStreamQuery, (CudaStream stream))                                                              \
  X(stream_synchronize, cuStreamSynchronize, (CudaStream stream))                                                  \
  X(stream_wait, cuStreamWaitEvent, (CudaStream stream, CudaEvent event, unsigned flags))                          \
  X(event_create, cuEventCreate, (CudaEvent *event, unsigned flags))                                               \
  X(event_destroy, cuEventDestroy_v2, (CudaEvent event))                                                           \
  X(event_record, cuEventRecord, (CudaEvent event, CudaStream stream))                                             \
  X(event_query, cuEventQuery, (CudaEvent event))                                                                  \
  X(event_synchronize, cuEventSynchronize, (CudaEvent event))                                                      \
  X(event_elapsed, cuEventElapsedTime, (float *milliseconds, CudaEvent start, CudaEvent end))                      \
  X(module_load, cuModuleLoadData, (CudaModule *module, const void *image))                                        \
  X(module_unload, cuModuleUnload, (CudaModule module))                                                            \
  X(module_function, cuModuleGetFunction, (CudaFunction *function, CudaModule module, const char *name))           \
  X(module_global, cuModuleGetGlobal_v2, (CudaAddress *address, size_t *bytes, CudaModule module, const char *name)) \
  X(launch, cuLaunchKernel, (CudaFunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,             \
                             unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared, CudaStream stream, \
                             void **parameters, void **extra))                                                     \
  X(error_text, cuGetErrorString, (CudaResult result, const char **text))

typedef struct {
#define DRIVER_FIELD(field, symbol, parameters) CudaResult(*field) parameters;
  DRIVER_FUNCTIONS(DRIVER_FIELD)
#undef DRIVER_FIELD
} Driver;

enum { CUDA_MULTIPROCESSORS = 16, CUDA_MAJOR = 75, CUDA_MINOR = 76 }; /* attributes of a device */
enum { CUDA_OUT_OF_MEMORY = 2, CUDA_NOT_READY = 600 };

extern const HostApi *host; /* the program that opened the plug-in */
extern Driver driver;

/* Opens the driver. Fails with words where there is none. HECATE_CUDA_DRIVER names another file (tests). */
Status driver_open(void);
/* A function of the driver's file, or of another library: the first of 'files' that opens; NULL: it is nowhere. */
void *driver_symbol(const char *name, void **library, const char *const *files);
/* OK, or the failure of what was tried: "cuda: allocate: out of memory". */
Status driver_check(CudaResult result, const char *what);
#define CUDA_TRY(call, what) TRY(driver_check(call, what))

#endif
