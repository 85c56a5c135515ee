if ready.status == "True" then
  return health("Healthy", message)
end
if ready.reason == "Paused" then
  return health("Suspended", message)
end
-- Every other reason needs a person, or is the kubelet's reason for a failed pull.
local progressing = { Pending = true, Pulling = true, FleetNotFound = true, ImageRemovedFromNode = true }
return health(progressing[ready.reason] and "Progressing" or "Degraded", message)
