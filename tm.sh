l(){ $S send-keys -l "$1"; $S send-keys Enter; sleep 0.3; }
