/* cpu/fused.c: programs of fused ops are made here; walk.c runs them. See device/fused.h. */
#include "cpu.h"
#include "walk.h"

int64_t fused_least = FUSED_LEAST, fused_walks;

/* ---- what can be in a program ------------------------------------------------------------------------ */

bool fused_takes_op(const OpInfo *info, DType compute) {
  return info->kind == KIND_ELEMENTWISE && !info->in_place_only && !info->moves && !info->real_result &&
         (dtype_is_float(compute) || compute == DTYPE_BOOL);
}

/* One element for all, whatever the shape is. */
static bool is_single(const Tensor *t) {
  for (int d = 0; d < t->ndim; d++)
    if (t->shape[d] != 1 && t->stride[d] != 0) return false;
  return true;
}

bool fused_takes(const OpInfo *info, const Tensor *t, int64_t numel) {
  if (tensor_device(t).type != DEVICE_CPU || dtype_is_complex((DType)t->dtype)) return false;
  if (is_single(t)) return true;
  /* Rows that are broadcast are short strips, and the last elements of a strip take another loop than the others:
  ** where that loop calls another function (exp and the like), the last bit may differ. */
  if (t->numel == numel && tensor_is_contiguous(t)) return true;
  /* Of an operand of the whole shape without gaps the result would have the layout. */
  return !info->costly && (t->numel < numel || !tensor_is_dense(t));
}

/* Whether the dimensions that are reduced are the last ones, and of more than one element together. */
static bool reduces_last(const Tensor *in, const Ints *dim) {
  uint32_t bits;
  int64_t length = 1;
  if (resolve_dims("reduce", dim, in->ndim, &bits) != OK) return false;
  for (int d = 0; d < in->ndim; d++) {
    if (d > 0 && (bits >> (d - 1) & 1) && !(bits >> d & 1)) return false;
    if (bits >> d & 1) length *= in->shape[d];
  }
  return length > 1;
}

bool fused_takes_reduction(const OpInfo *info, const void *attrs, const Tensor *in) {
  const bool sums = info->id == OP_SUM || info->id == OP_MEAN || info->id == OP_PROD;
  const SumAttrs *a = attrs;
  if (!sums && info->id != OP_AMAX && info->id != OP_AMIN) return false;
  if (in->dtype != DTYPE_FLOAT32 && in->dtype != DTYPE_FLOAT64) return false;
  if (sums && a->dtype != DTYPE_NONE && a->dtype != in->dtype) return false;
  return reduces_last(in, sums ? &a->dim : &((const AmaxAttrs *)attrs)->dim);
}

/* ---- making programs --------------------------------------------------------------------------------- */

void fused_start(FusedProgram *p, int ndim, const int64_t *shape) {
  p->ndim = ndim;
  memcpy(p->shape, shape, sizeof *shape * (size_t)ndim);
  p->numel = shape_numel(ndim, shape);
  p->n_registers = p->n_steps = p->n_buffers = p->cost = 0;
  p->full = false;
  p->reduction = OP_COUNT;
}

static int add_register(FusedProgram *p, RegisterKind kind, DType dtype, char *data) {
  if (p->n_registers == FUSED_REGISTERS) {
    p->full = true;
    return 0;
  }
  FusedRegister *r = &p->registers[p->n_registers];
  r->kind = (uint8_t)kind;
  r->dtype = (uint8_t)dtype;
  r->buffer = -1;
  r->last = -1;
  r->data = data;
  return p->n_registers++;
}

/* A tensor that is broadcast, as strides over the whole shape; neighbours that are one walk become one dimension. */
static void spread(const FusedProgram *p, FusedRegister *r, const Tensor *t) {
  const int64_t size = (int64_t)tensor_itemsize(t);
  r->ndim = 0;
  for (int d = 0; d < p->ndim; d++) {
    const int e = d - (p->ndim - t->ndim);
    const int64_t stride = e < 0 || t->shape[e] == 1 ? 0 : t->stride[e] * size;
    if (p->shape[d] == 1) continue;
    if (r->ndim > 0 && r->stride[r->ndim - 1] == stride * p->shape[d]) {
      r->shape[r->ndim - 1] *= p->shape[d];
      r->stride[r->ndim - 1] = stride;
    } else {
      r->shape[r->ndim] = p->shape[d];
      r->stride[r->ndim++] = stride;
    }
  }
}

int fused_operand(FusedProgram *p, Tensor *t) {
  char *data = tensor_data(t);
  const bool whole = t->numel == p->numel && tensor_is_contiguous(t);
  const RegisterKind kind = is_single(t) ? REGISTER_SINGLE : whole ? REGISTER_DENSE : REGISTER_SPREAD;
  for (int i = 0; i < p->n_registers; i++) {
    const FusedRegister *r = &p->registers[i];
    if (kind != REGISTER_SPREAD && r->kind == kind && r->data == data && r->dtype == t->dtype) return i;
  }
  const int at = add_register(p, kind, (DType)t->dtype, data);
  if (kind == REGISTER_SPREAD && !p->full) spread(p, &p->registers[at], t);
  return at;
}

static FusedStep *add_step(FusedProgram *p, int n) {
  if (p->n_steps == FUSED_STEPS) {
    p->full = true;
    return &p->steps[0];
  }
  FusedStep *s = &p->steps[p->n_steps++];
  *s = (FusedStep){.n = n};
  return s;
}

/* The register in another dtype. One element is cast at once. */
static int cast_register(FusedProgram *p, int from, DType want) {
  const FusedRegister *r = &p->registers[from];
  const DType have = (DType)r->dtype;
  if (have == want) return from;
  const bool single = r->kind == REGISTER_SINGLE;
  char *data = r->data;
  const int to = add_register(p, single ? REGISTER_SINGLE : REGISTER_BUFFER, want, NULL);
  if (p->full) return 0;
  if (single) {
    FusedRegister *made = &p->registers[to];
    cpu_cast[have][want](1, (char *)made->single, (int64_t)dtype_size(want), data, 0);
    made->data = (char *)made->single;
    return to;
  }
  FusedStep *s = add_step(p, 2);
  s->cast = cpu_cast[have][want];
  s->p[0] = (int16_t)to;
  s->p[1] = (int16_t)from;
  p->cost += 1;
  return to;
}

int fused_step(FusedProgram *p, const OpInfo *info, const void *attrs, DType common, DType result, int n_inputs,
               const int *inputs, Tensor *to) {
  const DType compute = dtype_compute(common), made = result == common ? compute : result;
  int in[ITER_MAX_OPERANDS];
  for (int i = 0; i < n_inputs; i++)
    in[i] = cast_register(p, inputs[i], info->bool_operands >> i & 1 ? DTYPE_BOOL : compute);
  const bool cast = made != result;
  char *data = to != NULL ? tensor_data(to) : NULL;
  const int out = add_register(p, to != NULL && !cast ? REGISTER_DENSE : REGISTER_BUFFER, made, cast ? NULL : data);
  FusedStep *s = add_step(p, n_inputs + 1);
  s->strip = info->id < OP_COUNT ? cpu_strips[compute][info->id] : info->strips[compute];
  s->attrs = attrs;
  s->p[0] = (int16_t)out;
  for (int i = 0; i < n_inputs; i++) s->p[i + 1] = (int16_t)in[i];
  p->cost += info->costly ? 8 : 3;
  if (!cast) return out;
  const int stored = add_register(p, to != NULL ? REGISTER_DENSE : REGISTER_BUFFER, result, data);
  s = add_step(p, 2);
  s->cast = cpu_cast[made][result];
  s->p[0] = (int16_t)stored;
  s->p[1] = (int16_t)out;
  return stored;
}

void fused_reduce(FusedProgram *p, OpId reduction, int folded, Tensor *out) {
  p->reduction = reduction;
  p->folded = folded;
  p->out = out;
  p->length = out->numel > 0 ? p->numel / out->numel : 0;
}

/* ---- buffers ---------------------------------------------------------------------------------------- */

static void note_uses(FusedProgram *p) {
  for (int i = 0; i < p->n_steps; i++)
    for (int k = 0; k < p->steps[i].n; k++) p->registers[p->steps[i].p[k]].last = (int16_t)i;
  if (p->reduction != OP_COUNT) p->registers[p->folded].last = INT16_MAX;
}

/* A result never takes the buffer of an input of its own step. */
static bool take_buffer(FusedProgram *p, FusedRegister *r, bool *busy) {
  if (r->buffer >= 0 || (r->kind != REGISTER_BUFFER && r->kind != REGISTER_SPREAD)) return true;
  int b = 0;
  while (b < FUSED_BUFFERS && busy[b]) b++;
  if (b == FUSED_BUFFERS) return false;
  busy[b] = true;
  r->buffer = (int16_t)b;
  if (b >= p->n_buffers) p->n_buffers = b + 1;
  return true;
}

static bool place_buffers(FusedProgram *p) {
  bool busy[FUSED_BUFFERS] = {false};
  note_uses(p);
  for (int i = 0; i < p->n_registers; i++) /* spread operands are filled at the start of a strip */
    if (p->registers[i].kind == REGISTER_SPREAD && !take_buffer(p, &p->registers[i], busy)) return false;
  for (int i = 0; i < p->n_steps; i++) {
    const FusedStep *s = &p->steps[i];
    if (!take_buffer(p, &p->registers[s->p[0]], busy)) return false;
    for (int k = 0; k < s->n; k++) {
      const FusedRegister *r = &p->registers[s->p[k]];
      if (r->kind == REGISTER_BUFFER && r->last <= i) busy[r->buffer] = false;
    }
  }
  return true;
}

bool fused_fits(FusedProgram *p) { return !p->full && place_buffers(p); }

Status fused_run(FusedProgram *p) {
  if (p->numel == 0 && p->reduction == OP_COUNT) return OK;
  fused_walks++;
  TRY(cpu_fused_walk(p));
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}
