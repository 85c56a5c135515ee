if ready.reason == "Paused" then
  return health("Suspended", message)
end
if ready.reason == "FleetNotFound" then
  return health("Progressing", message)
end
if ready.status ~= "True" then
  return health("Degraded", message)
end
local created = condition("PodsCreated")
if created ~= nil and created.status == "False" and isCurrent(created) then
  return health("Degraded", (created.reason or "") .. ": " .. (created.message or ""))
end
-- Pulls in progress are the work of a healthy policy, which may last or be repeated for ever.
return health("Healthy", message)
