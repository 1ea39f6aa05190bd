--- Tensors of one or two dimensions and tables of rows as HTML tables.
local html = {}

local EDGE = 6      -- rows and columns at each end of a long dimension
local ROWS = 30     -- of a table of Lua
local COLUMNS = 20
local TEXT = 80     -- characters of a cell

local entities = {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;"}

function html.escape(text) return (text:gsub('[&<>"]', entities)) end

local function number_text(x)
  if math.type(x) == "float" then return x == math.floor(x) and math.abs(x) < 1e6 and ("%.1f"):format(x) or ("%.4g"):format(x) end
  return tostring(x)
end

local function cell(tag, text) return ("<%s>%s</%s>"):format(tag, html.escape(text), tag) end

local function row(cells) return "<tr>" .. table.concat(cells) .. "</tr>" end

local function table_of(rows, caption)
  return "<table>" .. (caption and ("<caption>%s</caption>"):format(html.escape(caption)) or "")
    .. table.concat(rows, "\n") .. "</table>"
end

-- ---- tensors ---------------------------------------------------------------------------------

--- The positions 1..n that are shown; 0 stands for those between.
local function shown(n)
  local list = {}
  if n <= 2 * EDGE + 1 then
    for i = 1, n do list[i] = i end
    return list
  end
  for i = 1, EDGE do list[i] = i end
  list[EDGE + 1] = 0
  for i = n - EDGE + 1, n do list[#list + 1] = i end
  return list
end

local function tensor_row(vector, columns)
  local cells = {}
  for k, j in ipairs(columns) do cells[k] = cell("td", j == 0 and "…" or number_text(vector[j]:item())) end
  return cells
end

local function caption_of(x)
  local text = ("%s %s"):format(tostring(x.dtype):gsub("^torch%.", ""), table.concat(x.shape, " × "))
  if x.requires_grad then text = text .. ", requires_grad" end
  return text
end

local function tensor_html(x)
  local rows = {}
  local plain = x:detach()
  if #x.shape == 1 then
    rows[1] = row(tensor_row(plain, shown(x.shape[1])))
  else
    local columns = shown(x.shape[2])
    local head = {"<th></th>"}
    for _, j in ipairs(columns) do head[#head + 1] = cell("th", j == 0 and "…" or tostring(j)) end
    rows[1] = row(head)
    for _, i in ipairs(shown(x.shape[1])) do
      local cells = i == 0 and {} or tensor_row(plain[i], columns)
      if i == 0 then for k in ipairs(columns) do cells[k] = cell("td", "⋮") end end
      table.insert(cells, 1, cell("th", i == 0 and "⋮" or tostring(i)))
      rows[#rows + 1] = row(cells)
    end
  end
  return table_of(rows, caption_of(x))
end

-- ---- tables of rows --------------------------------------------------------------------------

local scalar = {string = true, number = true, boolean = true}

local function is_plain(value) return type(value) == "table" and getmetatable(value) == nil end

local function text_of(value)
  if value == nil then return "" end
  local text = type(value) == "number" and number_text(value) or tostring(value)
  local length = utf8.len(text)
  if length and length > TEXT then text = text:sub(1, utf8.offset(text, TEXT) - 1) .. "…" end
  return length and text or ("%q"):format(text:sub(1, TEXT))
end

--- The columns of an array of rows: of records their keys in order, of arrays numbers; nil
-- where it is something else.
local function columns_of(list)
  local keys, seen, arrays = {}, {}, nil
  for _, record in ipairs(list) do
    if not is_plain(record) or next(record) == nil then return nil end
    local array = record[1] ~= nil
    if arrays ~= nil and arrays ~= array then return nil end
    arrays = array
    for key, value in next, record do
      if not scalar[type(value)] or type(key) ~= (array and "number" or "string") then return nil end
      if not seen[key] then
        seen[key] = true
        keys[#keys + 1] = key
      end
    end
  end
  table.sort(keys)
  return keys, arrays
end

local function rows_html(list)
  local keys, arrays = columns_of(list)
  if keys == nil or #keys > COLUMNS then return nil end
  local rows, head = {}, {"<th></th>"}
  for _, key in ipairs(keys) do head[#head + 1] = cell("th", tostring(key)) end
  rows[1] = arrays and row(head) or row(head)
  for i = 1, math.min(#list, ROWS) do
    local cells = {cell("th", tostring(i))}
    for _, key in ipairs(keys) do cells[#cells + 1] = cell("td", text_of(list[i][key])) end
    rows[#rows + 1] = row(cells)
  end
  if #list > ROWS then rows[#rows + 1] = row{("<th>…</th><td colspan=\"%d\">%d more</td>"):format(#keys, #list - ROWS)} end
  return table_of(rows)
end

--- The HTML of a value, nil where its text says as much.
function html.of(value)
  if type(value) == "userdata" and torch.is_tensor(value) then
    local n = #value.shape
    if (n ~= 1 and n ~= 2) or value:numel() == 0 then return nil end
    return tensor_html(value)
  end
  if is_plain(value) and #value > 0 and next(value, #value) == nil then return rows_html(value) end
  return nil
end

return html
