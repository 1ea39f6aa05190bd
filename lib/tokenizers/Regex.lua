--- tokenizers.Regex(pattern: string) -> table: A regular expression, where a component takes a text or a pattern.
-- Example: require("tokenizers").normalizers.Replace(require("tokenizers").Regex(" +"), " ")
local options = require "torch.utils.options"

return function(...)
  local given = options.read("tokenizers.Regex", {{"pattern", kind = "string", required = true}}, ...)
  local pattern, why = require "tokenizers.core".pattern(given.pattern, false)
  if not pattern then options.raise(("tokenizers.Regex: '%s': %s"):format(given.pattern, why)) end
  return {Regex = given.pattern}
end
