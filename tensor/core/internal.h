/* internal.h: what the files of tensor/ share and its users do not see. */
#ifndef HECATE_INTERNAL_H
#define HECATE_INTERNAL_H

#include <string.h>

#include "call/op.h"
#include "tensor.h"

/* ---- autograd meta of a tensor (autograd.c) ------------------------------- */

typedef struct Autograd {
  Node *grad_fn;      /* owned; NULL for a leaf */
  int output;         /* which output of grad_fn */
  Tensor *grad;       /* owned */
  struct SparseGrad *sparse; /* owned; rows of a gradient instead of 'grad': sparse.c */
  struct LayoutNote *grad_layout; /* owned; that of 'grad', when it was changed in place since, else NULL */
  Node *accumulator;  /* not owned: the leaf's node, while a graph holds it */
  Hook *hooks;        /* of a leaf; those of other tensors are in the node */
  int twins;          /* references of tensor_retain_twin */
  unsigned replaced;  /* how often tensor_set_data gave the tensor other memory */
  unsigned view_version; /* of the base's storage when grad_fn of a view was made */
  void (*release)(Tensor *t); /* frees this when the tensor ends: so core/ needs nothing of autograd/ */
} Autograd;

Autograd *autograd_of(Tensor *t); /* made when missing; NULL: no memory */
/* The handle shows the memory of 'from' from now on; tensor_set_data counts it. */
void tensor_replace_data(Tensor *t, const Tensor *from);
/* A reference to a tensor with hooks came or went: tells them (Hook.shared). */
void hooks_recount(Tensor *t);
/* Notes the op on the tape when gradients are on and an input wants one. */
Status tape_record(Call *c);
/* The outermost composite that runs, whose name the nodes of private ops show; NULL: none runs. */
extern _Thread_local const OpInfo *tape_composite;
/* How many nodes were made so far, and one: nodes made from now on have at least this number. */
uint64_t tape_length(void);
/* After a composite without a gradient of its own: the nodes of its results show its name, if they were made since. */
void tape_name_results(Call *c, uint64_t since);
/* What the inputs of an op in place were, as far as its gradient needs it; all owned. 'others' are inputs that share
** the memory of in[0]; lists behind them hold integers alone. */
typedef struct {
  Tensor *self; /* NULL: the change is not noted, and 'others' says nothing */
  Tensor *others[OP_MAX_INPUTS];
  struct Node *node, *written; /* what will be the history of the tensor; of its base, where it is a view */
} BeforeInPlace;
/* Before an op writes into in[0]: refuses leaves that want a gradient, and takes all the memory that the record of the
** call needs, so that a call which is refused for want of memory has changed nothing. */
Status tape_before_in_place(Call *c, BeforeInPlace *before);
void tape_drop_before(BeforeInPlace *before);
/* After it: what was prepared becomes the history. */
Status tape_record_in_place(Call *c, BeforeInPlace *before);
/* Before the shape or the strides of a tensor are changed in place: what leads to it, its accumulator and its
** gradient, note the layout that they belong to. */
Status autograd_note_layout(Tensor *t);
/* A base that shows other memory now (after set_, or x.data = …) is none any more. */
static inline void view_leave_base(Tensor *t) {
  if (t->base == NULL || t->base->storage == t->storage) return;
  tensor_release(t->base);
  t->base = NULL;
}
/* The same for an op that changed the shape of in[0] alone; 'before' (what it was) may be NULL. */
Status tape_record_view_in_place(Call *c, Tensor *before);

/* ---- tensors of a function ----------------------------------------------------- */

static inline void owned_release(Tensor **t) { tensor_release(*t); }
/* storage.c: whether new storages are marked as made in inference mode. */
extern _Thread_local bool storage_inference;

/* OWNED Tensor *x = NULL; is released when the function returns, by whatever way, so that TRY may follow. */
#define OWNED __attribute__((cleanup(owned_release)))
/* What an owned variable holds goes to the caller. */
static inline Tensor *owned_give(Tensor **t) {
  Tensor *given = *t;
  *t = NULL;
  return given;
}

/* ---- storage.c --------------------------------------------------------------- */

#define STORAGE_TOGETHER 4096 /* bytes of data that lie behind the header in its block */
/* A storage of the CPU of so few bytes in a block that begins with 'lead' bytes (a multiple of
** 64) for the caller. They go with the storage. */
Status storage_new_behind(size_t lead, size_t bytes, void **block, Storage **out);

/* ---- place.c ------------------------------------------------------- */

extern bool storage_watched;
void storage_note(Storage *s);
void storage_forget(Storage *s);

/* ---- iteration (iter.c) ----------------------------------------------------- */

#define ELEMENT_BYTES 16    /* of the largest element */
#define BUFFER_BYTES (STRIP * 8) /* of a buffer of elements */
#define STRIP 1024          /* elements of one strip: 8 KB of double */
#define ITER_MAX_OPERANDS 6 /* output and inputs */

/* Operands of one shape; iter.c says in which order their dimensions are. There are at
** least two, the last the innermost. Strides in bytes. */
typedef struct {
  int ndim, n_operands;
  uint32_t across; /* bits of the operands that run along the last dimension but one */
  int64_t numel;
  int64_t shape[TENSOR_MAX_DIMS + 1];
  int64_t stride[ITER_MAX_OPERANDS][TENSOR_MAX_DIMS + 1];
  char *data[ITER_MAX_OPERANDS];
  int64_t size[ITER_MAX_OPERANDS]; /* of an element */
} Iter;

/* operands[0] has the full shape, the others broadcast to it. */
void iter_init(Iter *it, int n, Tensor *const *operands);
/* Calls 'strip' for all elements, in pieces, from several threads where 'cost' (quarters of a cycle for an
** element) times their number is worth it; stops at an interrupt. */
void iter_run(const Iter *it, StripFn strip, const void *attrs, int cost);

/* ---- helpers of shape functions (shape.c) ------------------------------------ */

/* The shape that 'n' tensors broadcast to. */
Status broadcast_shape(const char *who, int n, Tensor *const *tensors, int *ndim,
                       int64_t *shape);
/* Dimension 'dim' of 'ndim' in 0..ndim-1, negative ones counted from the end; a
** 0-dimensional tensor counts as one of 1 dimension. The message counts from 1. */
Status resolve_dim(const char *who, int64_t dim, int ndim, int *out);
/* Bits of the dimensions named by dims (all when dims->n is -1 or 0). */
Status resolve_dims(const char *who, const Ints *dims, int ndim, uint32_t *bits);

/* A stride of a tensor without elements may be too large for its type: no element is found by it. */
static inline int64_t wrapping_product(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
/* From the first element of a view to the one at position 'i' of dimension 'd'. */
static inline int64_t view_distance(const Tensor *t, int64_t i, int d) {
  return t->numel == 0 ? 0 : i * t->stride[d];
}

/* ---- copies without a trace in the history (copy.c), on any device ---------- */

/* A contiguous tensor of the same values: itself (retained) or a copy. */
Status tensor_contiguous(Tensor *t, Tensor **out);
/* A copy in another dtype or itself (retained). */
Status tensor_cast(Tensor *t, DType dtype, Tensor **out);
/* Copies values, broadcasting and casting; no version change. */
Status tensor_copy_raw(Tensor *to, Tensor *from);
/* A new dense tensor with the elements of t, in 'dtype'. */
Status tensor_copy_as(Tensor *t, DType dtype, Tensor **out);
Status tensor_fill_raw(Tensor *t, Scalar value);

/* ---- tensor.c ------------------------------------------------------------------ */

/* Whether the elements of t fill their memory without gaps, in any order of the dimensions. */
bool tensor_is_dense(const Tensor *t);
void contiguous_strides(Tensor *t); /* from t->shape; also sets numel */
int64_t shape_numel(int ndim, const int64_t *shape);

/* New, of the shape and layout of 'like', which is contiguous. */
Status tensor_empty_like(const Tensor *like, DType dtype, Tensor **out);
/* Shares a storage with 'in' (retained) with shape, stride and offset copied. */
Status tensor_view_of(const Tensor *in, Tensor **out);

/* A tensor without elements that has the shape, strides, offset and dtype of 't', for what asks for these alone. */
Status tensor_layout_of(const Tensor *t, Tensor **out);

/* In bodies, where v may be of any element type: whether it is no number. */
#define IS_NAN(v) ((v) != (v))

/* How many of the n elements at 'data' are not 0. */
int64_t count_nonzero(DType dtype, const void *data, int64_t n);

/* ---- helpers of backward formulas (gradient.c), made of ops ------------------- */

/* The gradient of a reduction or its result, with the reduced dimensions back in their places, of size 1: it broadcasts
** against the input. */
Status unreduce(Backward *c, Tensor *t, const Ints *dim, bool keepdim, Tensor **out);
/* Sums 'grad' over the dimensions that broadcasting added, down to 'shape'. */
Status sum_to_shape(Tensor *grad, int ndim, const int64_t *shape, Tensor **out);

/* ---- work of the host ------------------------------------------------------------ */

/* Casts n elements; strides in bytes. */
typedef void (*CastFn)(int64_t n, char *to, int64_t to_stride, const char *from,
                       int64_t from_stride);

/* Whether n elements of work that costs 'cost' quarters of a cycle each deserve threads: a sum of two float32 takes
** one to three of them in vector code, an exponential four. To hand work over takes 2 µs on an idle machine and 100
** where others have the processors, so it has to be some 30 µs. */
#define PARALLEL_GRAIN 393216
static inline bool worth_threads(int64_t n, int cost) {
  return n * cost >= PARALLEL_GRAIN && threads_get() > 1;
}

/* A kernel that meets bad data (an index out of range, a division by zero) says
** so here and goes on; the engine turns it into the op's error afterwards. */
void kernel_fault(const char *format, ...) PRINTF(1, 2);
void kernel_fault_bit(unsigned bit); /* the same with a bit of device/fault.h, which stands for a text */
bool kernel_faulted(void);
/* What stands in a table by dtype where there is no function: it notes a fault, whatever it is called with. A row's
** `types` refuses such a dtype before its kernel runs; this is for a row and a table that do not agree. */
Status kernel_missing(void);
#define NO_KERNEL ((void *)kernel_missing)
Status kernel_fault_take(const char *who); /* clears it, as a failure of the op */
/* An index that came as position 0: see vm/argument.c. */
#define POSITION_ZERO INT64_MIN
/* A checked index into 'size' (negative counts from the end), or -1 after a fault. */
static inline int64_t check_index(int64_t i, int64_t size, int dim) {
  if ((uint64_t)i < (uint64_t)size) return i;
  int64_t at = i < 0 && i != POSITION_ZERO ? i + size : i;
  if (at >= 0 && at < size) return at;
  if (i == POSITION_ZERO) kernel_fault("0 is not a position; positions count from 1");
  else
    kernel_fault("position %lld is out of range for dimension %d of size %lld",
                 (long long)(i < 0 ? i : i + 1), dim + 1, (long long)size);
  return -1;
}
/* The same where negative ones are out of range too, as in gather and its like. */
static inline int64_t check_position(int64_t i, int64_t size, int dim) {
  if ((uint64_t)i < (uint64_t)size) return i;
  if (i >= 0 || i == POSITION_ZERO) return check_index(i, size, dim);
  kernel_fault("position %lld is out of range for dimension %d of size %lld: positions count from 1", (long long)i,
               dim + 1, (long long)size);
  return -1;
}

#endif
