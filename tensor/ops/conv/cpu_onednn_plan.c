/* conv/cpu_onednn_plan.c: plans of convolutions by oneDNN. To make one takes oneDNN some milliseconds, so plans are
** kept, PLANS_MOST of them; when there are more, those that nobody uses go. One lock guards the table.
*/
#include "ops/conv/cpu_onednn_plan.h"

#include <omp.h>
#include <pthread.h>
#include <stdlib.h>

#define PLANS_BUCKETS 64
#define PLANS_MOST 512

static pthread_mutex_t plans_lock = PTHREAD_MUTEX_INITIALIZER;
static ConvPlan *plans_bucket[PLANS_BUCKETS];
static int plans_count;

/* ---- making a plan ---------------------------------------------------------------------- */

static bool plan_plain(const OneDnn *dnn, ConvPlan *p) {
  const Window *w = &p->key.w;
  const int64_t c = w->channels, f = w->features, g = w->groups;
  const dnnl_dims_t in = {w->batch, c, w->in[0], w->in[1]}, out = {w->batch, f, w->out[0], w->out[1]}, bias = {f};
  const dnnl_dims_t one = {f, c, w->kernel[0], w->kernel[1]}, many = {g, f / g, c / g, w->kernel[0], w->kernel[1]};
  return dnn->memory_desc_init_by_tag(&p->side[PLANES_IN].plain, 4, in, dnnl_f32, dnnl_nchw) == dnnl_success &&
         dnn->memory_desc_init_by_tag(&p->side[PLANES_OUT].plain, 4, out, dnnl_f32, dnnl_nchw) == dnnl_success &&
         dnn->memory_desc_init_by_tag(&p->side[CONV_FILTER].plain, g > 1 ? 5 : 4, g > 1 ? many : one, dnnl_f32,
                                      g > 1 ? dnnl_goihw : dnnl_oihw) == dnnl_success &&
         dnn->memory_desc_init_by_tag(&p->bias, 1, bias, dnnl_f32, dnnl_x) == dnnl_success;
}

/* The same tensors in a layout that oneDNN chooses. */
static bool plan_any(const OneDnn *dnn, const ConvPlan *p, dnnl_memory_desc_t *any) {
  for (int i = 0; i < CONV_SIDES; i++) {
    const dnnl_memory_desc_t *plain = &p->side[i].plain;
    if (dnn->memory_desc_init_by_tag(&any[i], plain->ndims, plain->dims, dnnl_f32, dnnl_format_tag_any) !=
        dnnl_success)
      return false;
  }
  return true;
}

static bool plan_describe(const OneDnn *dnn, const ConvPlan *p, bool forward, dnnl_convolution_desc_t *out) {
  const Window *w = &p->key.w;
  const dnnl_dims_t stride = {w->stride[0], w->stride[1]}, padding = {w->padding[0], w->padding[1]};
  const dnnl_dims_t dilation = {w->dilation[0] - 1, w->dilation[1] - 1}; /* oneDNN counts the gaps */
  dnnl_memory_desc_t any[CONV_SIDES];
  if (!plan_any(dnn, p, any)) return false;
  const dnnl_memory_desc_t *in = &any[PLANES_IN], *filter = &any[CONV_FILTER], *result = &any[PLANES_OUT];
  if (forward) {
    const dnnl_prop_kind_t kind = p->key.op == CONV_FORWARD ? dnnl_forward_inference : dnnl_forward_training;
    return dnn->dilated_convolution_forward_desc_init(out, kind, dnnl_convolution_direct, in, filter,
                                                      p->key.bias ? &p->bias : NULL, result, stride, dilation, padding,
                                                      padding) == dnnl_success;
  }
  if (p->key.op == CONV_INPUT)
    return dnn->dilated_convolution_backward_data_desc_init(out, dnnl_convolution_direct, in, filter, result, stride,
                                                            dilation, padding, padding) == dnnl_success;
  return dnn->dilated_convolution_backward_weights_desc_init(out, dnnl_convolution_direct, in, filter, NULL, result,
                                                             stride, dilation, padding, padding) == dnnl_success;
}

/* What the implementation that oneDNN has chosen wants. Gradients take a forward one as a hint. */
static dnnl_primitive_desc_t plan_choose(const OneDnn *dnn, const ConvPlan *p) {
  dnnl_convolution_desc_t desc;
  dnnl_primitive_attr_t attr = NULL;
  dnnl_primitive_desc_t hint = NULL, chosen = NULL;
  bool good = dnn->primitive_attr_create(&attr) == dnnl_success &&
              dnn->primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user) == dnnl_success;
  if (good && p->key.op != CONV_FORWARD)
    good = plan_describe(dnn, p, true, &desc) &&
           dnn->primitive_desc_create(&hint, &desc, attr, dnn->engine, NULL) == dnnl_success;
  good = good && plan_describe(dnn, p, p->key.op == CONV_FORWARD, &desc) &&
         dnn->primitive_desc_create(&chosen, &desc, attr, dnn->engine, hint) == dnnl_success;
  if (hint != NULL) dnn->primitive_desc_destroy(hint);
  if (attr != NULL) dnn->primitive_attr_destroy(attr);
  return good ? chosen : NULL;
}

static bool plan_packing(const OneDnn *dnn, ConvPacking *s, const dnnl_memory_desc_t *packed, bool result) {
  if (packed == NULL) return false;
  s->packed = *packed;
  if (dnn->memory_desc_equal(&s->plain, packed)) return true;
  s->bytes = dnn->memory_desc_get_size(packed);
  dnnl_primitive_desc_t desc = NULL;
  const dnnl_memory_desc_t *from = result ? packed : &s->plain, *to = result ? &s->plain : packed;
  const bool good =
      dnn->reorder_primitive_desc_create(&desc, from, dnn->engine, to, dnn->engine, NULL) == dnnl_success &&
      dnn->primitive_create(&s->pack, desc) == dnnl_success;
  if (desc != NULL) dnn->primitive_desc_destroy(desc);
  return good;
}

static bool plan_compile(const OneDnn *dnn, ConvPlan *p) {
  static const dnnl_query_t queries[3][CONV_SIDES] = {
      [CONV_FORWARD] = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md},
      [CONV_INPUT] = {dnnl_query_diff_src_md, dnnl_query_weights_md, dnnl_query_diff_dst_md},
      [CONV_WEIGHT] = {dnnl_query_src_md, dnnl_query_diff_weights_md, dnnl_query_diff_dst_md}};
  if (!plan_plain(dnn, p)) return false;
  dnnl_primitive_desc_t chosen = plan_choose(dnn, p);
  if (chosen == NULL) return false;
  bool good = true;
  for (int i = 0; i < CONV_SIDES; i++)
    good = good && plan_packing(dnn, &p->side[i], dnn->primitive_desc_query_md(chosen, queries[p->key.op][i], 0),
                                i == (int)conv_result((ConvOp)p->key.op));
  const dnnl_memory_desc_t *scratch = dnn->primitive_desc_query_md(chosen, dnnl_query_scratchpad_md, 0);
  if (scratch != NULL) {
    p->scratchpad = *scratch;
    p->scratch = dnn->memory_desc_get_size(scratch);
  }
  good = good && dnn->primitive_create(&p->primitive, chosen) == dnnl_success;
  dnn->primitive_desc_destroy(chosen);
  return good;
}

static void plan_free(const OneDnn *dnn, ConvPlan *p) {
  if (p->primitive != NULL) dnn->primitive_destroy(p->primitive);
  for (int i = 0; i < CONV_SIDES; i++)
    if (p->side[i].pack != NULL) dnn->primitive_destroy(p->side[i].pack);
  free(p);
}

/* A primitive is compiled for a number of threads, which is that of OpenMP at the time. */
static ConvPlan *plan_new(const OneDnn *dnn, const ConvKey *key) {
  ConvPlan *p = calloc(1, sizeof *p);
  if (p == NULL) return NULL;
  p->key = *key;
  const int threads = omp_get_max_threads();
  omp_set_num_threads((int)key->threads);
  p->works = plan_compile(dnn, p);
  omp_set_num_threads(threads);
  return p;
}

/* ---- the table ------------------------------------------------------------------------- */

static ConvPlan **plans_place(const ConvKey *key) {
  const int64_t *words = (const int64_t *)key;
  uint64_t hash = 0;
  for (size_t i = 0; i < sizeof *key / sizeof *words; i++) hash = (hash ^ (uint64_t)words[i]) * 0x9E3779B97F4A7C15u;
  return &plans_bucket[hash >> 58];
}

static void plans_drop(const OneDnn *dnn) {
  for (int i = 0; i < PLANS_BUCKETS; i++)
    for (ConvPlan **at = &plans_bucket[i]; *at != NULL;) {
      ConvPlan *p = *at;
      if (p->users > 0) {
        at = &p->next;
        continue;
      }
      *at = p->next;
      plan_free(dnn, p);
      plans_count--;
    }
}

static ConvPlan *plans_find(const OneDnn *dnn, const ConvKey *key) {
  ConvPlan **place = plans_place(key);
  for (ConvPlan *p = *place; p != NULL; p = p->next)
    if (memcmp(&p->key, key, sizeof *key) == 0) return p;
  if (plans_count >= PLANS_MOST) plans_drop(dnn);
  ConvPlan *p = plan_new(dnn, key);
  if (p == NULL) return NULL;
  p->next = *place;
  *place = p;
  plans_count++;
  return p;
}

const ConvPlan *KERNEL(onednn_plan_take)(const OneDnn *dnn, const ConvKey *key) {
  pthread_mutex_lock(&plans_lock);
  ConvPlan *p = plans_find(dnn, key);
  if (p != NULL) p->users++;
  __atomic_fetch_add(&onednn_plans_taken, 1, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&plans_lock);
  return p;
}

void KERNEL(onednn_plan_give)(const ConvPlan *plan) {
  pthread_mutex_lock(&plans_lock);
  ((ConvPlan *)plan)->users--;
  pthread_mutex_unlock(&plans_lock);
}
