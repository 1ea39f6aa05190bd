/* test_tensor.c: tensors and their element types from C: views over a storage, promotion, casts. */
#include <math.h>

#include "check.h"
#include "values.h"

/* ---- tensors ------------------------------------------------------------------------ */

static void test_tensors(void) {
  int64_t start = bytes_used();
  char text[SHAPE_TEXT];
  Tensor *x = make(DTYPE_FLOAT32, 2, 2, 3, (double[]){0, 1, 2, 3, 4, 5});
  CHECK(x->numel == 6 && x->stride[0] == 3 && x->stride[1] == 1 && x->offset == 0);
  CHECK(tensor_is_contiguous(x));
  CHECK(strcmp(tensor_text(text, x), "float32 (2×3)") == 0);
  CHECK(at(x, 5) == 5);

  Tensor *turned, *dense, *row;
  CHECK_OK(op_transpose(x, 0, 1, &turned));
  CHECK(turned->storage == x->storage && turned->shape[0] == 3 && turned->shape[1] == 2);
  CHECK(turned->stride[0] == 1 && turned->stride[1] == 3 && !tensor_is_contiguous(turned));
  CHECK(HOLDS(turned, 0, 3, 1, 4, 2, 5));
  CHECK_OK(tensor_contiguous(turned, &dense));
  CHECK(dense->storage != x->storage && tensor_is_contiguous(dense));
  CHECK(HOLDS(dense, 0, 3, 1, 4, 2, 5));
  tensor_release(dense);
  CHECK_OK(tensor_contiguous(x, &dense));
  CHECK(dense == x);
  tensor_release(dense);

  CHECK_OK(op_select(turned, 0, 1, &row));
  CHECK(row->ndim == 1 && row->offset == 1 && row->stride[0] == 3 && HOLDS(row, 1, 4));
  unsigned version = x->storage->version;
  CHECK_OK(op_call_in_place(OP_ZERO, &row, 1, NULL));
  CHECK(HOLDS(x, 0, 0, 2, 3, 0, 5));
  CHECK(x->storage->version == version + 1);
  tensor_release(x); /* the views keep the storage */
  CHECK(HOLDS(turned, 0, 3, 0, 0, 2, 5));
  tensor_release(turned);
  tensor_release(row);

  Tensor *none, *wide, *narrow;
  CHECK_OK(tensor_empty_cpu(2, (int64_t[]){0, 3}, DTYPE_INT64, &none));
  CHECK(none->numel == 0 && tensor_is_contiguous(none));
  CHECK_OK(sum(none, &wide));
  CHECK(HOLDS(wide, 0));
  tensor_release(wide);
  tensor_release(none);
  CHECK(tensor_empty_cpu(2, (int64_t[]){-1, 3}, DTYPE_INT64, &none) == ERROR_ARGUMENT && none == NULL);
  CHECK(tensor_empty_cpu(2, (int64_t[]){INT64_MAX / 2, 9}, DTYPE_INT64, &none) != OK && none == NULL);

  x = VECTOR(1, 2, 3, 4, 5, 6);
  CHECK_OK(op_slice(x, 0, 1, 4, 2, &narrow));
  CHECK(narrow->storage == x->storage && narrow->stride[0] == 2 && at(narrow, 0) == 2 && at(narrow, 1) == 4);
  tensor_release(narrow);
  CHECK_OK(op_narrow(x, 0, 2, 3, &narrow));
  CHECK(HOLDS(narrow, 3, 4, 5));
  tensor_release(narrow);
  FAILS(op_narrow(x, 0, 4, 3, &narrow), ERROR_ARGUMENT,
        "narrow: 3 elements from position 5 do not fit in dimension 1 of size 6");
  CHECK(narrow == NULL);
  FAILS(op_select(x, 0, 6, &narrow), ERROR_ARGUMENT,
        "select: position 7 is out of range for dimension 1 of size 6");
  CHECK_OK(op_view(x, sizes(2, 2, -1), &wide));
  CHECK(wide->ndim == 2 && wide->shape[1] == 3 && wide->storage == x->storage);
  FAILS(op_view(x, sizes(2, 4, 2), &narrow), ERROR_ARGUMENT, "view: shape (4×2) does not hold 6 elements");
  CHECK_OK(op_transpose(wide, 0, 1, &turned));
  CHECK(op_view(turned, sizes(1, 6, 0), &narrow) == ERROR_ARGUMENT);
  CHECK_OK(op_reshape(turned, sizes(1, 6, 0), &narrow));
  CHECK(HOLDS(narrow, 1, 4, 2, 5, 3, 6) && narrow->storage != x->storage);
  tensor_release(narrow);
  tensor_release(turned);
  tensor_release(wide);

  /* a tensor over a storage must lie inside it */
  int64_t shape[] = {2, 2}, stride[] = {2, 1};
  CHECK_OK(tensor_from_storage(x->storage, DTYPE_FLOAT64, 2, 2, shape, stride, &wide));
  CHECK(HOLDS(wide, 3, 4, 5, 6));
  tensor_release(wide);
  CHECK(tensor_from_storage(x->storage, DTYPE_FLOAT64, 3, 2, shape, stride, &wide) == ERROR_ARGUMENT && wide == NULL);
  CHECK_OK(tensor_alias(x, &wide));
  CHECK(wide != x && wide->storage == x->storage && wide->numel == 6);
  tensor_release(wide);
  tensor_release(x);
  CHECK(bytes_used() == start);
}

/* ---- dtypes ------------------------------------------------------------------------- */

static void test_dtypes(void) {
  int64_t start = bytes_used();
  CHECK(dtype_promote(DTYPE_BOOL, DTYPE_UINT8) == DTYPE_UINT8);
  CHECK(dtype_promote(DTYPE_INT64, DTYPE_UINT8) == DTYPE_INT64);
  CHECK(dtype_promote(DTYPE_INT64, DTYPE_FLOAT32) == DTYPE_FLOAT32);
  CHECK(dtype_promote(DTYPE_FLOAT64, DTYPE_FLOAT32) == DTYPE_FLOAT64);
  CHECK(dtype_promote(DTYPE_UINT8, DTYPE_INT8) == DTYPE_INT16);
  CHECK(dtype_promote(DTYPE_FLOAT16, DTYPE_BFLOAT16) == DTYPE_FLOAT32);
  CHECK(dtype_promote(DTYPE_INT64, DTYPE_FLOAT16) == DTYPE_FLOAT16);
  CHECK(dtype_promote(DTYPE_UINT16, DTYPE_INT32) == DTYPE_NONE);
  for (int a = 0; a < DTYPE_COUNT; a++)
    for (int b = 0; b < DTYPE_COUNT; b++)
      if (dtype_promote((DType)a, (DType)b) != dtype_promote((DType)b, (DType)a)) CHECK(false);
  CHECK(dtype_can_cast(DTYPE_BOOL, DTYPE_INT32) && !dtype_can_cast(DTYPE_FLOAT32, DTYPE_INT64));
  CHECK(dtype_can_cast(DTYPE_FLOAT64, DTYPE_FLOAT32));
  DType dtype;
  CHECK(dtype_from_name("int32", &dtype) && dtype == DTYPE_INT32);
  CHECK(!dtype_from_name("int33", &dtype));
  CHECK(strcmp(dtype_name(DTYPE_UINT8), "uint8") == 0 && dtype_size(DTYPE_FLOAT64) == 8);
  CHECK(dtype_set_default(DTYPE_INT64) == ERROR_ARGUMENT && dtype_default() == DTYPE_FLOAT32);

  /* a * b of all pairs */
  for (int a = 0; a < DTYPE_COUNT; a++)
    for (int b = 0; b < DTYPE_COUNT; b++) {
      Tensor *x = make((DType)a, 1, 1, 0, (double[]){1}), *y = make((DType)b, 1, 1, 0, (double[]){1}), *z = NULL;
      Status status = op_mul(x, y, &z);
      bool refused = dtype_is_stored((DType)a) || dtype_is_stored((DType)b) ||
                     dtype_promote((DType)a, (DType)b) == DTYPE_NONE;
      check_at(__FILE__, __LINE__, refused ? status == ERROR_ARGUMENT && z == NULL
                                : status == OK && z->dtype == dtype_promote((DType)a, (DType)b) && at(z, 0) == 1,
               dtype_name((DType)a));
      tensor_release(x);
      tensor_release(y);
      tensor_release(z);
    }
  /* a wrapped number changes the category only */
  Tensor *x = make(DTYPE_UINT8, 1, 2, 0, (double[]){1, 2}), *n, *y;
  CHECK_OK(tensor_wrap_number(scalar_int(3), &n));
  CHECK_OK(op_mul(x, n, &y));
  CHECK(y->dtype == DTYPE_UINT8 && HOLDS(y, 3, 6));
  tensor_release(y);
  tensor_release(n);
  CHECK_OK(tensor_wrap_number(scalar_float(0.5), &n));
  CHECK_OK(op_mul(x, n, &y));
  CHECK(y->dtype == DTYPE_FLOAT32 && HOLDS(y, 0.5, 1));
  tensor_release(y);
  FAILS(op_call_in_place(OP_MUL, (Tensor *[]){x, n}, 2, NULL), ERROR_ARGUMENT,
        "mul_: the result is float32 and cannot be stored in a tensor of uint8");
  CHECK(HOLDS(x, 1, 2));
  tensor_release(n);
  CHECK_OK(op_div(x, x, &y)); /* integers divide into floats */
  CHECK(y->dtype == DTYPE_FLOAT32 && HOLDS(y, 1, 1));
  tensor_release(y);
  tensor_release(x);

  /* casts truncate; NaN and what int32 and int64 cannot hold is their smallest number */
  const double values[] = {1e300, -1e300, (double)NAN, 2.9, -2.9, 300, (double)INFINITY};
  for (int from = DTYPE_FLOAT32; from <= DTYPE_FLOAT64; from++) {
    x = make((DType)from, 1, 7, 0, values);
    CHECK_OK(tensor_cast(x, DTYPE_INT32, &y));
    CHECK(HOLDS(y, INT32_MIN, INT32_MIN, INT32_MIN, 2, -2, 300, INT32_MIN));
    tensor_release(y);
    CHECK_OK(tensor_cast(x, DTYPE_UINT8, &y));
    CHECK(HOLDS(y, 0, 0, 0, 2, 254, 44, 0)); /* the low byte of the int64 */
    tensor_release(y);
    CHECK_OK(tensor_cast(x, DTYPE_INT64, &y));
    const int64_t *v = tensor_data(y);
    CHECK(v[0] == INT64_MIN && v[1] == INT64_MIN && v[2] == INT64_MIN && v[3] == 2 && v[4] == -2 && v[6] == INT64_MIN);
    tensor_release(y);
    CHECK_OK(tensor_cast(x, DTYPE_BOOL, &y));
    CHECK(HOLDS(y, 1, 1, 1, 1, 1, 1, 1));
    tensor_release(y);
    CHECK_OK(tensor_cast(x, (DType)from, &y));
    CHECK(y == x);
    tensor_release(y);
    tensor_release(x);
  }
  x = make(DTYPE_INT64, 1, 3, 0, (double[]){-1, 256, 300});
  CHECK_OK(tensor_cast(x, DTYPE_UINT8, &y));
  CHECK(HOLDS(y, 255, 0, 44));
  tensor_release(y);
  tensor_release(x);
  CHECK(scalar_to_int(scalar_float(1e19)) == INT64_MIN && scalar_to_int(scalar_float(NAN)) == INT64_MIN);
  CHECK(bytes_used() == start);
}

int main(void) {
  test_tensors();
  test_dtypes();
  return check_result();
}
