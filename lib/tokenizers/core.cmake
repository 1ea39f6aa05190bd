find_package(PkgConfig QUIET)
pkg_check_modules(PCRE2 QUIET IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC QUIET IMPORTED_TARGET libutf8proc)
find_package(Threads QUIET)
set(TOKENIZERS_FOUND OFF)
if(PCRE2_FOUND AND UTF8PROC_FOUND AND Threads_FOUND)
  set(TOKENIZERS_FOUND ON)
endif()
optional_library(PCRE2 "PCRE2 and utf8proc" TOKENIZERS_FOUND)
set(TOKENIZERS_LIBRARIES)
if(HECATE_HAS_PCRE2)
  set(TOKENIZERS_LIBRARIES PkgConfig::PCRE2 PkgConfig::UTF8PROC Threads::Threads m)
endif()
hecate_plugin(tokenizers.core
  SOURCES core.c core/memory.c core/unicode.c core/legacy.c core/scripts.c core/text.c core/compose.c core/charsmap.c core/normalize.c
    core/pattern.c core/split.c core/vocabulary.c core/trie.c core/model.c core/cache.c core/bpe.c core/unigram.c
    core/encoding.c core/truncate.c core/added.c core/process.c core/encode.c core/bind.c core/lua_steps.c core/lua_model.c
    core/lua_tokenizer.c core/lua_encoding.c core/batch.c core/train_bpe.c core/train_unigram.c
    core/unigram_seed.c core/lua_train.c
  BUILT ${HECATE_HAS_PCRE2}
  LIBRARIES ${TOKENIZERS_LIBRARIES}
  NEEDS "PCRE2 and utf8proc"
  DEBIAN "libpcre2-8-0 libutf8proc2" "libpcre2-dev libutf8proc-dev")
