--- LaTeX-like texts as Unicode: "\\alpha x^2" is "α x²". What has no character of its own stays readable: "x^{ab?}"
-- is "x^(ab?)". Nothing of it is a command of anything.
local letters = {
  alpha = "α", beta = "β", gamma = "γ", delta = "δ", epsilon = "ε", varepsilon = "ε", zeta = "ζ", eta = "η",
  theta = "θ", vartheta = "ϑ", iota = "ι", kappa = "κ", lambda = "λ", mu = "μ", nu = "ν", xi = "ξ",
  omicron = "ο", pi = "π", rho = "ρ", sigma = "σ", tau = "τ", upsilon = "υ", phi = "φ", varphi = "φ",
  chi = "χ", psi = "ψ", omega = "ω", Gamma = "Γ", Delta = "Δ", Theta = "Θ", Lambda = "Λ", Xi = "Ξ",
  Pi = "Π", Sigma = "Σ", Upsilon = "Υ", Phi = "Φ", Psi = "Ψ", Omega = "Ω", pm = "±", mp = "∓", times = "×",
  cdot = "·", div = "÷", le = "≤", leq = "≤", ge = "≥", geq = "≥", ne = "≠", neq = "≠", approx = "≈",
  sim = "∼", equiv = "≡", propto = "∝", infty = "∞", partial = "∂", nabla = "∇", sum = "∑",
  prod = "∏", int = "∫", to = "→", rightarrow = "→", leftarrow = "←", Rightarrow = "⇒",
  leftrightarrow = "↔", mapsto = "↦", ["in"] = "∈", notin = "∉", subset = "⊂", cup = "∪", cap = "∩",
  forall = "∀", exists = "∃", neg = "¬", wedge = "∧", vee = "∨", oplus = "⊕", otimes = "⊗",
  circ = "∘", bullet = "•", star = "⋆", ast = "∗", degree = "°", ell = "ℓ", hbar = "ℏ", Re = "ℜ",
  Im = "ℑ", emptyset = "∅", angle = "∠", ldots = "…", dots = "…", cdots = "⋯", prime = "′",
  langle = "⟨", rangle = "⟩", ll = "≪", gg = "≫", quad = "  ", log = "log", ln = "ln", exp = "exp",
  sin = "sin", cos = "cos", tan = "tan", max = "max", min = "min", lim = "lim",
}

-- What is left out, its argument stays.
local plain = {text = true, mathrm = true, mathbf = true, mathit = true, mathcal = true, operatorname = true,
  left = true, right = true}

local function table_of(from, to)
  local map, list = {}, {}
  for _, code in utf8.codes(to) do list[#list + 1] = utf8.char(code) end
  local i = 0
  for _, code in utf8.codes(from) do
    i = i + 1
    map[utf8.char(code)] = list[i]
  end
  return map
end

local raised = table_of("0123456789+-−=()abcdefghijklmnoprstuvw"
    .. "xyzABDEGHIJKLMNOPRTUVWβγδθφχ*′",
  "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿ"
    .. "ᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ"
    .. "ᵝᵞᵟᶿᵠᵡ*′")
local lowered = table_of("0123456789+-−=()aehijklmnoprstuvxβγρφχ",
  "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜ"
    .. "ᵤᵥₓᵦᵧᵨᵩᵪ")

--- `text` in the characters of `map`; where one has none: `sign` before it, in brackets if it is long.
local function script(map, sign, text)
  local out = {}
  for character in text:gmatch(utf8.charpattern) do
    out[#out + 1] = map[character]
    if map[character] == nil then
      return sign .. (utf8.len(text) > 1 and "(" .. text .. ")" or text)
    end
  end
  return table.concat(out)
end

local read

--- The argument that begins at `at`: what is in braces, a command, or one character. And the place behind it.
local function argument(text, at)
  local inner = text:match("^%b{}", at)
  if inner then return read(inner:sub(2, -2)), at + #inner end
  local command = text:match("^\\%a+", at)
  if command then return read(command), at + #command end
  local character = text:match("^" .. utf8.charpattern, at) or ""
  return character, at + #character
end

--- The text of the command `word`, whose arguments begin at `at`, and the place behind them.
local function command(text, word, at)
  if word == "frac" then
    local above, under
    above, at = argument(text, at)
    under, at = argument(text, at)
    return above .. "/" .. under, at
  elseif word == "sqrt" then
    local inner
    inner, at = argument(text, at)
    return utf8.len(inner) == 1 and "√" .. inner or "√(" .. inner .. ")", at
  elseif plain[word] then
    return "", at
  end
  if letters[word] then return letters[word], at end
  return "\\" .. word, at
end

--- One sign of the text at `at`, as it shows, and the place behind it.
local function sign(text, at)
  local mark = text:sub(at, at)
  if mark == "\\" then
    local word = text:match("^\\(%a+)", at)
    if word then return command(text, word, at + 1 + #word) end
    local escaped = text:match("^\\([%^_{}$%%&#, ])", at)
    if escaped then return escaped == "," and " " or escaped, at + 2 end
  elseif mark == "^" or mark == "_" then
    local inner, behind = argument(text, at + 1)
    if inner ~= "" then return script(mark == "^" and raised or lowered, mark, inner), behind end
  elseif mark == "{" or mark == "}" or mark == "$" then
    return "", at + 1
  end
  return mark, at + 1
end

function read(text)
  local out, at = {}, 1
  while at <= #text do out[#out + 1], at = sign(text, at) end
  return table.concat(out)
end

--- The text as Unicode; one that is not UTF-8 is left as it is.
return function(text) return utf8.len(text) and read(text) or text end
