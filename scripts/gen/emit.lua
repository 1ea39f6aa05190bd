-- C of the steps that formula.lua records.
local emit = {}

-- The arguments of op_NAME: inputs and attributes in the order of the row.
local function arguments(s)
  local list, input, attribute = {}, 0, 0
  local n_inputs, n_fixed = #s.inputs, #s.row.inputs
  for _, arg in ipairs(s.row.args) do
    if arg.border then -- for the language alone
    elseif arg.type.c then
      attribute = attribute + 1
      list[#list + 1] = s.attributes[attribute]
    elseif arg.list then
      local whole = s.inputs[input + 1]
      if whole and whole.list then
        list[#list + 1] = whole.c
        input = input + 1
      else -- what the other inputs leave
        local parts = {}
        for _ = 1, n_inputs - n_fixed + 1 do
          input = input + 1
          parts[#parts + 1] = s.inputs[input].c
        end
        list[#list + 1] = ("%d, (Tensor *[]){%s}"):format(#parts, table.concat(parts, ", "))
      end
    else
      input = input + 1
      list[#list + 1] = s.inputs[input] and s.inputs[input].c or "NULL"
    end
  end
  return list
end

local function in_place(s)
  local inputs = {}
  for i, input in ipairs(s.inputs) do inputs[i] = input and input.c or "NULL" end
  local attrs = "NULL"
  if #s.attributes > 0 then attrs = ("&(%s){%s}"):format(s.row.struct, table.concat(s.attributes, ", ")) end
  local pattern = "op_call_in_place(OP_%s, (Tensor *[]){%s}, %d, %s)"
  return pattern:format(s.row.name:upper(), table.concat(inputs, ", "), #inputs, attrs)
end

--- The C expression of a step, a Status.
function emit.step(s)
  if s.in_place then return in_place(s) end
  local targets = {}
  for i, output in ipairs(s.outputs) do targets[i] = "&" .. output.c end
  local out = table.concat(targets, ", ")
  if s.number then return ("tensor_wrap_number(%s, %s)"):format(s.number, out) end
  if s.helper then return ("%s(c, %s, %s)"):format(s.helper, table.concat(s.c, ", "), out) end
  local list = arguments(s)
  list[#list + 1] = out
  return ("op_%s(%s)"):format(s.row.name, table.concat(list, ", "))
end

return emit
