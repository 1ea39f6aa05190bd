--- nn.utils.stateless: The older place of torch.func.functional_call.
local stateless = {}

--- nn.utils.stateless.functional_call(module: Module, parameters_and_buffers: table, args: any) -> any:
-- torch.func.functional_call.
stateless.functional_call = torch.func.functional_call

return stateless
