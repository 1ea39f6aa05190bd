/* optimise.c: see optimise.h. */
#include <stdio.h>

#include "lexer.h"
#include "optimise.h"

#define PROGRESS (1 + OPTIMISER_NUMBERS) /* elements */
#define OPTION_BYTES 63                  /* twice as many digits fit a Text */

Status optimise_attributes(const OptimiserRule *rule, const OptimiserUpdate *u, OptimiserStepAttrs *out) {
  const uint8_t *bytes = u->options;
  if (rule->options_size > OPTION_BYTES)
    return fail(ERROR_ARGUMENT, "trace: the options of the optimiser are too long");
  *out = (OptimiserStepAttrs){.rule = rule->id};
  for (size_t i = 0; i < rule->options_size; i++) snprintf(out->options.v + 2 * i, 3, "%02x", bytes[i]);
  return OK;
}

Status optimise_progress(const OptimiserRule *rule, const OptimiserUpdate *u, Tensor **out) {
  OptimiserStep step = u->step;
  double values[OPTIMISER_VALUES];
  const int64_t n = PROGRESS;
  rule->scalars(u->options, &step, values); /* moves the numbers on */
  TRY(tensor_empty_cpu(1, &n, DTYPE_FLOAT64, out));
  double *v = tensor_data(*out);
  v[0] = (double)step.count;
  for (int i = 0; i < OPTIMISER_NUMBERS; i++) v[1 + i] = step.numbers[i];
  return OK;
}

/* 'options' has room for OPTION_BYTES. */
static bool read_options(const OptimiserRule *rule, const char *text, uint8_t *options) {
  if (strlen(text) != 2 * rule->options_size || rule->options_size > OPTION_BYTES) return false;
  for (size_t i = 0; i < rule->options_size; i++) {
    const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    options[i] = (uint8_t)(high * 16 + low);
  }
  return true;
}

static bool fits_parameter(const Tensor *parameter, const Tensor *t) {
  return t != NULL && t->dtype == parameter->dtype && tensor_same_shape(parameter, t) && tensor_is_contiguous(t);
}

/* The graph may come from a file: everything is checked. */
static Status check_update(const OptimiserRule *rule, const Call *c, unsigned variant) {
  const Tensor *parameter = c->in[OPTIMISE_PARAMETER], *progress = c->in[OPTIMISE_PROGRESS];
  if (!optimiser_has(parameter) || !tensor_is_contiguous(parameter))
    return fail(ERROR_ARGUMENT, "optimiser_step: 'parameter' (argument 1): expected a contiguous tensor of floats");
  if (progress->dtype != DTYPE_FLOAT64 || progress->numel != PROGRESS || !tensor_is_contiguous(progress))
    return fail(ERROR_ARGUMENT, "optimiser_step: 'progress' (argument 2): expected float64 (%d)", PROGRESS);
  const double steps = *(const double *)tensor_data(progress);
  if (!(steps >= 0 && steps < 9007199254740992.0 && steps == (double)(int64_t)steps)) /* 2⁵³ */
    return fail(ERROR_ARGUMENT, "optimiser_step: 'progress' (argument 2): expected a number of steps first, got %g",
                steps);
  if (!fits_parameter(parameter, c->in[OPTIMISE_GRAD]))
    return fail(ERROR_ARGUMENT, "optimiser_step: 'grad' (argument 3): expected a tensor like the parameter");
  for (int k = 0; k < rule->n_states; k++) {
    const bool used = rule->states[k].flag == 0 || (rule->states[k].flag & variant) != 0;
    if (used && !fits_parameter(parameter, c->in[OPTIMISE_STATE + k]))
      return fail(ERROR_ARGUMENT, "optimiser_step: 'state%d' (argument %d): expected a tensor like the parameter",
                  k + 1, OPTIMISE_STATE + k + 1);
  }
  return OK;
}

static Status optimise_infer(Call *c) {
  (void)c;
  return OK;
}

static Status optimise_kernel(Call *c) {
  const OptimiserStepAttrs *a = c->attrs;
  _Alignas(16) uint8_t options[OPTION_BYTES + 1];
  if (a->rule < 0 || a->rule >= OPTIMISER_COUNT || !read_options(&optimiser_rules[a->rule], a->options.v, options))
    return fail(ERROR_ARGUMENT, "optimiser_step: 'options': these are none of the rule");
  const OptimiserRule *rule = &optimiser_rules[a->rule];
  const unsigned variant = rule->variant(options);
  TRY(check_update(rule, c, variant));
  double *progress = tensor_data(c->in[OPTIMISE_PROGRESS]);
  OptimiserUpdate u = {.parameter = c->in[OPTIMISE_PARAMETER], .grad = c->in[OPTIMISE_GRAD], .options = options};
  for (int k = 0; k < rule->n_states; k++)
    if (rule->states[k].flag == 0 || (rule->states[k].flag & variant)) u.state[k] = c->in[OPTIMISE_STATE + k];
  u.step.count = (int64_t)progress[0] + 1;
  for (int i = 0; i < OPTIMISER_NUMBERS; i++) u.step.numbers[i] = progress[1 + i];
  TRY(optimiser_run(rule, 1, &u));
  progress[0] = (double)u.step.count;
  for (int i = 0; i < OPTIMISER_NUMBERS; i++) progress[1 + i] = u.step.numbers[i];
  return OK;
}

static const OpInfo *optimise_info;
const OpInfo *optimise_op(void) { return optimise_info; }

#define INPUT(text, number, may_lack) {.name = text, .type = ARG_TENSOR, .input = number, .optional = may_lack}
__attribute__((constructor)) static void optimise_open(void) {
  static const OpArg args[] = {
      INPUT("parameter", OPTIMISE_PARAMETER, false), INPUT("progress", OPTIMISE_PROGRESS, false),
      INPUT("grad", OPTIMISE_GRAD, false),           INPUT("state1", OPTIMISE_STATE, true),
      INPUT("state2", OPTIMISE_STATE + 1, true),     INPUT("state3", OPTIMISE_STATE + 2, true),
      {.name = "rule", .type = ARG_INT, .offset = offsetof(OptimiserStepAttrs, rule)},
      {.name = "options", .type = ARG_STRING, .offset = offsetof(OptimiserStepAttrs, options)}};
  static const OptimiserStepAttrs defaults = {.rule = INT64_MIN};
  _Static_assert(OPTIMISER_STATES == 3, "the inputs above are those of three states");
  const OpInfo info = {.name = "optimiser_step",
                       .signature = "(parameter: Tensor, progress: Tensor, grad: Tensor, "
                                    "state1: Tensor = nil, state2: Tensor = nil, state3: Tensor = nil, "
                                    "rule: int, options: string) -> nothing",
                       .doc = "One step of an optimiser in a graph.",
                       .args = args,
                       .n_args = sizeof args / sizeof *args,
                       .n_inputs = OPTIMISE_INPUTS,
                       .defaults = &defaults,
                       .attrs_size = sizeof defaults,
                       .kind = KIND_KERNEL,
                       .types = UINT32_MAX,
                       .moves = true,
                       .mutates = ~(1u << OPTIMISE_GRAD) & ((1u << OPTIMISE_INPUTS) - 1),
                       .infer = optimise_infer,
                       .kernel = optimise_kernel};
  OpId id;
  if (op_register(&info, &id) == OK) optimise_info = op_info(id);
}
