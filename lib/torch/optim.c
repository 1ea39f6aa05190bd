/* optim.c: SGD, Adam and AdamW: their options, their checks, their fused steps. */
#include "ops/optim/fused_optim.h"
#include "library.h"
#include "torch/optim/optimizer.h"

static const luaL_Reg algorithm_methods[] = {
    {"__init", algorithm_init}, {"step", algorithm_step}, {NULL, NULL}};

/* NAN, that is `false`, is refused as well. */
static void check_least(lua_State *L, const char *who, const char *name, double value) {
  if (!(value >= 0)) luaL_error(L, "%s: '%s': expected 0 or more, got %f", who, name, value);
}

/* ---- SGD ----------------------------------------------------------------------------------- */

/** optim.SGD: p -= lr · g; with momentum p -= lr · b, b = momentum · b + (1 - dampening) · g.
** - `params` (Tensor[]|table): parameters, or groups {params = {…}, lr = …}
** - `weight_decay`: g += weight_decay · p
** - `nesterov`: looks ahead: g + momentum · b in place of b
** - `maximize`: climbs instead
** Example: optim.SGD(nn.Linear(2, 1):parameters(), {lr = 0.1, momentum = 0.9}) */
static const Option sgd_options[] = {
    {"lr", OPTION_FLOAT, offsetof(Hyper, lr), false, 1e-3, NULL},
    {"momentum", OPTION_FLOAT, offsetof(Hyper, momentum), false, 0, NULL},
    {"dampening", OPTION_FLOAT, offsetof(Hyper, dampening), false, 0, NULL},
    {"weight_decay", OPTION_FLOAT, offsetof(Hyper, weight_decay), false, 0, NULL},
    {"nesterov", OPTION_BOOL, offsetof(Hyper, nesterov), false, 0, NULL},
    {"maximize", OPTION_BOOL, offsetof(Hyper, maximize), false, 0, NULL},
    {NULL}};

static void sgd_check(lua_State *L, const char *who, const Hyper *h) {
  check_least(L, who, "lr", h->lr);
  check_least(L, who, "momentum", h->momentum);
  check_least(L, who, "weight_decay", h->weight_decay);
  if (h->nesterov && (h->momentum <= 0 || h->dampening != 0))
    luaL_error(L, "%s: 'nesterov' needs a momentum and no dampening", who);
}

static bool sgd_uses(const Hyper *h, int i) {
  (void)i;
  return h->momentum != 0;
}

static void sgd_update(const Update *u, const Hyper *h) {
  SgdStep step = {.lr = h->lr, .momentum = h->momentum, .dampening = h->dampening,
                  .weight_decay = h->weight_decay, .nesterov = h->nesterov,
                  .maximize = h->maximize, .first = u->fresh};
  fused_sgd(u->parameter, u->grad, u->state[0], &step);
}

static const char *const sgd_states[] = {"momentum_buffer", NULL};
static const Algorithm sgd = {
    .base = {.class = {.name = "optim.SGD", .parent = &optimizer_class.class,
                       .methods = algorithm_methods},
             .size = sizeof(Optimizer)},
    .options = sgd_options, .states = sgd_states, .uses = sgd_uses, .check = sgd_check,
    .update = sgd_update};

/* ---- Adam and AdamW ----------------------------------------------------------------------------- */

#define ADAM_OPTIONS(decay)                                                    \
  {                                                                            \
    {"lr", OPTION_FLOAT, offsetof(Hyper, lr), false, 1e-3, NULL},              \
    {"betas", OPTION_REALS, offsetof(Hyper, betas), false, 0.9, NULL},         \
    {"eps", OPTION_FLOAT, offsetof(Hyper, eps), false, 1e-8, NULL},            \
    {"weight_decay", OPTION_FLOAT, offsetof(Hyper, weight_decay), false, decay, NULL}, \
    {"amsgrad", OPTION_BOOL, offsetof(Hyper, amsgrad), false, 0, NULL},        \
    {"maximize", OPTION_BOOL, offsetof(Hyper, maximize), false, 0, NULL},      \
    {NULL}                                                                     \
  }
/** optim.Adam: p -= lr · m̂ / (√v̂ + eps), with moving means of g and g², corrected for their start
** (Kingma and Ba 2015).
** - `params` (Tensor[]|table): parameters, or groups {params = {…}, lr = …}
** - `betas`: the shares of the past in both means
** - `weight_decay`: g += weight_decay · p
** - `amsgrad`: the largest v̂ so far (Reddi et al. 2018)
** - `maximize`: climbs instead
** Example: optim.Adam(nn.Linear(2, 1):parameters(), {lr = 1e-3}) */
/** optim.AdamW: Adam with decoupled weight decay: p -= lr · weight_decay · p (Loshchilov and Hutter
** 2019).
** - `params` (Tensor[]|table): parameters, or groups {params = {…}, lr = …}
** - `betas`: the shares of the past in both means
** - `weight_decay`: of the parameters themselves
** - `amsgrad`: the largest v̂ so far (Reddi et al. 2018)
** - `maximize`: climbs instead
** Example: optim.AdamW(nn.Linear(2, 1):parameters(), {lr = 1e-3}) */
static const Option adam_options[] = ADAM_OPTIONS(0);
static const Option adamw_options[] = ADAM_OPTIONS(0.01);

static void adam_check(lua_State *L, const char *who, const Hyper *h) {
  check_least(L, who, "lr", h->lr);
  check_least(L, who, "eps", h->eps);
  check_least(L, who, "weight_decay", h->weight_decay);
  for (int i = 0; i < 2; i++)
    if (!(h->betas[i] >= 0 && h->betas[i] < 1))
      luaL_error(L, "%s: 'betas': expected 0 or more and below 1, got %f at position %d", who,
                 h->betas[i], i + 1);
}

static bool adam_uses(const Hyper *h, int i) { return i < 2 || h->amsgrad; }

static void adam_update(const Update *u, const Hyper *h) {
  AdamStep step = {.lr = h->lr, .beta1 = h->betas[0], .beta2 = h->betas[1], .eps = h->eps,
                   .weight_decay = h->weight_decay, .decoupled = h->decoupled,
                   .maximize = h->maximize, .count = u->count};
  fused_adam(u->parameter, u->grad, u->state[0], u->state[1], u->state[2], &step);
}

static const char *const adam_states[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq", NULL};

#define ADAM(title, option_list, is_decoupled)                                          \
  {                                                                                     \
    .base = {.class = {.name = title, .parent = &optimizer_class.class,                 \
                       .methods = algorithm_methods},                                   \
             .size = sizeof(Optimizer)},                                                \
    .options = option_list, .decoupled = is_decoupled, .states = adam_states,           \
    .counts = true, .uses = adam_uses, .check = adam_check, .update = adam_update       \
  }
static const Algorithm adam = ADAM("optim.Adam", adam_options, false);
static const Algorithm adamw = ADAM("optim.AdamW", adamw_options, true);

int luaopen_torch_optim(lua_State *L);
/** torch.optim: Optimisers: objects that change parameters by their gradients. */
int luaopen_torch_optim(lua_State *L) {
  static const Algorithm *const algorithms[] = {&sgd, &adam, &adamw};
  lua_newtable(L);
  class_push(L, &optimizer_class);
  lua_setfield(L, -2, "Optimizer");
  for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
    class_push(L, &algorithms[i]->base);
    lua_setfield(L, -2, class_short_name(&algorithms[i]->base.class));
  }
  library_lazy(L, "torch.optim");
  library_lazy(L, "torch.optim");
  return 1;
}
