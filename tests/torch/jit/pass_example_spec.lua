-- The pass of docs/internals/graph.md is the one that tests/c/test_pass.c runs.
local read = dofile("tests/files.lua").read

it("the worked example of a pass is what the test in C runs", function()
  local block = assert(read "docs/internals/graph.md":match "\n```c\n(.-)```")
  assert.is_true(#block > 500)
  assert(read "tests/c/test_pass.c":find(block, 1, true), "docs/internals/graph.md and tests/c/test_pass.c differ")
end)
