-- The states that a constructor's `weights` may mean.
local options = require "torch.utils.options"

local state = {}

--- Whether a text is the path of a file rather than the name of published weights.
local function is_path(text)
  return text:find("/", 1, true) ~= nil or text:find "%.pth?$" ~= nil or text:find "%.safetensors$" ~= nil
end

--- Whether a value is a table of tensors by name.
local function is_state(value)
  if type(value) ~= "table" or next(value) == nil then return false end
  for name, tensor in pairs(value) do
    if type(name) ~= "string" or not torch.is_tensor(tensor) then return false end
  end
  return true
end

--- What a file holds, which may be one field of more.
local function of_file(name, path)
  local held = torch.load(path)
  for _, field in ipairs {"state_dict", "model", "model_state_dict"} do
    if type(held) == "table" and is_state(held[field]) then return held[field] end
  end
  if not is_state(held) then
    options.raise(("%s: 'weights': %s holds no table of tensors by name"):format(name, path))
  end
  return held
end

--- The state that `weights` means: the path of a file, a table of tensors, the name of published weights, or an object
-- of them.
function state.of(name, weights, progress)
  if type(weights) == "string" and is_path(weights) then return of_file(name, weights) end
  if is_state(weights) then return weights end
  local published = require("torchvision.models.weights").find(name, weights)
  if published then return published:get_state_dict {progress = progress, check_hash = true} end
  options.wrong(name, "weights", 1, "the path of a file, the name of weights, or a table of tensors", weights)
end

return state
