--- Answers the requests of ops.lua in another build of Hecate: new operands, a new case, a round of it.
local Case = dofile(arg[0]:match("^(.*)/[^/]*$") .. "/case.lua")
local case
for line in io.lines() do
  local words = {}
  for word in (line .. "\t"):gmatch "(.-)\t" do words[#words + 1] = word end
  local ok, answer = pcall(function()
    if words[1] == "operands" then Case.operands(words[2]) collectgarbage()
    elseif words[1] == "case" then case = Case.new(words[2], words[3])
    else return case:round(tonumber(words[2])) end
    return 0
  end)
  print(ok and answer or "error " .. tostring(answer):match "[^\n]*")
  io.flush()
end
