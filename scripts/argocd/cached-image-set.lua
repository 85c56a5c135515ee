-- An empty set has nothing to wait for. As Progressing it would keep an Application from Healthy for ever.
if ready.status == "True" or ready.reason == "Empty" then
  return health("Healthy", message)
end
local progressing = { Progressing = true, Pending = true, DiscoveryPending = true }
return health(progressing[ready.reason] and "Progressing" or "Degraded", message)
