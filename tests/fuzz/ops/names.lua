--- For tests/fuzz/ops.lua: what a program can call.
local names = {}

-- Functions that end the process, wait, write files or draw, that change what every later program meets, and parts of
-- the library that are not for programs.
local SKIPPED = {
  _C = true, cuda = true, progress = true, tensorboard_trace_handler = true, Logger = true, class = true,
  save = true, share_memory_ = true, set_printoptions = true, set_num_threads = true,
  set_default_device = true, set_detect_anomaly = true, scope = true,
  -- They download, write files, or make models of up to 600 million parameters.
  datasets = true, hub = true, models = true, GloVe = true, FastText = true, CharNGram = true, save_image = true,
  write = true, write_file = true, write_image = true, write_png = true, write_jpeg = true,
}

-- The libraries beside torch that programs call.
local LIBRARIES = {"torchaudio", "torchmetrics", "torchtext", "torchvision", "tokenizers"}

local function sorted(set)
  local list = {}
  for key in pairs(set) do if type(key) == "string" then list[#list + 1] = key end end
  table.sort(list)
  return list
end

-- The fields of a library, those that are read at first use too.
local function fields(t)
  local set, meta = {}, debug.getmetatable(t)
  for key in pairs(t) do set[key] = true end
  for key in pairs(meta and rawget(meta, "__lazy") or {}) do set[key] = true end
  return sorted(set)
end

--- The paths of all public functions and classes ("torch.nn.functional.relu"), sorted: functions, classes.
function names.walk()
  local functions, classes, seen = {}, {}, {}
  local function visit(t, path, depth)
    if seen[t] or depth > 4 then return end
    seen[t] = true
    for _, key in ipairs(fields(t)) do
      local value = not SKIPPED[key] and not key:find "^_" and t[key]
      local at = path .. "." .. key
      if type(value) == "function" then functions[#functions + 1] = at
      elseif type(value) == "table" then
        local meta = getmetatable(value)
        if type(meta) == "table" and meta.__call then classes[#classes + 1] = at
        else visit(value, at, depth + 1) end -- methods are called on objects of their class
      end
    end
  end
  visit(torch, "torch", 0)
  for _, library in ipairs(LIBRARIES) do
    local found, fields_of_it = pcall(require, library)
    if found then visit(fields_of_it, library, 0) end
  end
  return functions, classes
end

local methods_of = setmetatable({}, {__mode = "k"})

--- The names of the methods of an object, sorted; metamethods among them.
function names.methods(object)
  local meta = debug.getmetatable(object)
  if type(meta) ~= "table" then return {} end
  if methods_of[meta] then return methods_of[meta] end
  local set = {}
  local function take(t)
    for key, value in pairs(t) do
      if type(key) == "string" and type(value) == "function" and not SKIPPED[key] then set[key] = true end
    end
  end
  take(meta)
  local methods = rawget(meta, "__methods") or rawget(meta, "__index")
  while type(methods) == "table" do
    take(methods)
    local parent = getmetatable(methods)
    methods = parent and rawget(parent, "__index")
  end
  methods_of[meta] = sorted(set)
  return methods_of[meta]
end

return names
