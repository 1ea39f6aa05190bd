/* devices.c: the devices, their streams and generators, and what their kernels find wrong. */
#include "cuda.h"

#include "device/fault.h"

static CudaState devices[DEVICE_MOST];
static int device_number, current = 0;
static unsigned *fault_word; /* kernels write it, the host reads it */

static Status devices_describe(int index) {
  CudaState *s = &devices[index];
  CUDA_TRY(driver.device(&s->device, index), "the device");
  CUDA_TRY(driver.device_name(s->name, sizeof s->name, s->device), "the device's name");
  CUDA_TRY(driver.total_memory(&s->memory, s->device), "the device's memory");
  CUDA_TRY(driver.attribute(&s->processors, CUDA_MULTIPROCESSORS, s->device), "the device");
  CUDA_TRY(driver.attribute(&s->major, CUDA_MAJOR, s->device), "the device");
  CUDA_TRY(driver.attribute(&s->minor, CUDA_MINOR, s->device), "the device");
  return OK;
}

Status devices_open(void) {
  TRY(driver_open());
  CUDA_TRY(driver.count(&device_number), "the number of devices");
  if (device_number == 0) return host->fail(ERROR_ARGUMENT, "the driver of NVIDIA finds no device");
  if (device_number > DEVICE_MOST) device_number = DEVICE_MOST;
  for (int i = 0; i < device_number; i++) TRY(devices_describe(i));
  return OK;
}

int devices_count(void) { return device_number; }
int devices_current(void) { return current; }

Status devices_set_current(int index) {
  if (index < 0 || index >= device_number)
    return host->fail(ERROR_ARGUMENT, "cuda: there is no device %d: this machine has %d", index, device_number);
  current = index;
  return OK;
}

Status devices_use(int index, CudaState **state) {
  static int used = -1;
  CudaState *s = *state = &devices[index];
  if (s->context == NULL) CUDA_TRY(driver.retain_context(&s->context, s->device), "the context");
  if (used != index) CUDA_TRY(driver.set_context(s->context), "the context");
  used = index;
  if (fault_word != NULL) return OK;
  CUDA_TRY(driver.host_allocate((void **)&fault_word, 64, 3), "memory of the host"); /* for all devices, mapped */
  *fault_word = 0;
  return OK;
}

CudaAddress devices_fault_word(void) { return (CudaAddress)(uintptr_t)fault_word; }

Status devices_faults(const char *who) {
  if (fault_word == NULL) return OK;
  const unsigned bits = __atomic_exchange_n(fault_word, 0, __ATOMIC_RELAXED);
  if (bits == 0) return OK;
  return host->fail(ERROR_ARGUMENT, "%s: a call on cuda before this one met %s", who,
                    bits & FAULT_DIVISION   ? "a division by zero"
                    : bits & FAULT_CLASS    ? "a target that is none of the classes"
                    : bits & FAULT_POSITION ? "a position that is out of range"
                                            : "a probability that is not from 0 to 1");
}

Status devices_synchronize(int index) {
  CudaState *s;
  TRY(devices_use(index, &s));
  CUDA_TRY(driver.synchronize(), "synchronize");
  return devices_faults("synchronize");
}

/* The generator of a device, made at the first use. It takes the seed of the CPU's generator, as if it had been there
** when the program set that seed. */
Generator *devices_generator(int index) {
  CudaState *s = &devices[index];
  if (s->generator == NULL && host->generator_new(host->generator_default()->seed, &s->generator) != OK) return NULL;
  return s->generator;
}
