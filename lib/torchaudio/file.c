/* file.c: the module "torchaudio.file": files of sound by libsndfile. torchaudio.load, save, info and stream lead
** through it; they check arguments and make the messages.
**
**   file = open(path)                      raises what libsndfile says
**   describe(file) → {sample_rate =, num_frames =, num_channels =, encoding =, bits_per_sample =, format =}
**   seek(file, frame)                      frames count from 0
**   read(file, frames, dtype, channels_first) → tensor of at most so many frames
**   write(path, tensor, rate, format, encoding, bits, quality)      tensor: (frames×channels)
**   log(file) → what libsndfile notes while it opens the file
**   close(file)
*/
#include <sndfile.h>
#include <string.h>

#include "vm.h"

/* A file of one second of silence in 2^31 bytes is not told from a right one before it is read, so what is asked for at
** once is bounded: numbers of all channels together. */
#define FILE_MOST ((sf_count_t)1 << 34)
#define FILE_PORTION 65536 /* frames that are turned from interleaved to channels at a time */

typedef struct {
  Object object;
  SNDFILE *file; /* NULL: closed */
  SF_INFO info;
} SoundFile;

static void sound_close(lua_State *L, void *self) {
  (void)L;
  SoundFile *s = self;
  if (s->file != NULL) sf_close(s->file);
  s->file = NULL;
}
static const Class sound_class = {"torchaudio.file.handle", NULL, sound_close, NULL, NULL};

static SoundFile *sound_check(lua_State *L) {
  SoundFile *s = object_check(L, 1, &sound_class, "torchaudio", "file");
  if (s->file == NULL) luaL_error(L, "the file is closed");
  return s;
}

/* ---- what is in it ------------------------------------------------------------------------------ */

/* What libsndfile calls an encoding, as torchaudio does, and its bits (0: not a number of bits). */
typedef struct {
  int subtype;
  const char *name;
  int bits;
} Encoding;

static const Encoding encodings[] = {
    {SF_FORMAT_PCM_S8, "PCM_S", 8},   {SF_FORMAT_PCM_16, "PCM_S", 16},  {SF_FORMAT_PCM_24, "PCM_S", 24},
    {SF_FORMAT_PCM_32, "PCM_S", 32},  {SF_FORMAT_PCM_U8, "PCM_U", 8},   {SF_FORMAT_FLOAT, "PCM_F", 32},
    {SF_FORMAT_DOUBLE, "PCM_F", 64},  {SF_FORMAT_ULAW, "ULAW", 8},      {SF_FORMAT_ALAW, "ALAW", 8},
    {SF_FORMAT_VORBIS, "VORBIS", 0},  {SF_FORMAT_OPUS, "OPUS", 0},      {SF_FORMAT_ALAC_16, "ALAC", 16},
    {SF_FORMAT_ALAC_24, "ALAC", 24},  {SF_FORMAT_ALAC_32, "ALAC", 32},  {SF_FORMAT_IMA_ADPCM, "ADPCM", 4},
    {SF_FORMAT_MS_ADPCM, "ADPCM", 4}, {SF_FORMAT_GSM610, "GSM", 0},     {SF_FORMAT_MPEG_LAYER_I, "MP1", 0},
    {SF_FORMAT_MPEG_LAYER_II, "MP2", 0}, {SF_FORMAT_MPEG_LAYER_III, "MP3", 0}};
enum { ENCODINGS = sizeof encodings / sizeof *encodings };

static const Encoding *encoding_of(const SF_INFO *info) {
  static const Encoding unknown = {0, "UNKNOWN", 0}, flac[3] = {{0, "FLAC", 8}, {0, "FLAC", 16}, {0, "FLAC", 24}};
  const int subtype = info->format & SF_FORMAT_SUBMASK;
  if ((info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC)
    return &flac[subtype == SF_FORMAT_PCM_S8 ? 0 : subtype == SF_FORMAT_PCM_16 ? 1 : 2];
  for (int i = 0; i < ENCODINGS; i++)
    if (encodings[i].subtype == subtype) return &encodings[i];
  return &unknown;
}

/* Kinds of files by the ends of their names, and the first of the encodings that they take. */
typedef struct {
  const char *name;
  int type, subtype;
} Container;

static const Container containers[] = {{"wav", SF_FORMAT_WAV, SF_FORMAT_PCM_16},
                                       {"flac", SF_FORMAT_FLAC, SF_FORMAT_PCM_16},
                                       {"ogg", SF_FORMAT_OGG, SF_FORMAT_VORBIS},
                                       {"vorbis", SF_FORMAT_OGG, SF_FORMAT_VORBIS},
                                       {"opus", SF_FORMAT_OGG, SF_FORMAT_OPUS},
                                       {"mp3", SF_FORMAT_MPEG, SF_FORMAT_MPEG_LAYER_III},
                                       {"aiff", SF_FORMAT_AIFF, SF_FORMAT_PCM_16},
                                       {"aif", SF_FORMAT_AIFF, SF_FORMAT_PCM_16},
                                       {"au", SF_FORMAT_AU, SF_FORMAT_PCM_16},
                                       {"caf", SF_FORMAT_CAF, SF_FORMAT_PCM_16},
                                       {"w64", SF_FORMAT_W64, SF_FORMAT_PCM_16},
                                       {"sph", SF_FORMAT_NIST, SF_FORMAT_PCM_16}};
enum { CONTAINERS = sizeof containers / sizeof *containers };

static const char *container_of(const SF_INFO *info) {
  const int type = info->format & SF_FORMAT_TYPEMASK;
  if (type == SF_FORMAT_WAVEX || type == SF_FORMAT_RF64) return "wav";
  if ((info->format & SF_FORMAT_SUBMASK) == SF_FORMAT_OPUS) return "opus";
  for (int i = 0; i < CONTAINERS; i++)
    if (containers[i].type == type) return containers[i].name;
  return "unknown";
}

static int file_open(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  SoundFile *s = object_new(L, &sound_class, sizeof *s, 0);
  s->file = sf_open(path, SFM_READ, &s->info);
  if (s->file == NULL) return luaL_error(L, "%s", sf_strerror(NULL));
  if (s->info.channels < 1 || s->info.samplerate < 1 || s->info.frames < 0)
    return luaL_error(L, "the header says %d channels and %d numbers a second", s->info.channels, s->info.samplerate);
  return 1;
}

static int file_close(lua_State *L) {
  sound_close(L, object_check(L, 1, &sound_class, "torchaudio", "file"));
  return 0;
}

static int file_describe(lua_State *L) {
  const SoundFile *s = sound_check(L);
  const Encoding *encoding = encoding_of(&s->info);
  lua_createtable(L, 0, 6);
  const struct {
    const char *name;
    lua_Integer value;
  } numbers[] = {{"sample_rate", s->info.samplerate},
                 {"num_frames", s->info.frames},
                 {"num_channels", s->info.channels},
                 {"bits_per_sample", encoding->bits}};
  for (int i = 0; i < 4; i++) {
    lua_pushinteger(L, numbers[i].value);
    lua_setfield(L, -2, numbers[i].name);
  }
  lua_pushstring(L, encoding->name);
  lua_setfield(L, -2, "encoding");
  lua_pushstring(L, container_of(&s->info));
  lua_setfield(L, -2, "format");
  return 1;
}

static int file_log(lua_State *L) {
  const SoundFile *s = sound_check(L);
  char text[8192];
  const int n = sf_command(s->file, SFC_GET_LOG_INFO, text, sizeof text);
  lua_pushlstring(L, text, n > 0 && n < (int)sizeof text ? (size_t)n : strnlen(text, sizeof text - 1));
  return 1;
}

static int file_seek(lua_State *L) {
  const SoundFile *s = sound_check(L);
  const lua_Integer frame = luaL_checkinteger(L, 2);
  if (sf_seek(s->file, frame, SEEK_SET) < 0)
    return luaL_error(L, "frame %I cannot be reached: %s", (LUAI_UACINT)frame, sf_strerror(s->file));
  return 0;
}

/* ---- reading ------------------------------------------------------------------------------------ */

/* Reads frames as numbers of the dtype, interleaved. */
static sf_count_t sound_read(SNDFILE *file, DType dtype, void *to, sf_count_t frames) {
  if (dtype == DTYPE_FLOAT32) return sf_readf_float(file, to, frames);
  if (dtype == DTYPE_FLOAT64) return sf_readf_double(file, to, frames);
  if (dtype == DTYPE_INT16) return sf_readf_short(file, to, frames);
  return sf_readf_int(file, to, frames);
}

/* Numbers of one frame after the other, to channel after channel from frame 'at' of 'length' on. */
static void sound_spread(const void *from, void *to, size_t size, int channels, sf_count_t frames, int64_t at,
                         int64_t length) {
  for (int c = 0; c < channels; c++) {
    const char *in = (const char *)from + (size_t)c * size;
    char *out = (char *)to + (size_t)(c * length + at) * size;
    for (sf_count_t i = 0; i < frames; i++) memcpy(out + (size_t)i * size, in + (size_t)(i * channels) * size, size);
  }
}

/* Pushes a tensor of frames by channels, or the other way round. */
static Tensor *sound_push(lua_State *L, int64_t frames, int64_t channels, bool first, DType dtype) {
  TensorBox *box = tensor_box(L);
  const int64_t shape[] = {first ? channels : frames, first ? frames : channels};
  error_check(L, tensor_empty_cpu(2, shape, dtype, &box->tensor));
  tensor_account(L, box);
  return box->tensor;
}

/* Fills (channels×frames) through a portion of interleaved numbers; returns how many frames there were. */
static sf_count_t read_channels(lua_State *L, const SoundFile *s, Tensor *t, int64_t frames) {
  const DType dtype = (DType)t->dtype;
  const size_t size = tensor_itemsize(t);
  const sf_count_t most = frames < FILE_PORTION ? frames : FILE_PORTION;
  void *portion = lua_newuserdatauv(L, (size_t)most * (size_t)s->info.channels * size + 1, 0);
  sf_count_t done = 0;
  while (done < frames) {
    const sf_count_t n = sound_read(s->file, dtype, portion, frames - done < most ? frames - done : most);
    if (n <= 0) break;
    sound_spread(portion, tensor_data(t), size, s->info.channels, n, done, frames);
    done += n;
  }
  lua_pop(L, 1);
  return done;
}

/* read(file, frames, dtype, channels_first) → tensor, how many frames were there */
static int file_read(lua_State *L) {
  const SoundFile *s = sound_check(L);
  const lua_Integer frames = luaL_checkinteger(L, 2);
  const DType dtype = dtype_check(L, 3, "torchaudio", "dtype");
  const bool first = lua_toboolean(L, 4);
  if (dtype != DTYPE_FLOAT32 && dtype != DTYPE_FLOAT64 && dtype != DTYPE_INT16 && dtype != DTYPE_INT32)
    return luaL_error(L, "numbers of another dtype");
  if (frames < 0 || frames > FILE_MOST / s->info.channels)
    return luaL_error(L, "%I frames of %d channels: at most 2^34 numbers are read at once", (LUAI_UACINT)frames,
                      s->info.channels);
  Tensor *t = sound_push(L, frames, s->info.channels, first, dtype);
  sf_count_t done;
  if (!first || s->info.channels == 1) done = frames == 0 ? 0 : sound_read(s->file, dtype, tensor_data(t), frames);
  else done = read_channels(L, s, t, frames);
  if (done < 0 || sf_error(s->file) != SF_ERR_NO_ERROR) return luaL_error(L, "%s", sf_strerror(s->file));
  lua_pushinteger(L, done);
  return 2;
}

/* ---- writing ------------------------------------------------------------------------------------ */

static int container_find(const char *name) {
  for (int i = 0; i < CONTAINERS; i++)
    if (strcmp(containers[i].name, name) == 0) return i;
  return -1;
}

/* The subtype for an encoding ("" : that of the container) and a number of bits (0: any); -1: there is none. */
static int subtype_find(const Container *c, const char *encoding, int bits) {
  const bool flac = c->type == SF_FORMAT_FLAC;
  if (*encoding == '\0' && bits == 0) return c->subtype;
  for (int i = 0; i < ENCODINGS; i++) {
    const Encoding *e = &encodings[i];
    const bool named = *encoding == '\0' || strcmp(encoding, e->name) == 0 || (flac && strcmp(encoding, "FLAC") == 0);
    const bool plain = strncmp(e->name, "PCM_", 4) == 0 || *encoding != '\0';
    const bool sized = bits == e->bits || (bits == 0 && (e->bits == 0 || e->bits >= 8));
    const SF_INFO info = {.samplerate = 16000, .channels = 1, .format = c->type | e->subtype};
    if (!named || !plain || !sized || !sf_format_check(&info)) continue;
    if (bits == 0 && e->bits == 8 && strcmp(e->name, "PCM_S") == 0) continue; /* 16 bits are the usual ones */
    return e->subtype;
  }
  return -1;
}

static sf_count_t sound_write(SNDFILE *file, const Tensor *t) {
  const void *from = tensor_data(t);
  const sf_count_t frames = t->shape[0];
  if (t->dtype == DTYPE_FLOAT32) return sf_writef_float(file, from, frames);
  if (t->dtype == DTYPE_FLOAT64) return sf_writef_double(file, from, frames);
  if (t->dtype == DTYPE_INT16) return sf_writef_short(file, from, frames);
  return sf_writef_int(file, from, frames);
}

/* write(path, tensor, rate, format, encoding, bits, quality) */
static int file_write(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  const Tensor *t = tensor_check(L, 2, "torchaudio", "src");
  const int at = container_find(luaL_checkstring(L, 4));
  const char *encoding = luaL_optstring(L, 5, "");
  if (at < 0) return luaL_error(L, "no format of this name");
  const int subtype = subtype_find(&containers[at], encoding, (int)luaL_optinteger(L, 6, 0));
  if (subtype < 0) return luaL_error(L, "a %s file has no such encoding", containers[at].name);
  if (t->ndim != 2 || !tensor_is_contiguous(t) || !device_is_host(tensor_device(t)) || t->shape[1] > 1024 ||
      (t->dtype != DTYPE_FLOAT32 && t->dtype != DTYPE_FLOAT64 && t->dtype != DTYPE_INT16 && t->dtype != DTYPE_INT32))
    return luaL_error(L, "no signal (frames×channels)");
  SoundFile *s = object_new(L, &sound_class, sizeof *s, 0);
  s->info = (SF_INFO){.samplerate = (int)luaL_checkinteger(L, 3), .channels = (int)t->shape[1],
                      .format = containers[at].type | subtype};
  if (!sf_format_check(&s->info))
    return luaL_error(L, "a %s file cannot have %d channels at %d numbers a second", containers[at].name,
                      s->info.channels, s->info.samplerate);
  s->file = sf_open(path, SFM_WRITE, &s->info);
  if (s->file == NULL) return luaL_error(L, "%s", sf_strerror(NULL));
  sf_command(s->file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  if (!lua_isnoneornil(L, 7)) {
    double quality = luaL_checknumber(L, 7);
    sf_command(s->file, SFC_SET_COMPRESSION_LEVEL, &quality, sizeof quality);
  }
  if (sound_write(s->file, t) != t->shape[0]) return luaL_error(L, "%s", sf_strerror(s->file));
  const int failed = sf_close(s->file);
  s->file = NULL;
  return failed ? luaL_error(L, "%s", sf_error_number(failed)) : 0;
}

int luaopen_torchaudio_file(lua_State *L) {
  static const luaL_Reg functions[] = {{"open", file_open}, {"close", file_close}, {"describe", file_describe},
                                       {"log", file_log},   {"seek", file_seek},   {"read", file_read},
                                       {"write", file_write}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
