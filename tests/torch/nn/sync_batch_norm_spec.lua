-- nn.SyncBatchNorm: in one process it is BatchNorm.
describe("nn.SyncBatchNorm", function()
  for _, shape in ipairs {{6, 4}, {3, 4, 5}, {2, 4, 3, 3}, {2, 4, 2, 3, 2}} do
    for _, momentum in ipairs {0.1, false} do
      it(("is BatchNorm, %d dimensions, momentum %s"):format(#shape, tostring(momentum)), function()
        local norm = nn["BatchNorm" .. math.max(1, #shape - 2) .. "d"](4, {momentum = momentum})
        local sync = nn.SyncBatchNorm(4, {momentum = momentum})
        for _ = 1, 3 do
          local x = torch.randn(shape)
          assert(torch.equal(norm(x), sync(x)))
        end
        for name, t in pairs(norm:state_dict()) do assert(torch.equal(t, sync:state_dict()[name]), name) end
        local x, z = torch.randn(shape):requires_grad_(), nil
        sync:eval()
        norm:eval()
        z = x:detach():clone():requires_grad_()
        norm(x):square():sum():backward()
        sync(z):square():sum():backward()
        assert(torch.equal(x.grad, z.grad) and torch.equal(norm.weight.grad, sync.weight.grad))
      end)
    end
  end

  it("takes the place of BatchNorm, with its tensors", function()
    local net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Sequential(nn.BatchNorm2d(3, {affine = false})))
    net[2]:eval()
    local x, weight = torch.randn(2, 1, 5, 5), net[2].weight
    local want = net(x)
    assert(rawequal(nn.SyncBatchNorm.convert_sync_batchnorm(net), net))
    assert.equal("nn.SyncBatchNorm", torch.typename(net[2]))
    assert.equal("nn.SyncBatchNorm", torch.typename(net[3][1]))
    assert(rawequal(net[2].weight, weight) and not net[2].training and net[3][1].training)
    assert(torch.equal(want, net(x)))
    local alone = nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm1d(2))
    assert.equal("SyncBatchNorm(2, eps=1e-05, momentum=0.1, affine=true, track_running_stats=true)", tostring(alone))
  end)

  it("takes all places of a layer that stands in several", function()
    local norm = nn.BatchNorm1d(2)
    local block = nn.Sequential(norm)
    local net = nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(norm, nn.Tanh(), norm, block, block))
    for _, layer in ipairs {net[1], net[3], net[4][1], net[5][1]} do
      assert.equal("nn.SyncBatchNorm", torch.typename(layer))
      assert(rawequal(net[1], layer) and rawequal(norm.weight, layer.weight))
    end
  end)

  it("names mistakes", function()
    assert.error_matches(function() nn.SyncBatchNorm(0) end, "num_features")
    assert.error_matches(function() nn.SyncBatchNorm(2, {process_group = 1}) end, "process_group")
    assert.error_matches(function() nn.SyncBatchNorm(2)(torch.ones(2)) end, "expected 2 to 5 dimensions")
    assert.error_matches(function() nn.SyncBatchNorm.convert_sync_batchnorm(1) end, "expected a module")
  end)
end)
