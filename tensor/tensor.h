/* tensor.h: the public interface of the tensor library. It knows no Lua.
**
** Ownership, stated once: arguments are borrowed, results are owned by the
** caller. A function that returns a tensor through a pointer gives one
** reference, to be given back with tensor_release. On failure results are
** NULL. Constructors named *_retain add a reference to what exists.
**
** Failure: functions that can fail return a Status; the message stays in
** status_message() of this thread until the next failure.
**
** Everything counts from 0 here; the 1-based positions of the language are
** converted at its border (vm/argument.c), as the op's row declares.
*/
#ifndef HECATE_TENSOR_H
#define HECATE_TENSOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtype.h"
#include "status.h"

/* What is declared here, in the two files above, and in vm/vm.h, is what plug-ins may use (vm/plugin.c): these
** functions alone are seen outside of the executable and of torch.so. */
#pragma GCC visibility push(default)

/* ---- memory.c ---------------------------------------------------------- */

/* All memory of the library. Blocks are 64-byte aligned; freed ones go to
** size-class lists and come back without malloc. NULL when it fails (the
** status message is set). memory_free(NULL, 0) does nothing; 'bytes' is the size asked for. */
void *memory_alloc(size_t bytes);
void *memory_zalloc(size_t bytes);
void *memory_realloc(void *block, size_t old_bytes, size_t bytes);
void memory_free(void *block, size_t bytes);
void memory_trim(void); /* gives cached blocks back to the system */

typedef struct {
  int64_t bytes;   /* in use by the caller */
  int64_t peak;    /* its maximum since memory_reset_peak */
  int64_t blocks;  /* in use */
  int64_t cached;  /* bytes kept in the lists */
} MemoryStats;
void memory_stats(MemoryStats *stats);
void memory_reset_peak(void);

/* Tests: the n-th allocation from now fails (n >= 1); 0 switches it off.
** Lua's allocator takes part through memory_should_fail. */
int64_t memory_fail_at(int64_t n);
bool memory_should_fail(void);

/* ---- storage.c --------------------------------------------------------- */

/* The kinds of devices and their names, the one place that lists them. DEVICE_CPU is 0; DEVICE_NONE: not given. */
#define DEVICE_KINDS(X) X(CPU, "cpu") X(CUDA, "cuda") X(META, "meta")
#define DEVICE_NUMBER(KIND, name) DEVICE_##KIND,
typedef enum { DEVICE_KINDS(DEVICE_NUMBER) DEVICE_NONE } DeviceType;
#undef DEVICE_NUMBER
static inline const char *device_kind(DeviceType type) { /* "cuda" */
#define DEVICE_NAME(KIND, name) [DEVICE_##KIND] = name,
  static const char *const names[DEVICE_NONE] = {DEVICE_KINDS(DEVICE_NAME)};
#undef DEVICE_NAME
  return names[type];
}
#define DEVICE_MOST 32 /* devices of one kind */
typedef struct {
  uint8_t type; /* DeviceType */
  int8_t index; /* from 0; 0 where there is one of the kind */
} Device;
/* A device in one byte, as tensors have it; that of the CPU is 0. */
static inline uint8_t device_byte(Device device) { return (uint8_t)(device.type << 5 | device.index); }
static inline Device device_of_byte(uint8_t byte) { return (Device){byte >> 5, (int8_t)(byte & 31)}; }

/* ---- device/device.c: what is known of devices; who adds one includes device/device.h ---- */

/* "cpu", "meta", "cuda", "cuda:1". Fails where there is no such device; opens its plug-in at the first time. */
Status device_named(const char *name, Device *out);
#define DEVICE_TEXT 16
const char *device_text(char *buffer, Device device); /* "cpu", "cuda:0" */
bool device_is_host(Device device);                   /* its data is read by the host */
bool device_has_data(Device device);                  /* false: shapes and dtypes alone (meta) */
int device_count(DeviceType type);                    /* 0: there is none */
/* Where tensors are made of nothing when no device is given: the CPU at first. */
Device device_default(void);
void device_set_default(Device device);
/* The default generator of every device starts anew. */
void device_seed(uint64_t seed);
/* Waits for what runs there. */
Status device_synchronize(Device device);
void device_memory_stats(Device device, MemoryStats *stats);
void device_memory_reset_peak(Device device);
void device_memory_trim(Device device); /* gives cached blocks back to the system */

/* Memory shared by a tensor and its views. */
typedef struct Storage {
  atomic_int refs;
  Device device;
  uint16_t lead, room; /* bytes before and behind it in its block */
  bool inference;      /* made in inference mode: no graph may keep it */
  bool accounted;      /* the host's collector has been told of its bytes */
  atomic_uint version; /* counts in-place changes */
  void *data; /* NULL on meta */
  size_t bytes;
  void (*release)(struct Storage *); /* of foreign memory and that of other devices; NULL: memory_free */
  void *owner;                       /* for release */
} Storage;

Status storage_new(size_t bytes, Device device, Storage **out);
/* The first bytes stay. Whoever makes it smaller knows that no tensor looks at what goes. */
Status storage_resize(Storage *storage, size_t bytes);
void storage_retain(Storage *storage);
void storage_release(Storage *storage);

/* ---- place.c: where things were made -------------------------------------- */

/* The host tells the place in its program that runs now (0: none) and its text. */
void place_host(uint32_t (*now)(void), const char *(*text)(uint32_t place));
uint32_t place_now(void);
const char *place_text(uint32_t place); /* NULL: none */

/* While it is on, and in anomaly mode (call/mode.h), each op on the tape knows its place, and an error in its backward
** names it. */
extern bool history_places;

/* Storages made while it is on are counted with their places; off forgets them. */
void storage_watch(bool on);
void storage_each(void (*visit)(void *context, size_t bytes, uint32_t place), void *context);

/* ---- tensor.c ---------------------------------------------------------- */

#define TENSOR_MAX_DIMS 12

typedef struct Tensor Tensor;
typedef struct Node Node;

enum {
  TENSOR_WRAPPED_NUMBER = 1, /* a Lua number: weakest in promotion */
  TENSOR_PARAMETER = 2,      /* nn.Parameter */
  TENSOR_AT_HOME = 4,        /* lies in one block with a storage: see tensor.c */
  TENSOR_HOOKED = 8,         /* a hook was added: see Hook */
  TENSOR_APART = 16,         /* other results were computed of the same ops, and their gradients do not pass here */
  TENSOR_UNRECORDED = 32,    /* a view of a tensor that wants gradients, made with gradients off */
};

struct Tensor {
  atomic_int refs;
  union {
    struct {
      uint8_t dtype;  /* DType */
      uint8_t device; /* device_byte of that of the storage */
    };
    uint16_t kind;    /* both at once, for one comparison */
  };
  uint8_t ndim;
  uint8_t flags : 7;
  bool requires_grad : 1; /* itself a leaf that wants a gradient, or has history */
  Storage *storage;
  int64_t offset; /* of the first element, in elements */
  int64_t numel;
  struct Autograd *autograd; /* history and gradient; NULL when there is none */
  Tensor *base;              /* of a view: the tensor whose storage it shows */
  int64_t shape[TENSOR_MAX_DIMS];
  int64_t stride[TENSOR_MAX_DIMS]; /* in elements */
};

/* A list of sizes, strides or dimensions. */
typedef struct {
  int n; /* -1: not given */
  int64_t v[TENSOR_MAX_DIMS];
} Ints;

static inline Ints ints_none(void) { return (Ints){.n = -1}; }
Ints ints_of(int n, const int64_t *values);

/* New, uninitialised, contiguous. Fails on negative or overflowing sizes. */
Status tensor_empty(const char *who, int ndim, const int64_t *shape, DType dtype,
                    Device device, Tensor **out);
/* On the CPU. */
Status tensor_empty_cpu(int ndim, const int64_t *shape, DType dtype, Tensor **out);
/* A 0-dimensional tensor that counts as a Lua number in promotion. */
Status tensor_wrap_number(Scalar value, Tensor **out);
/* A tensor over 'storage' (retained); checks that every element lies inside. */
Status tensor_from_storage(Storage *storage, DType dtype, int64_t offset, int ndim,
                           const int64_t *shape, const int64_t *stride, Tensor **out);
/* Another tensor of the same storage and place, without history. */
Status tensor_alias(const Tensor *tensor, Tensor **out);
/* 'tensor' shows what 'from' shows (of the same shape); who holds it keeps it. */
Status tensor_set_data(Tensor *tensor, const Tensor *from);
/* The same for another shape: 'tensor' becomes another handle of what 'from' shows. Refused where it requires a
** gradient and gradients are on, or where it has a history. */
Status tensor_set(Tensor *tensor, const Tensor *from);
Tensor *tensor_retain(Tensor *tensor); /* returns it; NULL stays NULL */
/* The same for an owner that the host keeps beside a handle of the tensor (a module has
** its parameter twice): such references do not count for Hook.shared. */
Tensor *tensor_retain_twin(Tensor *tensor);
void tensor_release_twin(Tensor *tensor);
void tensor_release(Tensor *tensor);   /* NULL is allowed */

bool tensor_is_contiguous(const Tensor *t);
bool tensor_same_shape(const Tensor *a, const Tensor *b);
/* Whether several positions share one element, as expand makes them: by strides of 0. */
bool tensor_is_expanded(const Tensor *t);
static inline Device tensor_device(const Tensor *t) { return device_of_byte(t->device); }
static inline size_t tensor_itemsize(const Tensor *t) {
  return dtype_size((DType)t->dtype);
}
static inline void *tensor_data(const Tensor *t) {
  return (char *)t->storage->data + t->offset * (int64_t)tensor_itemsize(t);
}
/* Bytes that this handle keeps alive, for the collector of the host. */
size_t tensor_held_bytes(const Tensor *t);
/* Writes "float32 (2×3)", "float32 (2×3) on cuda:0" or "(2×3)" into a buffer and returns it. */
#define SHAPE_TEXT 200
const char *shape_text(char *buffer, int ndim, const int64_t *shape); /* "(2×3)" */
const char *tensor_text(char *buffer, const Tensor *t); /* "float32 (2×3)" */

/* One element of a tensor of the host; 'index' is the 0-based position of each dimension. */
Scalar tensor_get(const Tensor *t, const int64_t *index);

/* ---- host.c: data of other devices, read and written by the host ----------- */

/* The value of a one-element tensor on any device. */
Status tensor_item(const char *who, const Tensor *t, Scalar *out);
/* The same tensor where the host can read its data: itself (retained), or a copy. Fails where it has no data. */
Status tensor_on_host(const char *who, Tensor *t, Tensor **out);
/* A copy on another device, of the same values; no tape. */
Status tensor_copy_to(Tensor *t, Device device, Tensor **out);
/* A tensor that the host may fill, which becomes the data of 't' (contiguous, new) by tensor_staged: 't' itself
** (retained), or one beside it; NULL where 't' has no data. tensor_staged releases it. */
Status tensor_stage(Tensor *t, Tensor **host);
Status tensor_staged(Tensor *t, Tensor *host);
/* Element 'data' of dtype as a number and back (rounds toward zero). */
Scalar element_get(DType dtype, const void *data);
void element_set(DType dtype, void *data, Scalar value);

/* threads.c: the number of threads for all kernels and for BLAS. */
int threads_get(void);
void threads_set(int n);

/* Copies values, broadcasting and casting, without a trace in the history. */
Status tensor_copy(Tensor *to, Tensor *from);

/* ---- random/cpu.c ------------------------------------------------------ */

/* Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
** SC 2011): the n-th number depends on (seed, n) alone. */
typedef struct {
  atomic_int refs;
  uint64_t seed;
  uint64_t offset; /* numbers drawn so far, a multiple of 4 */
} Generator;

Generator *generator_default(void);
Status generator_new(uint64_t seed, Generator **out);
void generator_retain(Generator *g);
void generator_release(Generator *g);
void generator_seed(Generator *g, uint64_t seed);
uint64_t generator_seed_from_system(void);
uint64_t generator_next(Generator *g); /* one 64-bit number */

/* ---- autograd.c, node.c, hook.c, tape.c, engine.c -------------------------- */

bool grad_enabled(void);
bool grad_set_enabled(bool on); /* returns what it was */
/* In inference mode nothing is recorded, whatever grad_set_enabled is told, and what is made can never be kept by a
** graph, nor be changed in place outside of the mode. */
bool inference_enabled(void);
bool inference_set_enabled(bool on); /* returns what it was; ends with gradients off */

/* A hook sees the gradient of a tensor and may replace it: *grad is borrowed
** on entry; when the hook stores another one there it gives its reference.
** Returns ERROR_CALLBACK to stop the backward pass.
**
** What a hook holds in the host may hold the tensor in turn, a cycle that only the
** host's collector can see through. So 'shared' (may be NULL) says when the only
** reference to the tensor and its history is the host's (false: the hook may live and
** die with the host's handle of the tensor), and when a graph or another tensor leads to
** them too (true: the hook is needed whatever becomes of the handle; so it begins). It may
** be told the same twice, and must not fail. */
typedef struct Hook Hook;
struct Hook {
  Status (*call)(Hook *hook, Tensor *grad, Tensor **replacement); /* NULL: only 'shared' matters */
  void (*release)(Hook *hook); /* frees what 'data' holds, not the hook */
  void (*shared)(Hook *hook, bool shared);
  void *data;
  int64_t id;
  Hook *next;
  /* of the first one of a list: */
  Hook *last;
  uint8_t told; /* what the whole list was told last: 1 not shared, 2 shared; 0: nothing yet */
  bool after;   /* of a leaf: called with the leaf when its .grad has grown, not with the gradient before */
};

/* A hook of a place in the graph. It may put other gradients (owned, those before are released) into the arrays:
** before the formula runs into 'out', the gradients of its results, afterwards into 'in', those of its inputs. NULL
** where there is none. */
typedef struct NodeHook NodeHook;
struct NodeHook {
  Status (*call)(NodeHook *hook, int n_in, Tensor **in, int n_out, Tensor **out); /* NULL: a note of the host's */
  void (*release)(NodeHook *hook); /* frees what 'data' holds, not the hook */
  void *data;
  int64_t id;
  bool before;
  NodeHook *next;
};

/* Whoever wants to keep what graphs keep in another form: see saved_packs. All three belong to the host. */
typedef struct {
  Status (*pack)(Tensor *t, uint64_t *packed);         /* makes a number of a tensor that is to be kept */
  Status (*unpack)(uint64_t packed, Tensor **out);     /* the tensor (owned), as often as it is asked for */
  void (*release)(uint64_t packed);
} SavedDoor;
extern SavedDoor saved_door;
extern _Thread_local bool saved_packs; /* whether what is recorded now is kept through the door */

bool tensor_requires_grad(const Tensor *t);
Status tensor_set_requires_grad(Tensor *t, bool on);
bool tensor_is_leaf(const Tensor *t);
Tensor *tensor_grad(const Tensor *t); /* borrowed, NULL when there is none */
Status tensor_set_grad(Tensor *t, Tensor *grad); /* NULL clears */
/* The gradient of a table (n × d) as rows: positions from 0 and a row for each, both borrowed; false when it has none
** of that form. tensor_grad makes it a dense one. */
bool tensor_sparse_grad(const Tensor *t, Tensor **places, Tensor **values);
Status tensor_set_sparse_grad(Tensor *t, Tensor *places, Tensor *values);
Node *tensor_grad_fn(Tensor *t);      /* borrowed; NULL for a leaf */
Status tensor_retain_grad(Tensor *t);
/* Grows with every change of what the tensor shows: changes in place of its storage, and tensor_set_data. A
** graph that kept the tensor notices by it. */
uint64_t tensor_changes(const Tensor *t);
Status tensor_detach(Tensor *t, Tensor **out); /* shares storage and version */
Status tensor_detach_(Tensor *t);
/* Adds a hook (the callbacks are copied); *id names it for tensor_remove_hook. The hooks
** of a result go with its place in the graph when a backward pass has freed that. */
Status tensor_add_hook(Tensor *t, const Hook *hook, int64_t *id);
void tensor_remove_hook(Tensor *t, int64_t id);

/* Adds a hook (copied) that lives as long as the node; *id names it for node_remove_hook. */
Status node_add_hook(Node *node, const NodeHook *hook, int64_t *id);
void node_remove_hook(Node *node, int64_t id);
NodeHook *node_note(Node *node); /* the first hook without 'call', or NULL */
int node_input_output(const Node *node, int i); /* which result of node_input(node, i) the input is */

const char *node_name(const Node *node); /* "AddBackward" */
int node_input_count(const Node *node);
Node *node_input(const Node *node, int i); /* borrowed, may be NULL */
void node_retain(Node *node);
void node_release(Node *node);

/* A node whose backward is the host's: one gradient per input (owned; NULL: none) from
** one per output (NULL: none arrived). 'outputs' get the node as their history; inputs and outputs that take
** no part are NULL. A backward pass that frees the graph makes the node useless. */
typedef struct Callback Callback;
struct Callback {
  Status (*backward)(Callback *c, int n_out, Tensor **grad_out, int n_in, Tensor **grad_in);
  void (*release)(Callback *c); /* may be NULL */
  void *data;
  char name[48];
  Node *node; /* set by autograd_attach; not owned */
  void (*drop)(Callback *c); /* lets go of what only a backward pass needs, when one has freed the graph; may be NULL */
};
/* The callback belongs to the node, also on failure: then it has been released. */
Status autograd_attach(const Callback *callback, int n_in, Tensor **inputs, int n_out,
                       Tensor **outputs);
/* A tensor that shows what 'alias' shows, with the history of output 'i': for an output
** that was kept without its history, which would hold the node that holds it. */
Status callback_output(Callback *c, int i, const Tensor *alias, Tensor **out);

/* The bytes that the graph behind a result holds for its backward pass, without the leaves. */
Status autograd_saved_bytes(Tensor *root, int64_t *bytes);
/* Whether the graphs behind the roots lead to a leaf that is not among 'own'. */
Status autograd_leads_elsewhere(int n_roots, Tensor **roots, int n_own, Tensor **own, bool *elsewhere);

/* The gradient of 'roots' (with cotangents 'grads', each may be NULL for a
** one-element root) flows back. With n_inputs == 0 it is accumulated in the
** leaves' .grad; otherwise, with results != NULL, it is returned in results
** (owned, NULL where unreached) and nothing is accumulated; with results ==
** NULL it is accumulated in the given inputs only. */
Status autograd_backward(const char *who, int n_roots, Tensor **roots, Tensor **grads,
                         bool retain_graph, bool create_graph, int n_inputs,
                         Tensor **inputs, Tensor **results);

/* The number of the backward pass that runs; 0: none does. Where a hook has begun another pass it is that of the inner
** one, and *outermost is false. */
uint64_t autograd_pass(bool *outermost);
/* Of how many of these hooks (tensor_add_hook) the backward pass that runs computes the gradients. */
int autograd_reaches_hooks(int n, const int64_t *ids);

/* ---- dispatch.c: the one road of every op ------------------------------- */

/* What a creation op is told besides its own arguments and its dtype. */
typedef struct {
  Device device; /* DEVICE_NONE: that of the input, else the CPU */
  bool requires_grad;
} CreationOptions;

/* A short text among the attributes of an op. */
typedef struct {
  char v[128]; /* ends with 0 */
} Text;

/* A few numbers; n == -1: not given. */
typedef struct {
  int n;
  double v[TENSOR_MAX_DIMS];
} Floats;

/* Tensors that an op gave as a list, owned. */
typedef struct {
  Tensor **v;
  int n;
} TensorList;
void tensor_list_release(TensorList *list); /* the tensors and their array; the list is empty then */

typedef enum OpId OpId;
#include "ops.h" /* generated: enum OpId, attribute structs, op_NAME functions */

/* Runs an op. 'inputs' may hold NULL for optional tensors; 'attrs' is the op's
** attribute struct; 'outputs' receives op_info(op)->n_outputs tensors. */
Status op_call(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs,
               Tensor **outputs);
/* The same for an op whose result is a list. */
Status op_call_list(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs, TensorList *out);
/* The same as op_call, the result written into inputs[0] ("add_"). */
Status op_call_in_place(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs);
/* Calls an op whose result is written into 'to', if that needs no more than its loop: an elementwise op of operands of
** one shape, without gradients, and a contiguous tensor of the shape and dtype of the result. False: it does, and
** nothing was done. */
bool op_call_into(OpId op, Tensor *const *inputs, int n_inputs, const void *attrs, Tensor *to, Status *status);

#pragma GCC visibility pop
#endif
