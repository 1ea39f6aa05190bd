--- For specs: whole files, and what commands print.
local files = {}

--- The content of a file, which must be there.
function files.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

--- Writes a file; returns its path.
function files.write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
  return path
end

--- What a shell command prints.
function files.capture(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

return files
