--- What the benchmarks share: a clean environment, the Pythons that have torch, medians.
local side = {}

function side.quoted(word) return "'" .. word:gsub("'", "'\\''") .. "'" end
local quoted = side.quoted

side.directory = arg[0]:match("^(.*)/[^/]*$") or "."
side.hecate = arg[-1] or "hecate"
side.peer_program = quoted(side.directory .. "/peer.py")

--- Runs the program again with two threads (or BENCH_THREADS) and OPENBLAS_CORETYPE unset, and ends with its
-- code: OpenMP and OpenBLAS read their settings as they load. Returns in the second run.
function side.clean_environment()
  if os.getenv("HECATE_BENCH") then return end
  local n = tonumber(os.getenv("BENCH_THREADS") or 2) or 2
  local words = {("env -u OPENBLAS_CORETYPE HECATE_BENCH=1 OMP_NUM_THREADS=%d OPENBLAS_NUM_THREADS=%d"):format(n, n)}
  for _, word in ipairs{side.hecate, arg[0], table.unpack(arg)} do words[#words + 1] = quoted(word) end
  local _, _, code = os.execute(table.concat(words, " "))
  os.exit(code, true)
end

--- The name=value lines that a command prints; raises with its output if it fails.
function side.figures(command)
  local pipe <close> = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  if not pipe:close() then error(command .. "\n" .. output, 0) end
  local values = {}
  for text in output:gmatch("[^\n]+") do
    local name, value = text:match("^(%w+)=(%S+)$")
    if name then values[name] = name == "version" and value or tonumber(value) end
  end
  return values
end

--- The Pythons that have torch: {program, version} each. BENCH_PYTHON comes first.
function side.peers()
  local peers = {}
  for _, python in ipairs{os.getenv("BENCH_PYTHON") or "python3", "/usr/bin/python3"} do
    local ok, values = pcall(side.figures, quoted(python) .. " " .. side.peer_program .. " version")
    local known = peers[1] and peers[1].version == values.version
    if ok and values.version and not known then peers[#peers + 1] = {program = python, version = values.version} end
  end
  return peers
end

function side.median(list)
  if #list == 0 then return nil end
  table.sort(list)
  return (list[(#list + 1) // 2] + list[#list // 2 + 1]) / 2
end

return side
