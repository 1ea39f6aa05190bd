/* train_unigram.c: the tokens of a unigram model and their probabilities: many substrings at first, whose expected
** counts give new probabilities (EM), and of which those go that the likelihood misses least, until few enough are
** left (Kudo, 2018).
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/train.h"

#define UNKNOWN 0             /* the piece of what is in no other */
#define UNKNOWN_PENALTY 10.0
#define LEAST_COUNT 0.5       /* a piece with a smaller expected count goes */

typedef struct { double score; int32_t start, rank; uint32_t id; } Way; /* to a place; start -1: there is none */

typedef struct { uint32_t start, end, id; double score; } Edge;         /* a piece in a text */
typedef struct { double loss; uint32_t id; } Candidate;                /* to go */

typedef struct UnigramState {
  Trie trie;
  Key *keys;
  double least; /* the least score */
  double *expected, *frequencies; /* by pieces */
  VECTOR(Edge) edges;
  VECTOR(double) alpha, beta;
  VECTOR(Way) ways; /* two to a place, the better one first */
  VECTOR(uint32_t) alternatives, starts;
  VECTOR(Candidate) candidates;
  UnigramPieces next;
  bool *keep;
} UnigramState;

void unigram_training_free(UnigramTraining *t) {
  UnigramState *s = t->state;
  if (s != NULL) {
    trie_free(&s->trie);
    void *arrays[] = {s->keys, s->expected, s->frequencies, s->edges.v, s->alpha.v, s->beta.v,
      s->ways.v, s->candidates.v, s->alternatives.v, s->starts.v, s->next.v, s->keep, s};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
  }
  free(t->bytes.v);
  free(t->pieces.v);
  *t = (UnigramTraining){0};
}

/* Makes the trie of the pieces, and arrays with an item for each. */
static void prepare(Failure *f, UnigramTraining *t) {
  UnigramState *s = t->state;
  const size_t n = t->pieces.n;
  trie_free(&s->trie);
  free(s->keys);
  s->keys = NULL;
  s->keys = allocate(f, n, sizeof *s->keys);
  s->least = INFINITY;
  for (size_t i = 1; i < n; i++) {
    const UnigramPiece *p = &t->pieces.v[i];
    s->keys[i - 1] = (Key){t->bytes.v + p->at, p->n, (uint32_t)i};
    if (p->score < s->least) s->least = p->score;
  }
  trie_build(f, &s->trie, s->keys, n > 0 ? n - 1 : 0);
}

/* s->edges: each piece at each place of a text, by rising starts. Characters that are no piece count as unknown. */
static void find_edges(Failure *f, UnigramTraining *t, const char *text, size_t n) {
  UnigramState *s = t->state;
  s->edges.n = 0;
  for (size_t start = 0; start < n; start += unicode_size(text[start])) {
    const size_t size = unicode_size(text[start]);
    bool alone = false;
    uint32_t node = 0;
    for (size_t i = start; i < n; i++) {
      node = trie_next(&s->trie, node, text[i]);
      if (node == TRIE_NONE) break;
      const uint32_t value = s->trie.units.v[node].value;
      if (value == 0) continue;
      PUSH(f, &s->edges, (Edge){(uint32_t)start, (uint32_t)i + 1, value - 1, t->pieces.v[value - 1].score});
      alone |= i + 1 == start + size;
    }
    if (!alone)
      PUSH(f, &s->edges, (Edge){(uint32_t)start, (uint32_t)(start + size), UNKNOWN, s->least - UNKNOWN_PENALTY});
  }
}

/* ---- expected counts --------------------------------------------------------------------------------- */

static double log_add(double a, double b) {
  if (a == -INFINITY) return b;
  const double most = a > b ? a : b, least = a > b ? b : a;
  return least < most - 50 ? most : most + log1p(exp(least - most));
}

static void reset_sums(Failure *f, UnigramState *s, size_t n) {
  s->alpha.n = s->beta.n = 0;
  for (size_t i = 0; i <= n; i++) {
    PUSH(f, &s->alpha, i == 0 ? 0.0 : -INFINITY);
    PUSH(f, &s->beta, i == n ? 0.0 : -INFINITY);
  }
}

static void expect_word(Failure *f, UnigramTraining *t, const char *text, size_t n, double count) {
  UnigramState *s = t->state;
  find_edges(f, t, text, n);
  reset_sums(f, s, n);
  double *alpha = s->alpha.v, *beta = s->beta.v;
  for (size_t i = 0; i < s->edges.n; i++) {
    const Edge e = s->edges.v[i];
    alpha[e.end] = log_add(alpha[e.end], alpha[e.start] + e.score);
  }
  for (size_t i = s->edges.n; i-- > 0;) {
    const Edge e = s->edges.v[i];
    beta[e.start] = log_add(beta[e.start], beta[e.end] + e.score);
  }
  for (size_t i = 0; i < s->edges.n; i++) {
    const Edge e = s->edges.v[i];
    s->expected[e.id] += count * exp(alpha[e.start] + e.score + beta[e.end] - alpha[n]);
  }
}

/* The derivative of the logarithm of the gamma function, by its asymptotic series. */
static double digamma(double x) {
  double result = 0;
  for (; x < 7; x++) result -= 1 / x;
  x -= 0.5;
  const double y = 1 / (x * x);
  return result + log(x) + y * (1.0 / 24 - y * (7.0 / 960 - y * (31.0 / 8064 - y * (127.0 / 30720))));
}

static void estimate(Failure *f, UnigramTraining *t, const Counter *words) {
  UnigramState *s = t->state;
  free(s->expected);
  s->expected = NULL;
  s->expected = allocate(f, t->pieces.n, sizeof *s->expected);
  for (uint32_t id = 0; id < words->words.names.n; id++) {
    size_t n;
    const char *text = vocabulary_text(&words->words, id, &n);
    expect_word(f, t, text, n, (double)words->counts.v[id]);
  }
  double sum = 0;
  size_t kept = 1;
  for (size_t i = 1; i < t->pieces.n; i++) {
    if (s->expected[i] < LEAST_COUNT) continue;
    t->pieces.v[kept] = t->pieces.v[i];
    t->pieces.v[kept++].score = s->expected[i];
    sum += s->expected[i];
  }
  t->pieces.n = kept;
  const double total = digamma(sum);
  for (size_t i = 1; i < kept; i++) t->pieces.v[i].score = digamma(t->pieces.v[i].score) - total;
  prepare(f, t);
}

/* ---- the two best ways through a text ------------------------------------------------------------------ */

static void offer_way(Way *to, Way way) {
  if (to[0].start < 0 || way.score > to[0].score) {
    to[1] = to[0];
    to[0] = way;
  } else if (to[1].start < 0 || way.score > to[1].score) to[1] = way;
}

static void find_ways(Failure *f, UnigramTraining *t, const char *text, size_t n) {
  UnigramState *s = t->state;
  find_edges(f, t, text, n);
  s->ways.n = 0;
  for (size_t i = 0; i < 2 * (n + 1); i++) PUSH(f, &s->ways, (Way){0, i == 0 ? 0 : -1, 0, 0});
  for (size_t i = 0; i < s->edges.n; i++) {
    const Edge e = s->edges.v[i];
    for (int rank = 0; rank < 2; rank++) {
      const Way from = s->ways.v[2 * (size_t)e.start + (size_t)rank];
      if (from.start >= 0)
        offer_way(&s->ways.v[2 * (size_t)e.end], (Way){from.score + e.score, (int32_t)e.start, rank, e.id});
    }
  }
}

/* ---- what goes ------------------------------------------------------------------------------------- */

/* For each piece whether it stays in any case, and what would stand in its place: its second best segmentation, where
** the best one is itself. s->starts has where the alternatives of each begin. */
static void find_alternatives(Failure *f, UnigramTraining *t) {
  UnigramState *s = t->state;
  s->alternatives.n = s->starts.n = 0;
  free(s->keep);
  s->keep = NULL;
  s->keep = allocate(f, t->pieces.n, sizeof *s->keep);
  for (size_t id = 0; id < t->pieces.n; id++) {
    PUSH(f, &s->starts, (uint32_t)s->alternatives.n);
    if (id == UNKNOWN) continue;
    const size_t n = t->pieces.v[id].n;
    find_ways(f, t, t->bytes.v + t->pieces.v[id].at, n);
    const Way best = s->ways.v[2 * n], second = s->ways.v[2 * n + 1];
    s->keep[id] = second.start < 0 || best.start == 0;
    if (second.start < 0 || best.start != 0) continue;
    Way way = second;
    for (size_t end = n; end > 0; way = s->ways.v[2 * end + (size_t)way.rank]) {
      PUSH(f, &s->alternatives, way.id);
      end = (size_t)way.start;
    }
  }
  PUSH(f, &s->starts, (uint32_t)s->alternatives.n);
}

/* How often each piece is in the best segmentations of all words, and the counts of words for each time. */
static double count_pieces(Failure *f, UnigramTraining *t, const Counter *words) {
  UnigramState *s = t->state;
  double total = 0;
  free(s->frequencies);
  s->frequencies = NULL;
  s->frequencies = allocate(f, t->pieces.n, sizeof *s->frequencies);
  for (uint32_t word = 0; word < words->words.names.n; word++) {
    size_t n;
    const char *text = vocabulary_text(&words->words, word, &n);
    const double count = (double)words->counts.v[word];
    find_ways(f, t, text, n);
    total += count;
    for (size_t end = n; end > 0;) {
      const Way way = s->ways.v[2 * end];
      s->frequencies[way.id] += count;
      end = (size_t)way.start;
    }
  }
  return total;
}

static int compare_candidates(const void *left, const void *right) {
  const Candidate *a = left, *b = right;
  if (a->loss != b->loss) return a->loss > b->loss ? -1 : 1;
  return a->id < b->id ? -1 : a->id > b->id;
}

/* How much likelihood is lost where a piece goes, and its alternatives come in its place. The sum should grow by the
** number of its alternatives; SentencePiece takes the number of all pieces, and so does every vocabulary made by it. */
static double loss_of(const UnigramState *s, size_t id, size_t pieces, double sum, double total) {
  const uint32_t first = s->starts.v[id], last = s->starts.v[id + 1];
  const double frequency = s->frequencies[id];
  const double log_sum = log(sum + frequency * (double)(pieces - 1));
  double other = 0;
  for (uint32_t i = first; i < last; i++) other += log(s->frequencies[s->alternatives.v[i]] + frequency) - log_sum;
  return frequency / total * (log(frequency) - log(sum) - other);
}

static size_t desired_size(const UnigramTraining *t) { return t->vocab_size * 11 / 10; }

static void prune(Failure *f, UnigramTraining *t, const Counter *words) {
  UnigramState *s = t->state;
  find_alternatives(f, t);
  const double total = count_pieces(f, t, words);
  double sum = 0;
  for (size_t i = 0; i < t->pieces.n; i++) sum += s->frequencies[i];
  s->next.n = s->candidates.n = 0;
  PUSH(f, &s->next, t->pieces.v[UNKNOWN]);
  for (uint32_t id = 1; id < t->pieces.n; id++) {
    if (s->frequencies[id] == 0 && !s->keep[id]) continue;
    if (s->starts.v[id] == s->starts.v[id + 1]) PUSH(f, &s->next, t->pieces.v[id]);
    else if (s->frequencies[id] > 0) PUSH(f, &s->candidates, (Candidate){loss_of(s, id, t->pieces.n, sum, total), id});
  }
  size_t size = (size_t)((double)t->pieces.n * t->shrinking_factor);
  if (size < desired_size(t)) size = desired_size(t);
  qsort(s->candidates.v, s->candidates.n, sizeof(Candidate), compare_candidates);
  for (size_t i = 0; i < s->candidates.n && s->next.n < size; i++)
    PUSH(f, &s->next, t->pieces.v[s->candidates.v[i].id]);
  const UnigramPieces pieces = t->pieces;
  t->pieces = s->next;
  s->next = pieces;
  prepare(f, t);
}

void unigram_train(Failure *f, UnigramTraining *t, const Counter *words) {
  t->state = allocate(f, 1, sizeof *t->state);
  unigram_seed(f, t, words);
  prepare(f, t);
  for (;;) {
    for (size_t i = 0; i < t->sub_iterations; i++) estimate(f, t, words);
    const size_t before = t->pieces.n;
    if (before <= desired_size(t)) return;
    prune(f, t, words);
    if (t->pieces.n >= before) return; /* all that is left stays */
  }
}
