--- run a training script without data or computing: finds errors of shapes and dtypes
local HELP = [[
usage: hecate check [options] SCRIPT [args]
Runs a script on the meta device: tensors have shapes and dtypes and no data, loaders give
one batch, nothing is written. Reports the first error with its line and module, where the
program reads data (it gets zeros, ones of integers), and the bytes that training takes.
  --output       show what the script prints
  --seconds N    give up after so long (10)
  --help         this text
The exit code is 0 where nothing is wrong, 1 after an error.]]

local check = require "hecate.check"

local given, i = {seconds = 10}, 1
local words = {...}
while words[i] and words[i]:sub(1, 1) == "-" do
  if words[i] == "--help" or words[i] == "-h" then
    print(HELP)
    return 0
  elseif words[i] == "--output" then given.output = true
  elseif words[i] == "--seconds" and tonumber(words[i + 1]) then
    given.seconds, i = tonumber(words[i + 1]), i + 1
  else
    io.stderr:write("check: unknown option '", words[i], "'\n", HELP, "\n")
    return 1
  end
  i = i + 1
end
if not words[i] then
  io.stderr:write(HELP, "\n")
  return 1
end
local report = check.run(words[i], table.move(words, i + 1, #words, 1, {}), given)
io.stdout:write(check.text(report)) -- the script may have changed io.output
return report.error and 1 or 0
