/* op.h: what is known of each op: the generated table that dispatch, autograd,
** the bindings, help and tests read. One row of tensor/ops/ is one OpInfo.
*/
#ifndef HECATE_OP_H
#define HECATE_OP_H

#include "tensor.h"

#pragma GCC visibility push(default) /* for plug-ins: see tensor.h */

/* The limits OP_MAX_... of one row, a list of tensors counted as one input, are in ops.h: the generator
** checks every row against them. Calls with more tensors than OP_FEW, which lists make possible, take their
** arrays from memory (tensors_room). */
#define OP_FEW (OP_MAX_INPUTS + TENSOR_MAX_DIMS)

typedef enum {
  ARG_TENSOR,          /* input; with 'list' an array of tensors */
  ARG_POSITIONS,       /* input whose contents are positions: 1-based outside */
  ARG_INTEGERS,        /* input: an array of integers of any length, here an int64 tensor of one dimension */
  ARG_NUMBER,          /* Scalar */
  ARG_OPTIONAL_NUMBER, /* OptionalScalar */
  ARG_INT,             /* int64_t; not given: INT64_MIN */
  ARG_FLOAT,           /* double */
  ARG_BOOL,            /* bool */
  ARG_DIM,             /* int64_t, a position */
  ARG_INDEX,           /* int64_t, a position */
  ARG_DIMS,            /* Ints of positions; not given: n == -1 */
  ARG_SHAPE,           /* Ints, given as numbers or one array */
  ARG_INTS,            /* Ints, one number or an array */
  ARG_DTYPE,           /* DType */
  ARG_CHOICE,          /* int: which of 'choices' */
  ARG_DEVICE,          /* Device */
  ARG_STRING,          /* Text; not given: empty */
  ARG_FLOATS,          /* Floats, one number or an array; not given: n == -1 */
  ARG_GENERATOR        /* Generator *, NULL: the default one */
} ArgType;

/* Whether a number may stand for a tensor without dimensions: yes, no, or where another argument is a tensor. */
typedef enum { INSTEAD_NUMBER, INSTEAD_NOTHING, INSTEAD_NUMBER_OF_ONE } ArgInstead;

typedef struct {
  const char *name;
  const char *default_text; /* as written in the row, NULL: required */
  const char *const *choices;
  uint8_t type; /* ArgType */
  uint8_t input; /* which input, for tensors */
  bool optional;
  bool list;
  bool keyword_only;
  uint16_t offset; /* in the attribute struct */
  uint8_t instead; /* ArgInstead */
} OpArg;

typedef enum { KIND_ELEMENTWISE, KIND_VIEW, KIND_KERNEL, KIND_CREATE, KIND_COMPOSITE } OpKind;
typedef enum { RESULT_PROMOTE, RESULT_FLOAT, RESULT_NUMBER, RESULT_BOOL } OpResult; /* NUMBER: bool becomes int64 */
/* What becomes of a number with a fraction beside tensors of integers. */
typedef enum { NUMBERS_NONE, NUMBERS_SAME, NUMBERS_CUT, NUMBERS_PROMOTE } OpNumbers; /* SAME: an error */
/* What autocast does with float inputs: nothing, casts them to half precision, to float32, or to the widest
** dtype among them; BANNED: the op refuses to be called. */
typedef enum { AMP_NONE, AMP_HALF, AMP_FLOAT, AMP_WIDEST, AMP_BANNED } OpAmp;

/* One call in flight: what shape functions and kernels see. */
typedef struct Call Call;
typedef struct Backward Backward;
struct OpInfo;

typedef Status (*KernelFn)(Call *call);
/* Works on n elements; p[0] is the output, then the inputs; strides in bytes. */
typedef void (*StripFn)(int64_t n, char *const *p, const int64_t *stride,
                        const void *attrs);
/* Fills shape, stride and offset of 'out', a copy of 'in' (same storage). */
typedef Status (*ViewFn)(const Tensor *in, const void *attrs, Tensor *out);

/* What a composite is made of, as data (scripts/gen/composite.lua). Tensors are numbered: the inputs of the composite
** from 0 on, then what the steps make; -1 stands for one that is not given. */
typedef struct {
  OpId op; /* OP_COUNT: a number that takes part as a tensor */
  uint8_t n_inputs, n_outputs;
  bool in_place; /* writes into its first input, which is its output too */
  const int16_t *inputs, *outputs;
  const char *attributes; /* what the formula gave: "dim = 2, keepdim = true"; of a number: the number */
} FormulaStep;
typedef struct {
  const char *when; /* the outcomes that lead here: "reduction = \"mean\", no weight"; "": always */
  const FormulaStep *steps;
  int n_steps;
  const int16_t *results; /* [n_outputs] of the op */
} Formula;

typedef struct OpInfo {
  OpId id;
  const char *name;      /* unique, and the name of op_NAME */
  const char *lua_name;  /* several ops may share one: the arguments decide */
  const char *signature;
  const char *doc;
  const char *example;
  const char *onnx;      /* the ONNX operator that does the same with the same inputs, or NULL */
  /* The tables that it is in ("torch", "nn.functional", …), with NULL behind the last; NULL where no table has it. */
  const char *const *modules;
  const struct OpInfo *next;  /* the next visible op of the same Lua name, or NULL */
  const OpArg *args;
  const void *defaults; /* of the attribute struct */
  uint16_t attrs_size;
  uint8_t n_args, n_inputs, n_outputs;
  uint8_t n_returned;        /* outputs the language sees, the first ones */
  uint8_t all_returned_if;   /* the bool argument that asks for all of them, 0: there is none */
  uint8_t position_outputs;  /* bits: contents are positions */
  uint8_t kind;              /* OpKind */
  uint8_t result;            /* OpResult, of elementwise ops */
  uint8_t numbers;           /* OpNumbers, of ops with arguments of type number */
  uint8_t bool_operands;     /* bits: inputs that are bool whatever the rest is */
  uint32_t types;            /* bits of DType: inputs that the kernel works on */
  bool method, in_place, in_place_only, in_place_direct, moves, creation, contiguous;
  bool random;               /* draws from a generator: two calls give two results */
  bool bounds;               /* elementwise: its numbers are bounds: call/bounds.c */
  bool typed;                /* a composite whose row says 'types' */
  bool list;                 /* the last input is a list */
  bool list_output;          /* the result is a list (call->list), and n_outputs is 0 */
  bool halves;               /* the kernel works on numbers of 16 bits itself; others get copies in float32 */
  bool costly;               /* elementwise: worth threads early */
  bool computes;             /* a composite that numbers of 16 bits go through in float32, rounded once at the end */
  bool real_result;          /* elementwise: of complex inputs the result is real */
  bool not_holomorphic;      /* its formula gives the gradient itself; others get and give conjugates: engine.c */
  uint32_t differentiable;   /* bits of inputs that get a gradient */
  uint32_t save_inputs, save_outputs; /* bits: kept for backward, if a gradient is wanted that reads them: */
  const uint16_t *input_for, *output_for; /* [of those]: the bits of these gradients; NULL: whatever is wanted */
  uint32_t save_layouts; /* bits: of these inputs backward reads shape, strides and dtype at least */
  uint32_t mutates;          /* bits of inputs that it changes in place, beside giving its result */
  uint8_t mutates_when;      /* only when this argument is true or given, 0: always */
  uint8_t amp_cpu, amp_cuda; /* OpAmp */
  uint8_t amp_when;          /* only when this argument is one of 'amp_choices' (bits), 0: always */
  uint16_t amp_choices;
  ViewFn view;
  KernelFn views;     /* of views with a list of results: fills call->list */
  KernelFn infer;     /* of kernels: checks and allocates call->out */
  KernelFn create;    /* of KIND_CREATE: makes call->out from nothing but attributes and shapes */
  KernelFn composite; /* made of other ops: fills call->out */
  uint16_t options_at; /* of KIND_CREATE: the CreationOptions in the attributes */
  /* Shapes, dtypes and numbers, before anything else. Of elementwise ops it is looked at where an operand is a number,
  ** is broadcast or has another dtype. */
  Status (*check)(const Call *c);
  const Formula *formulas;        /* of composites that are formulas: [n_formulas], one for each way through it */
  uint16_t n_formulas;
  Status (*backward)(Backward *c);
  /* Of registered ops alone, on the CPU; those of the table have theirs in the tables of the devices. */
  const StripFn *strips; /* [DTYPE_COUNT], NULL where the op is not defined */
  KernelFn kernel;
} OpInfo;

/* ---- the ops that are there ------------------------------------------------------- */

/* Whether a call with these attributes changes inputs beside giving its result. */
static inline bool op_mutates_now(const OpInfo *info, const void *attrs) {
  if (info->mutates == 0 || info->mutates_when == 0) return info->mutates != 0;
  const OpArg *arg = &info->args[info->mutates_when];
  const char *at = (const char *)attrs + arg->offset;
  return arg->type == ARG_OPTIONAL_NUMBER ? ((const OptionalScalar *)at)->given : *(const bool *)at;
}

/* Whether the op in place, where it has no gradient of its own, may have that of what it is made of; truth values are
** made and then copied. */
static inline bool op_has_steps(const OpInfo *info) {
  return info->kind == KIND_COMPOSITE || (info->kind == KIND_ELEMENTWISE && info->result == RESULT_BOOL);
}

#define OP_MAX_REGISTERED 4096
extern const OpInfo op_table[];
extern const uint16_t op_ids_by_name[]; /* of the table, sorted */

const OpInfo *op_info_registered(OpId id);
static inline const OpInfo *op_info(OpId id) { return id < OP_COUNT ? &op_table[id] : op_info_registered(id); }
int op_count(void); /* ids are below it */
const OpInfo *op_find(const char *name); /* NULL: there is none of the name */
/* Adds an op to those of the table. '*info' is copied, what it points to must stay; *id is for op_call. Not to be
** called from two threads at once. */
Status op_register(const OpInfo *info, OpId *id);

struct Call {
  const OpInfo *info;
  OpId op;
  const struct DeviceOps *device; /* of the inputs and of what is made: call_find_device */
  uint8_t where;                  /* which one of the kind, as device_byte */
  bool mixed;                     /* there are inputs of the CPU beside: numbers, positions */
  Tensor *const *in; /* borrowed; NULL where optional and not given */
  int n_in;
  const void *attrs;
  Tensor *out[OP_MAX_OUTPUTS];
  Tensor *target; /* borrowed: what output 0 is to be when shape and dtype agree, or NULL */
  TensorList list; /* of an op whose result is a list: made by call_list */
  bool takes_list; /* the caller wants a list (op_call_list) */
  bool wrote;      /* elements of what the call changes may have been written, also where it failed afterwards */
};

/* Allocates output 'i' on the device of the call, or takes the target. */
Status call_output(Call *c, int i, DType dtype, int ndim, const int64_t *shape);

/* Makes room for a list of n results, all NULL. */
Status call_list(Call *c, int n);

/* room.c: an array for n tensors, all NULL: 'few' (of OP_FEW) while they fit there, else a block; tensors_leave frees
** it. */
Status tensors_room(int n, Tensor **few, Tensor ***out);
void tensors_leave(int n, Tensor **few, Tensor **array);

/* A backward function in flight. grad, input and output are borrowed (input and
** output only where the row saves them), result is given away. */
struct Backward {
  const OpInfo *info;
  const void *attrs;
  int n_inputs, n_outputs;
  uint32_t needs; /* bits of inputs whose gradient is wanted */
  Tensor **grad;
  Tensor **input;
  Tensor **output;
  Tensor **result;
  const Node *node;
};
/* The shape of an input whose gradient is wanted; n == -1 for the others. */
Ints backward_input_shape(const Backward *c, int input);
DType backward_input_dtype(const Backward *c, int input);

#pragma GCC visibility pop

#endif
