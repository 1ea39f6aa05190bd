/* host_api.c: the functions that plug-ins of devices get. */
#include "host_api.h"

#include "core/internal.h"

static const OpInfo *host_op_info(OpId op) { return op_info(op); }

const HostApi host_api = {
    .version = HOST_API_VERSION,
    .rows = OPS_HASH,
    .fail = fail,
    .memory_alloc = memory_alloc,
    .memory_free = memory_free,
    .tensor_empty = tensor_empty,
    .tensor_release = tensor_release,
    .tensor_is_contiguous = tensor_is_contiguous,
    .tensor_contiguous = tensor_contiguous,
    .tensor_cast = tensor_cast,
    .tensor_copy = tensor_copy,
    .element_get = element_get,
    .element_set = element_set,
    .scalar_fits = scalar_fits,
    .resolve_dim = resolve_dim,
    .resolve_dims = resolve_dims,
    .op_info = host_op_info,
    .generator_new = generator_new,
    .generator_default = generator_default,
    .device_register = device_register,
};
