--- Tensors of one or two dimensions and tables of rows as HTML tables.
local html = {}

local EDGE = 6      -- rows and columns at each end of a long dimension
local ROWS = 30     -- of a table of Lua
local COLUMNS = 20
local TEXT = 80     -- characters of a cell

local entities = {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;"}

function html.escape(text) return (text:gsub('[&<>"]', entities)) end

local function number_text(x)
  if x ~= x then return "nan" end -- Lua may write -nan
  return math.type(x) == "float" and ("%.6g"):format(x) or tostring(x)
end

--- Frontends set cells to the right, as numbers want it; `is_text`: to the left.
local function cell(tag, text, is_text)
  return ("<%s%s>%s</%s>"):format(tag, is_text and ' style="text-align: left"' or "", html.escape(text), tag)
end

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

--- The elements that are shown, a row in each; false stands for those between.
local function elements(x, rows, columns)
  local all = {}
  for r, i in ipairs(rows) do
    local vector, list = i ~= 0 and x[i], {}
    for k, j in ipairs(columns) do list[k] = i ~= 0 and j ~= 0 and {vector[j]:item()} end
    all[r] = list
  end
  return all
end

--- How all floats of a tensor are written: whole ones as "1.0", others with four places, in
-- scientific notation where these do not do.
local function format_of(all)
  local whole, largest, smallest = true, 0, math.huge
  for _, list in ipairs(all) do
    for _, element in ipairs(list) do
      local x = element and math.type(element[1]) == "float" and math.abs(element[1]) or 0
      if x == x and x < math.huge and x > 0 then
        whole = whole and x == math.floor(x)
        largest, smallest = math.max(largest, x), math.min(smallest, x)
      end
    end
  end
  if largest >= 1e6 or smallest < 1e-3 then return "%.4e" end
  return whole and "%.1f" or "%.4f"
end

local function cells_of(list, format)
  local cells = {}
  for k, element in ipairs(list) do
    local x = element and element[1]
    local text = not element and "…" or math.type(x) == "float" and format:format(x) or tostring(x)
    cells[k] = cell("td", text)
  end
  return cells
end

local function caption_of(x)
  local text = ("%s %s"):format(tostring(x.dtype):gsub("^torch%.", ""), table.concat(x.shape, " × "))
  if x.requires_grad then text = text .. ", requires_grad" end
  return text
end

local function tensor_html(x)
  local flat = #x.shape == 1
  local plain = flat and x:detach():unsqueeze(1) or x:detach()
  local columns, rows, html_rows = shown(plain.shape[2]), shown(plain.shape[1]), {}
  local all = elements(plain, rows, columns)
  local format = format_of(all)
  if flat then return table_of({row(cells_of(all[1], format))}, caption_of(x)) end
  local head = {"<th></th>"}
  for _, j in ipairs(columns) do head[#head + 1] = cell("th", j == 0 and "…" or tostring(j)) end
  html_rows[1] = row(head)
  for r, list in ipairs(all) do
    local cells = cells_of(list, format)
    table.insert(cells, 1, cell("th", rows[r] == 0 and "…" or tostring(rows[r])))
    html_rows[#html_rows + 1] = row(cells)
  end
  return table_of(html_rows, caption_of(x))
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
  return keys
end

--- Whether a column has text among what is shown.
local function has_text(list, key)
  for i = 1, math.min(#list, ROWS) do
    if type(list[i][key]) == "string" then return true end
  end
  return false
end

local function rows_html(list)
  local keys = columns_of(list)
  if keys == nil or #keys > COLUMNS then return nil end
  local rows, head, is_text = {}, {"<th></th>"}, {}
  for _, key in ipairs(keys) do
    is_text[key] = has_text(list, key)
    head[#head + 1] = cell("th", tostring(key), is_text[key])
  end
  rows[1] = row(head)
  for i = 1, math.min(#list, ROWS) do
    local cells = {cell("th", tostring(i))}
    for _, key in ipairs(keys) do cells[#cells + 1] = cell("td", text_of(list[i][key]), is_text[key]) end
    rows[#rows + 1] = row(cells)
  end
  if #list > ROWS then
    rows[#rows + 1] = row{("<th>…</th><td colspan=\"%d\">%d more</td>"):format(#keys, #list - ROWS)}
  end
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
