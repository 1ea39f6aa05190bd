-- The hooks that see the calls of all modules, by kind; each is {function, always_call}. modules/module.lua registers
-- them, hooks.lua calls them.
return {forward_pre = {}, forward = {}, backward = {}, backward_pre = {}}
