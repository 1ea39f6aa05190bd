--- torch.is_storage(value: any) -> bool: Whether the value is a storage, as x:storage() gives it.
-- Example: torch.is_storage(torch.zeros(1):storage())
return function(value)
  return type(value) == "userdata" and torch.isinstance(value, require "torch.storage.classes".Untyped)
end
