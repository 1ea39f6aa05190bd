/* main.c: the executable. Its command line is that of 'lua': options, then a
** script with its arguments, else the standard input; a terminal gets the
** session. The first word may also name a tool that ships with Hecate.
*/
#include <fcntl.h>
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedded.h"
#include "session.h"
#include "undefined.h"
#include "vm.h"

/* ---- tools --------------------------------------------------------------- */

/* 'hecate NAME ...' runs lib/hecate/commands/NAME.lua with the words after NAME; what it
** returns is the exit code (nothing: 0). Its first line, "--- summary", is what the
** help says of it. */
static const char commands_folder[] = "hecate/commands/";

/* The NAME of a file of that folder, its length in '*length'; NULL for other files. */
static const char *main_command_name(const EmbeddedFile *f, int *length) {
  size_t folder = sizeof commands_folder - 1, n = strlen(f->name);
  if (n < folder + 4 || strncmp(f->name, commands_folder, folder) != 0) return NULL;
  *length = (int)(n - folder - 4); /* ".lua" */
  return f->name + folder;
}

static bool main_is_command(const char *word) {
  int length, library = 0;
  for (const EmbeddedFile *f = NULL; (f = embedded_next(&library, f)) != NULL;) {
    const char *name = main_command_name(f, &length);
    if (name != NULL && strlen(word) == (size_t)length && strncmp(word, name, length) == 0) return true;
  }
  return false;
}

static void main_list_commands(FILE *out) {
  int length, library = 0;
  bool first = true;
  for (const EmbeddedFile *f = NULL; (f = embedded_next(&library, f)) != NULL;) {
    const char *name = main_command_name(f, &length);
    if (name == NULL) continue;
    const char *summary = (const char *)f->data;
    summary += strspn(summary, "- ");
    fprintf(out, "%s  %-9.*s %.*s\n", first ? "Subcommands:\n" : "", length, name, (int)strcspn(summary, "\n"),
            summary);
    first = false;
  }
}

/* ---- warnings and errors -------------------------------------------------------------- */

/* Warnings of the program are off until "@on", the option -W, as in 'lua'; those of the library, which come behind
** "@torch" (vm/warning.c), are shown until "@off". A message may come in pieces. */
static void main_warn(void *context, const char *message, int more) {
  static bool on, off, inside, ours;
  (void)context;
  if (!inside && !more && message[0] == '@') {
    if (strcmp(message, "@on") == 0) on = true, off = false;
    if (strcmp(message, "@off") == 0) on = false, off = true;
    ours = strcmp(message, "@torch") == 0;
    return;
  }
  if (ours ? !off : on) {
    if (!inside) fputs(ours ? "warning: " : "Lua warning: ", stderr);
    fputs(message, stderr);
    if (!more) fputc('\n', stderr);
    fflush(stderr);
  }
  inside = more;
  if (!more) ours = false;
}

/* Reports an error of 'status' as the program's; whether there was none. */
static bool main_succeeded(lua_State *L, int status) {
  const char *message = status != LUA_OK ? lua_tostring(L, -1) : NULL;
  if (message != NULL && strcmp(message, "interrupted") == 0 && callback_trace_push(L, message)) lua_remove(L, -2);
  if (status != LUA_OK) report_error(L, "hecate");
  return status == LUA_OK;
}

/* ---- the command line ---------------------------------------------------- */

typedef struct {
  int argc;
  char **argv;
  int script; /* the place of the script's name in argv; argc: none */
  bool interactive, version, help, ignore_environment, warnings;
  bool statements; /* there is -e or -l */
} Options;

static void main_help(FILE *out) {
  fputs(
      "usage: hecate [options] [script [args]]\n"
      "       hecate subcommand [args]\n"
      "Without a script: an interactive session, or the program on standard input.\n"
      "Options:\n"
      "  -e stat   execute string 'stat'\n"
      "  -i        enter the session after executing 'script'\n"
      "  -l mod    require library 'mod' into global 'mod'\n"
      "  -l g=mod  require library 'mod' into global 'g'\n"
      "  -v, --version  show version information\n"
      "  -E        ignore environment variables\n"
      "  -W        turn warnings on\n"
      "  -h, --help  show this text\n"
      "  --        stop handling options\n"
      "  -         stop handling options and execute stdin\n",
      out);
  main_list_commands(out);
}

/* One option of one letter that takes no value; false: there is none such. */
static bool main_parse_flag(Options *o, const char *word) {
  if (word[1] == '\0' || word[2] != '\0') return false;
  switch (word[1]) {
    case 'E': return o->ignore_environment = true;
    case 'W': return o->warnings = true;
    case 'h': return o->help = true;
    case 'i': return o->interactive = true;
    case 'v': return o->version = true;
    default: return false;
  }
}

/* Fills 'o'; false: the word at o->script is not an option. */
static bool main_parse(Options *o) {
  int i = 1;
  for (; i < o->argc; i++) {
    const char *word = o->argv[i];
    o->script = i;
    if (word[0] != '-' || word[1] == '\0') return true;
    if (strcmp(word, "--") == 0) {
      o->script = i + 1;
      return true;
    }
    if (strcmp(word, "--help") == 0) {
      o->help = true;
    } else if (strcmp(word, "--version") == 0) {
      o->version = true;
    } else if (word[1] == 'e' || word[1] == 'l') {
      o->statements = true;
      if (word[2] == '\0') i++; /* the value is the next word */
      if (i >= o->argc || (word[2] == '\0' && o->argv[i][0] == '-')) return false;
    } else if (!main_parse_flag(o, word)) {
      return false;
    }
  }
  o->script = o->argc;
  return true;
}

static int main_usage(const Options *o) {
  const char *word = o->argv[o->script];
  bool known = word[1] == 'e' || word[1] == 'l';
  fprintf(stderr, "hecate: %s '%s'\n",
          known ? "missing argument of" : "unrecognized option", word);
  main_help(stderr);
  return 1;
}

/* ---- running ------------------------------------------------------------- */

static const char main_command_line[] = "=(command line)"; /* the chunks of -e */

/* arg[0] is the script, what follows is its arguments, what precedes is below. */
static void main_set_arg(lua_State *L, const Options *o) {
  int zero = o->script < o->argc ? o->script : 0;
  lua_createtable(L, o->argc - zero, zero + 1);
  for (int i = 0; i < o->argc; i++) {
    lua_pushstring(L, o->argv[i]);
    lua_rawseti(L, -2, i - zero);
  }
  lua_setglobal(L, "arg");
}

/* Calls a function of a library with two texts, nil for NULL, and a program; whether it has given a string, which is at
** the top. */
static bool main_ask(lua_State *L, const char *library, const char *function, const char *first, const char *second,
                     const char *code) {
  open_push_global(L, "require");
  lua_pushstring(L, library);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK || lua_getfield(L, -1, function) != LUA_TFUNCTION) return false;
  lua_pushstring(L, first);
  lua_pushstring(L, second);
  lua_pushstring(L, code);
  return lua_pcall(L, 3, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING;
}

/* Looks at what luaL_load has left at the top, with its 'status': the message about what is no program gets what to
** write instead, and warnings tell where a program does other things than it says. 'name': of the file, or what the
** program 'code' is called where it is no file; NULL for 'code': it is in the file. */
static void main_look(lua_State *L, int status, const char *name, const char *code) {
  const int top = lua_gettop(L);
  if (status == LUA_OK) main_ask(L, "hecate.lint", "tell", name, code, NULL);
  else if (status == LUA_ERRSYNTAX &&
           main_ask(L, "hecate.syntax", "explain", lua_tostring(L, top), code == NULL ? name : NULL, code))
    lua_replace(L, top);
  lua_settop(L, top);
}

static bool main_do_string(lua_State *L, const char *code, const char *chunk_name) {
  int status = luaL_loadbuffer(L, code, strlen(code), chunk_name);
  main_look(L, status, chunk_name + 1, code); /* behind the "=" */
  if (status == LUA_OK) status = interrupt_call(L, 0, 0);
  return main_succeeded(L, status);
}

/* Pushes the program on standard input, or the message of what is wrong with it. */
static int main_load_input(lua_State *L) {
  luaL_Buffer b;
  size_t n;
  luaL_buffinit(L, &b);
  do {
    n = fread(luaL_prepbuffer(&b), 1, LUAL_BUFFERSIZE, stdin);
    luaL_addsize(&b, n);
  } while (n > 0);
  luaL_pushresult(&b);
  const char *code = lua_tolstring(L, -1, &n), *from = code;
  if (strncmp(from, "\xEF\xBB\xBF", 3) == 0) from += 3; /* a byte order mark */
  if (*from == '#') from += strcspn(from, "\n");
  const int status = luaL_loadbuffer(L, from, n - (size_t)(from - code), "=stdin");
  main_look(L, status, "stdin", from);
  lua_remove(L, -2);
  return status;
}

/* A file, or standard input for NULL, with the 'nargs' arguments at the top. */
static bool main_do_file(lua_State *L, const char *name, int nargs) {
  undefined_watch(L, name != NULL ? lua_pushfstring(L, "@%s", name) : lua_pushliteral(L, "=stdin"));
  lua_pop(L, 1);
  int status = name != NULL ? luaL_loadfile(L, name) : main_load_input(L);
  if (name != NULL) main_look(L, status, name, NULL);
  lua_insert(L, -nargs - 1);
  if (status == LUA_OK) {
    status = interrupt_call(L, nargs, 0);
  } else { /* the message lies below the arguments */
    lua_pop(L, nargs);
  }
  return main_succeeded(L, status);
}

/* "mod" or "global=mod" */
static bool main_do_library(lua_State *L, const char *word) {
  const char *equal = strchr(word, '=');
  lua_getglobal(L, "require");
  lua_pushstring(L, equal != NULL ? equal + 1 : word);
  int status = interrupt_call(L, 1, 1);
  if (status == LUA_OK) {
    lua_pushlstring(L, word, equal != NULL ? (size_t)(equal - word) : strlen(word));
    lua_insert(L, -2);
    lua_pushglobaltable(L);
    lua_insert(L, -3);
    lua_settable(L, -3);
    lua_pop(L, 1);
  }
  return main_succeeded(L, status);
}

/* LUA_INIT_5_4, else LUA_INIT: code, or "@" and the name of a file. */
static bool main_do_environment(lua_State *L) {
  const char *name = "=LUA_INIT" LUA_VERSUFFIX;
  const char *init = getenv(name + 1);
  if (init == NULL) init = getenv((name = "=LUA_INIT") + 1);
  if (init == NULL) return true;
  return init[0] == '@' ? main_do_file(L, init + 1, 0) : main_do_string(L, init, name);
}

/* -e and -l, in their order; the first error ends it. */
static bool main_do_statements(lua_State *L, const Options *o) {
  int end = o->script;
  for (int i = 1; i < end; i++) {
    char kind = o->argv[i][1];
    if (kind != 'e' && kind != 'l') continue;
    const char *value = o->argv[i][2] != '\0' ? o->argv[i] + 2 : o->argv[++i];
    bool good = kind == 'e' ? main_do_string(L, value, main_command_line)
                            : main_do_library(L, value);
    if (!good) return false;
  }
  return true;
}

/* A script called "-" is the standard input, unless it came after "--". */
static bool main_do_script(lua_State *L, const Options *o) {
  char **argv = o->argv;
  const char *name = argv[o->script];
  if (strcmp(name, "-") == 0 && strcmp(argv[o->script - 1], "--") != 0) name = NULL;
  int nargs = o->argc - o->script - 1;
  luaL_checkstack(L, nargs + LUA_MINSTACK, "too many arguments to script");
  for (int i = 1; i <= nargs; i++) lua_pushstring(L, argv[o->script + i]);
  if (o->interactive) return session_do_script(L, name, nargs, !o->ignore_environment);
  return main_do_file(L, name, nargs);
}

/* What the options ask for. With -i an error does not end the run: the session
** follows, with everything that was defined before it. */
static bool main_do(lua_State *L, const Options *o) {
  bool wants_input = !o->interactive && !o->statements && !o->version;
  if (!o->ignore_environment && !main_do_environment(L)) return false;
  bool good = main_do_statements(L, o);
  if (good && o->script < o->argc) {
    good = main_do_script(L, o);
  } else if (good && wants_input && !isatty(STDIN_FILENO)) {
    return main_do_file(L, NULL, 0);
  } else if (wants_input) {
    session_run(L, !o->ignore_environment);
  }
  if (!o->interactive) return good;
  session_run(L, !o->ignore_environment);
  return true;
}

static bool main_do_command(lua_State *L, const Options *o) {
  char file[256];
  snprintf(file, sizeof file, "%s%s.lua", commands_folder, o->argv[1]);
  int status = open_embedded(L, file);
  luaL_checkstack(L, o->argc + LUA_MINSTACK, "too many arguments");
  for (int i = 2; i < o->argc; i++) lua_pushstring(L, o->argv[i]);
  if (status == LUA_OK) status = interrupt_call(L, o->argc - 2, 1);
  return main_succeeded(L, status) && (lua_isnil(L, -1) || lua_tointeger(L, -1) == 0);
}

/* Runs protected, for what comes before the calls that protect themselves.
** Takes the Options; returns whether all went well. */
static int main_protected(lua_State *L) {
  const Options *o = lua_touserdata(L, 1);
  luaL_checkversion(L);
  if (o->ignore_environment) { /* tells the library 'package' too */
    lua_pushboolean(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
  }
  if (o->warnings) lua_warning(L, "@on", 0);
  luaL_openlibs(L);
  interrupt_watch_libraries(L);
  session_preload_interrupt(L);
  error_explain(isatty(STDERR_FILENO));
  open_globals(L);
  main_set_arg(L, o);
  undefined_watch(L, main_command_line);
  bool first = o->script == 1 && o->argc > 1;
  bool command = first && main_is_command(o->argv[1]);
  lua_pushboolean(L, command ? main_do_command(L, o) : main_do(L, o));
  return 1;
}

/* A standard file that is closed (>&-) is /dev/null: the next file to be opened would get its number, and
** what is printed would go there. */
static void main_open_standard_files(void) {
  int fd;
  do fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) close(fd);
}

int main(int argc, char **argv) {
  main_open_standard_files();
  signal(SIGXFSZ, SIG_IGN); /* a file that grows beyond its limit (ulimit -f) is an error of the write */
  spin_limit(argv);
  Options o = {.argc = argc, .argv = argv, .script = argc};
  if (!main_parse(&o)) return main_usage(&o);
  if (o.help) return main_help(stdout), 0;
  if (o.version) report_version();
  lua_State *L = lua_newstate(alloc_lua, NULL);
  if (L == NULL) {
    fputs("hecate: cannot create the Lua state: not enough memory\n", stderr);
    return 1;
  }
  lua_setwarnf(L, main_warn, NULL);
  interrupt_catch(o.interactive);
  lua_pushcfunction(L, main_protected);
  lua_pushlightuserdata(L, &o);
  bool good = main_succeeded(L, lua_pcall(L, 1, 1, 0)) && lua_toboolean(L, -1);
  int code = good ? 0 : 1;
  signal(SIGINT, SIG_DFL); /* a finalizer that hangs can be stopped */
  lua_close(L);
  return code;
}
