/* attributes.c: what x.NAME is where it is no method, and what may be assigned: x.shape, x.dtype, x.grad … */
#include <string.h>

#include "call.h"

/** torch.Tensor: What a tensor has: attributes, methods, and operators: + - * / // % ^ and the
** unary minus element by element with broadcasting, & | ~ on booleans and integers, == for
** torch.equal, # for the length of the first dimension. x[i] selects in the first dimension;
** x[{i, {a, b}, {}}] takes one item a dimension: a position, a range, all. */
/** x.shape -> int[]: The size of each dimension: an array that prints as torch.Size({2, 3}) and compares
** with ==.
** Example: torch.zeros(2, 3).shape */
static int get_shape(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "shape", "self");
  size_push(L, t->ndim, t->shape);
  return 1;
}
/** x.dtype -> torch.dtype: The type of the elements, such as torch.float32. */
static int get_dtype(lua_State *L) {
  dtype_push(L, (DType)tensor_check(L, 1, "dtype", "self")->dtype);
  return 1;
}
/** x.device -> torch.device: Where the elements are; prints as cpu or cuda:0. */
static int get_device(lua_State *L) {
  device_push(L, tensor_device(tensor_check(L, 1, "device", "self")));
  return 1;
}
/** x.ndim -> int: The number of dimensions. */
static int get_ndim(lua_State *L) {
  lua_pushinteger(L, tensor_check(L, 1, "ndim", "self")->ndim);
  return 1;
}
/* A sparse tensor, which torch.sparse makes of the rows: positions count from 1 there. */
static int sparse_grad_push(lua_State *L, Tensor *t, Tensor *places, Tensor *values) {
  open_push_global(L, "require");
  lua_pushliteral(L, "torch.sparse");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "_of_rows");
  tensor_push(L, places);
  tensor_push(L, values);
  lua_pushinteger(L, t->shape[0]);
  lua_call(L, 3, 1);
  return 1;
}

/* Assigns rows; false where the value at 'index' is no sparse tensor. */
static bool sparse_grad_set(lua_State *L, Tensor *t, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || tensor_test(L, index) != NULL) return false;
  if (luaL_getmetafield(L, index, "__name") != LUA_TSTRING || strcmp(lua_tostring(L, -1), "SparseTensor") != 0)
    return false;
  lua_getfield(L, index, "rows_of");
  lua_pushvalue(L, index);
  lua_call(L, 1, 2);
  error_check(L, tensor_set_sparse_grad(t, tensor_check(L, -2, "grad", "value"), tensor_check(L, -1, "grad", "value")));
  return true;
}

/** x.grad -> Tensor|nil: The gradient that backward has added up, a tensor in the shape of x, or nil. May be
** assigned.
** Example:
**     local w = torch.ones(2, {requires_grad = true})
**     w:mul(3):sum():backward()
**     return w.grad */
static int get_grad(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "grad", "self"), *places, *values;
  if (tensor_sparse_grad(t, &places, &values)) return sparse_grad_push(L, t, places, values);
  tensor_push(L, tensor_grad(t));
  return 1;
}
/** x.requires_grad -> bool: Whether gradients for x are wanted or pass through it. May be assigned for
** leaves of a floating point dtype. */
static int get_requires_grad(lua_State *L) {
  lua_pushboolean(L, tensor_requires_grad(tensor_check(L, 1, "requires_grad", "self")));
  return 1;
}
/** x.is_cpu -> bool: Whether the elements are in the memory of the processor. */
static int get_is_cpu(lua_State *L) {
  lua_pushboolean(L, tensor_device(tensor_check(L, 1, "is_cpu", "self")).type == DEVICE_CPU);
  return 1;
}
/** x.is_cuda -> bool: Whether the elements are on a CUDA device. */
static int get_is_cuda(lua_State *L) {
  lua_pushboolean(L, tensor_device(tensor_check(L, 1, "is_cuda", "self")).type == DEVICE_CUDA);
  return 1;
}
/** x.is_meta -> bool: Whether x has a shape and no elements (device "meta"). */
static int get_is_meta(lua_State *L) {
  lua_pushboolean(L, tensor_device(tensor_check(L, 1, "is_meta", "self")).type == DEVICE_META);
  return 1;
}
/** x.is_sparse -> bool: False; of what x:to_sparse() makes it is true. */
static int get_is_sparse(lua_State *L) {
  tensor_check(L, 1, "is_sparse", "self");
  lua_pushboolean(L, false);
  return 1;
}
/** x.is_quantized -> bool: False: there are no quantized tensors here. */
/** x.is_nested -> bool: False: there are no nested tensors here. */
/** x.is_sparse_csr -> bool: False: sparse tensors are in coordinate form. */
/** x.is_mkldnn -> bool: False: the layouts of oneDNN are seen by no program. */
/** x.is_mps -> bool: False: there is no such device. */
/** x.is_xpu -> bool: False: there is no such device. */
static int get_never(lua_State *L) {
  tensor_check(L, 1, "attribute", "self");
  lua_pushboolean(L, false);
  return 1;
}
/** x.itemsize -> int: The bytes of an element.
** Example: torch.zeros(1).itemsize */
static int get_itemsize(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)tensor_itemsize(tensor_check(L, 1, "itemsize", "self")));
  return 1;
}
/** x.nbytes -> int: The bytes of all elements of its shape.
** Example: torch.zeros(2, 3).nbytes */
static int get_nbytes(lua_State *L) {
  const Tensor *t = tensor_check(L, 1, "nbytes", "self");
  lua_pushinteger(L, t->numel * (lua_Integer)tensor_itemsize(t));
  return 1;
}
/** x.is_leaf -> bool: Whether x was not computed from tensors that require a gradient. */
static int get_is_leaf(lua_State *L) {
  lua_pushboolean(L, tensor_is_leaf(tensor_check(L, 1, "is_leaf", "self")));
  return 1;
}
/** x.data -> Tensor: The same elements without the history: changes are not seen by backward. May be assigned
** a tensor of the same shape and dtype. */
static int get_data(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "data", "self");
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_detach(t, &box->tensor));
  return 1;
}
static int get_version(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)tensor_changes(tensor_check(L, 1, "_version", "self")));
  return 1;
}
/** x.mT -> Tensor: A view with the last two dimensions exchanged. */
static int get_transposed(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "mT", "self");
  TensorBox *box = tensor_box(L);
  if (t->ndim == 1) error_raise(L, "mT: expected at least 2 dimensions, got 1");
  error_check(L, t->ndim == 0 ? op_call(OP_ALIAS, &t, 1, NULL, &box->tensor) : op_transpose(t, -2, -1, &box->tensor));
  return 1;
}
/** x.T -> Tensor: A view with the dimensions in reverse order. */
static int get_reversed(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "T", "self");
  TensorBox *box = tensor_box(L);
  Ints dims = {.n = t->ndim};
  for (int i = 0; i < t->ndim; i++) dims.v[i] = t->ndim - 1 - i;
  error_check(L, op_permute(t, dims, &box->tensor));
  return 1;
}

/** x.real -> Tensor: The real parts, a view; of real numbers x itself. */
static int get_real(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "real", "self");
  if (!dtype_is_complex((DType)t->dtype)) {
    lua_settop(L, 1);
    return 1;
  }
  TensorBox *box = tensor_box(L);
  error_check(L, op_real(t, &box->tensor));
  return 1;
}
/** x.imag -> Tensor: The imaginary parts of complex numbers, a view. */
static int get_imag(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "imag", "self");
  TensorBox *box = tensor_box(L);
  error_check(L, op_imag(t, &box->tensor));
  return 1;
}
/** x.mH -> Tensor: The last two dimensions exchanged, complex numbers conjugated. */
/** x.H -> Tensor: Of a matrix: transposed, complex numbers conjugated. */
static int get_adjoint(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "mH", "self"), *turned;
  if (t->ndim == 1) return error_raise(L, "mH: expected matrices or a number, got 1 dimension");
  TensorBox *box = tensor_box(L);
  error_check(L, t->ndim == 0 ? op_call(OP_ALIAS, &t, 1, NULL, &turned) : op_transpose(t, -2, -1, &turned));
  Status status = op_conj(turned, &box->tensor);
  tensor_release(turned);
  error_check(L, status);
  return 1;
}
static int get_matrix_adjoint(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "H", "self");
  if (t->ndim != 2 && t->ndim != 0) return error_raise(L, "H: expected a matrix, got %d dimensions", (int)t->ndim);
  return get_adjoint(L);
}

/** x.grad_fn -> torch.autograd.Node|nil: The op that x is the result of, nil for leaves. It has name(),
** next_functions(), register_hook(f), register_prehook(f) and metadata(). */
static int get_grad_fn(lua_State *L) {
  node_push(L, tensor_grad_fn(tensor_check(L, 1, "grad_fn", "self")));
  return 1;
}

const luaL_Reg tensor_attributes[] = {
    {"shape", get_shape}, {"dtype", get_dtype}, {"device", get_device}, {"ndim", get_ndim}, {"T", get_reversed},
    {"mT", get_transposed}, {"mH", get_adjoint}, {"H", get_matrix_adjoint}, {"real", get_real}, {"imag", get_imag},
    {"grad", get_grad}, {"grad_fn", get_grad_fn}, {"requires_grad", get_requires_grad}, {"is_leaf", get_is_leaf},
    {"data", get_data}, {"_version", get_version}, {"is_cpu", get_is_cpu}, {"is_cuda", get_is_cuda},
    {"is_meta", get_is_meta}, {"is_sparse", get_is_sparse}, {"is_quantized", get_never},
    {"is_nested", get_never}, {"is_sparse_csr", get_never}, {"is_mkldnn", get_never}, {"is_mps", get_never},
    {"is_xpu", get_never}, {"itemsize", get_itemsize}, {"nbytes", get_nbytes},
    {NULL, NULL}};

int attribute_set(lua_State *L, Tensor *t, const char *key) {
  if (strcmp(key, "grad") == 0) {
    if (sparse_grad_set(L, t, 3)) return 0;
    Tensor *g = lua_isnil(L, 3) ? NULL : tensor_check(L, 3, "grad", "value");
    error_check(L, tensor_set_grad(t, g));
  } else if (strcmp(key, "requires_grad") == 0) {
    error_check(L, tensor_set_requires_grad(t, bool_check(L, 3, "requires_grad", "value")));
  } else if (strcmp(key, "data") == 0) {
    Tensor *from = tensor_check(L, 3, "data", "value");
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    if (from->dtype != t->dtype || !tensor_same_shape(t, from))
      return error_raise(L, "data: expected %s as the tensor's, got %s", tensor_text(a, t), tensor_text(b, from));
    error_check(L, tensor_set_data(t, from));
  } else if (tag_field(L, 1, 2)) {
    tag_push(L, 1);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_rawset(L, -3);
  } else
    return error_raise(L, "tensor: no attribute '%s' that can be set; grad, requires_grad and data can", key);
  return 0;
}
