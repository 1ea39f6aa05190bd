-- Writes a file only when its content changed, so that nothing is rebuilt for nothing.
return function(path, text)
  local old = io.open(path, "rb")
  if old then
    local same = old:read "a" == text
    old:close()
    if same then return end
  end
  local f = assert(io.open(path, "wb"))
  f:write(text)
  f:close()
end
