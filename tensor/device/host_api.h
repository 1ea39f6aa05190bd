/* host_api.h: all that a plug-in of a device knows of the program that opens it: one struct of functions. The
** plug-in is linked with nothing of Hecate, so there is one allocator, one set of generators and modes, one table
** of ops.
*/
#ifndef HECATE_HOST_API_H
#define HECATE_HOST_API_H

#include "device/device.h"

#define HOST_API_VERSION 2 /* of this struct, of Tensor, Call, OpInfo and DeviceOps */

typedef struct {
  uint32_t version;
  uint32_t rows; /* OPS_HASH of the rows that the program was built from: ids and attributes of ops */

  /* status.h, memory.c */
  Status (*fail)(Status code, const char *format, ...) PRINTF(2, 3);
  void *(*memory_alloc)(size_t bytes);
  void (*memory_free)(void *block, size_t bytes);

  /* tensor.h, core/internal.h */
  Status (*tensor_empty)(const char *who, int ndim, const int64_t *shape, DType dtype, Device device, Tensor **out);
  void (*tensor_release)(Tensor *t);
  bool (*tensor_is_contiguous)(const Tensor *t);
  Status (*tensor_contiguous)(Tensor *t, Tensor **out);
  Status (*tensor_cast)(Tensor *t, DType dtype, Tensor **out);
  Status (*tensor_copy)(Tensor *to, Tensor *from);
  Scalar (*element_get)(DType dtype, const void *data);
  void (*element_set)(DType dtype, void *data, Scalar value);
  bool (*scalar_fits)(Scalar value, DType dtype);
  Status (*resolve_dim)(const char *who, int64_t dim, int ndim, int *out);
  Status (*resolve_dims)(const char *who, const Ints *dims, int ndim, uint32_t *bits);
  const OpInfo *(*op_info)(OpId op);

  /* generators */
  Status (*generator_new)(uint64_t seed, Generator **out);
  Generator *(*generator_default)(void);

  Status (*device_register)(const DeviceOps *ops);
} HostApi;

extern const HostApi host_api; /* of the program: device/host_api.c */

/* The one function of a plug-in: registers its device. Fails where the machine has none, or where the plug-in
** belongs to another version. */
typedef Status (*DevicePluginFn)(const HostApi *host);
#define DEVICE_PLUGIN_SYMBOL "hecate_device_plugin"

#endif
