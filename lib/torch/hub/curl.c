/* curl.c: the module "torch.hub.curl": files from the network by libcurl.
**
**   open(url, path, from) → transfer: of http or https, into the file from byte 'from' on; nil and why not
**   transfer:step() → "running", bytes received, bytes in all (or nil); "done"; "failed", why, whether the server
**     cannot go on in the middle
**   transfer:close()
**
** A step waits a tenth of a second at most, so that the program can show how far it is, and be stopped.
*/
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vm.h"

typedef struct {
  Object object;
  CURLM *several; /* holds the one */
  CURL *one;
  FILE *file;
  curl_off_t from;
  char reason[CURL_ERROR_SIZE];
} Transfer;

static void transfer_finalize(lua_State *L, void *self) {
  (void)L;
  Transfer *t = self;
  if (t->several != NULL && t->one != NULL) curl_multi_remove_handle(t->several, t->one);
  if (t->one != NULL) curl_easy_cleanup(t->one);
  if (t->several != NULL) curl_multi_cleanup(t->several);
  if (t->file != NULL) fclose(t->file);
  t->several = NULL;
  t->one = NULL;
  t->file = NULL;
}

static const Class transfer_class;

static Transfer *transfer_check(lua_State *L) {
  Transfer *t = object_check(L, 1, &transfer_class, "transfer", "self");
  if (t->one == NULL) error_raise(L, "transfer: it is closed");
  return t;
}

static size_t transfer_write(char *bytes, size_t size, size_t n, void *self) {
  return fwrite(bytes, size, n, ((Transfer *)self)->file);
}

/* Whether a URL leads to this machine: no proxy is asked for that. */
static bool transfer_is_local(const char *url) {
  const char *host = strstr(url, "://");
  return host != NULL && (strncmp(host + 3, "127.", 4) == 0 || strncmp(host + 3, "localhost", 9) == 0);
}

static void transfer_set_up(Transfer *t, const char *url) {
  curl_easy_setopt(t->one, CURLOPT_URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(t->one, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(t->one, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(t->one, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(t->one, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(t->one, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(t->one, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(t->one, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(t->one, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(t->one, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(t->one, CURLOPT_LOW_SPEED_LIMIT, 1L); /* a minute without a byte: the other side is gone */
  curl_easy_setopt(t->one, CURLOPT_LOW_SPEED_TIME, 60L);
  curl_easy_setopt(t->one, CURLOPT_USERAGENT, "hecate/" HECATE_VERSION);
  curl_easy_setopt(t->one, CURLOPT_ERRORBUFFER, t->reason);
  curl_easy_setopt(t->one, CURLOPT_WRITEFUNCTION, transfer_write);
  curl_easy_setopt(t->one, CURLOPT_WRITEDATA, t);
  if (transfer_is_local(url)) curl_easy_setopt(t->one, CURLOPT_PROXY, "");
  if (t->from > 0) curl_easy_setopt(t->one, CURLOPT_RESUME_FROM_LARGE, t->from);
}

static int transfer_open(lua_State *L) {
  const char *url = luaL_checkstring(L, 1), *path = luaL_checkstring(L, 2);
  Transfer *t = object_new(L, &transfer_class, sizeof *t, 0);
  t->from = luaL_checkinteger(L, 3);
  t->file = fopen(path, t->from > 0 ? "ab" : "wb");
  if (t->file == NULL) {
    lua_pushnil(L);
    lua_pushstring(L, strerror(errno));
    return 2;
  }
  t->one = curl_easy_init();
  t->several = curl_multi_init();
  if (t->one == NULL || t->several == NULL) return error_raise(L, "curl: not enough memory");
  transfer_set_up(t, url);
  curl_multi_add_handle(t->several, t->one);
  return 1;
}

/* How the transfer ended. */
static int transfer_end(lua_State *L, Transfer *t, CURLcode code) {
  const bool written = fflush(t->file) == 0;
  if (code == CURLE_OK && written) {
    lua_pushstring(L, "done");
    return 1;
  }
  long status = 0;
  curl_easy_getinfo(t->one, CURLINFO_RESPONSE_CODE, &status);
  lua_pushstring(L, "failed");
  lua_pushstring(L, code == CURLE_OK || code == CURLE_WRITE_ERROR ? strerror(errno)
                    : t->reason[0] != '\0' ? t->reason : curl_easy_strerror(code));
  lua_pushboolean(L, t->from > 0 && (code == CURLE_RANGE_ERROR || status == 416));
  return 3;
}

static int transfer_step(lua_State *L) {
  Transfer *t = transfer_check(L);
  int running = 0, left;
  if (curl_multi_perform(t->several, &running) != CURLM_OK) return transfer_end(L, t, CURLE_FAILED_INIT);
  if (running == 0) {
    const CURLMsg *message = curl_multi_info_read(t->several, &left);
    return transfer_end(L, t, message != NULL ? message->data.result : CURLE_FAILED_INIT);
  }
  curl_multi_poll(t->several, NULL, 0, 100, NULL);
  if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
  curl_off_t received = 0, total = 0;
  curl_easy_getinfo(t->one, CURLINFO_SIZE_DOWNLOAD_T, &received);
  curl_easy_getinfo(t->one, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &total);
  lua_pushstring(L, "running");
  lua_pushinteger(L, t->from + received);
  if (total > 0) lua_pushinteger(L, t->from + total);
  else lua_pushnil(L);
  return 3;
}

static int transfer_close(lua_State *L) {
  transfer_finalize(L, object_check(L, 1, &transfer_class, "transfer", "self"));
  return 0;
}

static const luaL_Reg transfer_methods[] = {{"step", transfer_step}, {"close", transfer_close}, {NULL, NULL}};
static const Class transfer_class = {"torch.hub.transfer", NULL, transfer_finalize, transfer_methods, NULL};

int luaopen_torch_hub_curl(lua_State *L) {
  static const luaL_Reg functions[] = {{"open", transfer_open}, {NULL, NULL}};
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) return error_raise(L, "curl: not enough memory");
  luaL_newlib(L, functions);
  return 1;
}
