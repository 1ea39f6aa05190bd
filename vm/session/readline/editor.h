/* editor.h: what the files of this folder share: edit.c, input.c, panel.c, keys.c, display.c, paint.c, complete.c and
** history.c. The rest of the session knows the editor of edit.c alone (session.h).
*/
#ifndef HECATE_SESSION_EDITOR_H
#define HECATE_SESSION_EDITOR_H

#include <lua.h>
#include <stdbool.h>

/* ---- input.c: keys and signals ---------------------------------------------- */

void input_install(void);      /* before rl_initialize */
void input_begin(void);        /* a block begins */
void input_end(void);        /* and ends */
/* Waits for a key, for Ctrl-C or for a change of the window, which is then shown. Whether there is a key. */
bool input_wait(void);
/* In place of rl_bracketed_paste_begin: reads text that is pasted, in which a Ctrl-C is a character and no signal. */
void input_read_paste(int count, int key);

/* ---- keys.c ------------------------------------------------------------------- */

void keys_bind(void);             /* before rl_initialize */
void keys_install(lua_State *L);  /* after it */
void keys_begin(void);            /* a block begins */

/* ---- display.c ---------------------------------------------------------------- */

void display_begin(void);   /* a block begins */
void display_show(void);    /* in place of rl_redisplay */
void display_resized(void); /* the window has another size */
void display_last(void);    /* for the last time: nothing is offered */
void display_whole(void);   /* likewise, and all of the block */

/* ---- paint.c -------------------------------------------------------------------- */

/* What readline shows: the text behind the prompt, with a letter for the colour of each byte. */
typedef struct {
  const char *text, *classes;
  int length, point, prompt, columns; /* prompt, columns: widths */
} PaintedText;

void paint_install(lua_State *L); /* after rl_initialize */
/* The letters of the block as it is now; NULL: it is not painted. 'offer': the history may go on with it. */
const char *paint_prepare(bool offer);
/* Writes the colours over what readline has just shown. */
void paint_over(const PaintedText *shown);
/* What is on the screen is not what was painted. */
void paint_forget(void);
/* Clears what was offered; a key has come. */
void paint_withdraw(void);
/* Inserts what is offered, or its first word; false: nothing is. */
bool paint_take(bool word);

/* ---- panel.c: curves and progress bars below the prompt ------------------------- */

void panel_install(lua_State *L);
/* Shows again what the panel had; 'erased': the window was cleared below the block. */
void panel_restore(bool erased);

/* ---- history.c ------------------------------------------------------------------ */

/* Reads the blocks of earlier sessions into readline's list. */
void history_load(void);
/* The block, without the space at its end, becomes the newest one of the list and of the file, unless it already
** is. */
void history_keep(char *block);

/* ---- complete.c ------------------------------------------------------------------- */

/* Makes Tab complete Lua names, with the globals of 'L'. */
void complete_install(lua_State *L);
/* Stands in for rl_complete. */
int complete_on_tab(int count, int key);

#endif
