-- A smooth picture with some noise: it packs as a photograph does.
return function(height, width)
  local y, x = torch.linspace(0, 7, height):unsqueeze(2), torch.linspace(0, 9, width):unsqueeze(1)
  local planes = {}
  for c = 1, 3 do planes[c] = torch.sin(y * c) * torch.cos(x + c) * 90 + torch.randn(height, width) * 8 + 128 end
  return torch.stack(planes):clamp(0, 255):to "uint8"
end
