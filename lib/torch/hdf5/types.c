/* types.c: see types.h. bool is an enum of FALSE and TRUE, complex numbers are pairs of r and i, as h5py has them. */
#include "torch/hdf5/types.h"

#include <string.h>

static DType integer_dtype(hid_t type, const char **why) {
  static const DType with_sign[] = {[1] = DTYPE_INT8, [2] = DTYPE_INT16, [4] = DTYPE_INT32, [8] = DTYPE_INT64};
  static const DType without[] = {[1] = DTYPE_UINT8, [2] = DTYPE_UINT16, [4] = DTYPE_UINT32, [8] = DTYPE_UINT64};
  const size_t n = H5Tget_size(type);
  if (n == 1 || n == 2 || n == 4 || n == 8) return (H5Tget_sign(type) == H5T_SGN_NONE ? without : with_sign)[n];
  *why = "integers of an odd size";
  return DTYPE_NONE;
}

static DType float_dtype(hid_t type, const char **why) {
  const size_t n = H5Tget_size(type);
  size_t sign, exponent, exponent_bits, mantissa, mantissa_bits;
  if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) < 0) exponent_bits = 0;
  if (n == 2 && exponent_bits == 5) return DTYPE_FLOAT16;
  if (n == 2 && exponent_bits == 8) return DTYPE_BFLOAT16;
  if (n == 4 && exponent_bits == 8) return DTYPE_FLOAT32;
  if (n == 8 && exponent_bits == 11) return DTYPE_FLOAT64;
  *why = "floats of an odd size";
  return DTYPE_NONE;
}

static bool is_bool(hid_t type) {
  if (H5Tget_nmembers(type) != 2 || H5Tget_size(type) != 1) return false;
  char *a = H5Tget_member_name(type, 0), *b = H5Tget_member_name(type, 1);
  const bool known = a != NULL && b != NULL && strcmp(a, "FALSE") == 0 && strcmp(b, "TRUE") == 0;
  H5free_memory(a);
  H5free_memory(b);
  return known;
}

/* Of a pair of floats. */
static DType pair_dtype(hid_t type) {
  DType dtype = DTYPE_NONE;
  const char *why;
  if (H5Tget_nmembers(type) != 2) return DTYPE_NONE;
  char *a = H5Tget_member_name(type, 0), *b = H5Tget_member_name(type, 1);
  hid_t part = H5Tget_member_type(type, 0);
  if (a != NULL && b != NULL && strcmp(a, "r") == 0 && strcmp(b, "i") == 0 && H5Tget_class(part) == H5T_FLOAT) {
    const DType real = float_dtype(part, &why);
    dtype = real == DTYPE_FLOAT32 ? DTYPE_COMPLEX64 : real == DTYPE_FLOAT64 ? DTYPE_COMPLEX128 : DTYPE_NONE;
  }
  H5Tclose(part);
  H5free_memory(a);
  H5free_memory(b);
  return dtype;
}

DType hdf5_dtype(hid_t type, const char **why) {
  DType dtype = DTYPE_NONE;
  *why = "elements of an unknown class";
  switch (H5Tget_class(type)) {
    case H5T_INTEGER: return integer_dtype(type, why);
    case H5T_FLOAT: return float_dtype(type, why);
    case H5T_ENUM:
      *why = "an enum";
      return is_bool(type) ? DTYPE_BOOL : DTYPE_NONE;
    case H5T_COMPOUND:
      *why = "elements with several fields";
      return pair_dtype(type);
    case H5T_REFERENCE: *why = "references"; break;
    case H5T_VLEN: *why = "lists of any length"; break;
    case H5T_ARRAY: *why = "elements that are arrays"; break;
    case H5T_OPAQUE: *why = "bytes of no type"; break;
    case H5T_TIME: *why = "times"; break;
    case H5T_BITFIELD: *why = "bits"; break;
    default: break;
  }
  return dtype;
}

/* A float type of two bytes. */
static hid_t half_type(size_t exponent_bits) {
  hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  const size_t mantissa_bits = 15 - exponent_bits;
  if (H5Tset_fields(type, 15, mantissa_bits, exponent_bits, 0, mantissa_bits) < 0 || H5Tset_size(type, 2) < 0 ||
      H5Tset_ebias(type, (1u << (exponent_bits - 1)) - 1) < 0) {
    H5Tclose(type);
    return -1;
  }
  return type;
}

static hid_t bool_type(void) {
  hid_t type = H5Tenum_create(H5T_STD_I8LE);
  for (int8_t value = 0; value < 2; value++) H5Tenum_insert(type, value == 0 ? "FALSE" : "TRUE", &value);
  return type;
}

static hid_t pair_type(hid_t part, size_t size) {
  hid_t type = H5Tcreate(H5T_COMPOUND, 2 * size);
  H5Tinsert(type, "r", 0, part);
  H5Tinsert(type, "i", size, part);
  return type;
}

hid_t hdf5_type(DType dtype) {
  switch (dtype) {
    case DTYPE_BOOL: return bool_type();
    case DTYPE_UINT8: return H5Tcopy(H5T_STD_U8LE);
    case DTYPE_INT8: return H5Tcopy(H5T_STD_I8LE);
    case DTYPE_INT16: return H5Tcopy(H5T_STD_I16LE);
    case DTYPE_INT32: return H5Tcopy(H5T_STD_I32LE);
    case DTYPE_INT64: return H5Tcopy(H5T_STD_I64LE);
    case DTYPE_UINT16: return H5Tcopy(H5T_STD_U16LE);
    case DTYPE_UINT32: return H5Tcopy(H5T_STD_U32LE);
    case DTYPE_UINT64: return H5Tcopy(H5T_STD_U64LE);
    case DTYPE_FLOAT16: return half_type(5);
    case DTYPE_BFLOAT16: return half_type(8);
    case DTYPE_FLOAT32: return H5Tcopy(H5T_IEEE_F32LE);
    case DTYPE_FLOAT64: return H5Tcopy(H5T_IEEE_F64LE);
    case DTYPE_COMPLEX64: return pair_type(H5T_IEEE_F32LE, 4);
    case DTYPE_COMPLEX128: return pair_type(H5T_IEEE_F64LE, 8);
    default: return -1; /* float8: HDF5 has no such types */
  }
}
