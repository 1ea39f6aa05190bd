/* test_device.c: a device that has memory and copies and nothing else, in the place of CUDA. Its tensors are made,
** moved and read; everything that it does not have is an error that says so.
*/
#include <stdlib.h>

#include "check.h"
#include "core/internal.h"
#include "device/device.h"
#include "ops/optim/optimiser.h"

static int small_count(void) { return 1; }
static Status small_allocate(int index, size_t bytes, void **data) {
  (void)index;
  return (*data = malloc(bytes + 1)) != NULL ? OK : ERROR_MEMORY;
}
static void small_free(int index, void *data, size_t bytes) {
  (void)index, (void)bytes;
  free(data);
}
static Status small_bytes(int index, void *to, const void *from, size_t bytes) {
  (void)index;
  memcpy(to, from, bytes);
  return OK;
}
static Status small_between(int to_index, void *to, int from_index, const void *from, size_t bytes) {
  (void)to_index;
  return small_bytes(from_index, to, from, bytes);
}
static Status small_fill(Tensor *t, Scalar value) { return device_table[DEVICE_CPU]->fill(t, value); }
static Status small_copy(Tensor *to, Tensor *from) { return device_table[DEVICE_CPU]->copy(to, from); }

static const DeviceOps small = {.type = DEVICE_CUDA,
                                .has_data = true,
                                .count = small_count,
                                .allocate = small_allocate,
                                .free = small_free,
                                .from_host = small_bytes,
                                .to_host = small_bytes,
                                .between = small_between,
                                .fill = small_fill,
                                .copy = small_copy};

static bool says(const char *text) { return strstr(status_message(), text) != NULL; }

/* A table without one of the functions that it needs is refused, and another one may come. */
static void test_refused(void) {
  DeviceOps table = small;
  table.copy = NULL;
  CHECK(device_register(&table) == ERROR_ARGUMENT && says("device_register: the table of 'cuda' has no 'copy'"));
  table = small, table.from_host = NULL;
  CHECK(device_register(&table) == ERROR_ARGUMENT && says("has no 'from_host'"));
  CHECK(device_register(&small) == OK);
  CHECK(device_register(&small) == ERROR_ARGUMENT && says("there is a device 'cuda' already"));
}

static void test_moved(Tensor **there) {
  const int64_t shape[] = {3};
  Device device;
  Tensor *here = NULL, *back = NULL;
  double number = 0;
  CHECK(device_named("cuda", &device) == OK);
  CHECK(tensor_empty("empty", 1, shape, DTYPE_FLOAT32, device, there) == OK);
  CHECK(device_of(*there)->fill(*there, scalar_float(2.5)) == OK);
  CHECK(op_transfer(*there, (Device){DEVICE_CPU, 0}, &back) == OK && device_is_host(tensor_device(back)));
  number = ((const float *)tensor_data(back))[2];
  CHECK(number == 2.5);
  CHECK(op_transfer(back, device, &here) == OK && tensor_device(here).type == DEVICE_CUDA);
  tensor_release(here);
  tensor_release(back);
}

static void test_absent(Tensor *x) {
  Tensor *out = NULL;
  MemoryStats stats = {.bytes = 1};
  double sum;
  CHECK(op_exp(x, &out) == ERROR_ARGUMENT && says("exp: ") && says("not there on cuda for float32 yet"));
  CHECK(op_softmax(x, 0, DTYPE_NONE, &out) == ERROR_ARGUMENT && says("softmax: not there on cuda yet"));
  CHECK(!optimiser_has(x));
  CHECK(device_of(x)->power_sum(x, 2, &sum) == ERROR_ARGUMENT);
  CHECK(says("norm of gradients: not there on this device yet"));
  device_memory_stats(tensor_device(x), &stats);
  device_memory_reset_peak(tensor_device(x));
  device_memory_trim(tensor_device(x));
  CHECK(stats.bytes == 0);
  device_seed(1);
  CHECK(device_synchronize(tensor_device(x)) == OK);
}

int main(void) {
  Tensor *x = NULL;
  test_refused();
  test_moved(&x);
  test_absent(x);
  tensor_release(x);
  return check_result();
}
